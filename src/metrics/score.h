// The mean of scores between 0 and 1 with how far it can be trusted, in percent. Sources: the standard error is
// that of lmms-eval's api/metrics.py (sample deviation with n - 1, over the root of n); the interval is Wilson's
// at 95 %, which stays inside 0 to 100 and is honest for few samples and for scores near its ends. Questions about one
// video are not independent: clustered_error() is equation 4 of "Adding Error Bars to Evals" (arXiv 2411.00640).
//
//   const Score score = score_of({1, 0, 1, 1});   // mean 75, interval 30.1 to 95.4
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/json.h"

namespace ov {

struct Score {
  std::int64_t n = 0;
  double mean = 0;            // percent, as the three below
  double standard_error = 0;  // not a number for less than two samples; null in JSON
  double low = 0;
  double high = 100;
};

Score score_of(std::span<const double> scores);

// Percent; `clusters` has a name for each score. Not a number for less than two samples.
double clustered_error(std::span<const double> scores, std::span<const std::string> clusters);

Json to_json(const Score& score);  // {"score", "stderr", "interval": [low, high], "n"}

}  // namespace ov
