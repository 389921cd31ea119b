#include "synth/lettering.h"

#include <algorithm>
#include <cmath>

namespace ov {
namespace {

constexpr double kLegible = 250;  // of contrast(), at least

double brightness_of(const Rgb& colour) { return 0.3 * colour.red + 0.59 * colour.green + 0.11 * colour.blue; }

bool legible(const Rgb& ink, const Rgb& ground, double brightness) {
  return contrast(ink, ground) > kLegible && std::abs(brightness_of(ink) - brightness_of(ground)) > brightness;
}

void add_stripes(RandomStream& random, Drawing& drawing, const Rgb& colour) {
  const auto step = static_cast<double>(random.between(8, 24));
  for (double y = step; y < static_cast<double>(drawing.height()); y += step) {
    drawing.line({0, y}, {static_cast<double>(drawing.width()), y}, 1, colour);
  }
}

void add_speckles(RandomStream& random, Drawing& drawing, const Rgb& colour) {
  const std::int64_t count = drawing.width() * drawing.height() / 150;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto x = static_cast<double>(random.between(0, drawing.width()));
    const auto y = static_cast<double>(random.between(0, drawing.height()));
    drawing.fill_ellipse({x, y, 2, 2}, colour);
  }
}

}  // namespace

Inks legible_inks(RandomStream& random, double brightness) {
  while (true) {
    const Rgb ground = random.coin() ? random.pick(ground_colours()).rgb : random.pick(thing_colours()).rgb;
    const bool white = random.below(4) == 0;
    const NamedColour& ink = random.pick(thing_colours());
    const Inks inks{white ? "white" : ink.name, white ? kWhite : ink.rgb, ground};
    if (legible(inks.ink, inks.ground, brightness))
      return {inks.ink_name, shade(random, inks.ink, 8), shade(random, inks.ground, 8)};
  }
}

Inks paper_inks(RandomStream& random) {
  static constexpr Rgb kPapers[] = {
      {252, 252, 250}, {248, 243, 228}, {240, 236, 220}, {236, 240, 246}, {230, 230, 228}};
  static constexpr NamedColour kPens[] = {{"black", {20, 20, 20}}, {"black", {40, 40, 45}}, {"blue", {25, 40, 130}}};
  const NamedColour& pen = random.pick(kPens);
  return {pen.name, pen.rgb, shade(random, random.pick(kPapers), 5)};
}

Drawing ground_for_text(RandomStream& random, std::int64_t width, std::int64_t height, const Inks& inks) {
  Drawing drawing(width, height, inks.ground);
  const Rgb nearby = mix(inks.ground, inks.ink, 0.12), away = mix(inks.ground, inks.ink, -0.1);
  switch (random.below(6)) {
    case 0: drawing.gradient(drawing.all(), away, nearby); break;
    case 1: drawing.gradient(drawing.all(), nearby, away); break;
    case 2: add_stripes(random, drawing, nearby); break;
    case 3: add_speckles(random, drawing, nearby); break;
    default: break;
  }
  return drawing;
}

TextStyle fitting_style(RandomStream& random, const SampleWriter& writer, const Drawing& drawing,
                        const std::string& text, double size, double room, FontKind kind) {
  TextStyle style{.font = pick_font(random, writer, kind), .size = size, .bold = random.below(3) == 0};
  const double width = drawing.measure(style, text).width;
  if (width > room) style.size *= room / width;
  return style;
}

Point place_inside(RandomStream& random, const Rect& area, const Rect& size) {
  const auto room = [&](double all, double part) {
    return static_cast<double>(random.between(0, std::max<std::int64_t>(0, static_cast<std::int64_t>(all - part))));
  };
  const double x = area.x + room(area.width, size.width), y = area.y + room(area.height, size.height);
  return {x, y};
}

Image with_grain(RandomStream& random, const Drawing& drawing) {
  const auto amount = static_cast<int>(random.between(0, 8));
  return drawing.image(amount, random.next());
}

}  // namespace ov
