// Colours with names that people agree on, and shades of them.
#pragma once

#include <span>
#include <string>

#include "synth/drawing.h"
#include "synth/random_stream.h"

namespace ov {

struct NamedColour {
  const char* name;
  Rgb rgb;
};

// Strong ones for things: red, green, blue, yellow, orange, purple, pink, brown, black, gray.
std::span<const NamedColour> thing_colours();
// Light ones for what is behind them, with names of their own kind: white, "light blue", ...
std::span<const NamedColour> ground_colours();

// The colour a little lighter, darker or otherwise: it still has its name.
Rgb shade(RandomStream& random, const Rgb& colour, int amount = 14);
// Between the two: 0 gives a, 1 gives b.
Rgb mix(const Rgb& a, const Rgb& b, double share);
// How different two colours look, 0 to about 765.
double contrast(const Rgb& a, const Rgb& b);
constexpr Rgb kBlack{20, 20, 20}, kWhite{255, 255, 255};

}  // namespace ov
