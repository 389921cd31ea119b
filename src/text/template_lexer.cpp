#include "text/template_lexer.h"

#include <algorithm>

#include "base/error.h"
#include "text/template_value.h"
#include "text/utf8.h"

namespace ov {
namespace {

constexpr std::size_t kMaxTokens = 200'000;

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// All line ends become \n, and one at the very end of the template goes away.
std::string normal_lines(std::string_view source) {
  std::string text;
  text.reserve(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n') continue;
    text += source[i] == '\r' ? '\n' : source[i];
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

class Lexer {
 public:
  Lexer(std::string_view source, const std::string& where) : source_(source), where_(where) {}

  std::vector<TemplateToken> run() {
    while (at_ < source_.size()) {
      const std::size_t open = find_open();
      text_before(open);
      if (open == source_.size()) break;
      tag(open);
    }
    push(TemplateTokenKind::end, "");
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::format, where_ + ": line " + std::to_string(line_) + ": " + what);
  }

  void push(TemplateTokenKind kind, std::string text) {
    if (tokens_.size() >= kMaxTokens) refuse("the template has more than 200000 tokens");
    tokens_.push_back({kind, std::move(text), line_});
  }

  void advance(std::size_t to) {
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         source_.begin() + static_cast<std::ptrdiff_t>(to), '\n'));
    if (to > at_) line_starting_ = source_[to - 1] == '\n';
    at_ = to;
  }

  std::size_t find_open() const {
    for (std::size_t i = at_; i + 1 < source_.size(); ++i) {
      if (source_[i] == '{' && (source_[i + 1] == '{' || source_[i + 1] == '%' || source_[i + 1] == '#')) return i;
    }
    return source_.size();
  }

  char char_at(std::size_t at) const { return at < source_.size() ? source_[at] : '\0'; }

  // The text up to a tag, without the white space that the tag takes away.
  void text_before(std::size_t open) {
    std::string_view text = source_.substr(at_, open - at_);
    const char sign = char_at(open + 2);
    if (open < source_.size() && sign == '-') {
      text = text.substr(0, stripped_range(text, false, true).second);
    } else if (open < source_.size() && sign != '+' && char_at(open + 1) != '{') {
      const std::size_t line_end = text.rfind('\n');
      const std::size_t start = line_end == std::string_view::npos ? 0 : line_end + 1;
      const bool blank = stripped_range(text.substr(start), true, false).first == text.size() - start;
      if (blank && (start > 0 || line_starting_)) text = text.substr(0, start);
    }
    if (!text.empty()) push(TemplateTokenKind::text, std::string(text));
    advance(open);
  }

  void tag(std::size_t open) {
    const char kind = source_[open + 1];
    const bool has_sign = char_at(open + 2) == '-' || char_at(open + 2) == '+';
    const std::size_t inside = open + 2 + (has_sign ? 1 : 0);
    if (kind == '#') {
      const std::size_t close = source_.find("#}", inside);
      if (close == std::string_view::npos) refuse("a comment without #}");
      const bool has_close_sign = close > inside && (source_[close - 1] == '-' || source_[close - 1] == '+');
      close_tag(close, has_close_sign ? source_[close - 1] : '\0', true);
      return;
    }
    push(kind == '{' ? TemplateTokenKind::print_begin : TemplateTokenKind::block_begin, "");
    advance(inside);
    expression(kind == '{' ? '}' : '%');
    push(kind == '{' ? TemplateTokenKind::print_end : TemplateTokenKind::block_end, "");
    const bool has_close_sign = source_[at_] == '-' || source_[at_] == '+';
    const std::size_t close = at_ + (has_close_sign ? 1 : 0);
    close_tag(close, has_close_sign ? source_[at_] : '\0', kind != '{');
  }

  // Moves behind "%}" at `close` and the white space that it takes away.
  void close_tag(std::size_t close, char sign, bool trims_newline) {
    std::size_t after = close + 2;
    if (sign == '-') {
      after += stripped_range(source_.substr(after), true, false).first;
    } else if (sign != '+' && trims_newline && char_at(after) == '\n') {
      ++after;
    }
    advance(after);
  }

  bool at_close(char closer) const {
    const auto closes = [&](std::size_t at) { return char_at(at) == closer && char_at(at + 1) == '}'; };
    if (closes(at_)) return true;
    return (char_at(at_) == '-' || (char_at(at_) == '+' && closer == '%')) && closes(at_ + 1);
  }

  void expression(char closer) {
    while (true) {
      advance(at_ + stripped_range(source_.substr(at_), true, false).first);
      if (at_ >= source_.size()) refuse(closer == '%' ? "a {% without %}" : "a {{ without }}");
      if (at_close(closer)) return;
      token();
    }
  }

  void token() {
    const char c = source_[at_];
    std::size_t end = at_;
    if (is_name_start(c)) {
      while (is_name_start(char_at(end)) || is_digit(char_at(end))) ++end;
      push(TemplateTokenKind::name, std::string(source_.substr(at_, end - at_)));
    } else if (is_digit(c)) {
      while (is_digit(char_at(end))) ++end;
      const bool plain = !is_name_start(char_at(end)) && !(char_at(end) == '.' && is_digit(char_at(end + 1)));
      const bool leading_zero = end - at_ > 1 && c == '0';
      if (!plain || leading_zero || end - at_ > 15) refuse("a number that is not a plain integer is not implemented");
      push(TemplateTokenKind::integer, std::string(source_.substr(at_, end - at_)));
    } else if (c == '\'' || c == '"') {
      end = string(c);
    } else {
      std::size_t length = 0;
      for (const std::string_view symbol : {"==", "!=", "<=", ">=", "//", "**"}) {
        if (source_.substr(at_, 2) == symbol) length = 2;
      }
      if (length == 0 && std::string_view("<>=+-*/%~|.,:()[]{}").find(c) != std::string_view::npos) length = 1;
      if (length == 0)
        refuse("an unexpected character in a tag: code " + std::to_string(static_cast<unsigned char>(c)));
      end = at_ + length;
      push(TemplateTokenKind::symbol, std::string(source_.substr(at_, length)));
    }
    advance(end);
  }

  std::size_t string(char quote) {
    std::string text;
    std::size_t at = at_ + 1;
    while (char_at(at) != quote) {
      if (at >= source_.size()) refuse("a string without its closing quote");
      if (source_[at] == '\\') {
        at = escape(at + 1, text);
      } else {
        text += source_[at++];
      }
    }
    push(TemplateTokenKind::string, std::move(text));
    return at + 1;
  }

  // Python's escapes; an unknown one keeps its backslash.
  std::size_t escape(std::size_t at, std::string& text) {
    if (at >= source_.size()) refuse("a string without its closing quote");
    const char c = source_[at];
    constexpr std::string_view kFrom = "ntrbfva\\'\"", kTo = "\n\t\r\b\f\v\a\\'\"";
    if (const std::size_t known = kFrom.find(c); known != std::string_view::npos) {
      text += kTo[known];
      return at + 1;
    }
    if (c == '\n') return at + 1;
    if (c == 'x') return number(at + 1, 2, 16, text);
    if (c == 'u') return number(at + 1, 4, 16, text);
    if (c == 'U') return number(at + 1, 8, 16, text);
    if (c >= '0' && c <= '7') {
      std::size_t digits = 1;
      while (digits < 3 && char_at(at + digits) >= '0' && char_at(at + digits) <= '7') ++digits;
      return number(at, digits, 8, text);
    }
    if (c == 'N' || static_cast<unsigned char>(c) >= 0x80) refuse("the escape \\N or \\ before a non-ASCII character");
    text += '\\';
    text += c;
    return at + 1;
  }

  std::size_t number(std::size_t at, std::size_t digits, char32_t base, std::string& text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    char32_t code = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      const char c = char_at(at + i);
      const std::size_t digit = kDigits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c);
      if (digit >= base) refuse("an incomplete escape in a string");
      code = code * base + static_cast<char32_t>(digit);
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) refuse("an escape that is no Unicode character");
    append_utf8(text, code);
    return at + digits;
  }

  std::string_view source_;
  const std::string& where_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool line_starting_ = true;  // the tag or text before ended with a line end
  std::vector<TemplateToken> tokens_;
};

}  // namespace

std::vector<TemplateToken> lex_template(std::string_view source, const std::string& where) {
  if (first_invalid_utf8(source) != source.size()) {
    throw Error(ErrorKind::format, where + ": the chat template is not UTF-8");
  }
  const std::string text = normal_lines(source);
  return Lexer(text, where).run();
}

}  // namespace ov
