// Rotary positions and attention of all segments at once, as ATen formulas: what layers.h calls off the CPU,
// where a loop over segments would be thousands of small kernels. Ragged segments go through the flash kernel
// for sequences of any length where there is one, else through padding.
#pragma once

#include "tensor/layers.h"

namespace ov::batched {

// As rope() and attention() over Segments in layers.h.
Tensor rope(const Tensor& x, const Segments& segments, double theta);
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal);

}  // namespace ov::batched
