#include "synth/landscape.h"

#include <cmath>
#include <vector>

#include "synth/palette.h"

namespace ov {
namespace {

constexpr NamedColour kGrounds[] = {{"grass", {110, 175, 80}}, {"sand", {228, 205, 150}}, {"snow", {240, 245, 250}}};
constexpr NamedColour kWalls[] = {{"red", {200, 60, 50}},     {"white", {245, 245, 240}}, {"yellow", {240, 210, 90}},
                                  {"blue", {80, 120, 210}},   {"pink", {240, 150, 185}},  {"gray", {150, 150, 150}},
                                  {"orange", {240, 150, 60}}, {"purple", {145, 90, 180}}};
constexpr NamedColour kRoofs[] = {
    {"red", {180, 45, 40}}, {"brown", {110, 65, 40}}, {"black", {45, 45, 45}}, {"blue", {50, 80, 170}}};
constexpr double kHorizon = 0.55;  // of the height

const Rgb& named(std::span<const NamedColour> colours, const std::string& name) {
  for (const NamedColour& colour : colours) {
    if (colour.name == name) return colour.rgb;
  }
  return colours[0].rgb;
}

Rgb by_light(const Rgb& colour, bool night) { return night ? mix(colour, {20, 25, 60}, 0.35) : colour; }

void draw_sky(RandomStream& random, Drawing& drawing, const Landscape& land) {
  const Rect all = drawing.all();
  const Rgb top = land.night ? Rgb{15, 20, 60} : Rgb{95, 165, 235},
            low = land.night ? Rgb{50, 60, 110} : Rgb{200, 228, 248};
  drawing.gradient(all, shade(random, top), low);
  for (std::int64_t star = land.night ? random.between(12, 24) : 0; star > 0; --star) {
    const double x = static_cast<double>(random.between(0, drawing.width())),
                 y = static_cast<double>(random.below(100)) / 100;
    drawing.fill_ellipse({x, y * all.height * 0.45, 1.6, 1.6}, {240, 240, 220});
  }
}

// In the upper part of the sky, on the side away from the house.
void draw_lamp(RandomStream& random, Drawing& drawing, const Landscape& land) {
  const double size = static_cast<double>(drawing.height()) * 0.15, width = static_cast<double>(drawing.width());
  const double share = static_cast<double>(random.between(8, 24)) / 100;
  const Rect disc{width * (land.left ? 1 - share : share) - size / 2, size * 0.35, size, size};
  const Point middle = disc.middle();
  for (int ray = 0; !land.night && ray < 12; ++ray) {
    const double angle = ray * 0.5236;
    const Point far{middle.x + size * 0.78 * std::cos(angle), middle.y + size * 0.78 * std::sin(angle)};
    drawing.line(middle, far, 1.5, {250, 200, 40});
  }
  drawing.fill_ellipse(disc, land.night ? Rgb{240, 238, 215} : Rgb{252, 210, 45});
  if (land.night)
    drawing.fill_ellipse({disc.x + size * 0.32, disc.y - size * 0.08, size * 0.9, size * 0.9}, {22, 28, 70});
}

void draw_clouds(RandomStream& random, Drawing& drawing, const Landscape& land) {
  const double width = static_cast<double>(drawing.width()), height = static_cast<double>(drawing.height());
  const Rgb colour = by_light({250, 250, 252}, land.night);
  for (std::int64_t i = 0; i < land.clouds; ++i) {
    const double size = height * 0.08, slot = width * 0.42 / 3;
    const double x = width * 0.3 + slot * static_cast<double>(i) + slot * 0.1;
    const double y = height * static_cast<double>(random.between(6, 18)) / 100;
    drawing.fill_ellipse({x, y, slot * 0.55, size}, colour);
    drawing.fill_ellipse({x + slot * 0.2, y - size * 0.35, slot * 0.45, size * 1.1}, colour);
    drawing.fill_ellipse({x + slot * 0.35, y, slot * 0.5, size}, colour);
  }
}

void draw_land(RandomStream& random, Drawing& drawing, const Landscape& land) {
  const Rect all = drawing.all();
  const double horizon = all.height * kHorizon;
  const Rgb colour = by_light(shade(random, named(kGrounds, land.ground), 8), land.night);
  const Rgb far = mix(colour, {90, 110, 130}, 0.45);
  for (int hill = land.hills ? 3 : 0; hill > 0; --hill) {
    const double x = all.width * static_cast<double>(random.between(-10, 80)) / 100, high = all.height * 0.18;
    drawing.fill_ellipse({x, horizon - high, all.width * 0.5, 2 * high}, shade(random, far, 6));
  }
  drawing.gradient({0, horizon, all.width, all.height - horizon}, colour, mix(colour, kBlack, 0.12));
}

void draw_house(Drawing& drawing, const Landscape& land) {
  const double width = static_cast<double>(drawing.width()), height = static_cast<double>(drawing.height());
  const double size = std::min(width * 0.27, height * 0.36), wall = size * 0.6;
  const double x = land.left ? width * 0.06 : width * 0.94 - size, foot = height * (kHorizon + 0.1);
  const Rgb roof = by_light(named(kRoofs, land.roof), land.night);
  drawing.fill({x, foot - wall, size, wall}, by_light(named(kWalls, land.wall), land.night));
  drawing.fill_polygon(
      {{x - size * 0.1, foot - wall}, {x + size / 2, foot - wall - size * 0.45}, {x + size * 1.1, foot - wall}}, roof);
  drawing.fill({x + size * 0.58, foot - wall * 0.65, size * 0.22, wall * 0.65}, by_light({95, 60, 40}, land.night));
  const Rgb glass = land.night ? Rgb{255, 225, 110} : Rgb{190, 220, 240};
  drawing.fill({x + size * 0.16, foot - wall * 0.72, size * 0.24, wall * 0.35}, glass);
  drawing.frame({x + size * 0.16, foot - wall * 0.72, size * 0.24, wall * 0.35}, 1, {90, 90, 90});
}

// Side by side on the side without the house.
void draw_trees(RandomStream& random, Drawing& drawing, const Landscape& land) {
  const double width = static_cast<double>(drawing.width()), height = static_cast<double>(drawing.height());
  const bool pine = random.coin();
  const Rgb leaves = by_light(shade(random, pine ? Rgb{35, 105, 60} : Rgb{60, 140, 50}), land.night);
  const Rgb trunk = by_light({110, 75, 45}, land.night);
  const double slot = width * 0.58 / 4, size = std::min(slot * 0.86, height * 0.22);
  for (std::int64_t i = 0; i < land.trees; ++i) {
    const double place = slot * (static_cast<double>(i) + 0.5),
                 x = land.left ? width * 0.99 - place : width * 0.01 + place;
    const double foot = height * (kHorizon + static_cast<double>(random.between(2, 7)) / 100);
    drawing.fill({x - size * 0.08, foot - size * 0.5, size * 0.16, size * 0.5}, trunk);
    if (pine)
      drawing.fill_polygon(
          {{x - size * 0.42, foot - size * 0.3}, {x, foot - size * 1.5}, {x + size * 0.42, foot - size * 0.3}}, leaves);
    else
      drawing.fill_ellipse({x - size * 0.42, foot - size * 1.25, size * 0.84, size * 0.9}, leaves);
  }
}

}  // namespace

bool house_kept_for_tests(std::size_t wall, std::size_t roof) { return (wall * 7 + roof * 3) % 8 == 0; }

Landscape plan_landscape(RandomStream& random, bool test) {
  Landscape land;
  land.night = random.coin();
  land.ground = random.pick(kGrounds).name;
  land.trees = random.between(0, 4);
  land.clouds = random.between(0, 3);
  land.lamp = random.below(4) != 0;
  land.hills = random.coin();
  land.left = random.coin();
  const bool unseen = test && random.coin();
  for (bool house = random.below(5) < 3; house && land.wall.empty();) {
    const std::size_t wall = random.below(std::size(kWalls)), roof = random.below(std::size(kRoofs));
    const bool alike = std::string(kWalls[wall].name) == kRoofs[roof].name;
    if (alike || house_kept_for_tests(wall, roof) != unseen) continue;
    land.wall = kWalls[wall].name;
    land.roof = kRoofs[roof].name;
  }
  return land;
}

void draw_landscape(RandomStream& random, Drawing& drawing, const Landscape& land) {
  draw_sky(random, drawing, land);
  if (land.lamp) draw_lamp(random, drawing, land);
  draw_clouds(random, drawing, land);
  draw_land(random, drawing, land);
  draw_trees(random, drawing, land);
  if (!land.wall.empty()) draw_house(drawing, land);
}

}  // namespace ov
