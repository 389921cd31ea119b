#include "checkpoint/random.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "checkpoint/draw.h"
#include "checkpoint/folder_files.h"
#include "checkpoint/names.h"
#include "checkpoint/new_folder.h"
#include "checkpoint/tokenizer_files.h"
#include "config/config_writer.h"
#include "config/grid_pinpoints.h"

namespace ov {
namespace {

bool ends_with(const std::string& text, const std::string& suffix) {
  return text.size() >= suffix.size() && text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

Distribution distribution_of(const ExpectedTensor& tensor, const TextConfig& text) {
  const std::string& name = tensor.name;
  const auto width = static_cast<float>(text.hidden_size);
  if (name == "image_newline") return {0, 1 / std::sqrt(width)};
  if (ends_with(name, "position_embedding.weight")) return {0, 0.3F};
  if (ends_with(name, "embed_tokens.weight")) return {0, text.tie_word_embeddings ? 2 / std::sqrt(width) : 1};
  if (name == "lm_head.weight") return {0, 2 / std::sqrt(width)};
  if (ends_with(name, ".bias")) return {0, name.find("norm") == std::string::npos ? 0.02F : 0};
  if (tensor.shape.size() == 1) return {1, 0};
  return {0, 1 / std::sqrt(static_cast<float>(tensor.num_elements() / tensor.shape[0]))};
}

void set_tower(VisionConfig& vision, std::int64_t width, std::int64_t inner, std::int64_t layers, std::int64_t heads,
               std::int64_t tile) {
  vision.hidden_size = width;
  vision.intermediate_size = inner;
  vision.num_hidden_layers = layers;
  vision.num_attention_heads = heads;
  vision.image_size = tile;
}

void set_text(TextConfig& text, std::int64_t width, std::int64_t inner, std::int64_t layers, std::int64_t heads,
              std::int64_t kv_heads, std::int64_t head_dim, std::int64_t vocabulary, bool tied) {
  text.hidden_size = width;
  text.intermediate_size = inner;
  text.num_hidden_layers = layers;
  text.num_attention_heads = heads;
  text.num_key_value_heads = kv_heads;
  text.head_dim = head_dim;
  text.vocab_size = vocabulary;
  text.tie_word_embeddings = tied;
}

// False for the presets whose vocabulary is the published one.
bool set_preset(const RandomSpec& spec, ModelConfig& config) {
  if (spec.preset == "tiny") {
    config.vision_tower = "siglip-tiny";
    set_tower(config.vision, 32, 64, 2, 2, 56);
    set_text(config.text, 48, 96, 3, 4, 2, 12, 0, false);
  } else if (spec.preset == "micro") {
    config.vision_tower = "siglip-micro";
    set_tower(config.vision, 64, 192, 3, 4, 56);
    set_text(config.text, 96, 256, 3, 4, 2, 24, 0, true);
  } else if (spec.preset == "nano") {
    config.vision_tower = "siglip-nano";
    set_tower(config.vision, 256, 1024, 6, 4, 128);
    config.vision.patch_size = 16;
    set_text(config.text, 256, 704, 6, 4, 2, 64, 0, true);
  } else if (spec.preset == "0.5b") {
    set_text(config.text, 896, 4864, 24, 14, 2, 64, 151936, true);
  } else if (spec.preset == "7b") {
    set_text(config.text, 3584, 18944, 28, 28, 4, 128, 152064, false);
  } else if (spec.preset == "72b") {
    set_text(config.text, 8192, 29568, 80, 64, 8, 128, 152064, false);
  } else {
    throw Error(ErrorKind::usage, "preset \"" + spec.preset + "\": expected tiny, micro, nano, 0.5b, 7b or 72b");
  }
  return config.text.vocab_size == 0;
}

// The ids of Qwen2, or what stands in for them in a vocabulary of 512.
TokenizerIds ids_without_tokenizer(bool small) {
  const std::int64_t base = small ? 507 : 151643;
  return {base + 3, {{"<|endoftext|>", base}, {"<|im_start|>", base + 1}, {"<|im_end|>", base + 2}}};
}

TokenizerIds tokenizer_ids(const RandomSpec& spec) {
  if (!spec.tokenizer_folder.empty()) return read_tokenizer_ids(spec.tokenizer_folder);
  return ids_without_tokenizer(spec.preset == "tiny" || spec.preset == "micro" || spec.preset == "nano");
}

void write_folder_files(const RandomSpec& spec, const ModelConfig& config, const std::string& folder) {
  const MediaTokens media = {config.image_token_id, config.video_token_id};
  const bool hf = config.layout == Layout::hf;
  if (!spec.tokenizer_folder.empty()) copy_tokenizer_files(spec.tokenizer_folder, folder, hf ? &media : nullptr);
  const TokenizerIds ids = tokenizer_ids(spec);
  const auto end = ids.added.find("<|endoftext|>");
  const std::int64_t end_of_text = end == ids.added.end() ? 0 : end->second;
  Json written = config_in(config.layout, config);
  written[kUntrainedKey] = true;
  save_json(folder, "config.json", written);
  save_json(folder, "generation_config.json", plain_generation_config(config, end_of_text, end_of_text));
  if (!hf) return;
  write_processor_files(folder, config, Normalisation{});
  write_chat_template(folder);
}

}  // namespace

ModelConfig preset_config(const RandomSpec& spec) {
  if (!is_weight_dtype(spec.dtype)) throw Error(ErrorKind::usage, "random weights are F32, F16 or BF16");
  ModelConfig config;
  config.layout = spec.layout;
  const bool own_vocabulary = set_preset(spec, config);
  config.dtype = spec.dtype == Dtype::f32 ? "float32" : spec.dtype == Dtype::f16 ? "float16" : "bfloat16";
  config.tiling.tile_size = config.vision.image_size;
  config.tiling.patches_per_side = config.vision.patches_per_side();
  config.tiling.pinpoints = square_pinpoints(6, spec.layout, config.tiling.tile_size);

  const TokenizerIds ids = tokenizer_ids(spec);
  const MediaTokens media = place_media_tokens(ids);
  config.image_token_id = media.image_id;
  config.video_token_id = media.video_id;
  const std::int64_t rows = rows_needed(ids, media);
  if (own_vocabulary) config.text.vocab_size = (rows + 63) / 64 * 64;
  if (rows > config.text.vocab_size) {
    throw Error(ErrorKind::input, spec.tokenizer_folder + ": the tokenizer needs " + std::to_string(rows) +
                                      " rows, preset " + spec.preset + " has " +
                                      std::to_string(config.text.vocab_size));
  }
  const auto end_of_turn = ids.added.find("<|im_end|>");
  if (end_of_turn != ids.added.end()) config.eos_token_ids = {end_of_turn->second};
  return config;
}

void write_random_checkpoint(const RandomSpec& spec, const std::string& folder) {
  const ModelConfig config = preset_config(spec);
  const std::vector<ExpectedTensor> tensors = expected_tensors(config);
  const NameVariant variant = spec.layout == Layout::official ? NameVariant::official : NameVariant::hf_hub;
  std::vector<TensorDeclaration> declared;
  for (const ExpectedTensor& tensor : tensors) {
    declared.push_back({variant_tensor_name(tensor.name, variant), spec.dtype, tensor.shape});
  }
  NewFolder target(folder);
  write_folder_files(spec, config, target.path());
  write_tensor_set(
      target.path(), declared, spec.max_shard_bytes,
      [&](std::size_t i, const WriteBytes& write) {
        draw_tensor(distribution_of(tensors[i], config.text), spec.seed, tensors[i].name, tensors[i].num_elements(),
                    spec.dtype, write);
      },
      spec.progress);
  target.finish();
}

}  // namespace ov
