// Pictures with a list of what stands where, letter by letter and thing by thing: for training a vision tower densely,
// where every patch has something to say.
#include "synth/regions.h"

#include <utility>

namespace ov {
namespace {

// By the settings, which are percent of all pictures; what they leave is things, alone or among figures.
std::span<const RegionKind> pick_group(RandomStream& random, const SampleWriter& writer) {
  const std::pair<const char*, std::span<const RegionKind>> groups[] = {
      {"reading", text_kinds()}, {"figures", figure_kinds()}, {"mixed", mixed_kinds()}};
  std::int64_t left = random.between(0, 99);
  for (const auto& [setting, kinds] : groups) {
    const std::int64_t share = writer.setting(setting).low;
    if (left < share) return kinds;
    left -= share;
  }
  return thing_kinds();
}

const RegionKind& pick_kind(RandomStream& random, std::span<const RegionKind> kinds) {
  std::uint64_t total = 0;
  for (const RegionKind& kind : kinds) total += kind.share;
  std::uint64_t left = random.below(total);
  const RegionKind* kind = kinds.data();
  for (; left >= kind->share; ++kind) left -= kind->share;
  return *kind;
}

void draw_regions(RandomStream& random, std::int64_t, SampleWriter& writer) {
  const RegionKind& kind = pick_kind(random, pick_group(random, writer));
  writer.set_kind(kind.name);
  kind.draw(random, writer).hand_over(random, writer);
}

}  // namespace

Family regions_family() {
  return {"regions",
          "text, things and shapes, with a box and words for every letter, thing and shape",
          {{"sides", {128, 128}, {64, 1024}},
           {"text", {11, 34}, {8, 200}},
           {"reading", {50, 50}, {0, 100}},
           {"figures", {11, 11}, {0, 100}},
           {"mixed", {15, 15}, {0, 100}}},
          draw_regions};
}

}  // namespace ov
