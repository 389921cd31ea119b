// Bicubic resizing with antialiasing, bit-equal to Pillow up to 12.1 (Image.resize with BICUBIC on
// RGB): horizontal pass first, 8-bit intermediate, 22-bit fixed-point weights.
//
//   const Image small = resize_bicubic(photo, 384, 384);
#pragma once

#include <cstdint>

#include "media/image.h"

namespace ov {

// Throws input for an empty picture or a side outside 1..1,000,000. The result does not depend on
// the number of threads or the instruction set.
Image resize_bicubic(const Image& image, std::int64_t width, std::int64_t height);

// The slow twin: one thread, one pixel at a time.
Image resize_bicubic_plain(const Image& image, std::int64_t width, std::int64_t height);

// The widest instruction set that resize_bicubic may use, for tests and measurements.
enum class ResizeIsa { plain, avx2, avx512 };
ResizeIsa best_resize_isa();
void limit_resize_isa(ResizeIsa at_most);

}  // namespace ov
