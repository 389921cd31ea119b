// One picture of everything that the tower sees of some media, for people to look at: for each medium its
// base image and beside it the canvas cut into its grid, or the frames of a video in rows.
//
//   const Image sheet = tile_sheet(prompt.media, pixels, processor);
#pragma once

#include <span>
#include <vector>

#include "media/image.h"
#include "prompt/processor.h"

namespace ov {

// `pixels` are those of Processor::read_pixels of all media in order. Tiles stand apart by a white gap, media
// below each other. Throws input for no media.
Image tile_sheet(const std::vector<PromptMedia>& media, std::span<const float> pixels, const Processor& processor);

}  // namespace ov
