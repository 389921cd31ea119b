// Plain figures in plain colours: what they are called and how they are drawn. Some pairs of figure and colour are kept
// for tests, so that a model has to put together what it learned apart.
//
//   const Paint paint = pick_paint(random, writer.test());
//   draw_figure(drawing, paint.figure, {10, 10, 40, 40}, /*angle=*/5, paint.rgb);
#pragma once

#include <span>
#include <string>

#include "synth/drawing.h"
#include "synth/random_stream.h"

namespace ov {

struct Figure {
  const char* name;
  const char* plural;
};
std::span<const Figure> figures();
bool is_figure(const std::string& name);

struct Paint {
  std::size_t figure = 0;
  std::size_t colour = 0;  // of thing_colours()
};
bool kept_for_tests(const Paint& paint);
// In tests half of them are pairs that training never shows. Never one that is hard to tell from the ground.
Paint pick_paint(RandomStream& random, const Rgb& ground, bool test);

// What it takes of the box when turned about its middle: a diamond is narrow, a rectangle low.
Rect figure_bounds(std::size_t figure, const Rect& box, double angle);
// As large as the box, turned about its middle.
void draw_figure(Drawing& drawing, std::size_t figure, const Rect& box, double angle, const Rgb& colour);

}  // namespace ov
