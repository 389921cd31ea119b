// What a chart says, apart from how it is drawn: labels, series of numbers, names. Whatever is asked about a chart is
// answered from here.
//
//   const ChartData data = make_chart_data(random, ChartKind::bars, {.entries = 5, .printed = true});
//   data.values()[data.highest()]
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "synth/random_stream.h"

namespace ov {

// Upright bars, bars from left to right, two bars for each label, one or two lines, a pie in percent.
enum class ChartKind { bars, rows, groups, line, pie };
constexpr ChartKind kChartKinds[] = {ChartKind::bars, ChartKind::rows, ChartKind::groups, ChartKind::line,
                                     ChartKind::pie};

struct ChartSeries {
  std::string name;
  std::vector<std::int64_t> values;  // one for each label
};

struct ChartData {
  ChartKind kind = ChartKind::bars;
  std::string title, label_axis, value_axis;  // empty where nothing is written
  std::vector<std::string> labels;            // all different
  std::vector<ChartSeries> series;            // one, or two of different names
  std::int64_t tick = 1;                      // between two numbers of the value axis
  bool printed = false;                       // each value stands beside its bar, point or slice

  const std::vector<std::int64_t>& values() const { return series[0].values; }
  // Of the first series; it has one highest and one lowest value.
  std::size_t highest() const;
  std::size_t lowest() const;
  std::int64_t largest_value() const;   // of all series
  std::int64_t smallest_value() const;  // of all series
  // 1 where the first series only rises, -1 where it only falls, 0 otherwise.
  int trend() const;
  std::size_t number_above(std::int64_t limit) const;  // of the first series
};

struct ChartForm {
  std::int64_t entries = 5;
  bool printed = false;  // otherwise values lie on a tick or half way between two
  bool test = false;     // labels that are kept out of training may be used
};

ChartData make_chart_data(RandomStream& random, ChartKind kind, const ChartForm& form);

}  // namespace ov
