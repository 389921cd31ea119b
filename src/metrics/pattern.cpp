#define PCRE2_CODE_UNIT_WIDTH 32
#include "metrics/pattern.h"

#include <pcre2.h>

#include "base/error.h"

namespace ov {
namespace {

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};

// Views of the text that is searched, not of the pattern's memory.
Pattern::Groups groups_of(pcre2_match_data* match, int count, TextView text) {
  const PCRE2_SIZE* places = pcre2_get_ovector_pointer(match);
  Pattern::Groups groups;
  for (int i = 0; i < count; ++i) groups.push_back(text.substr(places[2 * i], places[2 * i + 1] - places[2 * i]));
  return groups;
}

}  // namespace

struct Pattern::Compiled {
  std::unique_ptr<pcre2_code, FreeCode> code;
};

Pattern::~Pattern() = default;

Pattern::Pattern(TextView pattern) : compiled_(std::make_unique<Compiled>()) {
  int problem = 0;
  PCRE2_SIZE offset = 0;
  compiled_->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                      PCRE2_UTF | PCRE2_UCP, &problem, &offset, nullptr));
  if (compiled_->code == nullptr) {
    throw Error(ErrorKind::internal,
                "pattern " + encode_utf8(pattern) + ": PCRE2 refuses it at character " + std::to_string(offset));
  }
}

std::vector<Pattern::Groups> Pattern::find_all(TextView text) const {
  const std::unique_ptr<pcre2_match_data, FreeMatchData> match(
      pcre2_match_data_create_from_pattern(compiled_->code.get(), nullptr));
  if (match == nullptr) throw Error(ErrorKind::resource, "metrics: out of memory");
  std::vector<Groups> all;
  for (std::size_t at = 0; at <= text.size();) {
    const int count = pcre2_match(compiled_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                  at > 0 ? PCRE2_NO_UTF_CHECK : 0, match.get(), nullptr);
    if (count == PCRE2_ERROR_NOMATCH) break;
    if (count < 0) {
      throw Error(ErrorKind::input, "metrics: a pattern takes too long on a text of " + std::to_string(text.size()) +
                                        " characters (PCRE2 error " + std::to_string(count) + "); shorten the answer");
    }
    all.push_back(groups_of(match.get(), count, text));
    const std::size_t end = pcre2_get_ovector_pointer(match.get())[1];
    at = all.back()[0].empty() ? end + 1 : end;
  }
  return all;
}

}  // namespace ov
