// A chart on a picture. All labels, numbers and names of the data that the look shows can be read.
#pragma once

#include <cstdint>

#include "synth/chart_data.h"
#include "synth/chart_look.h"
#include "synth/drawing.h"

namespace ov {

Drawing draw_chart(const ChartData& data, const ChartLook& look, std::int64_t width, std::int64_t height);

}  // namespace ov
