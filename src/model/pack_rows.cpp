#include "model/pack_rows.h"

#include <string>

#include "base/error.h"
#include "model/packing.h"
#include "tensor/gather.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {
namespace {

using Indices = std::vector<std::int64_t>;

constexpr std::int64_t kNewline = -1;

void append_range(Indices& to, std::int64_t first, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) to.push_back(first + i);
}

// Rows of the map that is left of stitched tiles after unpadding; the first of them begins at row `first`.
void append_map(Indices& to, const MediaPlan& plan, std::int64_t first, std::int64_t side) {
  for (std::int64_t r = 0; r < plan.unpadded.rows; ++r) {
    for (std::int64_t c = 0; c < plan.unpadded.cols; ++c) {
      const std::int64_t row = plan.unpad_offset.rows + r, col = plan.unpad_offset.cols + c;
      const std::int64_t tile = row / side * plan.grid.cols + col / side;
      to.push_back(first + (tile * side + row % side) * side + col % side);
    }
  }
}

bool is_shrunk(const MediaPlan& plan) {
  return plan.mode == MediaPlan::Mode::anyres && plan.final_map != plan.unpadded;
}

std::int64_t tiles_of(const MediaPlan& plan) {
  switch (plan.mode) {
    case MediaPlan::Mode::video: return plan.frames;
    case MediaPlan::Mode::anyres: return 1 + plan.grid.rows * plan.grid.cols;
    case MediaPlan::Mode::pad:
    case MediaPlan::Mode::square: return 1;
  }
  throw Error(ErrorKind::internal, "unknown media mode");
}

Tensor rows_at(const Tensor& x, const Indices& index) {
  return gather_rows(x, row_map(index, x.size(0), false, x.device()));
}

// What is computed before it is packed: pooled frames of all videos, then the shrunk maps, in order.
std::vector<Tensor> computed_rows(const Tensor& projected, const std::vector<MediaPlan>& plans) {
  const std::int64_t P = projected.size(1), D = projected.size(2), side = map_side(P);
  Indices frames, maps, sizes;
  std::vector<const MediaPlan*> shrunk;
  std::int64_t tile = 0;
  for (const MediaPlan& plan : plans) {
    if (plan.mode == MediaPlan::Mode::video) append_range(frames, tile, plan.tiles);
    if (is_shrunk(plan)) {
      append_map(maps, plan, (tile + 1) * P, side);
      sizes.push_back(plan.unpadded.rows * plan.unpadded.cols);
      shrunk.push_back(&plan);
    }
    tile += plan.tiles;
  }
  std::vector<Tensor> computed;
  if (!frames.empty()) {
    const Tensor tiles = rows_at(projected.reshape({-1, P * D}), frames).view({-1, P, D});
    computed.push_back(pool_frames(tiles).reshape({-1, D}));
  }
  if (shrunk.empty()) return computed;
  const std::vector<Tensor> parts = rows_at(projected.reshape({-1, D}), maps).split_with_sizes(sizes, 0);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Grid &from = shrunk[i]->unpadded, &to = shrunk[i]->final_map;
    computed.push_back(
        interpolate_maps(parts[i].view({1, from.rows, from.cols, D}), to.rows, to.cols).reshape({-1, D}));
  }
  return computed;
}

// Where every token comes from: the projected rows, then the computed ones, or kNewline.
Indices token_rows(const std::vector<MediaPlan>& plans, std::int64_t side, bool newline) {
  const std::int64_t P = side * side, pooled = ((side + 1) / 2) * ((side + 1) / 2);
  std::int64_t tiles = 0, frames = 0;
  for (const MediaPlan& plan : plans) {
    tiles += plan.tiles;
    frames += plan.mode == MediaPlan::Mode::video ? plan.tiles : 0;
  }
  Indices index;
  std::int64_t tile = 0, frame_row = tiles * P, map_row = frame_row + frames * pooled;
  for (const MediaPlan& plan : plans) {
    const std::size_t before = index.size();
    if (plan.mode == MediaPlan::Mode::video) {
      append_range(index, frame_row, plan.tiles * pooled);
      frame_row += plan.tiles * pooled;
    } else {
      append_range(index, tile * P, P);  // the base image, or the only tile
    }
    Indices map;
    if (is_shrunk(plan)) {
      append_range(map, map_row, plan.final_map.rows * plan.final_map.cols);
      map_row += plan.final_map.rows * plan.final_map.cols;
    } else if (plan.mode == MediaPlan::Mode::anyres) {
      append_map(map, plan, (tile + 1) * P, side);
    }
    for (std::size_t i = 0; i < map.size(); ++i) {
      index.push_back(map[i]);
      if (newline && (i + 1) % static_cast<std::size_t>(plan.final_map.cols) == 0) index.push_back(kNewline);
    }
    if (newline && plan.mode != MediaPlan::Mode::anyres && plan.ends_with_newline) index.push_back(kNewline);
    tile += plan.tiles;
    if (static_cast<std::int64_t>(index.size() - before) != plan.tokens) {
      throw Error(ErrorKind::internal, "packing gives " + std::to_string(index.size() - before) + " tokens, planned " +
                                           std::to_string(plan.tokens));
    }
  }
  return index;
}

}  // namespace

Tensor pack_rows(const Tensor& projected, const std::vector<MediaPlan>& plans, const Tensor& newline) {
  const std::int64_t D = projected.size(2);
  std::int64_t tiles = 0;
  for (const MediaPlan& plan : plans) {
    if (plan.tiles != tiles_of(plan)) {
      throw Error(ErrorKind::internal, std::to_string(plan.tiles) + " tiles do not fit their plan");
    }
    tiles += plan.tiles;
  }
  check_shape(projected, {tiles, kAny, kAny}, "projected tiles of all media");
  Indices index = token_rows(plans, map_side(projected.size(1)), newline.defined());
  std::vector<Tensor> sources = computed_rows(projected, plans);
  sources.insert(sources.begin(), projected.reshape({-1, D}));
  if (newline.defined()) sources.push_back(newline.view({1, D}).to(projected.scalar_type()));
  const Tensor rows = sources.size() == 1 ? sources[0] : at::cat(sources, 0);
  for (std::int64_t& row : index) row = row == kNewline ? rows.size(0) - 1 : row;
  return gather_rows(rows, row_map(index, rows.size(0), newline.defined(), rows.device()));
}

}  // namespace ov
