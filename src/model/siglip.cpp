#include "model/siglip.h"

#include "tensor/gradients.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {
namespace {

// Cuts tiles into non-overlapping patches, one row each, ordered as the convolution's weight:
// [B, 3, S, S] -> [B, P, 3 * patch * patch]. Pixels beyond the last whole patch are not seen.
Tensor cut_patches(const Tensor& pixels, std::int64_t patch, std::int64_t side) {
  const std::int64_t B = pixels.size(0), seen = side * patch;
  return pixels.narrow(2, 0, seen)
      .narrow(3, 0, seen)
      .reshape({B, 3, side, patch, side, patch})
      .permute({0, 2, 4, 1, 3, 5})  // [B, row, col, 3, patch, patch]
      .reshape({B, side * side, 3 * patch * patch});
}

// A tile sees itself only: x [B, P, D].
Tensor self_attention(const Tensor& x, const SiglipAttention& layer, std::int64_t H) {
  const std::int64_t B = x.size(0), P = x.size(1), D = x.size(2), E = D / H;
  const Tensor q = linear(x, layer.q_proj, Path::wide).view({B * P, H, E});
  const Tensor k = linear(x, layer.k_proj, Path::wide).view({B * P, H, E});
  const Tensor v = linear(x, layer.v_proj, Path::wide).view({B * P, H, E});
  return attention(q, k, v, Segments::uniform(B, P), /*causal=*/false).view({B, P, D});
}

}  // namespace

Tensor encoder_layer(const Tensor& input, const SiglipEncoderLayer& layer, std::int64_t H) {
  const Tensor attended = self_attention(layer_norm(input, layer.layer_norm1), layer.self_attn, H);
  const Tensor x = linear(attended, layer.self_attn.out_proj, Path::wide, Activation::none, input);
  const Tensor inner = linear(layer_norm(x, layer.layer_norm2), layer.mlp.fc1, Path::wide, Activation::gelu_tanh);
  return linear(inner, layer.mlp.fc2, Path::wide, Activation::none, x);
}

SiglipVisionModel::SiglipVisionModel(const VisionConfig& vision) : config(vision) {
  layers.resize(static_cast<std::size_t>(vision.num_hidden_layers));
  for (SiglipEncoderLayer& layer : layers) {
    layer.layer_norm1.eps = layer.layer_norm2.eps = vision.layer_norm_eps;
  }
}

Tensor SiglipVisionModel::operator()(const Tensor& pixel_values) const {
  check_shape(pixel_values, {kAny, 3, config.image_size, config.image_size}, "pixel_values");
  const Tensor pixels = pixel_values.to(patch_embedding.weight.options());
  const Tensor patches = cut_patches(pixels, config.patch_size, config.patches_per_side());
  const Linear embed{patch_embedding.weight.flatten(1), patch_embedding.bias};
  Tensor x = linear(patches, embed, Path::wide) + position_embedding;  // [B, P, D]
  for (const SiglipEncoderLayer& layer : layers) {
    x = recompute([&layer, H = config.num_attention_heads](const Tensor& in) { return encoder_layer(in, layer, H); },
                  x);
  }
  return x;
}

}  // namespace ov
