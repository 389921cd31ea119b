// Kinds of pictures whose every letter, figure and thing has a region: text, things and figures, and both together.
//
//   for (const RegionKind& kind : text_kinds()) kind.draw(random, writer).hand_over(random, writer);
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "synth/lettering.h"
#include "synth/marked_drawing.h"

namespace ov {

struct RegionKind {
  const char* name;
  std::uint64_t share;  // beside the other kinds of its group
  MarkedDrawing (*draw)(RandomStream& random, const SampleWriter& writer);
};

std::span<const RegionKind> text_kinds();
std::span<const RegionKind> figure_kinds();
std::span<const RegionKind> thing_kinds();
std::span<const RegionKind> mixed_kinds();

// A ground of the setting "sides" for text in these inks.
MarkedDrawing marked_ground(RandomStream& random, const SampleWriter& writer, const Inks& inks);
// A size of letters, of the setting "text", that leaves room for the next line.
double text_size(RandomStream& random, const SampleWriter& writer, double line);
// A word, price, date, code, sentence, ... that is about as wide as this or narrower in letters of the size.
std::string some_text(RandomStream& random, const std::vector<std::string>& words, double width, double size);

}  // namespace ov
