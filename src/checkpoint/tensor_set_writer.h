// Writes the weights of a folder as one model.safetensors, or as shards with an index when they are
// larger than a limit, the way the hub stores them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/safetensors_writer.h"

namespace ov {

using WriteBytes = std::function<void(std::span<const std::uint8_t>)>;
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;  // bytes

// Calls produce(i, write) once for every tensor in order; it must hand all bytes of tensor i to
// `write`. A tensor is never cut, so a shard may exceed the limit by one tensor. Returns the number of
// files. Throws resource.
std::int64_t write_tensor_set(const std::string& folder, const std::vector<TensorDeclaration>& tensors,
                              std::uint64_t max_shard_bytes,
                              const std::function<void(std::size_t, const WriteBytes&)>& produce,
                              const Progress& progress);

}  // namespace ov
