// The small files of a checkpoint folder beside weights and tokenizer.
//
//   save_json(folder, "config.json", config_in(Layout::hf, config));
//   write_processor_files(folder, config, Normalisation{});
#pragma once

#include <string>

#include "base/json.h"
#include "config/model_config.h"
#include "config/preprocessor_config.h"

namespace ov {

void save_json(const std::string& folder, const std::string& name, const Json& json);

// What only a llava-hf folder has, all written anew.
void write_processor_files(const std::string& folder, const ModelConfig& config, const Normalisation& pixels);
void write_chat_template(const std::string& folder);

}  // namespace ov
