// preprocessor_config.json: how pixels become numbers. SigLIP's 0.5 where a folder has no such file
// (official checkpoints).
//
//   const PreprocessorConfig pixels = read_preprocessor_config(folder, config);
#pragma once

#include <array>
#include <string>

#include "config/model_config.h"

namespace ov {

// y = (float(v * rescale) - mean) / std per channel, v from 0 to 255.
struct Normalisation {
  std::array<float, 3> mean = {0.5F, 0.5F, 0.5F};
  std::array<float, 3> std = {0.5F, 0.5F, 0.5F};
  double rescale = 1.0 / 255;
  bool operator==(const Normalisation&) const = default;
};

struct PreprocessorConfig {
  Normalisation normalisation;
  bool from_file = false;
};

// Throws format for steps that onevision does not do: other filters than bicubic, other sizes than
// the tower's, cropping, a canvas list that differs from config.json's.
PreprocessorConfig read_preprocessor_config(const std::string& folder, const ModelConfig& config);
PreprocessorConfig parse_preprocessor_config(const Json& raw, const std::string& where, const ModelConfig& config);

}  // namespace ov
