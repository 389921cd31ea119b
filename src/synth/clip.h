// Videos as lists of views: a figure that moves, and events at a frame.
//
//   const Clip clip = moving_clip(random, {Way::left, figure, /*frames=*/6});
//   write_clip(random, writer, clip);
#pragma once

#include <string>
#include <vector>

#include "synth/family.h"
#include "synth/view.h"

namespace ov {

using Clip = std::vector<View>;

enum class Way { left, right, up, down, nearer, away, turning, still };
// "left", "right", "up", "down"
const char* way_name(Way way);

struct Move {
  Way way = Way::still;
  Figure figure;
  std::int64_t frames = 6;
};

// Across the whole picture, from one edge to the other.
Clip moving_clip(RandomStream& random, const Move& move);

// Another form for a shape that looks the same when it is turned.
void make_turnable(RandomStream& random, bool test, Figure& figure);

// In the size that the setting "sides" gives, as a video of the sample.
void write_clip(RandomStream& random, SampleWriter& writer, const Clip& clip);

}  // namespace ov
