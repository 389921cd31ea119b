#include "synth/canvas.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"

namespace ov {
namespace {

constexpr Colour kShapeColours[] = {
    {"red", 220, 40, 40},     {"green", 40, 160, 70},   {"blue", 40, 80, 220}, {"yellow", 240, 210, 50},
    {"orange", 245, 130, 20}, {"purple", 140, 60, 180}, {"black", 20, 20, 20},
};
constexpr Colour kBackgroundColours[] = {{"white", 250, 250, 250}, {"gray", 160, 160, 160}};

// Distances from the box's middle are doubled, so that the middle of a box of even width is whole.
bool inside(Shape shape, const Box& box, std::int64_t x, std::int64_t y) {
  const std::int64_t across = 2 * x + 1 - box.width;
  const std::int64_t down = 2 * y + 1 - box.height;
  const std::int64_t w2 = box.width * box.width, h2 = box.height * box.height;
  switch (shape) {
    case Shape::circle: return across * across * h2 + down * down * w2 <= w2 * h2;
    case Shape::square: return true;
    case Shape::triangle: return std::abs(across) * box.height <= (y + 1) * box.width;
    case Shape::bar: return 3 * std::abs(down) <= box.height;
  }
  return false;
}

}  // namespace

std::span<const Colour> shape_colours() { return kShapeColours; }
std::span<const Colour> background_colours() { return kBackgroundColours; }

const Colour& named_colour(const std::string& name) {
  for (const auto list : {shape_colours(), background_colours()}) {
    for (const Colour& colour : list) {
      if (name == colour.name) return colour;
    }
  }
  throw Error(ErrorKind::usage, "no colour is called \"" + name + "\"");
}

const char* shape_name(Shape shape) {
  switch (shape) {
    case Shape::circle: return "circle";
    case Shape::square: return "square";
    case Shape::triangle: return "triangle";
    case Shape::bar: return "bar";
  }
  return "";
}

Image blank_picture(std::int64_t width, std::int64_t height, const Colour& colour) {
  Image picture{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height))};
  draw_shape(picture, Shape::square, {0, 0, width, height}, colour);
  return picture;
}

void draw_shape(Image& picture, Shape shape, const Box& box, const Colour& colour) {
  const std::int64_t left = std::max<std::int64_t>(box.x, 0);
  const std::int64_t right = std::min(box.x + box.width, picture.width);
  const std::int64_t top = std::max<std::int64_t>(box.y, 0);
  const std::int64_t bottom = std::min(box.y + box.height, picture.height);
  for (std::int64_t y = top; y < bottom; ++y) {
    for (std::int64_t x = left; x < right; ++x) {
      if (!inside(shape, box, x - box.x, y - box.y)) continue;
      std::uint8_t* pixel = picture.rgb.data() + 3 * (y * picture.width + x);
      pixel[0] = colour.red;
      pixel[1] = colour.green;
      pixel[2] = colour.blue;
    }
  }
}

}  // namespace ov
