// The .safetensors files of one folder, each mapped once: model.safetensors, or the shards that
// model.safetensors.index.json names.
//
//   const Shards shards = open_shards(folder);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/safetensors.h"

namespace ov {

struct Shards {
  std::vector<std::unique_ptr<SafetensorsFile>> files;
  bool has_index = false;

  std::uint64_t total_bytes() const;  // of the files
};

// Throws input when there is no checkpoint or a shard is missing; format when the index names a file
// outside the folder, or index and shards disagree about a tensor. Pickle files are never read.
Shards open_shards(const std::string& folder);

}  // namespace ov
