// Rewrites a checkpoint folder in the other layout (or the same one, tidied): tensors bit for bit under
// their other names, configuration, tokenizer and, for llava-hf, processor files. Rows of the
// vocabulary are kept as they are, never added.
//
//   convert_checkpoint("llava-onevision-qwen2-0.5b-ov", "out-hf", Layout::hf);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/tensor_set_writer.h"
#include "config/model_config.h"

namespace ov {

struct ConvertOptions {
  std::uint64_t max_shard_bytes = 5'000'000'000;
  Progress progress;
};

struct ConvertReport {
  std::int64_t tensors = 0;
  std::uint64_t bytes = 0;
  std::int64_t files = 0;  // of weights
  std::vector<std::string> notes;
};

// The target must not exist or be empty; it appears when complete. What no model uses (extra tower
// layers, a tied head, position numbers) is left out. llava-hf needs the tower's final norm, which
// the model does not apply: where the source lacks it an identity is written, with a note.
// Throws what Checkpoint::open throws, input for models the layout cannot describe, resource.
ConvertReport convert_checkpoint(const std::string& source, const std::string& target, Layout layout,
                                 const ConvertOptions& options = {});

}  // namespace ov
