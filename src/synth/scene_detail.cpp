// Up to five things and figures and a description that has all of them, their number, size, colour and place: for the
// knowledge of stage 1.5.
#include <algorithm>

#include "synth/arrangement.h"
#include "synth/asking.h"

namespace ov {
namespace {

std::vector<std::int64_t> pick_counts(RandomStream& random) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(random.between(2, 4)), 1);
  if (random.coin()) counts[0] = counts.size() < 4 ? random.between(2, 3) : 2;
  return counts;
}

// "There is a small cat on the left, two red stars at the top and ...": what is of one sort and at one place together,
// in reading order.
std::string items_sentence(const Arrangement& scene) {
  std::vector<std::string> parts;
  std::vector<std::pair<std::size_t, std::string>> told;
  std::string verb;
  for (const Placed& item : scene.items) {
    const std::pair<std::size_t, std::string> key{item.sort, item.place};
    if (std::find(told.begin(), told.end(), key) != told.end()) continue;
    told.push_back(key);
    const auto number = std::count_if(scene.items.begin(), scene.items.end(), [&](const Placed& other) {
      return other.sort == item.sort && other.place == item.place;
    });
    if (verb.empty()) verb = number == 1 ? "is " : "are ";
    parts.push_back(scene.sort_of(item).counted(number) + " " + where(item.place));
  }
  return "There " + verb + listed(parts) + ".";
}

void draw_scene_detail(RandomStream& random, std::int64_t, SampleWriter& writer) {
  ArrangementForm form;
  form.counts = pick_counts(random);
  form.sizes = true;
  form.figures = random.between(20, 80);
  const Arrangement scene = arrange(random, writer, form);
  writer.add_picture(scene.picture);
  writer.add_exchange(random.pick(detail_requests()),
                      items_sentence(scene) + " The background is " + scene.ground + ".");
}

}  // namespace

Family scene_detail_family() {
  return {"scene_detail",
          "where each of several things and shapes is",
          {{"sides", {112, 192}, {32, 1024}}},
          draw_scene_detail};
}

}  // namespace ov
