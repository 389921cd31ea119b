// Plane figures of geometry and of puzzles.
//
//   draw_figure(drawing, "hexagon", {10, 10, 40, 40}, {214, 40, 40});
#pragma once

#include <span>
#include <string>
#include <vector>

#include "synth/drawing.h"

namespace ov {

// circle, square, triangle, star, diamond, hexagon, heart, cross
std::span<const char* const> figure_names();

// Filled, in the middle of the box. Throws internal for another name.
void draw_figure(Drawing& drawing, const std::string& name, const Rect& box, const Rgb& colour);

// Corners of the regular polygon; with no turn one corner is at the top.
std::vector<Point> regular_polygon(Point middle, double radius, std::int64_t sides, double turn = 0);

// On the circle about `middle`, `angle` degrees clockwise from twelve o'clock.
Point on_circle(Point middle, double radius, double angle);

}  // namespace ov
