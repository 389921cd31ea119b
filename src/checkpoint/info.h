// What a checkpoint folder holds, from its headers alone.
//
//   std::cout << info_text(checkpoint_info(Checkpoint::open(folder)));
#pragma once

#include <string>

#include "base/json.h"
#include "checkpoint/checkpoint.h"

namespace ov {

// {"folder", "layout", "names", "tensors", "files", "bytes", "parameters": {"total", "vision_tower",
//  "projector", "image_newline", "language_model", "lm_head"}, "dtypes": {"BF16": tensors, ...},
//  "vocabulary_rows", "tied", "ignored_tensors", "vision": {...}, "text": {...}, "tiling": {...}}
// A tied head counts no parameters.
Json checkpoint_info(const Checkpoint& checkpoint);

// The same for people, some lines ending in a newline.
std::string info_text(const Json& info);

// 893618208 -> "893,618,208"
std::string grouped_digits(std::int64_t number);

}  // namespace ov
