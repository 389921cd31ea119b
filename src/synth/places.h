// Where things stand on a picture.
#pragma once

#include <vector>

#include "synth/drawing.h"
#include "synth/random_stream.h"

namespace ov {

// `count` square boxes inside the area that do not touch, sides between `smallest` and `largest` (pixels), in no order.
// Where so many do not fit at random, in the cells of a grid.
std::vector<Rect> scatter(RandomStream& random, const Rect& area, std::int64_t count, double smallest, double largest);

// "top left", "center", "right", ...: in which ninth of the area the middle of the box lies.
const char* place_name(const Rect& box, const Rect& area);

}  // namespace ov
