#define PCRE2_CODE_UNIT_WIDTH 8
#include "text/split_pattern.h"

#include <pcre2.h>

#include <array>
#include <chrono>

#include "base/error.h"

namespace ov {
namespace {

using Clock = std::chrono::steady_clock;

// A bound on backtracking within one match, and on the time of one split by a pattern that we do
// not know to be linear.
constexpr std::uint32_t kMaxBacktracks = 100'000'000;
constexpr auto kMaxTime = std::chrono::seconds(20);
constexpr std::size_t kJitStackBytes = std::size_t{8} << 20;

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeCompileContext {
  void operator()(pcre2_compile_context* context) const { pcre2_compile_context_free(context); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeJitStack {
  void operator()(pcre2_jit_stack* stack) const { pcre2_jit_stack_free(stack); }
};

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

[[noreturn]] void too_slow(std::size_t at) {
  throw Error(ErrorKind::input, "text: the tokenizer's word pattern takes too long at byte " + std::to_string(at) +
                                    "; shorten the text or use a simpler pattern");
}

// PCRE2 calls this at every item of an unknown pattern, also after each step back.
int check_time(pcre2_callout_block*, void* deadline) {
  thread_local unsigned calls = 0;
  if (++calls % 64 != 0) return 0;
  return Clock::now() > *static_cast<const Clock::time_point*>(deadline) ? PCRE2_ERROR_CALLOUT : 0;
}

}  // namespace

struct SplitPattern::Compiled {
  std::unique_ptr<pcre2_code, FreeCode> code;
  bool known = false;  // known to take time in proportion to the text
  bool jit = false;
};

SplitPattern::SplitPattern(SplitPattern&&) noexcept = default;
SplitPattern& SplitPattern::operator=(SplitPattern&&) noexcept = default;
SplitPattern::~SplitPattern() = default;

SplitPattern::SplitPattern(std::string_view pattern, const std::string& where)
    : compiled_(std::make_unique<Compiled>()) {
  const std::string translated = translate_pattern(pattern, where);
  compiled_->known = pattern == kQwen2Pattern || pattern == kGpt2Pattern;
  const std::unique_ptr<pcre2_compile_context, FreeCompileContext> context(pcre2_compile_context_create(nullptr));
  if (context == nullptr) throw Error(ErrorKind::resource, where + ": out of memory");
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  const std::uint32_t options = PCRE2_UTF | PCRE2_UCP | (compiled_->known ? 0 : PCRE2_AUTO_CALLOUT);
  int problem = 0;
  std::size_t offset = 0;
  compiled_->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), options,
                                      &problem, &offset, context.get()));
  if (compiled_->code == nullptr) {
    throw Error(ErrorKind::format, where + ": the word pattern cannot be compiled: " + message_of(problem));
  }
  std::uint32_t may_match_empty = 0;
  pcre2_pattern_info(compiled_->code.get(), PCRE2_INFO_MATCHEMPTY, &may_match_empty);
  if (may_match_empty != 0) {
    throw Error(ErrorKind::format, where + ": the word pattern can match the empty string; expected one that cannot");
  }
  // Without JIT (hardened kernels forbid it) the interpreter gives the same matches, only slower.
  compiled_->jit = pcre2_jit_compile(compiled_->code.get(), PCRE2_JIT_COMPLETE) == 0;
}

void SplitPattern::split(std::string_view text, const std::function<void(std::string_view)>& word) const {
  const std::unique_ptr<pcre2_match_data, FreeMatchData> match(
      pcre2_match_data_create_from_pattern(compiled_->code.get(), nullptr));
  const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(pcre2_match_context_create(nullptr));
  if (match == nullptr || context == nullptr) throw Error(ErrorKind::resource, "text: out of memory");
  pcre2_set_match_limit(context.get(), kMaxBacktracks);
  Clock::time_point deadline = Clock::now() + kMaxTime;
  std::unique_ptr<pcre2_jit_stack, FreeJitStack> stack;
  if (!compiled_->known) {
    pcre2_set_callout(context.get(), check_time, &deadline);
    if (compiled_->jit) stack.reset(pcre2_jit_stack_create(32 << 10, kJitStackBytes, nullptr));
    if (stack != nullptr) pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  }
  const auto subject = reinterpret_cast<PCRE2_SPTR>(text.data());
  std::size_t at = 0;
  while (at < text.size()) {
    const int found =
        pcre2_match(compiled_->code.get(), subject, text.size(), at, PCRE2_NO_UTF_CHECK, match.get(), context.get());
    if (found == PCRE2_ERROR_NOMATCH) break;
    if (found < 0) too_slow(at);
    const std::size_t* range = pcre2_get_ovector_pointer(match.get());
    const std::size_t begin = range[0], end = range[1];
    if (begin > at) word(text.substr(at, begin - at));
    word(text.substr(begin, end - begin));
    at = end;
    if (!compiled_->known && Clock::now() > deadline) too_slow(at);
  }
  if (at < text.size()) word(text.substr(at));
}

}  // namespace ov
