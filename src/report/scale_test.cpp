#include "report/scale.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

namespace ov {
namespace {

using ::testing::ElementsAre;

TEST(Axis, HasRoundTicks) {
  EXPECT_THAT(nice_axis(0.74, 1.93, 5).labels, ElementsAre("0.5", "1.0", "1.5", "2.0"));
  EXPECT_THAT(nice_axis(0, 1e-3, 5).labels, ElementsAre("0", "0.0002", "0.0004", "0.0006", "0.0008", "0.001"));
  EXPECT_THAT(nice_axis(0, 1e-5, 5).labels, ElementsAre("0", "2e-6", "4e-6", "6e-6", "8e-6", "1e-5"));
  EXPECT_THAT(nice_axis(0, 100, 5).labels, ElementsAre("0", "20", "40", "60", "80", "100"));
  EXPECT_THAT(nice_axis(0, 61000, 5).labels, ElementsAre("0", "20k", "40k", "60k", "80k"));
  EXPECT_THAT(step_axis(1, 1090, 6).labels, ElementsAre("200", "400", "600", "800", "1000"));
  EXPECT_THAT(step_axis(1, 3, 6).labels, ElementsAre("1", "2", "3"));
  EXPECT_THAT(log_axis(0.4, 60).labels, ElementsAre("0.1", "1", "10", "100"));
  EXPECT_THAT(log_axis(2, 60).labels, ElementsAre("1", "2", "5", "10", "20", "50", "100"));
}

TEST(Axis, HoldsAConstantCurve) {
  for (const double value : {0.0, 2.5, -3.0, 1e-9, 1e9}) {
    const Axis axis = nice_axis(value, value, 5);
    EXPECT_LE(axis.low, value);
    EXPECT_GT(axis.high, value);
    EXPECT_GE(axis.ticks.size(), 2u);
  }
  EXPECT_EQ(step_axis(1, 1, 6).position(1), 0);
}

TEST(Axis, PlacesValues) {
  const Axis linear = nice_axis(0, 10, 5);
  EXPECT_DOUBLE_EQ(linear.position(2.5), 0.25);
  EXPECT_EQ(linear.position(-1), 0);
  EXPECT_EQ(linear.position(11), 1);
  EXPECT_DOUBLE_EQ(log_axis(0.1, 100).position(1), 1.0 / 3);
}

TEST(Thin, KeepsPeaksEndsAndGaps) {
  std::vector<Point> points;
  for (int i = 0; i < 100'000; ++i) points.push_back({i + 1.0, std::sin(i * 0.001)});
  points[12'345].y = 90;
  points[77'777].y = -90;
  points[50'000].y = std::nan("");
  const std::vector<Point> thinned = thin(points, 2000);
  EXPECT_LE(thinned.size(), 2001u);
  EXPECT_GE(thinned.size(), 1900u);
  int highest = 0, lowest = 0, gaps = 0;
  for (const Point& point : thinned) {
    highest += point.y == 90;
    lowest += point.y == -90;
    gaps += std::isnan(point.y);
  }
  EXPECT_EQ(highest, 1);
  EXPECT_EQ(lowest, 1);
  EXPECT_EQ(gaps, 1);
  EXPECT_TRUE(std::is_sorted(thinned.begin(), thinned.end(), [](auto& a, auto& b) { return a.x < b.x; }));
  EXPECT_EQ(thin(thinned, 5000).size(), thinned.size());
}

TEST(Smooth, FollowsALineAndKeepsGaps) {
  std::vector<Point> points;
  for (int i = 0; i < 1000; ++i) points.push_back({i + 1.0, 5 - 0.004 * i + (i % 2 == 0 ? 0.5 : -0.5)});
  points[500].y = std::nan("");
  const std::vector<Point> smoothed = smooth(points);
  ASSERT_EQ(smoothed.size(), points.size());
  EXPECT_TRUE(std::isnan(smoothed[500].y));
  for (int i = 0; i < 1000; ++i) {
    if (i != 500) {
      EXPECT_NEAR(smoothed[i].y, 5 - 0.004 * i, 0.12) << i;
    }
  }
}

}  // namespace
}  // namespace ov
