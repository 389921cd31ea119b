#include "synth/clip.h"

namespace ov {

const char* way_name(Way way) {
  static constexpr const char* kNames[] = {"left", "right", "up", "down"};
  return kNames[static_cast<std::size_t>(way)];
}

Clip moving_clip(RandomStream& random, const Move& move) {
  const bool zooms = move.way == Way::nearer || move.way == Way::away;
  const double side = static_cast<double>(zooms ? random.between(80, 94) : random.between(34, 46));
  const double path = 96 - side, beside = 2 + static_cast<double>(random.between(0, static_cast<std::int64_t>(path)));
  const double along = 2 + static_cast<double>(random.between(0, static_cast<std::int64_t>(path)));
  const double step = static_cast<double>(random.coin() ? random.between(35, 60) : random.between(-60, -35));
  const View empty = pick_ground(random, {move.figure});
  Clip clip;
  for (std::int64_t i = 0; i < move.frames; ++i) {
    const double done = static_cast<double>(i) / static_cast<double>(move.frames - 1);
    Placed placed{move.figure, {along, beside, side, side}};
    switch (move.way) {
      case Way::left: placed.box.x = 2 + path * (1 - done); break;
      case Way::right: placed.box.x = 2 + path * done; break;
      case Way::up: placed.box.y = 2 + path * (1 - done); break;
      case Way::down: placed.box.y = 2 + path * done; break;
      case Way::nearer: placed.box = placed.box.inset(side * 0.36 * (1 - done)); break;
      case Way::away: placed.box = placed.box.inset(side * 0.36 * done); break;
      case Way::turning: placed.angle = step * static_cast<double>(i); break;
      case Way::still: break;
    }
    clip.push_back(empty);
    clip.back().placed.push_back(placed);
  }
  return clip;
}

void make_turnable(RandomStream& random, bool test, Figure& figure) {
  while (figure.is_shape() && figure.form != Form::triangle && figure.form != Form::heart)
    figure = pick_shape(random, test);
}

void write_clip(RandomStream& random, SampleWriter& writer, const Clip& clip) {
  const std::int64_t width = random.between(writer.setting("sides")), height = width * random.between(75, 100) / 100;
  std::vector<Image> frames;
  for (const View& view : clip) frames.push_back(draw_view(random, view, width, height));
  writer.add_video(frames);
}

}  // namespace ov
