// Questions about a chart.
#pragma once

#include <string>
#include <vector>

#include "synth/asking.h"
#include "synth/chart_data.h"
#include "synth/chart_look.h"

namespace ov {

Queries chart_queries(RandomStream& random, const ChartData& data, const ChartLook& look);
// "A bar chart titled Sales. Red: 12, Blue: 7, Green: 9."
std::string chart_read_out(const ChartData& data);

}  // namespace ov
