// Pictures as the tower's input: [tiles, 3, S, S] float32, normalised.
// Facts: docs/parity.md; the authors' mm_utils.py (process_anyres_image, expand2square).
//
//   std::vector<float> pixels(pixel_count(plan, tiling));
//   write_tiles(picture, plan, tiling, pixels.data());
#pragma once

#include <cstddef>

#include "config/model_config.h"
#include "config/preprocessor_config.h"
#include "media/geometry.h"
#include "media/image.h"

namespace ov {

// Floats that write_tiles writes for one picture (or one video frame).
std::size_t pixel_count(const MediaPlan& plan, const TilingConfig& tiling);

// Writes one picture: anyres, the base image (stretched) and then the canvas row by row; pad, the
// picture centred on a grey square; square and video, the picture stretched. A video's frames are
// written one call each. Throws internal when picture and plan differ in size.
void write_tiles(const Image& image, const MediaPlan& plan, const TilingConfig& tiling, float* out,
                 const Normalisation& normalisation = {});

}  // namespace ov
