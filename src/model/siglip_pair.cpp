#include "model/siglip_pair.h"

#include "tensor/gradients.h"
#include "tensor/ops.h"
#include "tensor/shape.h"
#include "tensor/unfilled.h"

namespace ov {
namespace {

SiglipAttention unfilled_attention(std::int64_t D) {
  return {unfilled_linear(D, D), unfilled_linear(D, D), unfilled_linear(D, D), unfilled_linear(D, D)};
}

SiglipMlp unfilled_mlp(std::int64_t D, std::int64_t inner) {
  return {unfilled_linear(inner, D), unfilled_linear(D, inner)};
}

}  // namespace

SiglipPair::SiglipPair(const VisionConfig& vision, const SiglipTextConfig& text) {
  const std::int64_t D = vision.hidden_size, width = text.hidden_size;
  post_layernorm = unfilled_norm(D, vision.layer_norm_eps);
  head = {unfilled({1, 1, D}), unfilled_attention(D), unfilled_norm(D, vision.layer_norm_eps),
          unfilled_mlp(D, vision.intermediate_size), vision.num_attention_heads};
  text_model.config = text;
  text_model.token_embedding = unfilled({text.vocab_size, width});
  text_model.position_embedding = unfilled({text.max_position_embeddings, width});
  for (std::int64_t i = 0; i < text.num_hidden_layers; ++i) {
    text_model.layers.push_back({unfilled_norm(width, text.layer_norm_eps), unfilled_norm(width, text.layer_norm_eps),
                                 unfilled_attention(width), unfilled_mlp(width, text.intermediate_size)});
  }
  text_model.final_layer_norm = unfilled_norm(width, text.layer_norm_eps);
  text_model.head = unfilled_linear(text.projection_size, width);
  logit_scale = unfilled({1}), logit_bias = unfilled({1});
}

Tensor SiglipPoolingHead::operator()(const Tensor& x) const {
  const std::int64_t N = x.size(0), P = x.size(1), D = x.size(2), H = num_heads, E = D / H;
  const Tensor q = linear(probe.view({1, D}), attention.q_proj, Path::wide).view({1, H, 1, E}).expand({N, H, 1, E});
  const Tensor k = linear(x, attention.k_proj, Path::wide).view({N, P, H, E}).transpose(1, 2);
  const Tensor v = linear(x, attention.v_proj, Path::wide).view({N, P, H, E}).transpose(1, 2);
  const Tensor seen = at::scaled_dot_product_attention(q, k, v).reshape({N, D});
  const Tensor pooled = linear(seen, attention.out_proj, Path::wide);  // [N, D]
  const Tensor inner = linear(layer_norm(pooled, layernorm), mlp.fc1, Path::wide, Activation::gelu_tanh);
  return linear(inner, mlp.fc2, Path::wide, Activation::none, pooled);
}

Tensor SiglipTextModel::operator()(const std::vector<std::int64_t>& ids) const {
  const std::int64_t L = config.max_position_embeddings, N = static_cast<std::int64_t>(ids.size()) / L;
  const Tensor index = at::tensor(ids, at::TensorOptions().dtype(at::kLong)).to(token_embedding.device());
  const Tensor words = at::index_select(token_embedding, 0, index).view({N, L, config.hidden_size});
  Tensor x = words + position_embedding;  // [N, L, D]
  for (const SiglipEncoderLayer& layer : layers) {
    x = recompute([&layer, H = config.num_attention_heads](const Tensor& in) { return encoder_layer(in, layer, H); },
                  x);
  }
  const Tensor last = x.select(1, L - 1).contiguous();  // [N, D]
  return linear(layer_norm(last, final_layer_norm), head, Path::wide);
}

}  // namespace ov
