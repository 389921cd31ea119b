#include "text/nfc.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/error.h"
#include "text/utf8.h"

namespace ov {
namespace {

struct CodePointRange {
  char32_t first, last;
};

// Combining marks, composites and their parts that came after Unicode 9. Neighbouring ranges are
// joined across characters that normalisation never touches.
constexpr CodePointRange kNewerThanTables[] = {
    {0x7FD, 0x7FD},     {0x897, 0x8D3},     {0x9FE, 0x9FE},     {0xAFA, 0xAFF},     {0xB55, 0xB55},
    {0xC04, 0xC3C},     {0xCF3, 0xD3C},     {0xD81, 0xD81},     {0xEBA, 0xEBA},     {0xECE, 0xECE},
    {0x1715, 0x1715},   {0x180F, 0x180F},   {0x1ABF, 0x1ACE},   {0x1CF7, 0x1CF7},   {0x1DF6, 0x1DFA},
    {0xA82C, 0xA82C},   {0xA8FF, 0xA8FF},   {0x105C9, 0x105E4}, {0x10D24, 0x10F85}, {0x11070, 0x11074},
    {0x110C2, 0x110C2}, {0x11145, 0x11146}, {0x111CE, 0x111CF}, {0x11241, 0x11241}, {0x1133B, 0x1133B},
    {0x11380, 0x113E2}, {0x1145E, 0x1145E}, {0x1182C, 0x11A99}, {0x11D31, 0x1612F}, {0x16D60, 0x16FF1},
    {0x1CF00, 0x1CF46}, {0x1E08F, 0x1E5EF}};

bool newer_than_tables(char32_t c) {
  const auto* range = std::lower_bound(std::begin(kNewerThanTables), std::end(kNewerThanTables), c,
                                       [](const CodePointRange& r, char32_t value) { return r.last < value; });
  return range != std::end(kNewerThanTables) && range->first <= c;
}

int combining_class(char32_t c) { return utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class; }

// A run may end before `c` when nothing before it can combine with it or move past it: whatever is
// the second half of a composition or has a combining class is a mark or a Hangul vowel or final.
bool starts_run(char32_t c) {
  if (c < 0x300 || newer_than_tables(c)) return true;
  // U+11A7 looks like a final consonant but is none; utf8proc would swallow it after a syllable.
  if (c == 0x11A7) return true;
  if (c >= 0x1160 && c <= 0x11FF) return false;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME: return false;
    default: return true;
  }
}

void decompose(std::string_view run, std::vector<utf8proc_int32_t>& out) {
  out.clear();
  for (std::size_t at = 0; at < run.size();) {
    const auto c = static_cast<utf8proc_int32_t>(next_code_point(run, at));
    std::array<utf8proc_int32_t, 32> parts{};
    int last_class = 0;
    const auto count = utf8proc_decompose_char(c, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()),
                                               UTF8PROC_DECOMPOSE, &last_class);
    if (count < 0 || count > static_cast<utf8proc_ssize_t>(parts.size())) {
      throw Error(ErrorKind::internal, "NFC: unexpected decomposition of code point " + std::to_string(c));
    }
    out.insert(out.end(), parts.begin(), parts.begin() + count);
  }
}

// Sorts each sequence of marks by combining class, keeping the order of equals. utf8proc's own
// ordering is quadratic in the number of marks, which a hostile text would use.
void order_marks(std::vector<utf8proc_int32_t>& code_points) {
  const auto class_of = [](utf8proc_int32_t c) { return combining_class(static_cast<char32_t>(c)); };
  auto begin = code_points.begin();
  while (begin != code_points.end()) {
    if (class_of(*begin) == 0) {
      ++begin;
      continue;
    }
    const auto end = std::find_if(begin, code_points.end(), [&](auto c) { return class_of(c) == 0; });
    std::stable_sort(begin, end, [&](auto a, auto b) { return class_of(a) < class_of(b); });
    begin = end;
  }
}

void append_normalised(std::string_view run, std::vector<utf8proc_int32_t>& scratch, std::string& out) {
  std::size_t first_end = 0;
  if (newer_than_tables(next_code_point(run, first_end))) {
    out += run.substr(0, first_end);
    run.remove_prefix(first_end);
  }
  if (run.empty()) return;
  decompose(run, scratch);
  order_marks(scratch);
  const auto count = utf8proc_normalize_utf32(scratch.data(), static_cast<utf8proc_ssize_t>(scratch.size()),
                                              static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (count < 0) throw Error(ErrorKind::internal, "NFC: composition failed");
  for (utf8proc_ssize_t i = 0; i < count; ++i) append_utf8(out, static_cast<char32_t>(scratch[i]));
}

// Follows the literal ranges of the source while runs of it are appended to the result.
class RangeMap {
 public:
  RangeMap(const std::vector<LiteralRange>& source, std::vector<LiteralRange>& result)
      : source_(source), result_(result) {}

  void copied(std::size_t begin, std::size_t end, std::size_t to) {
    for (; next_ < source_.size() && source_[next_].begin < end; ++next_) {
      const LiteralRange& range = source_[next_];
      if (range.end > begin)
        result_.push_back({std::max(range.begin, begin) - begin + to, std::min(range.end, end) - begin + to});
      if (range.end > end) break;
    }
  }

  void changed(std::size_t begin, std::size_t end, std::size_t to, std::size_t to_end) {
    while (next_ < source_.size() && source_[next_].end <= begin) ++next_;
    if (next_ < source_.size() && source_[next_].begin < end) result_.push_back({to, to_end});
  }

 private:
  const std::vector<LiteralRange>& source_;
  std::vector<LiteralRange>& result_;
  std::size_t next_ = 0;
};

}  // namespace

bool may_change_in_nfc(std::string_view text) {
  // Everything below U+0300 is its own NFC and starts a run; its lead bytes are below 0xCC.
  return std::any_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) >= 0xCC; });
}

NfcText to_nfc(std::string_view text, const std::vector<LiteralRange>& literal) {
  if (!may_change_in_nfc(text)) return {std::string(text), literal};
  NfcText result;
  result.text.reserve(text.size());
  RangeMap map(literal, result.literal);
  std::vector<utf8proc_int32_t> scratch;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin;
    next_code_point(text, end);
    while (end < text.size()) {
      std::size_t after = end;
      if (starts_run(next_code_point(text, after))) break;
      end = after;
    }
    const std::string_view run = text.substr(begin, end - begin);
    const std::size_t to = result.text.size();
    append_normalised(run, scratch, result.text);
    if (std::string_view(result.text).substr(to) == run) {
      map.copied(begin, end, to);
    } else {
      map.changed(begin, end, to, result.text.size());
    }
    begin = end;
  }
  result.literal = merge_ranges(std::move(result.literal));
  return result;
}

}  // namespace ov
