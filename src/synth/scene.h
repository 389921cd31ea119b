// A few shapes side by side: what is in the picture, where, and the words for it.
//
//   const Scene scene = draw_scene(random, 200, 100, {.shapes = 2, .distinct = true});
//   scene.picture, scene.items[0].words() == "red circle", scene.items[0].place == "left"
#pragma once

#include <string>
#include <vector>

#include "media/image.h"
#include "synth/canvas.h"
#include "synth/random_stream.h"
#include "synth/words.h"

namespace ov {

constexpr std::int64_t kMaxShapes = 4;  // of one picture: there are four kinds

struct Item {
  Shape shape = Shape::circle;
  const Colour* colour = nullptr;
  Box box;
  std::string place;  // "top left", "center", "right", ...

  std::string words() const { return std::string(colour->name) + " " + shape_name(shape); }
};

struct Scene {
  const Colour* background = nullptr;
  std::vector<Item> items;  // none covers another; left to right, then top to bottom
  Image picture;
};

struct SceneForm {
  std::int64_t shapes = 1;  // 1 to kMaxShapes
  bool distinct = false;    // no kind of shape and no colour twice
};

// Shapes stand in a row where the picture is at least twice as wide as high, in a column where it is
// at least twice as high as wide, and in the cells of a square otherwise.
Scene draw_scene(RandomStream& random, std::int64_t width, std::int64_t height, const SceneForm& form);

}  // namespace ov
