// Several sentences about a picture, for the knowledge of stage 1.5: background, number, and where each
// shape stands.
#include "synth/family.h"
#include "synth/scene.h"

namespace ov {
namespace {

void draw_detail(RandomStream& random, std::int64_t, SampleWriter& writer) {
  const Range sides = writer.setting("sides");
  const std::int64_t width = random.between(sides), height = random.between(sides);
  const Scene scene = draw_scene(random, width, height, {random.between(writer.setting("shapes")), false});
  writer.add_picture(scene.picture);
  const std::size_t count = scene.items.size();
  std::string text = "The image shows " + std::to_string(count) + (count == 1 ? " shape" : " shapes") + " on a " +
                     scene.background->name + " background.";
  for (const Item& item : scene.items) {
    const std::string where = item.place == "center" ? "in the center" : "at the " + item.place;
    text += " " + sentence(with_article(item.words()) + " is " + where);
  }
  writer.add_exchange("Describe this image in detail.", text);
}

}  // namespace

Family detail_family() {
  return {"detail",
          "several sentences about a picture",
          {{"sides", {56, 168}, {16, 4096}}, {"shapes", {1, 3}, {1, kMaxShapes}}},
          draw_detail};
}

}  // namespace ov
