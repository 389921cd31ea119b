#include "metrics/score.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace ov {

Score score_of(std::span<const double> scores) {
  constexpr double z = 1.959963984540054;  // of the normal distribution, 95 % between -z and z
  Score score;
  score.n = static_cast<std::int64_t>(scores.size());
  score.standard_error = std::numeric_limits<double>::quiet_NaN();
  if (score.n == 0) return score;
  const auto n = static_cast<double>(score.n);
  double sum = 0, squares = 0;
  for (const double value : scores) sum += value;
  const double mean = sum / n;
  for (const double value : scores) squares += (value - mean) * (value - mean);
  if (score.n > 1) score.standard_error = 100 * std::sqrt(squares / (n - 1) / n);
  const double centre = (mean + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(mean * (1 - mean) / n + z * z / (4 * n * n));
  score.mean = 100 * mean;
  // At the ends the formula is exact, its rounding is not.
  score.low = mean > 0 ? 100 * (centre - half) : 0;
  score.high = mean < 1 ? 100 * (centre + half) : 100;
  return score;
}

double clustered_error(std::span<const double> scores, std::span<const std::string> clusters) {
  const Score score = score_of(scores);
  if (score.n < 2) return score.standard_error;
  struct Sums {
    double deviations = 0, squares = 0;
  };
  std::map<std::string, Sums> sums;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double deviation = 100 * scores[i] - score.mean;
    Sums& of = sums[clusters[i]];
    of.deviations += deviation;
    of.squares += deviation * deviation;
  }
  double cross = 0;  // products of different samples of one cluster
  for (const auto& [cluster, of] : sums) cross += of.deviations * of.deviations - of.squares;
  const auto n = static_cast<double>(score.n);
  return std::sqrt(std::max(0.0, score.standard_error * score.standard_error + cross / (n * n)));
}

Json to_json(const Score& score) {
  const Json error = std::isnan(score.standard_error) ? Json() : Json(score.standard_error);
  return {{"score", score.mean}, {"stderr", error}, {"interval", {score.low, score.high}}, {"n", score.n}};
}

}  // namespace ov
