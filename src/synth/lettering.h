// Grounds and inks for text that is to be read: colours far enough apart, plain or uneven grounds, a style that fits.
//
//   const Inks inks = legible_inks(random);
//   Drawing drawing = ground_for_text(random, 160, 96, inks);
//   drawing.text(fitting_style(random, writer, drawing, "apple", 24, 150), "apple", {5, 30}, inks.ink.rgb);
#pragma once

#include <string>

#include "synth/drawing.h"
#include "synth/palette.h"
#include "synth/random_stream.h"
#include "synth/supplies.h"

namespace ov {

struct Inks {
  std::string ink_name;
  Rgb ink, ground;
};

// In any colours whose brightness, 0 to 255, differs by this much: red on green has contrast but tires the eye.
Inks legible_inks(RandomStream& random, double brightness = 75);
// Dark on light, as on paper.
Inks paper_inks(RandomStream& random);

// A picture filled with the ground: even, shaded from top to bottom, striped or speckled.
Drawing ground_for_text(RandomStream& random, std::int64_t width, std::int64_t height, const Inks& inks);

// A font of the kind at `size` pixels, smaller where the text would be wider than `room`.
TextStyle fitting_style(RandomStream& random, const SampleWriter& writer, const Drawing& drawing,
                        const std::string& text, double size, double room, FontKind kind = FontKind::any);

// Where a box of this size may stand inside the area; at its corner if it does not fit.
Point place_inside(RandomStream& random, const Rect& area, const Rect& size);

// With a little of a camera's grain.
Image with_grain(RandomStream& random, const Drawing& drawing);

}  // namespace ov
