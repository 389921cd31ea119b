// Plain shapes in plain colours on a picture, without smoothed edges: a pixel is inside or outside, by
// integer arithmetic, so that every machine draws the same.
//
//   Image picture = blank_picture(200, 100, named_colour("white"));
//   draw_shape(picture, Shape::circle, {10, 10, 80, 80}, named_colour("red"));
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "media/image.h"

namespace ov {

struct Colour {
  const char* name;
  std::uint8_t red, green, blue;
};

std::span<const Colour> shape_colours();
std::span<const Colour> background_colours();  // none of them is a colour of shapes
// Of either list. Throws usage for another name.
const Colour& named_colour(const std::string& name);

enum class Shape { circle, square, triangle, bar };
constexpr Shape kShapes[] = {Shape::circle, Shape::square, Shape::triangle, Shape::bar};
const char* shape_name(Shape shape);

struct Box {
  std::int64_t x = 0;  // left and top edge
  std::int64_t y = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
};

Image blank_picture(std::int64_t width, std::int64_t height, const Colour& colour);

// Fills the box's inscribed ellipse, the box itself, the triangle over its lower edge, or its middle
// third (bar). What lies outside the picture is not drawn.
void draw_shape(Image& picture, Shape shape, const Box& box, const Colour& colour);

}  // namespace ov
