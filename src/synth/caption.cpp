// One sentence about a picture, for the alignment of stage 1.
#include "synth/family.h"
#include "synth/scene.h"

namespace ov {
namespace {

void draw_caption(RandomStream& random, std::int64_t, SampleWriter& writer) {
  const Range sides = writer.setting("sides");
  const std::int64_t width = random.between(sides), height = random.between(sides);
  const Scene scene = draw_scene(random, width, height, {random.between(writer.setting("shapes")), true});
  writer.add_picture(scene.picture);
  std::string words;
  for (std::size_t i = 0; i < scene.items.size(); ++i) {
    if (i > 0) words += i + 1 == scene.items.size() ? " and " : ", ";
    words += with_article(scene.items[i].words());
  }
  words += " on a " + std::string(scene.background->name) + " background";
  writer.add_exchange("Provide a one-sentence caption for the provided image.", sentence(words));
}

}  // namespace

Family caption_family() {
  return {"caption",
          "one sentence about a picture",
          {{"sides", {56, 112}, {16, 4096}}, {"shapes", {1, 2}, {1, kMaxShapes}}},
          draw_caption};
}

}  // namespace ov
