// The tokens of all media of a pass at once: what pack_media (packing.h) gives for each, end to end. Which
// projected patch goes to which token is worked out on the CPU, and one gather moves them; only maps that are
// shrunk or pooled are computed.
//
// Legend: B tiles of all media, P patches per tile, D language hidden size, N tokens.
#pragma once

#include <vector>

#include "media/geometry.h"
#include "tensor/layers.h"

namespace ov {

// projected [B, P, D] -> [N, D]; `newline` [D] may be undefined. Throws internal when the tiles do not fit.
Tensor pack_rows(const Tensor& projected, const std::vector<MediaPlan>& plans, const Tensor& newline);

}  // namespace ov
