// A complete checkpoint folder from a Qwen2 language model and a SigLIP tower, as training starts from:
// their tensors, and a projector and a newline vector that are drawn.
//
//   AssembleSpec spec;
//   spec.language_model = "Qwen2-0.5B-Instruct";
//   spec.vision_tower = "siglip-so400m-patch14-384";
//   write_assembled_checkpoint(spec, "start-0.5b");
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkpoint/tensor_set_writer.h"
#include "config/model_config.h"

namespace ov {

struct AssembleSpec {
  std::string language_model;     // folder of a Qwen2ForCausalLM, with its tokenizer
  std::string vision_tower;       // folder of a SiglipModel or SiglipVisionModel
  std::int64_t tower_layers = 0;  // layers kept; 0: all but the last, as the paper's tower (26 of 27)
  Layout layout = Layout::official;
  Dtype dtype = Dtype::bf16;  // F32 or BF16, of every tensor
  std::uint64_t seed = 0;
  std::uint64_t max_shard_bytes = 5'000'000'000;
  Progress progress;
};

struct AssembleReport {
  std::int64_t tensors = 0;
  std::uint64_t bytes = 0;
  std::int64_t files = 0;  // of weights
  std::vector<std::string> notes;
};

// The target must not exist or be empty; it appears when complete. One tensor's piece is in memory at
// a time, so the size of the model does not matter.
//
// Kept: every tensor of the language model, of the tower its first layers and its final norm (stored
// by published checkpoints though not applied); head and further layers are left out. Drawn from seed
// and name alone: the projector's weights and biases uniform within 1/sqrt(inputs), as torch starts a
// linear layer, the newline vector of deviation 1/sqrt(width). Tiles of the tower's image_size,
// canvases of 1x1 to 6x6, anyres_max_9, spatial_unpad.
//
// Throws usage for another dtype; input for missing files, for a vocabulary without rows for <image>
// and <video> and for what the layout cannot say; format for other models, and with every tensor that
// is missing, unexpected or of another shape; resource.
AssembleReport write_assembled_checkpoint(const AssembleSpec& spec, const std::string& folder);

}  // namespace ov
