// The layers of layers.h with gradients, run by our kernels in both directions: what training uses on
// the CPU in float32 and bfloat16. layers.h calls these by itself where gradients are asked for.
// Only what the backward pass cannot compute again cheaply is kept.
#pragma once

#include <functional>

#include "tensor/layers.h"

namespace ov {

namespace gradients {
Tensor linear(const Tensor& x, const Linear& layer, Activation activation, const Tensor& residual);
Tensor gated_linear(const Tensor& x, const Linear& gate, const Linear& up);
Tensor layer_norm(const Tensor& x, const LayerNorm& layer);
Tensor rms_norm(const Tensor& x, const RmsNorm& layer);
Tensor rope(const Tensor& x, const Segments& segments, double theta);
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal);
}  // namespace gradients

// f(x), of which only x is kept; the backward pass runs f again. Plain f(x) where recomputing is
// switched off or no gradients are taken. f must compute the same when it is called twice.
Tensor recompute(const std::function<Tensor(const Tensor&)>& f, const Tensor& x);

// Switches recompute() on for the calling thread while it lives.
class RecomputeGuard {
 public:
  explicit RecomputeGuard(bool on);
  ~RecomputeGuard();
  RecomputeGuard(const RecomputeGuard&) = delete;
  RecomputeGuard& operator=(const RecomputeGuard&) = delete;

 private:
  bool before_;
};

// Cross entropy of softmax(hidden . weight^T) in float32, some rows at a time, so that the logits of
// all rows never exist at once. hidden [S, D], weight [V, D], targets [S] int64, weights [S] float32.
struct CrossEntropy {
  Tensor total;   // scalar: sum of weights * losses; has gradients
  Tensor losses;  // [S] float32, one for each row; has none
};
CrossEntropy cross_entropy(const Tensor& hidden, const Tensor& weight, const Tensor& targets, const Tensor& weights);

namespace plain {
CrossEntropy cross_entropy(const Tensor& hidden, const Tensor& weight, const Tensor& targets, const Tensor& weights);
}

}  // namespace ov
