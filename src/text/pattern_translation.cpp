// Oniguruma (Ruby syntax, UTF-8) to PCRE2 (UTF + UCP): a scan that copies what both understand the
// same way and refuses the rest. Facts: Oniguruma's doc/RE, pcre2pattern(3), and a comparison of
// both over all code points; PCRE2 10.42 has Unicode 14 where Oniguruma has Unicode 16.
#include <algorithm>
#include <vector>

#include "base/error.h"
#include "text/split_pattern.h"
#include "text/utf8.h"

namespace ov {
namespace {

constexpr std::size_t kMaxPatternBytes = 4096;
constexpr int kMaxGroupDepth = 32;

struct CodeRange {
  char32_t first, last;
};

// What Unicode 15 to 16 added to each property. On a newer PCRE2 these repeat what it knows.
constexpr CodeRange kNewLetters[] = {
    {0x1C89, 0x1C8A},   {0xA7CB, 0xA7CD},   {0xA7DA, 0xA7DC},   {0x105C0, 0x105F3}, {0x10D4A, 0x10D65},
    {0x10D6F, 0x10D85}, {0x10EC2, 0x10EC4}, {0x1123F, 0x11240}, {0x11380, 0x11389}, {0x1138B, 0x1138B},
    {0x1138E, 0x1138E}, {0x11390, 0x113B5}, {0x113B7, 0x113B7}, {0x113D1, 0x113D1}, {0x113D3, 0x113D3},
    {0x11BC0, 0x11BE0}, {0x11F02, 0x11F02}, {0x11F04, 0x11F10}, {0x11F12, 0x11F33}, {0x1342F, 0x1342F},
    {0x13441, 0x13446}, {0x13460, 0x143FA}, {0x16100, 0x1611D}, {0x16D40, 0x16D6C}, {0x18CFF, 0x18CFF},
    {0x1B132, 0x1B132}, {0x1B155, 0x1B155}, {0x1DF25, 0x1DF2A}, {0x1E030, 0x1E06D}, {0x1E4D0, 0x1E4EB},
    {0x1E5D0, 0x1E5ED}, {0x1E5F0, 0x1E5F0}, {0x2B739, 0x2B739}, {0x2EBF0, 0x2EE5D}, {0x31350, 0x323AF}};
constexpr CodeRange kNewNumbers[] = {{0x10D40, 0x10D49}, {0x116D0, 0x116E3}, {0x11BF0, 0x11BF9}, {0x11F50, 0x11F59},
                                     {0x16130, 0x16139}, {0x16D70, 0x16D79}, {0x1CCF0, 0x1CCF9}, {0x1D2C0, 0x1D2D3},
                                     {0x1E4F0, 0x1E4F9}, {0x1E5F1, 0x1E5FA}};
constexpr CodeRange kWhiteSpace[] = {{0x9, 0xD},       {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},
                                     {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
                                     {0x205F, 0x205F}, {0x3000, 0x3000}};

std::string hex_escape(char32_t c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  do {
    digits.insert(digits.begin(), kDigits[c % 16]);
    c /= 16;
  } while (c != 0);
  return "\\x{" + digits + "}";
}

template <std::size_t N>
std::string class_items(const CodeRange (&ranges)[N]) {
  std::string items;
  for (const CodeRange& range : ranges) {
    items += hex_escape(range.first);
    if (range.last != range.first) items += "-" + hex_escape(range.last);
  }
  return items;
}

// Everything outside the ranges, as class items.
template <std::size_t N>
std::string complement_items(const CodeRange (&ranges)[N]) {
  std::string items;
  char32_t next = 0;
  for (const CodeRange& range : ranges) {
    items += hex_escape(next) + "-" + hex_escape(range.first - 1);
    next = range.last + 1;
  }
  return items + hex_escape(next) + "-" + hex_escape(0x10FFFF);
}

class Translation {
 public:
  Translation(std::string_view pattern, const std::string& where) : pattern_(pattern), where_(where) {}

  std::string run() {
    if (pattern_.empty()) refuse("an empty pattern");
    if (pattern_.size() > kMaxPatternBytes) refuse("a pattern of more than 4096 bytes");
    if (first_invalid_utf8(pattern_) != pattern_.size()) refuse("bytes that are not UTF-8");
    while (at_ < pattern_.size()) element();
    if (!groups_.empty()) refuse("an unclosed group");
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::format, where_ + ": the word pattern has " + what + " at byte " + std::to_string(at_) +
                                       ", which is not implemented; patterns like Qwen2's or GPT-2's are");
  }

  bool next_is(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  bool caseless() const { return !groups_.empty() && groups_.back(); }

  void element() {
    const char c = pattern_[at_];
    bool quantifiable = true;
    switch (c) {
      case '(': open_group(); return;
      case ')':
        if (groups_.empty()) refuse("a ')' without '('");
        groups_.pop_back();
        out_ += pattern_[at_++];
        break;
      case '|':
        out_ += pattern_[at_++];
        quantifiable = false;
        break;
      case '[': bracket(); break;
      case '\\': escape(false); break;
      case '.': out_ += pattern_[at_++]; break;
      case '^':
      case '$': refuse(std::string("the anchor '") + c + "'");
      case '?':
      case '*':
      case '+':
      case '{': refuse("a quantifier without an item before it");
      default: literal(false); return quantifier_after_literal();
    }
    last_literal_ = 0;
    if (quantifiable) quantifier();
  }

  void open_group() {
    if (static_cast<int>(groups_.size()) >= kMaxGroupDepth) refuse("groups nested deeper than 32");
    bool ignore_case = caseless();
    std::string_view opening = "(";
    for (const std::string_view known : {"(?i:", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>"}) {
      if (next_is(known)) opening = known;
    }
    if (opening == "(?i:") ignore_case = true;
    if (opening == "(" && (next_is("(?") || next_is("(*"))) refuse("a group of an unknown kind");
    out_ += opening;
    at_ += opening.size();
    last_literal_ = 0;
    groups_.push_back(ignore_case);
  }

  void quantifier_after_literal() {
    const std::size_t before = at_;
    quantifier();
    if (at_ != before) last_literal_ = 0;
  }

  void quantifier() {
    if (at_ >= pattern_.size()) return;
    const char c = pattern_[at_];
    bool counted = false;
    if (c == '?' || c == '*' || c == '+') {
      out_ += pattern_[at_++];
    } else if (c == '{') {
      counted = true;
      count();
    } else {
      return;
    }
    if (at_ < pattern_.size() && (pattern_[at_] == '?' || pattern_[at_] == '+')) {
      if (counted) refuse("a '?' or '+' after a counted repeat");
      out_ += pattern_[at_++];
    }
    if (at_ < pattern_.size() && std::string_view("?*+{").find(pattern_[at_]) != std::string_view::npos) {
      refuse("a repeat of a repeat");
    }
  }

  // {n}, {n,} or {n,m}; other braces mean different things in the two engines.
  void count() {
    const std::size_t close = pattern_.find('}', at_);
    if (close == std::string_view::npos) refuse("a '{' without '}'");
    const std::string_view body = pattern_.substr(at_ + 1, close - at_ - 1);
    const std::size_t comma = body.find(',');
    const auto number = [](std::string_view digits) {
      return !digits.empty() && digits.size() <= 4 &&
             std::all_of(digits.begin(), digits.end(), [](char d) { return d >= '0' && d <= '9'; });
    };
    const bool good = number(body.substr(0, comma)) &&
                      (comma == std::string_view::npos || comma + 1 == body.size() || number(body.substr(comma + 1)));
    if (!good) refuse("an unknown repeat {" + std::string(body) + "}");
    out_ += pattern_.substr(at_, close + 1 - at_);
    at_ = close + 1;
  }

  void literal(bool in_class) {
    std::size_t after = at_;
    const char32_t c = next_code_point(pattern_, after);
    if (caseless()) {
      if (c >= 0x80) refuse("a non-ASCII character that ignores case");
      // Oniguruma lets these pairs match one ligature or sharp s, PCRE2 does not.
      const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
      const std::string pair{last_literal_, lower};
      for (const std::string_view folded : {"ss", "st", "ff", "fi", "fl"}) {
        if (!in_class && pair == folded) refuse("\"" + pair + "\" that ignores case");
      }
      last_literal_ = lower;
    }
    out_ += pattern_.substr(at_, after - at_);
    at_ = after;
  }

  void escape(bool in_class) {
    if (at_ + 1 >= pattern_.size()) refuse("a '\\' at its end");
    const char c = pattern_[at_ + 1];
    if (c == 'p' || c == 'P') return property(in_class, c == 'P');
    std::string items;
    switch (c) {
      case 'r':
      case 'n':
      case 't':
      case 'f':
        items = std::string{'\\', c};
        out_ += items;
        break;
      case 's':
        items = class_items(kWhiteSpace);
        out_ += in_class ? items : "[" + items + "]";
        break;
      case 'S':
        items = class_items(kWhiteSpace);
        out_ += in_class ? complement_items(kWhiteSpace) : "[^" + items + "]";
        break;
      default:
        if (std::string_view(R"(!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~)").find(c) == std::string_view::npos) {
          refuse(std::string("the escape \\") + c);
        }
        out_ += '\\';
        out_ += c;
    }
    at_ += 2;
  }

  void property(bool in_class, bool negated) {
    const std::size_t close = pattern_.find('}', at_);
    if (at_ + 2 >= pattern_.size() || pattern_[at_ + 2] != '{' || close == std::string_view::npos) {
      refuse("a property without braces");
    }
    const std::string name(pattern_.substr(at_ + 3, close - at_ - 3));
    if (name != "L" && name != "N") refuse("the property \\p{" + name + "}");
    if (negated && in_class) refuse("\\P{" + name + "} inside a class");
    const std::string items = "\\p{" + name + "}" + (name == "L" ? class_items(kNewLetters) : class_items(kNewNumbers));
    out_ += in_class ? items : (negated ? "[^" : "[") + items + "]";
    at_ = close + 1;
  }

  void bracket() {
    out_ += pattern_[at_++];
    if (next_is("^")) out_ += pattern_[at_++];
    if (next_is("]")) refuse("an empty class");
    while (at_ < pattern_.size() && pattern_[at_] != ']') {
      if (next_is("[")) refuse("a class within a class");
      if (next_is("&&")) refuse("a class intersection");
      if (pattern_[at_] == '\\') {
        escape(true);
      } else {
        literal(true);
      }
    }
    if (at_ >= pattern_.size()) refuse("an unclosed class");
    out_ += pattern_[at_++];
  }

  std::string_view pattern_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<bool> groups_;  // whether each open group ignores case
  char last_literal_ = 0;     // the literal just before, where case is ignored
};

}  // namespace

std::string translate_pattern(std::string_view pattern, const std::string& where) {
  return Translation(pattern, where).run();
}

}  // namespace ov
