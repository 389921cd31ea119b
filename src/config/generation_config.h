// generation_config.json: how a checkpoint asks to be sampled, with transformers' defaults.
//
//   const GenerationConfig wanted = read_generation_config(folder, config);
//   const bool greedy = !wanted.do_sample;   // the repetition penalty stays
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/model_config.h"

namespace ov {

struct GenerationConfig {
  bool do_sample = false;
  double temperature = 1;
  double top_p = 1;
  std::int64_t top_k = 50;  // 0 keeps all
  double repetition_penalty = 1;
  std::vector<std::int64_t> eos_token_ids;  // of the file, else of config.json
  bool has_eos = false;                     // false: an answer ends by length only
  std::optional<std::int64_t> bos_token_id;
  std::optional<std::int64_t> pad_token_id;
  std::optional<std::int64_t> max_new_tokens;
  bool from_file = false;
};

// An absent file is what transformers makes of config.json: defaults, and its eos ids. Throws format
// for values out of range and for search or filter settings that would change the answer and that
// onevision does not implement (beams, n-gram bans, ...).
GenerationConfig read_generation_config(const std::string& folder, const ModelConfig& config);
GenerationConfig parse_generation_config(const Json& raw, const std::string& where, const ModelConfig& config);

}  // namespace ov
