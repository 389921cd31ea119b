// Pictures with a list of what stands where, letter by letter and thing by thing: for training a vision tower densely,
// where every patch has something to say.
#include "synth/regions.h"

namespace ov {
namespace {

std::vector<RegionKind> all_kinds() {
  std::vector<RegionKind> all;
  for (const auto& kinds : {text_kinds(), thing_kinds(), mixed_kinds()})
    all.insert(all.end(), kinds.begin(), kinds.end());
  return all;
}

void draw_regions(RandomStream& random, std::int64_t, SampleWriter& writer) {
  static const std::vector<RegionKind> kKinds = all_kinds();
  std::uint64_t total = 0;
  for (const RegionKind& kind : kKinds) total += kind.share;
  std::uint64_t left = random.below(total);
  const RegionKind* kind = kKinds.data();
  for (; left >= kind->share; ++kind) left -= kind->share;
  writer.set_kind(kind->name);
  kind->draw(random, writer).hand_over(random, writer);
}

}  // namespace

Family regions_family() {
  return {"regions",
          "text, things and shapes, with a box and words for every letter, thing and shape",
          {{"sides", {128, 128}, {64, 1024}}, {"text", {11, 34}, {8, 200}}},
          draw_regions};
}

}  // namespace ov
