// From the projected patches of one picture or video to the tokens that the language model sees:
// Higher AnyRes (stitch, unpad, shrink, newline column), one-tile pictures, pooled video frames.
// The plan says every size beforehand; these functions only move features.
// Source: LLaVA-OneVision section 3.2 and the released code's spatial_unpad with anyres_max_9.
//
// Legend: B tiles or frames, P patches per tile, D language hidden size, N tokens.
#pragma once

#include "media/geometry.h"
#include "tensor/layers.h"

namespace ov {

// projected [B, P, D] -> [N, D] with N == plan.tokens. `newline` [D] may be undefined when the plan
// has none. Throws internal when the features do not fit the plan.
Tensor pack_media(const Tensor& projected, const MediaPlan& plan, const Tensor& newline);

// Bilinear pooling of each frame's square map, 27 x 27 -> 14 x 14: [B, P, D] -> [B, P', D].
Tensor pool_frames(const Tensor& projected);

// Bilinear, corners not aligned: [B, rows, cols, D] -> [B, out_rows, out_cols, D].
Tensor interpolate_maps(const Tensor& maps, std::int64_t out_rows, std::int64_t out_cols);
// The side of a square map of so many patches. Throws internal when there is none.
std::int64_t map_side(std::int64_t patches);

// Tokens of a video from frames that are already pooled, [B, P', D] -> [N, D].
Tensor pack_pooled_frames(const Tensor& pooled, const MediaPlan& plan, const Tensor& newline);

}  // namespace ov
