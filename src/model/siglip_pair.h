// What SigLIP trains around its vision tower and LLaVA-OneVision drops: the head that pools a tile's patches into
// one vector, and the text tower whose vectors they are compared with. Members carry the hub's names.
// Source: SigLIP (arXiv 2303.15343); the head is attention pooling with one learned probe (MAP).
//
// Legend: N pairs, P patches, L text positions, D hidden size, C size of the vectors that are compared.
//
//   SiglipPair pair(vision, text);   // tensors of the right shape, not filled
//   const Tensor x = pair.image(features), y = pair.text_model(ids, N);   // [N, C] each
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/siglip.h"

namespace ov {

struct SiglipPoolingHead {
  Tensor probe;  // [1, 1, D]
  SiglipAttention attention;
  LayerNorm layernorm;
  SiglipMlp mlp;
  std::int64_t num_heads;

  // x [N, P, D], after the tower's final norm -> [N, D].
  Tensor operator()(const Tensor& x) const;
};

struct SiglipTextConfig {
  std::int64_t vocab_size, hidden_size, intermediate_size, num_hidden_layers, num_attention_heads;
  std::int64_t max_position_embeddings;  // L: every text has that many tokens
  std::int64_t projection_size;          // C
  double layer_norm_eps = 1e-6;
};

struct SiglipTextModel {
  SiglipTextConfig config;
  Tensor token_embedding;     // [V, D]
  Tensor position_embedding;  // [L, D]
  std::vector<SiglipEncoderLayer> layers;
  LayerNorm final_layer_norm;
  Linear head;

  // ids [N * L] -> [N, C]: full attention, also to padding; the last position stands for the text.
  Tensor operator()(const std::vector<std::int64_t>& ids) const;
};

struct SiglipPair {
  LayerNorm post_layernorm;  // of the vision tower, which keeps it
  SiglipPoolingHead head;
  SiglipTextModel text_model;
  Tensor logit_scale, logit_bias;  // [1] each: t' with t = exp(t'), and b

  SiglipPair(const VisionConfig& vision, const SiglipTextConfig& text);

  // Features of the tower [N, P, D] -> [N, C].
  Tensor image(const Tensor& features) const { return head(layer_norm(features, post_layernorm)); }
};

// Everything but post_layernorm is dropped after training.
template <class Visit>
void visit(SiglipPair& pair, Visit&& at) {
  const std::string head = "vision_tower.head", text = "text_model";
  visit(pair.post_layernorm, "vision_tower.post_layernorm", at);
  at(head + ".probe", pair.head.probe);
  visit(pair.head.attention.q_proj, head + ".attention.q_proj", at);
  visit(pair.head.attention.k_proj, head + ".attention.k_proj", at);
  visit(pair.head.attention.v_proj, head + ".attention.v_proj", at);
  visit(pair.head.attention.out_proj, head + ".attention.out_proj", at);
  visit(pair.head.layernorm, head + ".layernorm", at);
  visit(pair.head.mlp.fc1, head + ".mlp.fc1", at);
  visit(pair.head.mlp.fc2, head + ".mlp.fc2", at);
  at(text + ".embeddings.token_embedding.weight", pair.text_model.token_embedding);
  at(text + ".embeddings.position_embedding.weight", pair.text_model.position_embedding);
  for (std::size_t i = 0; i < pair.text_model.layers.size(); ++i) {
    visit(pair.text_model.layers[i], text + ".encoder.layers." + std::to_string(i), at);
  }
  visit(pair.text_model.final_layer_norm, text + ".final_layer_norm", at);
  visit(pair.text_model.head, text + ".head", at);
  at("logit_scale", pair.logit_scale);
  at("logit_bias", pair.logit_bias);
}

}  // namespace ov
