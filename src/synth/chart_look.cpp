#include "synth/chart_look.h"

#include <algorithm>

namespace ov {
namespace {

// The first colours of widespread programs, and our own named ones.
const std::vector<NamedColour> kPalettes[] = {
    {{"blue", {31, 119, 180}},
     {"orange", {255, 127, 14}},
     {"green", {44, 160, 44}},
     {"red", {214, 39, 40}},
     {"purple", {148, 103, 189}},
     {"brown", {140, 86, 75}},
     {"pink", {227, 119, 194}}},
    {{"blue", {68, 114, 196}},
     {"orange", {237, 125, 49}},
     {"gray", {165, 165, 165}},
     {"yellow", {255, 192, 0}},
     {"green", {112, 173, 71}},
     {"red", {192, 0, 0}},
     {"purple", {112, 48, 160}}},
    {{"blue", {66, 133, 244}},
     {"red", {234, 67, 53}},
     {"yellow", {251, 188, 4}},
     {"green", {52, 168, 83}},
     {"orange", {255, 109, 1}},
     {"purple", {142, 68, 173}},
     {"brown", {121, 85, 72}}},
    {{"red", {240, 90, 80}},
     {"green", {0, 175, 70}},
     {"blue", {90, 150, 255}},
     {"yellow", {215, 175, 0}},
     {"purple", {180, 110, 220}},
     {"orange", {240, 140, 40}},
     {"gray", {127, 127, 127}}},
    {{"blue", {76, 114, 176}},
     {"orange", {221, 132, 82}},
     {"green", {85, 168, 104}},
     {"red", {196, 78, 82}},
     {"purple", {129, 114, 179}},
     {"brown", {147, 120, 96}},
     {"pink", {218, 139, 195}}},
};

std::vector<NamedColour> palette_colours(RandomStream& random, std::size_t palette, std::size_t count) {
  std::vector<NamedColour> colours;
  if (palette < std::size(kPalettes)) {
    colours = kPalettes[palette];
  } else {
    for (const NamedColour& colour : thing_colours()) {
      if (colour.name != std::string("black")) colours.push_back({colour.name, shade(random, colour.rgb)});
    }
  }
  // Half of the charts take a program's colours in its order.
  if (palette >= std::size(kPalettes) || random.coin()) random.shuffle(colours);
  colours.resize(std::min(count, colours.size()));
  return colours;
}

ChartLook draw_look(RandomStream& random, const ChartData& data) {
  ChartLook look;
  look.text = 12 + static_cast<double>(random.between(0, 6)) / 2;
  look.bold_title = random.coin();
  look.title_left = random.below(4) == 0;
  look.frame = static_cast<ChartFrame>(random.below(4));
  look.grid = static_cast<ChartGrid>(std::max<std::int64_t>(0, random.between(-1, 3)));
  look.ticks = random.below(3) > 0;
  look.palette = random.below(std::size(kPalettes) + 2);
  look.dark = look.grid != ChartGrid::shaded && random.below(12) == 0;
  look.colour_each =
      data.kind == ChartKind::pie || (data.series.size() == 1 && data.kind != ChartKind::line && random.below(3) == 0);
  look.colours = palette_colours(random, look.palette, look.colour_each ? data.labels.size() : data.series.size());
  look.outlined = random.below(5) == 0;
  look.axis_numbers = !data.printed || random.coin();
  look.tight = random.coin();
  look.inside = data.printed && random.below(5) == 0;
  look.markers = data.printed || random.below(3) > 0;
  look.bar_share = static_cast<double>(random.between(50, 92)) / 100;
  look.label_angle = random.below(5) == 0 ? (random.coin() ? -45 : -90) : 0;
  look.legend = static_cast<Legend>(random.below(3));
  look.first_angle = random.coin() ? 0 : 90;
  look.slices_named = random.coin();
  return look;
}

}  // namespace

bool kept_for_tests(const ChartLook& look) {
  return (3 * look.palette + 5 * static_cast<std::size_t>(look.frame) + static_cast<std::size_t>(look.grid)) % 8 == 7;
}

ChartLook pick_chart_look(RandomStream& random, const ChartData& data, bool test) {
  const bool wanted = test && random.coin();
  ChartLook look = draw_look(random, data);
  while (kept_for_tests(look) != wanted) look = draw_look(random, data);
  return look;
}

}  // namespace ov
