// How a chart is drawn: the choices in which plotting programs differ. A few combinations are for tests only.
#pragma once

#include <string>
#include <vector>

#include "synth/chart_data.h"
#include "synth/palette.h"

namespace ov {

enum class ChartFrame { box, corner, floor, none };   // all four sides, left and bottom, bottom only
enum class ChartGrid { none, across, both, shaded };  // shaded: white lines on a gray ground
enum class Legend { top, right, bottom };

struct ChartLook {
  std::string font;
  double text = 13;  // pixels
  bool bold_title = false;
  bool title_left = false;
  ChartFrame frame = ChartFrame::box;
  ChartGrid grid = ChartGrid::none;
  bool ticks = true;
  bool dark = false;  // light ink on a dark ground
  std::size_t palette = 0;
  std::vector<NamedColour> colours;  // of labels where each has its own, of series otherwise
  bool colour_each = false;
  bool outlined = false;  // a thin dark line round bars and slices
  bool axis_numbers = true;
  bool tight = false;      // the value axis ends a little above the largest value, not at a tick
  bool inside = false;     // printed values stand inside the bars
  bool markers = true;     // of lines
  double bar_share = 0.8;  // of the room for one label
  double label_angle = 0;  // of the labels under the axis, where there is room for level ones: 0
  Legend legend = Legend::top;
  double first_angle = 0;    // of a pie
  bool slices_named = true;  // labels beside the slices, otherwise in a legend
};

// In training never true of a look.
bool kept_for_tests(const ChartLook& look);
// The font is left open.
ChartLook pick_chart_look(RandomStream& random, const ChartData& data, bool test);

}  // namespace ov
