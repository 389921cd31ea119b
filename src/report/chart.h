// A line chart as inline SVG. Colours, fonts and the dark form are in report_page.html: classes c1 to c4.
//
//   chart_svg({.about = "Loss of stage1", .y_unit = "loss", .lines = {{"loss", "c1 faint", points}}, ...});
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/scale.h"

namespace ov {

struct ChartLine {
  std::string name;     // in hover titles
  std::string classes;  // "c1", "c2 faint"
  std::vector<Point> points;
};

struct ChartBand {  // a stage in a chart of the whole run
  std::string name;
  double begin = 0;
  double end = 0;
};

struct Chart {
  std::string about;   // for those who cannot see it
  std::string x_unit;  // "step"
  std::string y_unit;  // "loss", "GiB"
  std::vector<ChartLine> lines;
  std::vector<ChartBand> bands;
  Axis y;
  std::function<std::string(double)> x_text;  // hover titles: "step 120", "stage2 step 7"
  std::function<std::string(double)> y_text;
};

// All lines have the same x, in rising order. Points that are not finite are gaps, with a mark on the upper edge.
std::string chart_svg(const Chart& chart);

}  // namespace ov
