// Tile and feature counts. The double expressions keep the operator order of the reference code:
// another order moves a feature row in some sizes.
#include "media/geometry.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "base/error.h"

namespace ov {
namespace {

constexpr double kShrinkThreshold = 1.1;
constexpr std::int64_t kMaxPatchesPerSide = 4096;
constexpr std::int64_t kMaxFrames = 1'000'000;
constexpr std::int64_t kMaxCanvasTiles = 4096;

std::string size_text(std::int64_t w, std::int64_t h) { return std::to_string(w) + "x" + std::to_string(h); }

void check_size(std::int64_t w, std::int64_t h) {
  if (w >= 1 && h >= 1 && w <= kMaxSide && h <= kMaxSide) return;
  throw Error(ErrorKind::input, "picture size " + size_text(w, h) + ": both sides must be from 1 to " +
                                    std::to_string(kMaxSide) + " pixels");
}

void check_tiling(const TilingConfig& tiling) {
  if (tiling.tile_size < 1 || tiling.tile_size > kMaxSide || tiling.patches_per_side < 1 ||
      tiling.patches_per_side > kMaxPatchesPerSide || tiling.max_tiles < 0 || tiling.max_tiles > kMaxSide) {
    throw Error(ErrorKind::format, "tiling: tile size " + std::to_string(tiling.tile_size) + ", patches per side " +
                                       std::to_string(tiling.patches_per_side) + ", max tiles " +
                                       std::to_string(tiling.max_tiles) + " are out of range");
  }
}

// Python's float floor division: floor(a / b) would round the quotient first.
std::int64_t floor_divide(std::int64_t a, double b) {
  const double x = static_cast<double>(a);
  const double quotient = (x - std::fmod(x, b)) / b;
  const double whole = std::floor(quotient);
  return static_cast<std::int64_t>(quotient - whole > 0.5 ? whole + 1 : whole);
}

// Python's int(round(x, 7)) for x >= 0: the next integer only within half of 1e-7 below it.
std::int64_t truncate_rounded(double x) {
  const double whole = std::floor(x);
  const bool rounds_up = whole + 1 - x < 5e-8;
  return static_cast<std::int64_t>(rounds_up ? whole + 1 : whole);
}

// Features along the trimmed axis: `side` scaled as the other side `from` is to `to`.
std::int64_t scaled_side(std::int64_t side, std::int64_t from, std::int64_t to, Compat compat) {
  if (compat == Compat::exact) return side * to / from;
  const double x = static_cast<double>(side) * (static_cast<double>(to) / static_cast<double>(from));
  return compat == Compat::hf ? truncate_rounded(x) : static_cast<std::int64_t>(x);
}

// Drops the features of the black bars, the same number on both sides.
void unpad(MediaPlan& plan, std::int64_t patches, Compat compat) {
  const std::int64_t rows = patches * plan.grid.rows;
  const std::int64_t cols = patches * plan.grid.cols;
  plan.unpadded = {rows, cols};
  if (plan.width * rows > cols * plan.height) {
    plan.unpad_offset.rows = (rows - scaled_side(plan.height, plan.width, cols, compat)) / 2;
    plan.unpadded.rows = rows - 2 * plan.unpad_offset.rows;
  } else {
    plan.unpad_offset.cols = (cols - scaled_side(plan.width, plan.height, rows, compat)) / 2;
    plan.unpadded.cols = cols - 2 * plan.unpad_offset.cols;
  }
}

void shrink(MediaPlan& plan, std::int64_t patches, std::int64_t max_tiles) {
  plan.final_map = plan.unpadded;
  if (max_tiles == 0) return;
  const double cells = static_cast<double>(plan.unpadded.rows * plan.unpadded.cols);
  const double t = std::sqrt(cells / static_cast<double>(max_tiles * patches * patches));
  if (t > kShrinkThreshold) {
    plan.final_map = {floor_divide(plan.unpadded.rows, t), floor_divide(plan.unpadded.cols, t)};
  }
}

void plan_anyres(MediaPlan& plan, const TilingConfig& tiling, Compat compat) {
  const std::int64_t patches = tiling.patches_per_side;
  const Pinpoint canvas = choose_canvas(plan.width, plan.height, tiling.pinpoints);
  if (canvas.width % tiling.tile_size != 0 || canvas.height % tiling.tile_size != 0) {
    throw Error(ErrorKind::format, "image_grid_pinpoints: canvas " + size_text(canvas.width, canvas.height) +
                                       " is not made of whole tiles of " + std::to_string(tiling.tile_size) +
                                       " pixels");
  }
  plan.grid = {canvas.height / tiling.tile_size, canvas.width / tiling.tile_size};
  if (plan.grid.rows * plan.grid.cols > kMaxCanvasTiles) {
    throw Error(ErrorKind::format, "image_grid_pinpoints: canvas " + size_text(canvas.width, canvas.height) +
                                       " has more than " + std::to_string(kMaxCanvasTiles) + " tiles");
  }
  plan.tiles = 1 + plan.grid.rows * plan.grid.cols;
  unpad(plan, patches, compat);
  if (plan.unpadded.rows >= 1 && plan.unpadded.cols >= 1) shrink(plan, patches, tiling.max_tiles);
  if (plan.final_map.rows < 1 || plan.final_map.cols < 1) {
    throw Error(ErrorKind::input, "picture size " + size_text(plan.width, plan.height) +
                                      ": too thin, no row of features is left on a canvas of " +
                                      size_text(canvas.width, canvas.height) + "; crop it or use pad mode");
  }
  plan.tokens = patches * patches + plan.final_map.rows * (plan.final_map.cols + (tiling.newline ? 1 : 0));
}

}  // namespace

const char* mode_name(MediaPlan::Mode mode) {
  switch (mode) {
    case MediaPlan::Mode::anyres: return "anyres";
    case MediaPlan::Mode::pad: return "pad";
    case MediaPlan::Mode::square: return "square";
    case MediaPlan::Mode::video: return "video";
  }
  return "anyres";
}

Pinpoint choose_canvas(std::int64_t w, std::int64_t h, std::span<const Pinpoint> canvases) {
  check_size(w, h);
  Pinpoint best;
  std::int64_t best_effective = 0;
  std::int64_t best_waste = std::numeric_limits<std::int64_t>::max();
  for (const Pinpoint& canvas : canvases) {
    if (canvas.width < 1 || canvas.height < 1 || canvas.width > kMaxSide || canvas.height > kMaxSide) {
      throw Error(ErrorKind::format, "image_grid_pinpoints: impossible canvas " +
                                         size_text(canvas.width, canvas.height) + "; sides must be from 1 to " +
                                         std::to_string(kMaxSide));
    }
    const double scale = std::min(static_cast<double>(canvas.width) / static_cast<double>(w),
                                  static_cast<double>(canvas.height) / static_cast<double>(h));
    const auto scaled_w = static_cast<std::int64_t>(static_cast<double>(w) * scale);
    const auto scaled_h = static_cast<std::int64_t>(static_cast<double>(h) * scale);
    const std::int64_t effective = std::min(scaled_w * scaled_h, w * h);
    const std::int64_t waste = canvas.width * canvas.height - effective;
    if (effective > best_effective || (effective == best_effective && waste < best_waste)) {
      best = canvas;
      best_effective = effective;
      best_waste = waste;
    }
  }
  if (best.width == 0) throw Error(ErrorKind::format, "image_grid_pinpoints: the list of canvases is empty");
  return best;
}

Placement place_on_canvas(std::int64_t w, std::int64_t h, const Pinpoint& canvas) {
  check_size(w, h);
  const double scale_w = static_cast<double>(canvas.width) / static_cast<double>(w);
  const double scale_h = static_cast<double>(canvas.height) / static_cast<double>(h);
  Placement place{canvas.width, canvas.height, 0, 0};
  if (scale_w < scale_h) {
    place.height = std::min(static_cast<std::int64_t>(std::ceil(static_cast<double>(h) * scale_w)), canvas.height);
  } else {
    place.width = std::min(static_cast<std::int64_t>(std::ceil(static_cast<double>(w) * scale_h)), canvas.width);
  }
  place.left = (canvas.width - place.width) / 2;
  place.top = (canvas.height - place.height) / 2;
  return place;
}

MediaPlan plan_image(std::int64_t w, std::int64_t h, AspectMode mode, const TilingConfig& tiling, Compat compat) {
  check_size(w, h);
  check_tiling(tiling);
  MediaPlan plan;
  plan.width = w;
  plan.height = h;
  if (mode == AspectMode::anyres) {
    plan_anyres(plan, tiling, compat);
    return plan;
  }
  const std::int64_t patches = tiling.patches_per_side;
  plan.mode = mode == AspectMode::pad ? MediaPlan::Mode::pad : MediaPlan::Mode::square;
  plan.grid = {1, 1};
  plan.tiles = 1;
  plan.unpadded = plan.final_map = {patches, patches};
  plan.tokens = patches * patches + (tiling.newline ? 1 : 0);
  return plan;
}

MediaPlan plan_video(std::int64_t w, std::int64_t h, std::int64_t frames, const TilingConfig& tiling,
                     Compat /*all agree*/) {
  check_size(w, h);
  check_tiling(tiling);
  if (frames < 1 || frames > kMaxFrames) {
    throw Error(ErrorKind::input,
                "video of " + std::to_string(frames) + " frames: expected 1 to " + std::to_string(kMaxFrames));
  }
  const std::int64_t patches = tiling.patches_per_side;
  const std::int64_t pooled = (patches + 1) / 2;
  MediaPlan plan;
  plan.mode = MediaPlan::Mode::video;
  plan.width = w;
  plan.height = h;
  plan.grid = {1, 1};
  plan.tiles = plan.frames = frames;
  plan.unpadded = {patches, patches};
  plan.final_map = {pooled, pooled};
  plan.tokens = frames * pooled * pooled + (tiling.newline ? 1 : 0);
  return plan;
}

std::vector<std::int64_t> sample_frames(std::int64_t total, std::int64_t wanted, Compat compat) {
  if (total < 1 || total > kMaxSide * kMaxSide || wanted < 1 || wanted > kMaxFrames) {
    throw Error(ErrorKind::input, "cannot take " + std::to_string(wanted) + " frames out of " + std::to_string(total) +
                                      "; both must be at least 1, and at most " + std::to_string(kMaxFrames) +
                                      " can be taken");
  }
  std::vector<std::int64_t> indices(static_cast<std::size_t>(wanted));
  // transformers refuses to take more frames than there are.
  const bool from_hf = compat == Compat::hf && wanted <= total;
  const double step = from_hf       ? static_cast<double>(total) / static_cast<double>(wanted)
                      : wanted == 1 ? 0.0
                                    : static_cast<double>(total - 1) / static_cast<double>(wanted - 1);
  for (std::int64_t k = 0; k < wanted; ++k) {
    const double x = static_cast<double>(k) * step;
    // torch.arange rounds to float32: 14.9999999 becomes frame 15.
    const auto index = static_cast<std::int64_t>(from_hf ? static_cast<double>(static_cast<float>(x)) : x);
    indices[static_cast<std::size_t>(k)] = std::min(index, total - 1);
  }
  if (!from_hf && wanted > 1) indices.back() = total - 1;
  return indices;
}

}  // namespace ov
