// The language model's and the tower's part of config.json, for both layouts.
// Facts: transformers' Qwen2Config, LlamaConfig and SiglipVisionConfig, whose class defaults stand
// in for absent keys.
#pragma once

#include "config/model_config.h"

namespace ov {

enum class TextFamily { qwen2, llama };

// Throws format for values out of range and for features that are not implemented: scaled RoPE,
// sliding windows, other activations, biases elsewhere than Qwen2 has them.
TextConfig parse_text_config(const Json& object, const std::string& where, TextFamily family);

// As HF writes it; num_hidden_layers counts every layer that would be stored.
VisionConfig parse_vision_config(const Fields& fields);

// Checks that hold between the numbers of one tower.
void check_vision_config(const VisionConfig& vision, const std::string& where);

}  // namespace ov
