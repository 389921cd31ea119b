#include "model/memory.h"

#include <algorithm>

namespace ov {

std::int64_t activation_bytes(const ModelConfig& config, std::int64_t value_bytes, std::int64_t prompt_tokens,
                              std::int64_t tiles, std::int64_t chunk) {
  const VisionConfig& vision = config.vision;
  const TextConfig& text = config.text;
  // Tower: residual stream, norm, q, k, v and attention output beside the MLP's inner rows.
  const std::int64_t together = std::min<std::int64_t>(tiles, 8);
  const std::int64_t vision_rows = together * vision.num_patches();
  const std::int64_t vision_bytes = vision_rows * (6 * vision.hidden_size + vision.intermediate_size) * value_bytes;
  const std::int64_t pixels = tiles * 3 * vision.image_size * vision.image_size * 4;
  const std::int64_t projected = tiles * vision.num_patches() * text.hidden_size * value_bytes;
  // Decoder: the same for one chunk, over the embeddings of the whole prompt.
  const std::int64_t rows = std::min(chunk, prompt_tokens);
  const std::int64_t text_bytes = rows * (6 * text.hidden_size + text.intermediate_size) * value_bytes;
  const std::int64_t embeds = prompt_tokens * text.hidden_size * value_bytes;
  return embeds + std::max(vision_bytes + pixels + 2 * projected, text_bytes);
}

}  // namespace ov
