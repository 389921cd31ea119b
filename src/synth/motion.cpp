// A video as a folder of frames: one shape crosses the picture, and the question is which way.
#include <algorithm>

#include "synth/family.h"
#include "synth/scene.h"

namespace ov {
namespace {

void draw_motion(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  static constexpr const char* kWays[] = {"left", "right", "up", "down"};
  const auto way = static_cast<std::size_t>(index % 4);
  const Range sides = writer.setting("sides");
  const std::int64_t width = random.between(sides), height = random.between(sides);
  const std::int64_t count = random.between(writer.setting("frames"));
  const Shape shape = random.pick(kShapes);
  const Colour& colour = random.pick(shape_colours());
  const Colour& background = random.pick(background_colours());
  const std::int64_t side = std::min(width, height) * random.between(25, 40) / 100;
  const std::int64_t beside = random.between(0, (way < 2 ? height : width) - side);
  const std::int64_t path = (way < 2 ? width : height) - side;
  std::vector<Image> frames;
  for (std::int64_t i = 0; i < count; ++i) {
    const bool backwards = way == 0 || way == 2;
    const std::int64_t along = path * (backwards ? count - 1 - i : i) / (count - 1);
    const Box box = way < 2 ? Box{along, beside, side, side} : Box{beside, along, side, side};
    frames.push_back(blank_picture(width, height, background));
    draw_shape(frames.back(), shape, box, colour);
  }
  writer.add_video(frames);
  writer.add_exchange("In which direction does the " + std::string(shape_name(shape)) + " move?" + kShortAnswer,
                      kWays[way]);
}

}  // namespace

Family motion_family() {
  return {"motion",
          "a folder of frames in which a shape moves",
          {{"sides", {56, 112}, {16, 4096}}, {"frames", {4, 6}, {2, 256}}},
          draw_motion};
}

}  // namespace ov
