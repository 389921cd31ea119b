// SigLIP vision tower as LLaVA-OneVision uses it: patches, positions, pre-norm encoder layers, and
// the output of the last layer without the final norm. Members carry the checkpoint's names.
// Source: SigLIP (arXiv 2303.15343); LLaVA-OneVision section 3.1.
//
// Legend: B tiles, S pixels per side, P patches (729), D hidden size, H heads, E head size.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/model_config.h"
#include "tensor/layers.h"

namespace ov {

struct SiglipAttention {
  Linear q_proj, k_proj, v_proj, out_proj;
};

struct SiglipMlp {
  Linear fc1, fc2;
};

struct SiglipEncoderLayer {
  LayerNorm layer_norm1, layer_norm2;
  SiglipAttention self_attn;
  SiglipMlp mlp;
};

struct SiglipVisionModel {
  VisionConfig config;
  Linear patch_embedding;     // weight [D, 3, patch, patch]
  Tensor position_embedding;  // [P, D]
  std::vector<SiglipEncoderLayer> layers;

  explicit SiglipVisionModel(const VisionConfig& vision);

  // pixel_values [B, 3, S, S] float32 -> features [B, P, D] in the dtype of the weights.
  Tensor operator()(const Tensor& pixel_values) const;
};

// One pre-norm layer of H heads; each of the B rows of x [B, P, D] sees all of its own positions.
Tensor encoder_layer(const Tensor& x, const SiglipEncoderLayer& layer, std::int64_t H);

template <class Visit>
void visit(SiglipEncoderLayer& layer, const std::string& name, Visit&& at) {
  visit(layer.layer_norm1, name + ".layer_norm1", at);
  visit(layer.self_attn.q_proj, name + ".self_attn.q_proj", at);
  visit(layer.self_attn.k_proj, name + ".self_attn.k_proj", at);
  visit(layer.self_attn.v_proj, name + ".self_attn.v_proj", at);
  visit(layer.self_attn.out_proj, name + ".self_attn.out_proj", at);
  visit(layer.layer_norm2, name + ".layer_norm2", at);
  visit(layer.mlp.fc1, name + ".mlp.fc1", at);
  visit(layer.mlp.fc2, name + ".mlp.fc2", at);
}

template <class Visit>
void visit(SiglipVisionModel& model, const std::string& prefix, Visit&& at) {
  visit(model.patch_embedding, prefix + ".embeddings.patch_embedding", at);
  at(prefix + ".embeddings.position_embedding.weight", model.position_embedding);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    visit(model.layers[i], prefix + ".encoder.layers." + std::to_string(i), at);
  }
}

}  // namespace ov
