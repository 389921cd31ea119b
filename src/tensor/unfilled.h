// Layers of a given shape whose numbers are not set yet: what a model is made of before its weights are loaded or
// drawn.
//
//   Linear cell = unfilled_linear(4 * D, D);   // weight [4 D, D], bias [4 D]
#pragma once

#include "tensor/layers.h"
#include "tensor/ops.h"

namespace ov {

inline Tensor unfilled(at::IntArrayRef sizes) { return at::empty(sizes, at::kFloat); }

inline Linear unfilled_linear(std::int64_t outputs, std::int64_t inputs) {
  return {unfilled({outputs, inputs}), unfilled({outputs})};
}

inline LayerNorm unfilled_norm(std::int64_t D, double eps) { return {unfilled({D}), unfilled({D}), eps}; }

}  // namespace ov
