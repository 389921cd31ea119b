// Values are sums of four 16-bit draws: close to a normal distribution, and integer arithmetic until
// the last step, so that no mathematical library can change a bit.
#include "checkpoint/random.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <vector>

#include "base/file.h"
#include "base/parallel.h"
#include "checkpoint/names.h"
#include "checkpoint/new_folder.h"
#include "checkpoint/tokenizer_files.h"
#include "config/config_writer.h"
#include "config/grid_pinpoints.h"

namespace ov {
namespace {

constexpr std::int64_t kBlock = 64 << 10;  // values drawn from one seed
constexpr std::int64_t kPiece = 64 * kBlock;

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Round to nearest even; values are far below the largest half.
std::uint16_t to_f16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const float size = std::fabs(value);
  if (size < 0x1p-14F) {  // subnormal: a multiple of 2^-24
    return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(std::nearbyint(size * 0x1p24F)));
  }
  const std::uint32_t rest = (bits & 0x7fffffff) - (112U << 23);
  return static_cast<std::uint16_t>(sign | ((rest + 0xfff + (rest >> 13 & 1)) >> 13));
}

// What one tensor is drawn from: mean + deviation * (roughly normal value).
struct Distribution {
  float mean = 0;
  float deviation = 0;
};

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

// Block number `block` of a tensor, `count` values.
void draw_block(const Distribution& from, std::uint64_t seed, std::int64_t block, std::int64_t count, float* out) {
  // Four uniform 16-bit numbers: variance 4 * (2^32 - 1) / 12.
  const float scale = from.deviation / std::sqrt(4.0F * 4294967295.0F / 12.0F);
  std::uint64_t state = mix(seed + 0x9e3779b97f4a7c15 * static_cast<std::uint64_t>(block + 1));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t bits = mix(state += 0x9e3779b97f4a7c15);
    const auto sum =
        static_cast<std::int32_t>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
    out[i] = from.mean + scale * static_cast<float>(sum - 2 * 65535);
  }
}

template <class Word, class Convert>
void draw_piece(const Distribution& from, std::uint64_t seed, std::int64_t begin, std::int64_t count, Convert convert,
                std::vector<std::uint8_t>& bytes) {
  bytes.resize(static_cast<std::size_t>(count) * sizeof(Word));
  auto* words = reinterpret_cast<Word*>(bytes.data());
  parallel_for((count + kBlock - 1) / kBlock, 1, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> values(kBlock);
    for (std::int64_t block = first; block < last; ++block) {
      const std::int64_t size = std::min(kBlock, count - block * kBlock);
      draw_block(from, seed, begin / kBlock + block, size, values.data());
      std::transform(values.begin(), values.begin() + size, words + block * kBlock, convert);
    }
  });
}

void draw_tensor(const ExpectedTensor& tensor, const RandomSpec& spec, const TextConfig& text,
                 const WriteBytes& write) {
  std::uint64_t seed = mix(spec.seed ^ 0x6f6e65766973696f);
  for (const char c : tensor.name) seed = mix(seed ^ static_cast<std::uint8_t>(c));
  const Distribution from = distribution_of(tensor, text);
  std::vector<std::uint8_t> bytes;
  for (std::int64_t begin = 0; begin < tensor.num_elements(); begin += kPiece) {
    const std::int64_t count = std::min(kPiece, tensor.num_elements() - begin);
    if (spec.dtype == Dtype::f32) {
      draw_piece<float>(
          from, seed, begin, count, [](float value) { return value; }, bytes);
    } else if (spec.dtype == Dtype::f16) {
      draw_piece<std::uint16_t>(from, seed, begin, count, to_f16, bytes);
    } else {
      draw_piece<std::uint16_t>(from, seed, begin, count, to_bf16, bytes);
    }
    write(bytes);
  }
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
    set_tower(config.vision, 128, 512, 4, 4, 384);
    set_text(config.text, 192, 512, 4, 6, 2, 32, 0, true);
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

std::int64_t added_or(const TokenizerIds& ids, const std::string& token, std::int64_t otherwise) {
  const auto found = ids.added.find(token);
  return found == ids.added.end() ? otherwise : found->second;
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
  const auto save = [&](const std::string& name, const Json& json) {
    write_file_atomic(folder + "/" + name, dump_json(json, 2) + "\n");
  };
  const MediaTokens media = {config.image_token_id, config.video_token_id};
  const bool hf = config.layout == Layout::hf;
  if (!spec.tokenizer_folder.empty()) copy_tokenizer_files(spec.tokenizer_folder, folder, hf ? &media : nullptr);
  const std::int64_t end_of_text = added_or(tokenizer_ids(spec), "<|endoftext|>", 0);
  Json written = config_in(config.layout, config);
  written[kUntrainedKey] = true;
  save("config.json", written);
  save("generation_config.json", plain_generation_config(config, end_of_text, end_of_text));
  if (!hf) return;
  save("preprocessor_config.json", hf_preprocessor_config(config, Normalisation{}));
  save("video_preprocessor_config.json", hf_video_preprocessor_config(config, Normalisation{}));
  save("processor_config.json", hf_processor_config(config));
  save("chat_template.json", {{"chat_template", hf_chat_template()}});
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
  std::int64_t next = ids.next_free;
  config.image_token_id = added_or(ids, "<image>", next);
  next = std::max(next, config.image_token_id + 1);
  config.video_token_id = added_or(ids, "<video>", next);
  next = std::max(next, config.video_token_id + 1);
  if (own_vocabulary) config.text.vocab_size = (next + 63) / 64 * 64;
  if (next > config.text.vocab_size) {
    throw Error(ErrorKind::input, spec.tokenizer_folder + ": the tokenizer needs " + std::to_string(next) +
                                      " rows, preset " + spec.preset + " has " +
                                      std::to_string(config.text.vocab_size));
  }
  const std::int64_t end_of_turn = added_or(ids, "<|im_end|>", -1);
  if (end_of_turn >= 0) config.eos_token_ids = {end_of_turn};
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
      [&](std::size_t i, const WriteBytes& write) { draw_tensor(tensors[i], spec, config.text, write); },
      spec.progress);
  target.finish();
}

}  // namespace ov
