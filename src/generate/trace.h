// Every named intermediate of one prompt's forward pass, for comparing with a reference.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "generate/engine.h"

namespace ov {

using NamedTensor = std::pair<std::string, Tensor>;

// On the CPU, contiguous, float32 but for the ids: input_ids [T]; of all media in order pixel_values
// [tiles, 3, S, S], vision_features [tiles, P, Dv], projected [tiles, P, D], image_tokens [N, D];
// inputs_embeds [T, D]; hidden.1 ... hidden.L [T, D], the output of each layer before the final norm;
// logits [V] of the last position, or [T, V] with `all_logits`. Prompts without media lack the
// names of media.
std::vector<NamedTensor> trace(const Engine& engine, const Prompt& prompt, bool all_logits);

}  // namespace ov
