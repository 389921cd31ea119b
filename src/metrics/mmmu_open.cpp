#include <algorithm>
#include <variant>

#include "metrics/mmmu.h"
#include "metrics/pattern.h"
#include "metrics/python_number.h"

namespace ov {
namespace {

using Part = std::variant<double, Text>;

constexpr TextView kIndicators[] = {U"could be ",  U"so ",    U"is ",     U"thus ",
                                    U"therefore ", U"final ", U"answer ", U"result "};

// Numbers are rounded to two decimals; a single character gets a blank, so that it does not match inside words.
void normalise_part(TextView given, std::vector<Part>& parts) {
  const TextView text = strip(given);
  const std::optional<double> number = parse_float(replace_all(text, U",", U""));
  if (number) {
    parts.emplace_back(round_decimals(*number, 2));
    return;
  }
  const Text small = lower(text);
  if (small.size() == 1) {
    parts.emplace_back(U" " + small);
    parts.emplace_back(small + U" ");
  } else {
    parts.emplace_back(small);
  }
}

// The shortest text behind the last place of an indicator. As in the reference, an empty one gives way to the next.
Text shortest_tail(TextView line, bool is_last) {
  Text shortest;
  const auto consider = [&](TextView indicator) {
    const std::size_t at = line.rfind(indicator);
    if (at == line.npos) return;
    const TextView tail = strip(line.substr(at + indicator.size()));
    if (shortest.empty() || tail.size() < shortest.size()) shortest = tail;
  };
  for (const TextView indicator : kIndicators) consider(indicator);
  if (is_last) consider(U"=");
  return shortest;
}

std::vector<Text> key_parts(TextView answer) {
  const Text small = lower(strip(strip(answer), U"."));
  const std::vector<TextView> lines = split_at(small, U"\n");
  std::vector<Text> parts;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Text tail = shortest_tail(lines[i], i + 1 == lines.size());
    const bool trivial = tail.size() == 1 && contains(U":,.!?;'", tail);
    if (!tail.empty() && !trivial) parts.push_back(tail);
  }
  if (parts.empty()) parts.push_back(small);
  return parts;
}

// With thousands commas, scientific, simple. The reference's expressions; "(?<!\d)" and "++" only save it from trying
// every place inside a long row of digits, where the outcome is that of its beginning.
void find_numbers(TextView text, std::vector<Part>& parts) {
  static const Pattern patterns[] = {
      Pattern(U"-?\\b\\d{1,3}(?:,\\d{3})+\\b"), Pattern(U"-?(?<!\\d)\\d++(?:\\.\\d++)?[eE][+-]?\\d+"),
      Pattern(U"-?(?:(?<!\\d)\\d++\\.\\d++|\\.\\d++|(?<!\\d)\\d++\\b)(?![eE][+-]?\\d)(?![,\\d])")};
  for (const Pattern& pattern : patterns) {
    for (const Pattern::Groups& groups : pattern.find_all(text)) normalise_part(groups[0], parts);
  }
}

bool is_in(const Part& part, const Part& reference) {
  if (part.index() != reference.index()) return false;
  if (const double* number = std::get_if<double>(&part)) return *number == std::get<double>(reference);
  return contains(std::get<Text>(part), std::get<Text>(reference));
}

}  // namespace

bool is_mmmu_open_right(const std::vector<Text>& references, TextView answer) {
  std::vector<Part> parts, right;
  for (const Text& reference : references) normalise_part(reference, right);
  for (const Text& tail : key_parts(answer)) {
    normalise_part(tail, parts);
    find_numbers(tail, parts);
  }
  return std::any_of(parts.begin(), parts.end(), [&](const Part& part) {
    return std::any_of(right.begin(), right.end(), [&](const Part& reference) { return is_in(part, reference); });
  });
}

}  // namespace ov
