#include "report/scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "report/amounts.h"
#include "report/smoothing.h"

namespace ov {
namespace {

// 1, 2 or 5 times a power of ten.
double nice_step(double span, int count) {
  const double raw = span / count;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double share = raw / power;
  return power * (share <= 1.001 ? 1 : share <= 2.001 ? 2 : share <= 5.001 ? 5 : 10);
}

// "2e-6" instead of "2e-06".
std::string exponent_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  std::string label = text;
  const std::size_t zero = label.find("e-0");
  if (zero != std::string::npos) label.erase(zero + 2, 1);
  return label;
}

std::string fixed_text(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

std::vector<std::string> tick_labels(const std::vector<double>& ticks, double step) {
  double largest = 0;
  for (const double tick : ticks) largest = std::max(largest, std::abs(tick));
  const int decimals = std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9)));
  std::vector<std::string> labels;
  for (const double tick : ticks) {
    if (tick == 0) {
      labels.push_back("0");
    } else if (largest < 2e-3) {
      labels.push_back(exponent_text(tick));
    } else {
      labels.push_back(largest >= 2000 ? compact_number(tick) : fixed_text(tick, decimals));
    }
  }
  return labels;
}

Axis linear_axis(double low, double high, double step) {
  Axis axis{low, high, false, {}, {}};
  const auto first = static_cast<std::int64_t>(std::ceil(low / step - 1e-6));
  const auto last = static_cast<std::int64_t>(std::floor(high / step + 1e-6));
  for (std::int64_t i = first; i <= last; ++i) axis.ticks.push_back(static_cast<double>(i) * step);
  axis.labels = tick_labels(axis.ticks, step);
  return axis;
}

}  // namespace

double Axis::position(double value) const {
  const double share = log ? std::log(std::max(value, low) / low) / std::log(high / low) : (value - low) / (high - low);
  return std::clamp(share, 0.0, 1.0);
}

Axis nice_axis(double low, double high, int count) {
  if (!(high > low)) {
    const double margin = low == 0 ? 1 : std::abs(low) * 0.1;
    high = low + margin;
    low = low > 0 && low - margin <= 0 ? 0 : low - margin;
  }
  const double step = nice_step(high - low, count);
  return linear_axis(std::floor(low / step + 1e-6) * step, std::ceil(high / step - 1e-6) * step, step);
}

Axis step_axis(double low, double high, int count) {
  if (!(high > low)) high = low + 1;
  return linear_axis(low, high, std::max(1.0, nice_step(high - low, count)));
}

Axis log_axis(double low, double high) {
  const double first = std::floor(std::log10(low) + 1e-9);
  const double last = std::max(std::ceil(std::log10(high) - 1e-9), first + 1);
  Axis axis{std::pow(10, first), std::pow(10, last), true, {}, {}};
  const double every = std::ceil((last - first) / 6);
  for (double decade = first; decade <= last; decade += every) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (factor > 1 && (last - first > 2 || decade == last)) continue;
      axis.ticks.push_back(factor * std::pow(10, decade));
    }
  }
  for (const double tick : axis.ticks) {
    axis.labels.push_back(tick >= 2000 ? compact_number(tick) : exponent_text(tick));
  }
  return axis;
}

std::vector<Point> thin(const std::vector<Point>& points, std::size_t most) {
  if (points.size() <= most) return points;
  const std::size_t runs = std::max<std::size_t>(most / 2, 1);
  std::vector<Point> kept;
  for (std::size_t run = 0; run < runs; ++run) {
    const Point* lowest = nullptr;
    const Point* highest = nullptr;
    const Point* gap = nullptr;
    for (std::size_t i = points.size() * run / runs; i < points.size() * (run + 1) / runs; ++i) {
      const Point& point = points[i];
      if (!std::isfinite(point.y)) {
        gap = &point;
        continue;
      }
      if (lowest == nullptr || point.y < lowest->y) lowest = &point;
      if (highest == nullptr || point.y >= highest->y) highest = &point;
    }
    std::array<const Point*, 3> chosen = {lowest, highest, gap};
    std::sort(chosen.begin(), chosen.end());
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (chosen[i] != nullptr && (i == 0 || chosen[i] != chosen[i - 1])) kept.push_back(*chosen[i]);
    }
  }
  return kept;
}

std::vector<Point> smooth(std::span<const Point> points) {
  // Forwards and backwards: one alone lags behind a curve that falls. Weighted, so that an end is not one point.
  const double keep = 1 - 1 / std::max(1.0, static_cast<double>(points.size()) / 100);
  std::vector<Point> smoothed(points.begin(), points.end());
  std::vector<double> weights;
  Smoothed forwards(keep);
  for (std::size_t i = 0; i < points.size(); ++i) {
    smoothed[i].y = forwards.add(points[i].y);
    weights.push_back(forwards.weight());
  }
  Smoothed backwards(keep);
  for (std::size_t i = points.size(); i-- > 0;) {
    const double average = backwards.add(points[i].y);
    const double whole = weights[i] + backwards.weight();
    smoothed[i].y = (smoothed[i].y * weights[i] + average * backwards.weight()) / whole;
    if (!std::isfinite(points[i].y)) smoothed[i].y = std::numeric_limits<double>::quiet_NaN();
  }
  return smoothed;
}

}  // namespace ov
