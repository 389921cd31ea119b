// How much memory a prompt will need, from configuration and plan alone.
#pragma once

#include <cstdint>

#include "config/model_config.h"

namespace ov {

// `value_bytes` is the size of one weight or activation (2 or 4); `tiles` the largest number of
// tiles of one medium; `chunk` the positions per prefill pass.
std::int64_t activation_bytes(const ModelConfig& config, std::int64_t value_bytes, std::int64_t prompt_tokens,
                              std::int64_t tiles, std::int64_t chunk);

}  // namespace ov
