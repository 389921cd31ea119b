#include "model/packing.h"

#include <cmath>

#include "base/error.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {
namespace {

Tensor append(const Tensor& tokens, const Tensor& newline) {
  return newline.defined() ? at::cat({tokens, newline.view({1, -1}).to(tokens.scalar_type())}, 0) : tokens;
}

// The tiles after the base image as one map: [gh * gw, P, D] -> [gh * side, gw * side, D].
Tensor stitch(const Tensor& tiles, const Grid& grid) {
  const std::int64_t side = map_side(tiles.size(1)), D = tiles.size(2);
  return tiles.reshape({grid.rows, grid.cols, side, side, D})
      .permute({0, 2, 1, 3, 4})
      .reshape({grid.rows * side, grid.cols * side, D});
}

Tensor pack_anyres(const Tensor& projected, const MediaPlan& plan, const Tensor& newline) {
  const std::int64_t D = projected.size(2);
  check_shape(projected, {1 + plan.grid.rows * plan.grid.cols, kAny, kAny}, "projected tiles");
  Tensor map = stitch(projected.narrow(0, 1, projected.size(0) - 1), plan.grid)
                   .narrow(0, plan.unpad_offset.rows, plan.unpadded.rows)
                   .narrow(1, plan.unpad_offset.cols, plan.unpadded.cols);
  if (plan.final_map.rows != plan.unpadded.rows || plan.final_map.cols != plan.unpadded.cols) {
    map = interpolate_maps(map.unsqueeze(0), plan.final_map.rows, plan.final_map.cols).squeeze(0);
  }
  if (newline.defined()) {  // one more column, so that every row of the picture ends in a newline
    const Tensor column = newline.view({1, 1, D}).to(map.scalar_type()).expand({map.size(0), 1, D});
    map = at::cat({map, column}, 1);  // [rows, cols + 1, D]
  }
  return at::cat({projected[0], map.reshape({-1, D})}, 0);
}

}  // namespace

// No antialiasing. Computed in float32 and rounded once, as the CUDA kernel does.
Tensor interpolate_maps(const Tensor& maps, std::int64_t out_rows, std::int64_t out_cols) {
  const Tensor channels_first = maps.to(at::kFloat).permute({0, 3, 1, 2});
  return at::upsample_bilinear2d(channels_first, {out_rows, out_cols}, /*align_corners=*/false)
      .permute({0, 2, 3, 1})
      .to(maps.scalar_type());
}

std::int64_t map_side(std::int64_t patches) {
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(patches))));
  if (side * side != patches) throw Error(ErrorKind::internal, std::to_string(patches) + " patches are not a square");
  return side;
}

Tensor pool_frames(const Tensor& projected) {
  const std::int64_t B = projected.size(0), side = map_side(projected.size(1)), D = projected.size(2);
  const std::int64_t pooled = (side + 1) / 2;
  return interpolate_maps(projected.view({B, side, side, D}), pooled, pooled).reshape({B, pooled * pooled, D});
}

Tensor pack_pooled_frames(const Tensor& pooled, const MediaPlan& plan, const Tensor& newline) {
  const Tensor tokens = append(pooled.reshape({-1, pooled.size(2)}), newline);
  check_shape(tokens, {plan.tokens, kAny}, "video tokens");
  return tokens;
}

Tensor pack_media(const Tensor& projected, const MediaPlan& plan, const Tensor& newline) {
  switch (plan.mode) {
    case MediaPlan::Mode::video: return pack_pooled_frames(pool_frames(projected), plan, newline);
    case MediaPlan::Mode::anyres: {
      const Tensor tokens = pack_anyres(projected, plan, newline);
      check_shape(tokens, {plan.tokens, kAny}, "image tokens");
      return tokens;
    }
    case MediaPlan::Mode::pad:
    case MediaPlan::Mode::square: {
      check_shape(projected, {1, kAny, kAny}, "projected tiles");
      const Tensor tokens = plan.ends_with_newline ? append(projected[0], newline) : projected[0];
      check_shape(tokens, {plan.tokens, kAny}, "image tokens");
      return tokens;
    }
  }
  throw Error(ErrorKind::internal, "unknown media mode");
}

}  // namespace ov
