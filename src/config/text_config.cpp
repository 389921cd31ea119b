// Every bound here exists so that no later product of sizes can overflow or ask for absurd memory.
#include "config/text_config.h"

namespace ov {
namespace {

constexpr std::int64_t kMaxWidth = 65536;
constexpr std::int64_t kMaxInner = 262144;
constexpr std::int64_t kMaxLayers = 1024;
constexpr std::int64_t kMaxHeads = 1024;
constexpr std::int64_t kMaxVocab = 4'194'304;
constexpr std::int64_t kMaxPatchesPerSide = 256;

// The class defaults in which the two families differ.
TextConfig class_defaults(TextFamily family) {
  TextConfig text;
  text.hidden_size = 4096;
  text.num_hidden_layers = 32;
  text.num_attention_heads = 32;
  text.num_key_value_heads = 32;
  text.rope_theta = 10000;
  text.tie_word_embeddings = false;
  text.intermediate_size = family == TextFamily::qwen2 ? 22016 : 11008;
  text.vocab_size = family == TextFamily::qwen2 ? 151936 : 32000;
  text.max_position_embeddings = family == TextFamily::qwen2 ? 32768 : 2048;
  text.qkv_bias = family == TextFamily::qwen2;
  return text;
}

void require_text(const Fields& fields, const std::string& key, const std::string& only) {
  if (fields.string_or(key, only) != only) fields.refuse(key, "\"" + only + "\", the only kind implemented");
}

void require_false(const Fields& fields, const std::string& key) {
  if (fields.boolean_or(key, false)) fields.refuse(key, "false (onevision does not implement the other kind)");
}

// Wherever a version of transformers keeps it: rope_theta itself, or inside rope_parameters (5.x)
// or rope_scaling; anything that bends the frequencies is refused.
double parse_rope_theta(const Fields& fields, double otherwise) {
  constexpr double kLow = 1, kHigh = 1e12;
  double theta = fields.number_or("rope_theta", otherwise, kLow, kHigh);
  for (const char* key : {"rope_scaling", "rope_parameters"}) {
    if (!fields.has(key)) continue;
    const Fields rope = fields.object(key);
    for (const char* kind : {"rope_type", "type"}) require_text(rope, kind, "default");
    theta = rope.number_or("rope_theta", theta, kLow, kHigh);
    if (rope.number_or("partial_rotary_factor", 1, 0, 1) != 1) rope.refuse("partial_rotary_factor", "1");
  }
  if (fields.number_or("partial_rotary_factor", 1, 0, 1) != 1) fields.refuse("partial_rotary_factor", "1");
  return theta;
}

void parse_heads(const Fields& fields, bool as_many_as_queries, TextConfig& text) {
  text.num_attention_heads = fields.integer_or("num_attention_heads", text.num_attention_heads, 1, kMaxHeads);
  if (as_many_as_queries) text.num_key_value_heads = text.num_attention_heads;
  text.num_key_value_heads = fields.integer_or("num_key_value_heads", text.num_key_value_heads, 1, kMaxHeads);
  if (text.num_attention_heads % text.num_key_value_heads != 0) {
    fields.refuse("num_key_value_heads",
                  "a divisor of num_attention_heads " + std::to_string(text.num_attention_heads));
  }
  if (!fields.has("head_dim") && text.hidden_size % text.num_attention_heads != 0) {
    fields.refuse("num_attention_heads", "a divisor of hidden_size " + std::to_string(text.hidden_size));
  }
  text.head_dim = fields.integer_or("head_dim", text.hidden_size / text.num_attention_heads, 2, 1024);
  if (text.head_dim < 2 || text.head_dim > 1024 || text.head_dim % 2 != 0) {
    fields.refuse("head_dim", "even and from 2 to 1024 (it is " + std::to_string(text.head_dim) + ")");
  }
}

void refuse_sliding_windows(const Fields& fields) {
  require_false(fields, "use_sliding_window");
  if (!fields.has("layer_types")) return;
  const Json& types = fields.at("layer_types");
  if (!types.is_array()) fields.refuse("layer_types", "a list");
  for (const Json& type : types) {
    if (type != "full_attention") fields.refuse("layer_types", "\"full_attention\" in every layer");
  }
}

}  // namespace

TextConfig parse_text_config(const Json& object, const std::string& where, TextFamily family) {
  const Fields fields(object, where);
  TextConfig text = class_defaults(family);
  require_text(fields, "hidden_act", "silu");
  refuse_sliding_windows(fields);
  if (family == TextFamily::llama) {
    require_false(fields, "attention_bias");
    require_false(fields, "mlp_bias");
  }
  text.hidden_size = fields.integer_or("hidden_size", text.hidden_size, 1, kMaxWidth);
  text.intermediate_size = fields.integer_or("intermediate_size", text.intermediate_size, 1, kMaxInner);
  text.num_hidden_layers = fields.integer_or("num_hidden_layers", text.num_hidden_layers, 1, kMaxLayers);
  // An absent count is the class default in Qwen2; null, and absent in Llama, mean one per query head.
  parse_heads(fields, family == TextFamily::llama || object.contains("num_key_value_heads"), text);
  text.vocab_size = fields.integer_or("vocab_size", text.vocab_size, 1, kMaxVocab);
  text.max_position_embeddings =
      fields.integer_or("max_position_embeddings", text.max_position_embeddings, 1, std::int64_t{1} << 31);
  text.rms_norm_eps = fields.number_or("rms_norm_eps", text.rms_norm_eps, 0, 1);
  text.rope_theta = parse_rope_theta(fields, text.rope_theta);
  text.tie_word_embeddings = fields.boolean_or("tie_word_embeddings", text.tie_word_embeddings);
  return text;
}

VisionConfig parse_vision_config(const Fields& fields) {
  require_text(fields, "model_type", "siglip_vision_model");
  require_text(fields, "hidden_act", "gelu_pytorch_tanh");
  if (fields.integer_or("num_channels", 3, 1, 4) != 3) fields.refuse("num_channels", "3");
  VisionConfig vision;
  vision.hidden_size = fields.integer_or("hidden_size", 768, 1, kMaxWidth);
  vision.intermediate_size = fields.integer_or("intermediate_size", 3072, 1, kMaxInner);
  vision.num_hidden_layers = fields.integer_or("num_hidden_layers", 12, 1, kMaxLayers);
  vision.num_attention_heads = fields.integer_or("num_attention_heads", 12, 1, kMaxHeads);
  vision.image_size = fields.integer_or("image_size", 224, 1, 4096);
  vision.patch_size = fields.integer_or("patch_size", 16, 1, 4096);
  vision.layer_norm_eps = fields.number_or("layer_norm_eps", 1e-6, 0, 1);
  check_vision_config(vision, fields.where());
  return vision;
}

void check_vision_config(const VisionConfig& vision, const std::string& where) {
  const auto refuse = [&](const std::string& what) { throw Error(ErrorKind::format, where + ": " + what); };
  if (vision.hidden_size % vision.num_attention_heads != 0) {
    refuse("\"num_attention_heads\" " + std::to_string(vision.num_attention_heads) +
           " does not divide \"hidden_size\" " + std::to_string(vision.hidden_size));
  }
  if (vision.patch_size > vision.image_size || vision.patches_per_side() > kMaxPatchesPerSide) {
    refuse("\"patch_size\" " + std::to_string(vision.patch_size) + " with \"image_size\" " +
           std::to_string(vision.image_size) + " should give from 1 to " + std::to_string(kMaxPatchesPerSide) +
           " patches per side");
  }
}

}  // namespace ov
