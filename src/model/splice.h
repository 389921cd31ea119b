// Puts media features in place of their placeholder tokens among the text embeddings.
#pragma once

#include <cstdint>
#include <vector>

#include "tensor/layers.h"

namespace ov {

// A run of placeholder positions that one picture or video fills.
struct MediaRun {
  std::int64_t begin = 0;   // first position in the sequence
  std::int64_t tokens = 0;  // its length
};

// Overwrites each run of `embeds` [T, D] with the features of the same index, [run.tokens, D].
// Refuses (internal) when counts or sizes differ: scattering anyway would corrupt silently.
void splice_media(Tensor& embeds, const std::vector<MediaRun>& runs, const std::vector<Tensor>& features);

}  // namespace ov
