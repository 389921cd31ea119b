#include "metrics/text_distance.h"

#include <algorithm>

namespace ov {

std::size_t edit_distance(TextView a, TextView b, std::size_t limit) {
  if (a.size() > b.size()) std::swap(a, b);
  limit = std::min(limit, b.size());
  const std::size_t beyond = limit + 1;
  if (b.size() - a.size() > limit) return beyond;
  std::vector<std::size_t> row(a.size() + 1);  // distances of a's beginnings to the part of b read so far
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = std::min(i, beyond);
  for (std::size_t j = 1; j <= b.size(); ++j) {
    const std::size_t first = j > limit ? j - limit : 1, last = std::min(a.size(), j + limit);
    std::size_t diagonal = row[first - 1], best = beyond;
    row[first - 1] = first == 1 ? std::min(j, beyond) : beyond;
    if (first == 1) best = row[0];
    for (std::size_t i = first; i <= last; ++i) {
      const std::size_t change = a[i - 1] == b[j - 1] ? diagonal : 1 + std::min({diagonal, row[i], row[i - 1]});
      diagonal = row[i];
      row[i] = std::min(change, beyond);
      best = std::min(best, row[i]);
    }
    if (best == beyond) return beyond;
  }
  return row.back();
}

double anls(const std::vector<Text>& references, TextView answer) {
  const Text given = lower(squeeze(answer));
  const std::size_t answer_length = upper_length(answer);
  double least = 1;
  for (const Text& reference : references) {
    const std::size_t length = std::max(upper_length(reference), answer_length);
    const std::size_t distance = edit_distance(lower(squeeze(reference)), given, length / 2);
    if (length == 0) return 1;
    if (distance <= length / 2) least = std::min(least, static_cast<double>(distance) / static_cast<double>(length));
  }
  return least > 0.5 ? 0 : 1 - least;
}

}  // namespace ov
