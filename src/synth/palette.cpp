#include "synth/palette.h"

#include <algorithm>
#include <cmath>

namespace ov {
namespace {

constexpr NamedColour kThings[] = {
    {"red", {214, 40, 40}},     {"green", {50, 150, 60}},   {"blue", {45, 85, 200}},   {"yellow", {242, 208, 40}},
    {"orange", {243, 130, 25}}, {"purple", {130, 60, 170}}, {"pink", {245, 130, 180}}, {"brown", {125, 75, 40}},
    {"black", {25, 25, 25}},    {"gray", {135, 135, 135}},
};
constexpr NamedColour kGrounds[] = {
    {"white", {252, 252, 252}},        {"light blue", {205, 226, 248}}, {"light green", {210, 240, 210}},
    {"light yellow", {252, 246, 205}}, {"light pink", {252, 222, 230}}, {"light gray", {220, 220, 220}},
};

double shifted(RandomStream& random, double value, int amount) {
  return std::clamp(value + static_cast<double>(random.between(-amount, amount)), 0.0, 255.0);
}

}  // namespace

std::span<const NamedColour> thing_colours() { return kThings; }
std::span<const NamedColour> ground_colours() { return kGrounds; }

Rgb shade(RandomStream& random, const Rgb& colour, int amount) {
  const double all = static_cast<double>(random.between(-amount, amount));
  const auto channel = [&](double value) { return shifted(random, value + all, amount / 3); };
  const double red = channel(colour.red), green = channel(colour.green), blue = channel(colour.blue);
  return {red, green, blue};
}

Rgb mix(const Rgb& a, const Rgb& b, double share) {
  const auto between = [share](double x, double y) { return x + (y - x) * share; };
  return {between(a.red, b.red), between(a.green, b.green), between(a.blue, b.blue)};
}

double contrast(const Rgb& a, const Rgb& b) {
  return std::abs(a.red - b.red) + std::abs(a.green - b.green) + std::abs(a.blue - b.blue);
}

}  // namespace ov
