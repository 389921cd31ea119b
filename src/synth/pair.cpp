// Two pictures and a question about both, by turns: the same colour or not, and which one has a shape.
#include <algorithm>

#include "synth/family.h"
#include "synth/scene.h"

namespace ov {
namespace {

Image draw_one(RandomStream& random, const Range& sides, Shape shape, const Colour& colour) {
  const std::int64_t width = random.between(sides), height = random.between(sides);
  Image picture = blank_picture(width, height, random.pick(background_colours()));
  const std::int64_t side = std::min(width, height) * random.between(50, 80) / 100;
  draw_shape(picture, shape, {random.between(0, width - side), random.between(0, height - side), side, side}, colour);
  return picture;
}

void draw_pair(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Range sides = writer.setting("sides");
  std::vector<Shape> kinds(std::begin(kShapes), std::end(kShapes));
  random.shuffle(kinds);
  const bool same = random.coin();
  const Colour* first = &random.pick(shape_colours());
  const Colour* second = first;
  while (!same && second == first) second = &random.pick(shape_colours());
  writer.add_picture(draw_one(random, sides, kinds[0], *first));
  writer.add_picture(draw_one(random, sides, kinds[1], *second));
  if (index % 2 == 0) {
    writer.add_exchange("Do the shapes in the two images have the same color?" + std::string(kShortAnswer),
                        same ? "yes" : "no");
    return;
  }
  const bool ask_first = random.coin();
  const std::string name = shape_name(kinds[ask_first ? 0 : 1]);
  writer.add_exchange("Which image has a " + name + ", the first or the second?" + kShortAnswer,
                      ask_first ? "first" : "second");
}

}  // namespace

Family pair_family() {
  return {"pair", "two pictures and a question about both", {{"sides", {56, 112}, {16, 4096}}}, draw_pair};
}

}  // namespace ov
