// Writes the files that describe a model, in either layout, from the typed configuration.
//
//   write_file_atomic(folder + "/config.json", dump_json(hf_config(config), 2));
#pragma once

#include <string>

#include "config/model_config.h"
#include "config/preprocessor_config.h"

namespace ov {

// config.json. A configuration that was read in the same layout keeps its other keys. Throws input for
// what the layout cannot say: llava-hf knows only "anyres_max_N" pictures and placeholders that own a
// row of the vocabulary.
Json official_config(const ModelConfig& config);
Json hf_config(const ModelConfig& config);
Json config_in(Layout layout, const ModelConfig& config);

// The other files of a llava-hf folder.
Json hf_preprocessor_config(const ModelConfig& config, const Normalisation& normalisation);
Json hf_video_preprocessor_config(const ModelConfig& config, const Normalisation& normalisation);
Json hf_processor_config(const ModelConfig& config);

// What the authors' converter renders: role, pictures, videos, words, end of turn; no system prompt.
std::string hf_chat_template();

// The stop tokens and sampling of a new checkpoint: greedy, without penalty.
Json plain_generation_config(const ModelConfig& config, std::int64_t bos_token_id, std::int64_t pad_token_id);

}  // namespace ov
