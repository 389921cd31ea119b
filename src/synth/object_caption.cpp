// One or two sorts of things or figures and a sentence that says so: for the alignment of stage 1 and for pretraining
// the tower with pairs of picture and text.
#include "synth/arrangement.h"
#include "synth/asking.h"

namespace ov {
namespace {

// How many of each sort: one thing most often, then two, then several of one.
std::vector<std::int64_t> pick_counts(RandomStream& random) {
  const std::uint64_t how = random.below(10);
  if (how < 4) return {1};
  if (how < 7) return {1, 1};
  if (how < 9) return {random.between(2, 4)};
  return {random.between(2, 3), 1};
}

void draw_object_caption(RandomStream& random, std::int64_t, SampleWriter& writer) {
  ArrangementForm form;
  form.counts = pick_counts(random);
  form.sizes = true;
  form.largest = form.counts == std::vector<std::int64_t>{1} ? 88 : 50;
  const Arrangement scene = arrange(random, writer, form);
  writer.add_picture(scene.picture);
  std::vector<std::string> parts;
  for (const std::size_t i : scene.sorts_in_order()) parts.push_back(scene.sorts[i].counted(scene.count(i)));
  writer.add_exchange(random.pick(caption_requests()),
                      sentence(listed(parts) + " on " + with_article(scene.ground) + " background"));
}

}  // namespace

Family object_caption_family() {
  return {"object_caption",
          "one sentence about one to four things or shapes",
          {{"sides", {112, 192}, {32, 1024}}},
          draw_object_caption};
}

}  // namespace ov
