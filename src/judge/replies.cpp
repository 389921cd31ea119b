#include "judge/replies.h"

#include <charconv>
#include <cmath>
#include <map>
#include <vector>

namespace ov {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
// Bytes of other scripts count as parts of words.
bool is_word(char c) { return is_digit(c) || is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string_view trimmed(std::string_view text, std::string_view set = kBlanks) {
  const std::size_t begin = text.find_first_not_of(set);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(set) - begin + 1);
}

bool stands_alone(std::string_view text, std::size_t at) {
  return (at == 0 || !is_word(text[at - 1])) && (at + 1 == text.size() || !is_word(text[at + 1]));
}

bool within(double value, double low, double high) { return value >= low && value <= high; }

// The longest plain number at the start of the text, or nothing.
std::string_view number_prefix(std::string_view text) {
  std::size_t end = !text.empty() && text[0] == '-' ? 1 : 0;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1])) {
    for (++end; end < text.size() && is_digit(text[end]);) ++end;
  }
  return text.substr(0, end);
}

using Dictionary = std::map<std::string, std::string, std::less<>>;

// Reads a dictionary without others inside it from its "{" on.
class DictionaryReader {
 public:
  explicit DictionaryReader(std::string_view text) : text_(text) {}

  std::optional<Dictionary> read() {
    if (!take('{')) return std::nullopt;
    Dictionary fields;
    while (!take('}')) {
      if (!fields.empty() && !take(',')) return std::nullopt;
      if (!fields.empty() && take('}')) break;  // Python allows a comma at the end
      const auto key = quoted();
      if (!key || !take(':')) return std::nullopt;
      const auto value = peek() == '"' || peek() == '\'' ? quoted() : number();
      if (!value || !fields.emplace(*key, *value).second) return std::nullopt;
    }
    return fields;
  }

 private:
  char peek() {
    const std::size_t next = text_.find_first_not_of(kBlanks, at_);
    at_ = next == std::string_view::npos ? text_.size() : next;
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c || c == '\0') return false;
    ++at_;
    return true;
  }
  std::optional<std::string> quoted() {
    const char quote = peek();
    if (quote != '"' && quote != '\'') return std::nullopt;
    std::string value;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\' && ++at_ == text_.size()) break;
      value += text_[at_];
    }
    if (at_ >= text_.size()) return std::nullopt;
    ++at_;
    return value;
  }
  std::optional<std::string> number() {
    peek();
    const std::string_view digits = number_prefix(text_.substr(at_));
    at_ += digits.size();
    if (!plain_number(digits)) return std::nullopt;
    return std::string(digits);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string_view without_reasoning(std::string_view reply) {
  constexpr std::string_view kOpen = "<think>", kClose = "</think>";
  reply = trimmed(reply);
  if (!reply.starts_with(kOpen)) return reply;
  const std::size_t close = reply.find(kClose);
  return close == std::string_view::npos ? std::string_view() : trimmed(reply.substr(close + kClose.size()));
}

std::optional<double> plain_number(std::string_view text) {
  if (text.empty() || text.size() > 32 || number_prefix(text) != text || !is_digit(text.back())) return std::nullopt;
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<std::string> dictionary_field(std::string_view reply, std::string_view key) {
  std::optional<std::string> found;
  for (std::size_t open = reply.find('{'); open != std::string_view::npos; open = reply.find('{', open + 1)) {
    const std::size_t close = reply.find_first_of("{}", open + 1);
    if (close == std::string_view::npos) break;
    if (reply[close] == '{') continue;
    const auto fields = DictionaryReader(reply.substr(open, close - open + 1)).read();
    if (!fields) continue;
    const auto field = fields->find(key);
    if (field == fields->end()) continue;
    if (found && *found != field->second) return std::nullopt;
    found = field->second;
  }
  return found;
}

std::optional<double> number_field(std::string_view reply, std::string_view key, double low, double high) {
  const auto text = dictionary_field(reply, key);
  const auto value = text ? plain_number(*text) : std::nullopt;
  return value && within(*value, low, high) ? value : std::nullopt;
}

std::optional<double> labelled_number(std::string_view reply, std::string_view label, double low, double high) {
  std::string text(reply), wanted(label);
  for (char& c : text) c = lower(c);
  for (char& c : wanted) c = lower(c);
  std::optional<double> found;
  for (std::size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
    std::string_view rest = std::string_view(text).substr(at + wanted.size());
    const std::size_t colon = rest.find_first_not_of(" *");
    if (colon == std::string_view::npos || rest[colon] != ':') continue;
    rest.remove_prefix(std::min(rest.find_first_not_of(" *[", colon + 1), rest.size()));
    const std::string_view digits = number_prefix(rest);
    const auto value = plain_number(digits);
    if (!value || !within(*value, low, high) || (found && *found != *value)) return std::nullopt;
    if (digits.size() < rest.size() && (is_word(rest[digits.size()]) || rest[digits.size()] == '-'))
      return std::nullopt;
    found = value;
  }
  return found;
}

std::optional<std::pair<double, double>> number_pair(std::string_view reply, double low, double high) {
  reply = trimmed(reply);
  std::string_view line = reply.substr(0, reply.find('\n'));
  std::vector<double> numbers;
  constexpr std::string_view kBetween = " ,\t\r";
  while (!(line = trimmed(line, kBetween)).empty()) {
    const std::string_view word = line.substr(0, line.find_first_of(kBetween));
    const auto value = plain_number(word);
    if (!value || !within(*value, low, high) || numbers.size() == 2) return std::nullopt;
    numbers.push_back(*value);
    line.remove_prefix(word.size());
  }
  if (numbers.size() != 2) return std::nullopt;
  return std::pair(numbers[0], numbers[1]);
}

std::optional<double> leading_number(std::string_view reply, double low, double high) {
  reply = trimmed(reply);
  const auto value = plain_number(reply.substr(0, reply.find_first_of(kBlanks)));
  return value && within(*value, low, high) ? value : std::nullopt;
}

std::optional<bool> zero_or_one(std::string_view reply) {
  std::optional<bool> found;
  for (std::size_t at = 0; at < reply.size(); ++at) {
    if (!is_digit(reply[at])) continue;
    const bool is_binary = reply[at] == '0' || reply[at] == '1';
    if (!is_binary || !stands_alone(reply, at)) return std::nullopt;
    const bool is_part = (at > 0 && (reply[at - 1] == '.' || reply[at - 1] == '-')) ||
                         (at + 2 < reply.size() && reply[at + 1] == '.' && is_digit(reply[at + 2]));
    if (is_part || (found && *found != (reply[at] == '1'))) return std::nullopt;
    found = reply[at] == '1';
  }
  return found;
}

std::optional<char> option_letter(std::string_view reply) {
  std::optional<char> found;
  for (std::size_t at = 0; at < reply.size(); ++at) {
    const char c = reply[at];
    if (c < 'A' || c > 'E' || !stands_alone(reply, at)) continue;
    const bool is_article = c == 'A' && at + 2 < reply.size() && reply[at + 1] == ' ' && is_word(reply[at + 2]);
    if (is_article || (found && *found != c)) return std::nullopt;
    found = c;
  }
  return found;
}

}  // namespace ov
