// Axes and points of a chart, before they are drawn.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace ov {

struct Point {
  double x = 0;
  double y = 0;
};

// A linear or logarithmic axis from `low` to `high`, with ticks inside. All ticks are labelled in one style.
struct Axis {
  double low = 0;
  double high = 1;
  bool log = false;
  std::vector<double> ticks;
  std::vector<std::string> labels;

  double position(double value) const;  // 0 at low, 1 at high, clamped
};

// An axis that holds [low, high] and starts and ends at a tick, about `count` apart.
Axis nice_axis(double low, double high, int count);
// The same with the ends as they are: for steps, whose ticks are whole numbers.
Axis step_axis(double low, double high, int count);
// Decades, and 2 and 5 between them where there are few. low > 0.
Axis log_axis(double low, double high);

// At most about `most` points that still show every peak: lowest and highest of each run of neighbours. A run with
// a value that is not finite keeps it, as a gap.
std::vector<Point> thin(const std::vector<Point>& points, std::size_t most);

// Exponential average of about a hundredth of the points on either side. Gaps stay.
std::vector<Point> smooth(std::span<const Point> points);

}  // namespace ov
