#include "benchmarks/python_text.h"

#include <utf8proc.h>

#include "metrics/code_points.h"
#include "text/utf8.h"

namespace ov {
namespace {

bool is_printable(char32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP: return false;
    case UTF8PROC_CATEGORY_ZS: return c == U' ';
    default: return true;
  }
}

std::string hexadecimal(char32_t c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const int digits = c < 0x100 ? 2 : c < 0x10000 ? 4 : 8;
  std::string text = digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
  for (int i = digits - 1; i >= 0; --i) text += kDigits[c >> (4 * i) & 15];
  return text;
}

// Reads one list literal; every member moves `at` behind what it read, or gives nothing.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : text_(text) {}

  std::optional<std::vector<std::string>> list() {
    std::vector<std::string> items;
    if (!take('[')) return std::nullopt;
    while (!take(']')) {
      if (!items.empty() && !take(',')) return std::nullopt;
      if (!items.empty() && take(']')) break;  // a comma after the last item
      auto item = at_quote() ? texts() : number();
      if (!item) return std::nullopt;
      items.push_back(std::move(*item));
    }
    skip_blanks();
    if (at_ != text_.size()) return std::nullopt;
    return items;
  }

 private:
  void skip_blanks() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
  }
  bool take(char wanted) {
    skip_blanks();
    const bool there = at_ < text_.size() && text_[at_] == wanted;
    at_ += there;
    return there;
  }
  bool at_quote() {
    skip_blanks();
    return at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"');
  }

  // Texts beside each other are one.
  std::optional<std::string> texts() {
    std::string whole;
    while (at_quote()) {
      const char quote = text_[at_++];
      while (at_ < text_.size() && text_[at_] != quote) {
        if (text_[at_] == '\n') return std::nullopt;
        if (text_[at_] != '\\') {
          whole += text_[at_++];
        } else if (!escape(whole)) {
          return std::nullopt;
        }
      }
      if (at_++ >= text_.size()) return std::nullopt;
    }
    return whole;
  }

  bool escape(std::string& into) {
    constexpr std::string_view kNames = "\\'\"abfnrtv", kValues = "\\'\"\a\b\f\n\r\t\v";
    if (++at_ >= text_.size()) return false;
    const char name = text_[at_++];
    if (const auto known = kNames.find(name); known != kNames.npos) {
      into += kValues[known];
      return true;
    }
    if (name == 'x' || name == 'u' || name == 'U') return code_point(name == 'x' ? 2 : name == 'u' ? 4 : 8, into);
    if (name == '\n') return true;
    if (name >= '0' && name <= '7') return false;
    into += '\\';  // Python keeps what it does not know
    into += name;
    return true;
  }

  bool code_point(std::size_t digits, std::string& into) {
    char32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at_) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const char digit = at_ < text_.size() ? static_cast<char>(text_[at_] | 0x20) : '\0';
      const auto found = kDigits.find(digit);
      if (found == kDigits.npos) return false;
      value = value << 4 | static_cast<char32_t>(found);
    }
    if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return false;
    append_utf8(into, value);
    return true;
  }

  std::optional<std::string> number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::string_view("0123456789.+-eE").find(text_[at_]) != std::string_view::npos) ++at_;
    if (at_ == begin) return std::nullopt;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string stripped(std::string_view text) { return encode_utf8(strip(decode_utf8(text))); }

std::string capitalized(std::string_view text) {
  Text letters = decode_utf8(text);
  if (letters.empty()) return "";
  const char32_t first = static_cast<char32_t>(utf8proc_totitle(static_cast<utf8proc_int32_t>(letters[0])));
  letters = lower(letters);
  letters[0] = first;
  return encode_utf8(letters);
}

std::string without(std::string text, std::string_view part) {
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at)) text.erase(at, part.size());
  return text;
}

std::string python_repr(std::string_view text) {
  const bool double_quotes = text.find('\'') != text.npos && text.find('"') == text.npos;
  const char quote = double_quotes ? '"' : '\'';
  std::string literal(1, quote);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(text, at);
    if (c == U'\\' || c == static_cast<char32_t>(quote)) {
      literal += {'\\', static_cast<char>(c)};
    } else if (c == U'\n') {
      literal += "\\n";
    } else if (c == U'\r') {
      literal += "\\r";
    } else if (c == U'\t') {
      literal += "\\t";
    } else if (is_printable(c)) {
      literal += text.substr(begin, at - begin);
    } else {
      literal += hexadecimal(c);
    }
  }
  return literal + quote;
}

std::string python_repr(const std::vector<std::string>& texts) {
  std::string literal = "[";
  for (const std::string& text : texts) literal += (literal.size() > 1 ? ", " : "") + python_repr(text);
  return literal + "]";
}

std::optional<std::vector<std::string>> parse_python_list(std::string_view literal) {
  return LiteralReader(literal).list();
}

}  // namespace ov
