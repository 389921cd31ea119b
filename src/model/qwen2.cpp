#include "model/qwen2.h"

#include "base/error.h"
#include "tensor/gather.h"
#include "tensor/gradients.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {
namespace {

// Queries, keys and values of rows x [M, D] -> [M, H or KH, E], not yet turned.
struct Projected {
  Tensor q, k, v;
};

Projected project(const Tensor& x, const Qwen2Attention& layer, const TextConfig& config, Path path) {
  const std::int64_t M = x.size(0), H = config.num_attention_heads, KH = config.num_key_value_heads,
                     E = config.head_dim;
  return {linear(x, layer.q_proj, path).view({M, H, E}), linear(x, layer.k_proj, path).view({M, KH, E}),
          linear(x, layer.v_proj, path).view({M, KH, E})};
}

// Attention of T rows that follow cache.length positions of one sequence -> [T, H, E].
Tensor attend(Projected rows, std::size_t layer, KvCache& cache, double theta, Path path) {
  const std::int64_t T = rows.q.size(0), first = cache.length, total = first + T;
  const Tensor q = rope(rows.q, first, theta);
  const Tensor k = rope(rows.k, first, theta);
  cache.keys[layer].narrow(1, first, T).copy_(k.transpose(0, 1));
  cache.values[layer].narrow(1, first, T).copy_(rows.v.transpose(0, 1));
  return attention(q, cache.keys[layer].narrow(1, 0, total), cache.values[layer].narrow(1, 0, total), /*causal=*/true,
                   path);
}

Tensor mlp(const Tensor& x, const Qwen2DecoderLayer& layer, const Tensor& residual, Path path) {
  const Tensor inner =
      gated_linear(rms_norm(x, layer.post_attention_layernorm), layer.mlp.gate_proj, layer.mlp.up_proj, path);
  return linear(inner, layer.mlp.down_proj, path, Activation::none, residual);
}

Tensor decoder_layer(const Tensor& input, const Qwen2DecoderLayer& layer, const TextConfig& config,
                     const Segments& samples) {
  const Projected rows = project(rms_norm(input, layer.input_layernorm), layer.self_attn, config, Path::wide);
  const Tensor q = rope(rows.q, samples, config.rope_theta), k = rope(rows.k, samples, config.rope_theta);
  const Tensor attended = attention(q, k, rows.v, samples, /*causal=*/true).flatten(1);            // [T, H * E]
  const Tensor x = linear(attended, layer.self_attn.o_proj, Path::wide, Activation::none, input);  // [T, D]
  return mlp(x, layer, x, Path::wide);
}

void check_room(const KvCache& cache, std::int64_t new_positions) {
  if (cache.length + new_positions > cache.capacity) {
    throw Error(ErrorKind::internal, "key/value cache holds " + std::to_string(cache.capacity) + " positions, " +
                                         std::to_string(cache.length + new_positions) + " were asked for");
  }
}

}  // namespace

Qwen2Model::Qwen2Model(const TextConfig& text) : config(text) {
  layers.resize(static_cast<std::size_t>(text.num_hidden_layers));
  for (Qwen2DecoderLayer& layer : layers) {
    layer.input_layernorm.eps = layer.post_attention_layernorm.eps = text.rms_norm_eps;
    layer.self_attn.q_proj.with_bias = layer.self_attn.k_proj.with_bias = layer.self_attn.v_proj.with_bias =
        text.qkv_bias;
    layer.self_attn.o_proj.with_bias = false;
    layer.mlp.gate_proj.with_bias = layer.mlp.up_proj.with_bias = layer.mlp.down_proj.with_bias = false;
  }
  norm.eps = text.rms_norm_eps;
}

KvCache Qwen2Model::new_cache(std::int64_t capacity) const {
  KvCache cache;
  cache.capacity = capacity;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::vector<std::int64_t> sizes = {config.num_key_value_heads, capacity, config.head_dim};
    cache.keys.push_back(at::empty(sizes, embed_tokens.options()));
    cache.values.push_back(at::empty(sizes, embed_tokens.options()));
  }
  return cache;
}

std::int64_t Qwen2Model::kv_bytes_per_position(const TextConfig& text, std::int64_t bytes_per_value) {
  return 2 * text.num_hidden_layers * text.num_key_value_heads * text.head_dim * bytes_per_value;
}

Tensor Qwen2Model::embed(const std::vector<std::int64_t>& ids) const { return embedding_rows(embed_tokens, ids); }

Tensor Qwen2Model::prefill(Tensor x, KvCache& cache, const Observer& observe) const {
  check_shape(x, {kAny, config.hidden_size}, "inputs_embeds");
  check_room(cache, x.size(0));
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Qwen2DecoderLayer& layer = layers[i];
    const Projected rows = project(rms_norm(x, layer.input_layernorm), layer.self_attn, config, Path::wide);
    const Tensor attended = attend(rows, i, cache, config.rope_theta, Path::wide).flatten(1);  // [T, H * E]
    x = linear(attended, layer.self_attn.o_proj, Path::wide, Activation::none, x);             // [T, D]
    x = mlp(x, layer, x, Path::wide);
    if (observe) observe("hidden." + std::to_string(i + 1), x);
  }
  cache.length += x.size(0);
  return x;
}

Tensor Qwen2Model::forward(Tensor x, const Segments& samples) const {
  check_shape(x, {samples.rows(), config.hidden_size}, "inputs_embeds");
  for (const Qwen2DecoderLayer& layer : layers) {
    x = recompute([&layer, this, samples](const Tensor& in) { return decoder_layer(in, layer, config, samples); }, x);
  }
  return x;
}

Tensor Qwen2Model::decode(Tensor x, const std::vector<KvCache*>& caches) const {
  const auto sequences = static_cast<std::int64_t>(caches.size());
  check_shape(x, {sequences, config.hidden_size}, "decoder input");
  for (KvCache* cache : caches) check_room(*cache, 1);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Qwen2DecoderLayer& layer = layers[i];
    const Projected rows = project(rms_norm(x, layer.input_layernorm), layer.self_attn, config, Path::narrow);
    Tensor attended = at::empty(rows.q.sizes(), x.options());  // [sequences, H, E]
    for (std::int64_t s = 0; s < sequences; ++s) {
      const Projected one = {rows.q.narrow(0, s, 1), rows.k.narrow(0, s, 1), rows.v.narrow(0, s, 1)};
      attended.narrow(0, s, 1).copy_(
          attend(one, i, *caches[static_cast<std::size_t>(s)], config.rope_theta, Path::narrow));
    }
    x = linear(attended.flatten(1), layer.self_attn.o_proj, Path::narrow, Activation::none, x);
    x = mlp(x, layer, x, Path::narrow);
  }
  for (KvCache* cache : caches) ++cache->length;
  return x;
}

}  // namespace ov
