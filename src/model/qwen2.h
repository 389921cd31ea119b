// Qwen2 decoder (arXiv 2407.10671) and its bias-free relatives: RMSNorm, grouped-query attention
// with rotary positions, SwiGLU. Keys and values of finished positions stay in a KvCache.
// Members carry the checkpoint's names.
//
// Legend: T new positions, C cached positions, D hidden size, H query heads, KH key/value heads,
// E head size, V vocabulary.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/model_config.h"
#include "tensor/layers.h"

namespace ov {

// Called with the name and value of an intermediate; may be empty.
using Observer = std::function<void(std::string_view name, const Tensor& value)>;

// Keys and values of one sequence. Memory is reserved for `capacity` positions and only touched
// as they are filled.
struct KvCache {
  std::vector<Tensor> keys;    // per layer [KH, capacity, E]
  std::vector<Tensor> values;  // per layer [KH, capacity, E]
  std::int64_t length = 0;     // positions filled
  std::int64_t capacity = 0;
};

struct Qwen2Attention {
  Linear q_proj, k_proj, v_proj, o_proj;
};

struct Qwen2Mlp {
  Linear gate_proj, up_proj, down_proj;
};

struct Qwen2DecoderLayer {
  RmsNorm input_layernorm, post_attention_layernorm;
  Qwen2Attention self_attn;
  Qwen2Mlp mlp;
};

struct Qwen2Model {
  TextConfig config;
  Tensor embed_tokens;  // [V, D]
  std::vector<Qwen2DecoderLayer> layers;
  RmsNorm norm;

  explicit Qwen2Model(const TextConfig& text);

  KvCache new_cache(std::int64_t capacity) const;
  static std::int64_t kv_bytes_per_position(const TextConfig& text, std::int64_t bytes_per_value);

  Tensor embed(const std::vector<std::int64_t>& ids) const;  // [T, D]

  // Runs T new positions of one sequence, x [T, D], and appends them to its cache; returns the
  // last layer's output before the final norm, [T, D]. `observe` gets hidden.1 ... hidden.L.
  Tensor prefill(Tensor x, KvCache& cache, const Observer& observe = {}) const;

  // Whole samples put end to end, x [T, D], each seeing itself only, without a cache: what training
  // runs. Layers go through recompute().
  Tensor forward(Tensor x, const Segments& samples) const;

  // One new position for each of several sequences: x [sequences, D], one cache each.
  Tensor decode(Tensor x, const std::vector<KvCache*>& caches) const;
};

template <class Visit>
void visit(Qwen2Model& model, const std::string& prefix, Visit&& at) {
  at(prefix + ".embed_tokens.weight", model.embed_tokens);
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    Qwen2DecoderLayer& layer = model.layers[i];
    const std::string name = prefix + ".layers." + std::to_string(i);
    visit(layer.input_layernorm, name + ".input_layernorm", at);
    visit(layer.self_attn.q_proj, name + ".self_attn.q_proj", at);
    visit(layer.self_attn.k_proj, name + ".self_attn.k_proj", at);
    visit(layer.self_attn.v_proj, name + ".self_attn.v_proj", at);
    visit(layer.self_attn.o_proj, name + ".self_attn.o_proj", at);
    visit(layer.post_attention_layernorm, name + ".post_attention_layernorm", at);
    visit(layer.mlp.gate_proj, name + ".mlp.gate_proj", at);
    visit(layer.mlp.up_proj, name + ".mlp.up_proj", at);
    visit(layer.mlp.down_proj, name + ".mlp.down_proj", at);
  }
  visit(model.norm, prefix + ".norm", at);
}

}  // namespace ov
