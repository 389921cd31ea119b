#include "metrics/python_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace ov {
namespace {

// What float() and int() ignore at the ends. The separators from 0x1C to 0x1F are white space to str.strip() only.
bool is_blank(char32_t c) { return is_space(c) && !(c >= 0x1C && c <= 0x1F); }

// The text in ASCII without the underscores that Python allows between digits; nothing if it has other characters.
std::optional<std::string> ascii_number(TextView given) {
  TextView text = given;
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char32_t c = text[at];
    if (c == U'_') {
      const bool between = at > 0 && at + 1 < text.size() && is_decimal(text[at - 1]) && is_decimal(text[at + 1]);
      if (!between) return std::nullopt;
    } else if (is_decimal(c)) {
      out += static_cast<char>('0' + decimal_value(c));
    } else if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

// from_chars leaves the value alone when it is too great or too small for a double.
double out_of_range(const std::string& number) {
  const bool minus = number.starts_with('-');
  const std::size_t exponent = number.find_first_of("eE");
  const char first = number[minus ? 1 : 0];
  const bool small = exponent != number.npos ? number[exponent + 1] == '-' : first == '0' || first == '.';
  const double value = small ? 0 : std::numeric_limits<double>::infinity();
  return minus ? -value : value;
}

Text widen(std::string_view ascii) { return {ascii.begin(), ascii.end()}; }

template <typename... Format>
std::string digits_of(double value, Format... format) {
  std::array<char, 1100> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format...).ptr};
}

}  // namespace

std::optional<double> parse_float(TextView text) {
  const std::optional<std::string> given = ascii_number(text);
  if (!given) return std::nullopt;
  std::string_view number = *given;
  if (number.starts_with('+')) {
    number.remove_prefix(1);
    if (number.starts_with('-')) return std::nullopt;
  }
  if (number.empty() || number.find('(') != number.npos) return std::nullopt;  // nan(...) is of C only
  double value = 0;
  const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (failed == std::errc::invalid_argument || end != number.data() + number.size()) return std::nullopt;
  return failed == std::errc::result_out_of_range ? out_of_range(std::string(number)) : value;
}

bool is_integer(TextView text) {
  const std::optional<std::string> given = ascii_number(text);
  if (!given) return false;
  std::string_view number = *given;
  if (number.starts_with('+') || number.starts_with('-')) number.remove_prefix(1);
  return !number.empty() && number.find_first_not_of("0123456789") == number.npos;
}

double round_decimals(double value, int decimals) {
  if (!std::isfinite(value)) return value;
  const std::string digits = digits_of(value, std::chars_format::fixed, decimals);
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

Text float_text(double value) {
  if (std::isnan(value)) return U"nan";
  if (std::isinf(value)) return value > 0 ? U"inf" : U"-inf";
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e16)) return widen(digits_of(value, std::chars_format::scientific));
  const std::string digits = digits_of(value, std::chars_format::fixed);
  return widen(digits) + (digits.find('.') == digits.npos ? U".0" : U"");
}

std::optional<Text> integer_text(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  return widen(digits_of(std::trunc(value) + 0.0, std::chars_format::fixed, 0));  // + 0.0: never "-0"
}

}  // namespace ov
