// Wide and tall pictures, by turns: shapes in a row or a column, and what stands at one end. Their sizes
// lead to many different grids of tiles. `aspect` is how many times longer they are than wide; a very thin
// picture leaves no row of features on the canvases of a small tower.
#include <algorithm>

#include "synth/family.h"
#include "synth/scene.h"

namespace ov {
namespace {

void draw_wide(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Range sides = writer.setting("sides");
  const Range aspect = writer.setting("aspect");
  const std::int64_t longer = random.between(std::min(2 * sides.low, sides.high), sides.high);
  const std::int64_t shorter =
      random.between(std::max(sides.low, longer / aspect.high), std::max(sides.low, longer / aspect.low));
  const bool wide = index % 2 == 0;
  const Scene scene = draw_scene(random, wide ? longer : shorter, wide ? shorter : longer,
                                 {random.between(writer.setting("shapes")), true});
  writer.add_picture(scene.picture);
  const bool first = random.coin();
  const Item& item = first ? scene.items.front() : scene.items.back();
  const std::string end = wide ? (first ? "left" : "right") : (first ? "top" : "bottom");
  writer.add_exchange("What color is the shape at the " + end + " end?" + kShortAnswer, item.colour->name);
}

}  // namespace

Family wide_family() {
  return {"wide",
          "wide and tall pictures of many sizes",
          {{"sides", {30, 900}, {16, 4096}}, {"aspect", {2, 6}, {2, 30}}, {"shapes", {2, 3}, {1, kMaxShapes}}},
          draw_wide};
}

}  // namespace ov
