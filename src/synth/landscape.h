// A drawn landscape: sky, sun or moon, hills, ground, a house, trees, clouds, and a record of what there is.
//
//   const Landscape land = plan_landscape(random, test);
//   draw_landscape(random, drawing, land);
#pragma once

#include <cstdint>
#include <string>

#include "synth/drawing.h"
#include "synth/random_stream.h"

namespace ov {

struct Landscape {
  bool night = false;
  std::string ground;       // "grass", "sand", "snow"
  std::string wall, roof;   // colours of the house, empty where there is none
  std::int64_t trees = 0;   // 0 to 4
  std::int64_t clouds = 0;  // 0 to 3
  bool lamp = false;        // the sun by day, the moon by night
  bool hills = false;
  bool left = false;  // on which side the house stands
};

// Some pairs of wall and roof are kept for tests.
Landscape plan_landscape(RandomStream& random, bool test);
bool house_kept_for_tests(std::size_t wall, std::size_t roof);
void draw_landscape(RandomStream& random, Drawing& drawing, const Landscape& land);

}  // namespace ov
