// The layers that both SigLIP and Qwen2 are made of, as plain structs of tensors and functions on
// them. On the CPU in float32 or bfloat16 the functions run our kernels; anything else runs `plain::` of the
// same name, ATen formulas that are also the reference the tests use, or on a GPU `batched::`.
//
// Legend: M rows, K inputs, N outputs, T positions, H heads, KH key/value heads, E head size.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/kernels.h"

namespace ov {

using at::Tensor;
using kernels::Activation;
using kernels::Path;

struct Linear {
  Tensor weight;  // [N, K]
  Tensor bias;    // [N], or undefined when with_bias is false
  bool with_bias = true;
};

struct LayerNorm {
  Tensor weight;  // [K]
  Tensor bias;    // [K]
  double eps = 1e-6;
};

struct RmsNorm {
  Tensor weight;  // [K]
  double eps = 1e-6;
};

// Samples put end to end: sample i has rows bounds[i] .. bounds[i + 1], and bounds[0] is 0.
struct Segments {
  std::vector<std::int64_t> bounds = {0};

  std::int64_t count() const { return static_cast<std::int64_t>(bounds.size()) - 1; }
  std::int64_t rows() const { return bounds.back(); }
  void append(std::int64_t length) { bounds.push_back(bounds.back() + length); }
  static Segments uniform(std::int64_t count, std::int64_t length);
};

// False sends every layer through plain::, for comparisons.
void set_kernels_enabled(bool enabled);
bool kernels_enabled();

// activation(x . weight^T + bias) + residual; x is [..., K], residual [..., N] or undefined.
Tensor linear(const Tensor& x, const Linear& layer, Path path, Activation activation = Activation::none,
              const Tensor& residual = {});
// SiLU(gate(x)) * up(x): the inner half of Qwen2's MLP.
Tensor gated_linear(const Tensor& x, const Linear& gate, const Linear& up, Path path);
// Logits in float32: x [M, K] . weight^T.
Tensor head_linear(const Tensor& x, const Tensor& weight, Path path);
Tensor layer_norm(const Tensor& x, const LayerNorm& layer);
Tensor rms_norm(const Tensor& x, const RmsNorm& layer);
// Turns x [T, H, E] by positions first, first + 1, ...; may work in place; returns the result.
Tensor rope(Tensor x, std::int64_t first, double theta);
// Scaled dot-product attention of q [T, H, E] over k, v [KH, TK, E] -> [T, H, E]. When causal, query
// row t sees keys 0 .. TK - T + t. `out`, where given, is contiguous and is what gets written.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, Path path, Tensor out = {});

// The same inside each segment of rows, positions counted from its first row; q [T, H, E], k and v
// [T, KH, E]. No row sees another segment.
Tensor rope(const Tensor& x, const Segments& segments, double theta);
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal);

namespace plain {
Tensor linear(const Tensor& x, const Linear& layer, Path path, Activation activation = Activation::none,
              const Tensor& residual = {});
Tensor gated_linear(const Tensor& x, const Linear& gate, const Linear& up, Path path);
Tensor head_linear(const Tensor& x, const Tensor& weight, Path path);
Tensor layer_norm(const Tensor& x, const LayerNorm& layer);
Tensor rms_norm(const Tensor& x, const RmsNorm& layer);
Tensor rope(Tensor x, std::int64_t first, double theta);
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, Path path, Tensor out = {});
Tensor rope(const Tensor& x, const Segments& segments, double theta);
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal);
}  // namespace plain

// Names every parameter of a layer once, for loading, saving and counting.
template <class Visit>
void visit(Linear& layer, const std::string& prefix, Visit&& at) {
  at(prefix + ".weight", layer.weight);
  if (layer.with_bias) at(prefix + ".bias", layer.bias);
}
template <class Visit>
void visit(LayerNorm& layer, const std::string& prefix, Visit&& at) {
  at(prefix + ".weight", layer.weight);
  at(prefix + ".bias", layer.bias);
}
template <class Visit>
void visit(RmsNorm& layer, const std::string& prefix, Visit&& at) {
  at(prefix + ".weight", layer.weight);
}

}  // namespace ov
