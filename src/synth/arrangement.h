// Things and plain figures arranged on a ground: the picture, and for each what it is, where and how large.
//
//   const Arrangement scene = arrange(random, writer, {.groups = 3});
//   scene.items[0].words() == "small red circle", scene.items[0].place == "top left"
#pragma once

#include <string>
#include <vector>

#include "synth/drawing.h"
#include "synth/family.h"
#include "synth/random_stream.h"

namespace ov {

// What is shown, once or several times.
struct Sort {
  std::string name, plural;
  std::string colour;  // of a figure; things have colours of their own
  std::string group;   // of a thing
  std::string size;    // "big", "small", or nothing where it is in between

  bool is_figure() const { return !colour.empty(); }
  std::string words() const { return (size.empty() ? "" : size + " ") + coloured(); }  // "small red circle"
  std::string coloured() const { return (colour.empty() ? "" : colour + " ") + name; }
  std::string counted(std::int64_t number) const;  // "a small cat", "two red stars"
};

struct Placed {
  std::size_t sort = 0;
  Rect box;
  std::string place;  // as place_name() has it, and well inside
};

struct Arrangement {
  std::int64_t width = 0, height = 0;
  std::string ground;  // "light blue"
  std::vector<Sort> sorts;
  std::vector<Placed> items;  // in reading order
  Image picture;

  const Sort& sort_of(const Placed& item) const { return sorts[item.sort]; }
  std::int64_t count(std::size_t sort) const;
  // As a caption names them: by their first items.
  std::vector<std::size_t> sorts_in_order() const;
};

struct ArrangementForm {
  std::vector<std::int64_t> counts = {1};  // how often each sort is shown
  bool sizes = false;                      // sorts of different sizes, and words for the big and the small
  std::int64_t figures = 50;               // percent of the sorts that are figures
  bool alike = false;                      // half of the later figures share colour or shape with the first
  bool nameless = false;                   // no sort will be named: what tests show may be unseen
  std::int64_t largest = 46;               // percent of the shorter side
  double overlap = 0.06;                   // share of a box that may lie in another: corners are mostly empty
};

Arrangement arrange(RandomStream& random, const SampleWriter& writer, const ArrangementForm& form);

// A little of its colour, plain or from light to dark, one in four with stripes or dots. `sides` of the writer's
// setting; at most twice as wide as high or the other way around.
struct Ground {
  std::string name;
  Rgb rgb;
  Drawing drawing;
  int grain = 0;
};
Ground draw_ground(RandomStream& random, const SampleWriter& writer);

std::string where(const std::string& place);  // "in the top left", "on the left", "at the top"

}  // namespace ov
