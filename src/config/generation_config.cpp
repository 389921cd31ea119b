// Facts: transformers 4.57 generation/configuration_utils.py (defaults; null switches a filter off).
#include "config/generation_config.h"

#include <filesystem>

#include "base/file.h"

namespace ov {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;
constexpr std::int64_t kMaxTokenId = 4'194'304;

// Settings that change answers and are not implemented, with the value at which they do nothing.
void refuse_unimplemented(const Fields& fields) {
  struct Neutral {
    const char* key;
    double value;
  };
  static constexpr Neutral kNumbers[] = {
      {"num_beams", 1},
      {"num_beam_groups", 1},
      {"no_repeat_ngram_size", 0},
      {"min_length", 0},
      {"encoder_no_repeat_ngram_size", 0},
      {"typical_p", 1},
      {"epsilon_cutoff", 0},
      {"eta_cutoff", 0},
      {"min_p", 0},
      {"min_new_tokens", 0},
      {"penalty_alpha", 0},
      {"encoder_repetition_penalty", 1},
      {"guidance_scale", 1},
      {"top_h", 0},
  };
  for (const Neutral& setting : kNumbers) {
    if (fields.number_or(setting.key, setting.value, -1e9, 1e9) != setting.value) {
      fields.refuse(setting.key, Json(setting.value).dump() + " or absent: onevision does not implement it");
    }
  }
  for (const char* key : {"bad_words_ids", "suppress_tokens", "begin_suppress_tokens", "forced_bos_token_id",
                          "forced_eos_token_id", "sequence_bias", "exponential_decay_length_penalty", "force_words_ids",
                          "constraints", "watermarking_config", "dola_layers"}) {
    if (fields.has(key)) fields.refuse(key, "null or absent: onevision does not implement it");
  }
}

std::vector<std::int64_t> ids_of(const Fields& fields, const std::string& key) {
  std::vector<std::int64_t> ids;
  if (!fields.has(key)) return ids;
  const Json& value = fields.at(key);
  for (const Json& id : value.is_array() ? value : Json::array({value})) {
    if (!id.is_number_integer() || id < 0 || id > kMaxTokenId) fields.refuse(key, "a token id or a list of them");
    ids.push_back(id.get<std::int64_t>());
  }
  return ids;
}

std::optional<std::int64_t> optional_integer(const Fields& fields, const std::string& key, std::int64_t low,
                                             std::int64_t high) {
  if (!fields.has(key)) return std::nullopt;
  return fields.integer(key, low, high);
}

}  // namespace

GenerationConfig parse_generation_config(const Json& raw, const std::string& where, const ModelConfig& config) {
  const Fields fields(raw, where);
  refuse_unimplemented(fields);
  GenerationConfig wanted;
  wanted.from_file = true;
  wanted.do_sample = fields.boolean_or("do_sample", false);
  wanted.temperature = fields.number_or("temperature", 1, 0, 100);
  wanted.top_p = fields.number_or("top_p", 1, 0, 1);
  // Absent is 50, but an explicit null keeps every token.
  wanted.top_k = fields.integer_or("top_k", raw.contains("top_k") ? 0 : 50, 0, kMaxTokenId);
  wanted.repetition_penalty = fields.number_or("repetition_penalty", 1, 1e-3, 1e3);
  wanted.eos_token_ids = ids_of(fields, "eos_token_id");
  if (wanted.eos_token_ids.empty()) wanted.eos_token_ids = config.eos_token_ids;
  wanted.has_eos = !wanted.eos_token_ids.empty();
  wanted.bos_token_id = optional_integer(fields, "bos_token_id", 0, kMaxTokenId);
  const std::vector<std::int64_t> pad = ids_of(fields, "pad_token_id");
  if (!pad.empty()) wanted.pad_token_id = pad.front();
  wanted.max_new_tokens = optional_integer(fields, "max_new_tokens", 1, std::int64_t{1} << 31);
  return wanted;
}

GenerationConfig read_generation_config(const std::string& folder, const ModelConfig& config) {
  const std::string path = folder + "/generation_config.json";
  if (std::filesystem::exists(path)) {
    return parse_generation_config(parse_json(read_file(path, kMaxBytes), path), path, config);
  }
  GenerationConfig wanted;
  wanted.eos_token_ids = config.eos_token_ids;
  wanted.has_eos = !wanted.eos_token_ids.empty();
  return wanted;
}

}  // namespace ov
