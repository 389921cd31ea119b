// Short questions about one picture, one or more in a conversation: which colour, which shape, how many.
#include <algorithm>

#include "synth/family.h"
#include "synth/scene.h"

namespace ov {
namespace {

void ask_colour(RandomStream& random, const Scene& scene, SampleWriter& writer) {
  const Item& item = random.pick(scene.items);
  writer.add_exchange("What color is the " + std::string(shape_name(item.shape)) + "?" + kShortAnswer,
                      item.colour->name);
}

void ask_shape(RandomStream& random, const Scene& scene, SampleWriter& writer) {
  const Item& item = random.pick(scene.items);
  writer.add_exchange("Which shape is " + std::string(item.colour->name) + "?" + kShortAnswer, shape_name(item.shape));
}

// Half of the questions are about a shape that is there.
void ask_count(RandomStream& random, const Scene& scene, SampleWriter& writer) {
  const Shape shape = random.coin() ? random.pick(scene.items).shape : random.pick(kShapes);
  const auto count =
      std::count_if(scene.items.begin(), scene.items.end(), [shape](const Item& item) { return item.shape == shape; });
  writer.add_exchange("How many " + std::string(shape_name(shape)) + "s are there?" + kShortAnswer,
                      std::to_string(count));
}

void draw_question(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Range sides = writer.setting("sides");
  const std::int64_t width = random.between(sides), height = random.between(sides);
  const bool counting = index % 3 == 2;
  const Scene scene = draw_scene(random, width, height, {random.between(writer.setting("shapes")), !counting});
  writer.add_picture(scene.picture);
  const std::int64_t rounds = random.between(writer.setting("rounds"));
  for (std::int64_t round = 0; round < rounds; ++round) {
    if (counting)
      ask_count(random, scene, writer);
    else if ((index + round) % 3 == 1)
      ask_shape(random, scene, writer);
    else
      ask_colour(random, scene, writer);
  }
}

}  // namespace

Family question_family() {
  return {"question",
          "short questions about the colors, kinds and numbers of shapes",
          {{"sides", {56, 168}, {16, 4096}}, {"shapes", {1, 3}, {1, kMaxShapes}}, {"rounds", {1, 2}, {1, 8}}},
          draw_question};
}

}  // namespace ov
