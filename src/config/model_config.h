// What a checkpoint's config.json says, as typed values with one meaning whatever layout they came
// from. Facts: reference configs of lmms-lab (official) and llava-hf folders; see docs/parity.md.
//
//   const ModelConfig config = read_model_config("DIR/config.json");
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace ov {

enum class Layout { official, hf };

// Rounding and sampling rules: exact integer geometry and the paper's sampling, or those of the
// authors' code, or those of transformers. docs/parity.md lists every difference.
enum class Compat { exact, official, hf };

// SigLIP-style tower.
struct VisionConfig {
  std::int64_t hidden_size = 1152;
  std::int64_t intermediate_size = 4304;
  std::int64_t num_hidden_layers = 26;  // layers that are run; a stored extra layer is ignored
  std::int64_t num_attention_heads = 16;
  std::int64_t image_size = 384;  // pixels per side of a tile
  std::int64_t patch_size = 14;
  double layer_norm_eps = 1e-6;

  std::int64_t patches_per_side() const { return image_size / patch_size; }             // 27
  std::int64_t num_patches() const { return patches_per_side() * patches_per_side(); }  // 729
  bool operator==(const VisionConfig&) const = default;
};

// Qwen2 and its relatives.
struct TextConfig {
  std::int64_t hidden_size = 896;
  std::int64_t intermediate_size = 4864;
  std::int64_t num_hidden_layers = 24;
  std::int64_t num_attention_heads = 14;
  std::int64_t num_key_value_heads = 2;
  std::int64_t head_dim = 64;
  std::int64_t vocab_size = 151936;
  std::int64_t max_position_embeddings = 32768;
  double rms_norm_eps = 1e-6;
  double rope_theta = 1e6;
  bool tie_word_embeddings = true;
  bool qkv_bias = true;  // false: Llama-style projections
  bool operator==(const TextConfig&) const = default;
};

// A canvas that tiles may be cut from, in pixels.
struct Pinpoint {
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool operator==(const Pinpoint&) const = default;
};

enum class AspectMode {
  anyres,  // tiles of the best canvas plus a base image
  pad,     // grey square, one tile
  square,  // stretched, one tile
};

// How pictures become tiles and features, whatever the tower's weights are.
struct TilingConfig {
  AspectMode single_image_mode = AspectMode::anyres;
  std::vector<Pinpoint> pinpoints;  // in the order in which they are tried
  std::int64_t max_tiles = 9;       // "anyres_max_9": shrink above this; 0 never shrinks (LLaVA-NeXT)
  std::int64_t tile_size = 384;     // pixels per side
  std::int64_t patches_per_side = 27;
  bool newline = true;  // use image_newline (spatial_unpad / one_token)
};

struct ModelConfig {
  Layout layout = Layout::official;
  VisionConfig vision;
  TextConfig text;
  TilingConfig tiling;
  std::int64_t image_token_id = 151646;
  std::int64_t video_token_id = 151647;
  std::vector<std::int64_t> eos_token_ids;   // of config.json; generation_config.json has the last word
  std::string vision_tower;                  // mm_vision_tower of an official config, "" in hf
  std::int64_t max_sequence_length = 32768;  // tokenizer_model_max_length or max_position_embeddings
  std::string dtype;                         // as stored: "bfloat16", "float16", "float32" or ""
  Json raw;                                  // the whole file, for conversion
};

// Throws format with file and key for anything missing, of a wrong type, out of range or unknown
// (vision towers, projectors, merge types and model types that onevision does not implement). Keys
// that are absent have the values of transformers' configuration classes.
ModelConfig read_model_config(const std::string& path);
ModelConfig parse_model_config(const Json& raw, const std::string& where);

}  // namespace ov
