// The slow twins: each layer as its formula in ATen.
#include "tensor/gradients.h"
#include "tensor/layers.h"
#include "tensor/ops.h"

namespace ov::plain {

Tensor linear(const Tensor& x, const Linear& layer, Path, Activation activation, const Tensor& residual) {
  Tensor y = at::linear(x, layer.weight, layer.with_bias ? c10::optional<Tensor>(layer.bias) : c10::nullopt);
  if (activation == Activation::gelu_tanh) y = at::gelu(y, "tanh");
  if (activation == Activation::gelu_erf) y = at::gelu(y, "none");
  return residual.defined() ? y + residual : y;
}

Tensor gated_linear(const Tensor& x, const Linear& gate, const Linear& up, Path path) {
  return at::silu(plain::linear(x, gate, path)) * plain::linear(x, up, path);
}

Tensor head_linear(const Tensor& x, const Tensor& weight, Path) { return at::linear(x, weight).to(at::kFloat); }

Tensor layer_norm(const Tensor& x, const LayerNorm& layer) {
  return at::layer_norm(x, {x.size(-1)}, layer.weight, layer.bias, layer.eps);
}

Tensor rms_norm(const Tensor& x, const RmsNorm& layer) {
  const Tensor wide = x.to(at::kFloat);
  const Tensor scale = at::rsqrt(at::mean(wide * wide, {-1}, /*keepdim=*/true) + layer.eps);
  return layer.weight * (wide * scale).to(x.scalar_type());
}

Tensor rope(Tensor x, std::int64_t first, double theta) {
  const std::int64_t T = x.size(0), E = x.size(2), half = E / 2;
  const auto f32 = x.options().dtype(at::kFloat);
  const Tensor inv_freq = 1.0 / at::pow(theta, at::arange(0, E, 2, f32) / static_cast<double>(E));  // [E/2]
  const Tensor angle = at::arange(first, first + T, f32).view({T, 1, 1}) * inv_freq;                // [T, 1, E/2]
  const Tensor cos = at::cos(angle).to(x.scalar_type());
  const Tensor sin = at::sin(angle).to(x.scalar_type());
  const Tensor a = x.narrow(2, 0, half), b = x.narrow(2, half, half);
  return at::cat({a * cos - b * sin, b * cos + a * sin}, 2);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, Path, Tensor out) {
  const std::int64_t T = q.size(0), TK = k.size(1);
  Tensor mask;  // [T, TK], true where a key is seen
  if (causal && T > 1) {
    const auto index = q.options().dtype(at::kLong);
    mask = at::arange(TK, index).view({1, TK}) <= at::arange(T, index).view({T, 1}) + (TK - T);
  }
  const Tensor heads = at::scaled_dot_product_attention(q.transpose(0, 1).unsqueeze(0), k.unsqueeze(0), v.unsqueeze(0),
                                                        mask.defined() ? c10::optional<Tensor>(mask) : c10::nullopt,
                                                        /*dropout_p=*/0.0, /*is_causal=*/false, /*scale=*/c10::nullopt,
                                                        /*enable_gqa=*/k.size(0) != q.size(1));
  const Tensor rows = heads.squeeze(0).transpose(0, 1);  // [T, H, E]
  return out.defined() ? out.copy_(rows) : rows.contiguous();
}

Tensor rope(const Tensor& x, const Segments& segments, double theta) {
  std::vector<Tensor> parts;
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    parts.push_back(
        plain::rope(x.narrow(0, segments.bounds[s], segments.bounds[s + 1] - segments.bounds[s]), 0, theta));
  }
  return at::cat(parts, 0);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal) {
  std::vector<Tensor> parts;
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    const std::int64_t first = segments.bounds[s], rows = segments.bounds[s + 1] - first;
    parts.push_back(plain::attention(q.narrow(0, first, rows), k.narrow(0, first, rows).transpose(0, 1),
                                     v.narrow(0, first, rows).transpose(0, 1), causal, Path::wide));
  }
  return at::cat(parts, 0);
}

CrossEntropy cross_entropy(const Tensor& hidden, const Tensor& weight, const Tensor& targets, const Tensor& weights) {
  const Tensor log_probabilities = at::log_softmax(at::linear(hidden, weight).to(at::kFloat), 1);
  const Tensor losses = -log_probabilities.gather(1, targets.unsqueeze(1)).squeeze(1);
  return {(losses * weights).sum(), losses.detach()};
}

}  // namespace ov::plain
