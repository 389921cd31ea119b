// Facts: the published files' names and transformers' key mappings; lines are tried in order, so a
// longer prefix stands before a shorter one.
#include "checkpoint/names.h"

#include <algorithm>
#include <span>

namespace ov {
namespace {

struct Line {
  std::string_view stored;
  std::string_view canonical;
};

constexpr Line kOfficial[] = {
    {"model.vision_tower.vision_tower.vision_model.", "vision_tower."},
    {"model.mm_projector.0.", "projector.linear_1."},
    {"model.mm_projector.2.", "projector.linear_2."},
    {"model.image_newline", "image_newline"},
    {"lm_head.", "lm_head."},
    {"model.", "language_model."},
};
constexpr Line kHfHub[] = {
    {"vision_tower.vision_model.", "vision_tower."},
    {"multi_modal_projector.", "projector."},
    {"image_newline", "image_newline"},
    {"language_model.lm_head.", "lm_head."},
    {"language_model.model.", "language_model."},
};
constexpr Line kHfMemory[] = {
    {"model.vision_tower.vision_model.", "vision_tower."},
    {"model.multi_modal_projector.", "projector."},
    {"model.image_newline", "image_newline"},
    {"lm_head.", "lm_head."},
    {"model.language_model.", "language_model."},
};
constexpr Line kHf5[] = {
    {"vision_tower.", "vision_tower."},           {"multi_modal_projector.", "projector."},
    {"image_newline", "image_newline"},           {"language_model.lm_head.", "lm_head."},
    {"language_model.model.", "language_model."},
};

std::span<const Line> table(NameVariant variant) {
  switch (variant) {
    case NameVariant::official: return kOfficial;
    case NameVariant::hf_hub: return kHfHub;
    case NameVariant::hf_memory: return kHfMemory;
    case NameVariant::hf_5: return kHf5;
  }
  return kOfficial;
}

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

// A canonical name that could belong to a model: tells the variants apart.
bool plausible(std::string_view canonical) {
  for (const std::string_view prefix :
       {"vision_tower.embeddings.", "vision_tower.encoder.layers.", "vision_tower.post_layernorm.",
        "vision_tower.head.", "projector.linear_1.", "projector.linear_2.", "language_model.embed_tokens.",
        "language_model.layers.", "language_model.norm.", "lm_head."}) {
    if (starts_with(canonical, prefix)) return true;
  }
  return canonical == "image_newline";
}

// Adds a weight [n, k] and perhaps a bias [n].
void add_linear(std::vector<ExpectedTensor>& list, const std::string& name, std::int64_t n, std::int64_t k, bool bias) {
  list.push_back({name + ".weight", {n, k}});
  if (bias) list.push_back({name + ".bias", {n}});
}

void add_norm(std::vector<ExpectedTensor>& list, const std::string& name, std::int64_t width, bool required = true) {
  list.push_back({name + ".weight", {width}, required});
  list.push_back({name + ".bias", {width}, required});
}

void add_tower(std::vector<ExpectedTensor>& list, const VisionConfig& vision) {
  const std::int64_t width = vision.hidden_size, inner = vision.intermediate_size;
  list.push_back({"vision_tower.embeddings.patch_embedding.weight", {width, 3, vision.patch_size, vision.patch_size}});
  list.push_back({"vision_tower.embeddings.patch_embedding.bias", {width}});
  list.push_back({"vision_tower.embeddings.position_embedding.weight", {vision.num_patches(), width}});
  for (std::int64_t i = 0; i < vision.num_hidden_layers; ++i) {
    const std::string layer = "vision_tower.encoder.layers." + std::to_string(i);
    add_norm(list, layer + ".layer_norm1", width);
    for (const char* part : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      add_linear(list, layer + ".self_attn." + part, width, width, true);
    }
    add_norm(list, layer + ".layer_norm2", width);
    add_linear(list, layer + ".mlp.fc1", inner, width, true);
    add_linear(list, layer + ".mlp.fc2", width, inner, true);
  }
  add_norm(list, "vision_tower.post_layernorm", width, false);
}

void add_language_model(std::vector<ExpectedTensor>& list, const TextConfig& text) {
  const std::int64_t width = text.hidden_size, inner = text.intermediate_size;
  const std::int64_t query = text.num_attention_heads * text.head_dim, kv = text.num_key_value_heads * text.head_dim;
  list.push_back({"language_model.embed_tokens.weight", {text.vocab_size, width}});
  for (std::int64_t i = 0; i < text.num_hidden_layers; ++i) {
    const std::string layer = "language_model.layers." + std::to_string(i);
    list.push_back({layer + ".input_layernorm.weight", {width}});
    add_linear(list, layer + ".self_attn.q_proj", query, width, text.qkv_bias);
    add_linear(list, layer + ".self_attn.k_proj", kv, width, text.qkv_bias);
    add_linear(list, layer + ".self_attn.v_proj", kv, width, text.qkv_bias);
    add_linear(list, layer + ".self_attn.o_proj", width, query, false);
    list.push_back({layer + ".post_attention_layernorm.weight", {width}});
    add_linear(list, layer + ".mlp.gate_proj", inner, width, false);
    add_linear(list, layer + ".mlp.up_proj", inner, width, false);
    add_linear(list, layer + ".mlp.down_proj", width, inner, false);
  }
  list.push_back({"language_model.norm.weight", {width}});
  if (!text.tie_word_embeddings) list.push_back({"lm_head.weight", {text.vocab_size, width}});
}

// The number after `prefix`, or -1.
std::int64_t layer_number(std::string_view name, std::string_view prefix) {
  if (!starts_with(name, prefix)) return -1;
  const std::string_view rest = name.substr(prefix.size());
  const std::size_t digits = std::min(rest.find('.'), rest.size());
  if (digits == 0 || digits > 4 || digits == rest.size()) return -1;
  std::int64_t number = 0;
  for (const char c : rest.substr(0, digits)) {
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
  }
  return number;
}

}  // namespace

const char* variant_name(NameVariant variant) {
  switch (variant) {
    case NameVariant::official: return "official";
    case NameVariant::hf_hub: return "hf (hub)";
    case NameVariant::hf_memory: return "hf (in memory, transformers 4.52 to 4.57)";
    case NameVariant::hf_5: return "hf (transformers 5)";
  }
  return "";
}

Layout variant_layout(NameVariant variant) { return variant == NameVariant::official ? Layout::official : Layout::hf; }

std::string canonical_name(std::string_view name, NameVariant variant) {
  for (const Line& line : table(variant)) {
    if (starts_with(name, line.stored))
      return std::string(line.canonical) + std::string(name.substr(line.stored.size()));
  }
  return "";
}

std::string variant_tensor_name(std::string_view canonical, NameVariant variant) {
  for (const Line& line : table(variant)) {
    if (starts_with(canonical, line.canonical)) {
      return std::string(line.stored) + std::string(canonical.substr(line.canonical.size()));
    }
  }
  return "";
}

NameVariant detect_variant(const std::vector<std::string>& names) {
  NameVariant best = NameVariant::official;
  std::ptrdiff_t most = -1;
  for (const NameVariant variant : kNameVariants) {
    const auto known = std::count_if(names.begin(), names.end(),
                                     [&](const std::string& name) { return plausible(canonical_name(name, variant)); });
    if (known > most) {
      most = known;
      best = variant;
    }
  }
  return best;
}

std::int64_t ExpectedTensor::num_elements() const {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

std::vector<ExpectedTensor> expected_tensors(const ModelConfig& config) {
  std::vector<ExpectedTensor> list;
  const std::int64_t width = config.text.hidden_size;
  add_tower(list, config.vision);
  add_linear(list, "projector.linear_1", width, config.vision.hidden_size, true);
  add_linear(list, "projector.linear_2", width, width, true);
  list.push_back({"image_newline", {width}, config.tiling.newline});
  add_language_model(list, config.text);
  return list;
}

bool is_ignorable(std::string_view canonical, const ModelConfig& config) {
  if (starts_with(canonical, "vision_tower.head.") || canonical == "vision_tower.embeddings.position_ids") return true;
  const std::string_view rotary = ".rotary_emb.inv_freq";
  if (starts_with(canonical, "language_model.") && canonical.size() > rotary.size() &&
      canonical.substr(canonical.size() - rotary.size()) == rotary) {
    return true;
  }
  return layer_number(canonical, "vision_tower.encoder.layers.") >= config.vision.num_hidden_layers;
}

}  // namespace ov
