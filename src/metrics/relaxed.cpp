#include "metrics/relaxed.h"

#include <algorithm>
#include <cmath>

#include "metrics/exact.h"
#include "metrics/python_number.h"

namespace ov {
namespace {

constexpr double kTolerance = 0.05;  // of the target

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }

std::optional<double> parse_share(TextView text) {
  if (!text.ends_with(U'%')) return parse_float(text);
  while (text.ends_with(U'%')) text.remove_suffix(1);
  const std::optional<double> percent = parse_float(text);
  return percent ? std::optional(*percent / 100) : std::nullopt;
}

// Thousands commas stand before three digits each: "1,000" and "12,345.6", not "1,2".
bool has_thousands_commas(TextView text) {
  std::size_t at = text.find(U',');
  if (at == text.npos || at == 0 || at > 3) return false;
  while (at < text.size() && text[at] == U',') {
    const TextView group = text.substr(at + 1, 3);
    if (group.size() < 3 || !std::all_of(group.begin(), group.end(), is_digit)) return false;
    at += 4;
  }
  return at == text.size() || text[at] == U'.' || text[at] == U'%';
}

// A number as people write it: "$1,000", "-12.5 %", "14.".
std::optional<double> parse_written_number(TextView given) {
  Text text = normalise_answer(given);
  const bool minus = text.starts_with(U'-');
  if (minus) text.erase(0, 1);
  if (!text.empty() && contains(U"$\u20AC\u00A3\u00A5", TextView(text).substr(0, 1))) text.erase(0, 1);
  text = squeeze(text);
  if (has_thousands_commas(text)) std::erase(text, U',');
  if (text.empty() || !(is_digit(text[0]) || text[0] == U'.')) return std::nullopt;
  const std::optional<double> value = parse_share(text);
  return value && minus ? std::optional(-*value) : value;
}

// Nothing where one of them is no number, or the target is 0.
std::optional<bool> are_close(std::optional<double> answer, std::optional<double> target) {
  if (!answer || !target || *target == 0) return std::nullopt;
  return std::abs(*answer - *target) / std::abs(*target) <= kTolerance;
}

}  // namespace

bool is_relaxed(TextView answer, TextView target) {
  const std::optional<bool> close = are_close(parse_share(answer), parse_share(target));
  return close ? *close : lower(answer) == lower(target);
}

bool is_relaxed_number(TextView answer, TextView target) {
  const std::optional<double> a = parse_written_number(answer), t = parse_written_number(target);
  const std::optional<bool> close = are_close(a, t);
  if (close) return *close;
  return (a && t && *a == *t) || is_exact(answer, target);
}

}  // namespace ov
