// How many tiles and features a picture or video becomes, known before any pixel is read.
// Facts: docs/parity.md; the authors' mm_utils.py and llava_arch.py, paper section 3 (Higher AnyRes).
// Grids are (rows, cols); sizes of pictures are (width, height).
//
//   const MediaPlan plan = plan_image(1024, 899, AspectMode::anyres, config.tiling, Compat::exact);
//   // plan.grid 3x3, plan.tiles 10, plan.final_map 71x81, plan.tokens 6551
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "config/model_config.h"

namespace ov {

constexpr std::int64_t kMaxSide = 1'000'000;  // pixels; larger sizes are refused

struct Grid {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
  bool operator==(const Grid&) const = default;
};

// One image or one video.
struct MediaPlan {
  enum class Mode { anyres, pad, square, video };
  Mode mode = Mode::anyres;
  std::int64_t width = 0;  // of the source after orientation
  std::int64_t height = 0;
  Grid grid;               // tiles of the canvas; pad, square and video: 1x1
  std::int64_t tiles = 0;  // with the base image; video: frames
  Grid unpad_offset;       // first row and column of the stitched map that is kept
  Grid unpadded;           // rows and columns kept, each at least 1
  Grid final_map;          // after the shrink; video: pooled map of one frame
  std::int64_t frames = 0;
  std::int64_t tokens = 0;        // features with newlines
  bool ends_with_newline = true;  // all but anyres: whether the checkpoint's newline comes after it
};

// "anyres", "pad", "square" or "video", as written in JSON output.
const char* mode_name(MediaPlan::Mode mode);

// The canvas with the most effective pixels, then the least waste, then the first. Throws input for
// a side outside 1..kMaxSide, format for an empty or impossible list.
Pinpoint choose_canvas(std::int64_t w, std::int64_t h, std::span<const Pinpoint> canvases);

// Where the resized picture lies on its canvas; the rest is black.
struct Placement {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t left = 0;
  std::int64_t top = 0;
};
Placement place_on_canvas(std::int64_t w, std::int64_t h, const Pinpoint& canvas);

// Throws input for a side outside 1..kMaxSide and for a picture so thin that no feature row is left.
MediaPlan plan_image(std::int64_t w, std::int64_t h, AspectMode mode, const TilingConfig& tiling, Compat compat);

// Every frame is one stretched tile, pooled to ceil(half) per side; one newline ends the video.
MediaPlan plan_video(std::int64_t w, std::int64_t h, std::int64_t frames, const TilingConfig& tiling, Compat compat);

// Indices of `wanted` frames out of `total`, from 0 to total - 1 evenly, the last one included and
// repeated when there are too few; hf: steps of total / wanted from 0, as transformers does.
std::vector<std::int64_t> sample_frames(std::int64_t total, std::int64_t wanted, Compat compat);

}  // namespace ov
