#include "checkpoint/tensor_set_writer.h"

#include <cstdio>

#include "base/file.h"
#include "base/json.h"

namespace ov {
namespace {

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Fills shards in order; none is empty.
std::vector<Range> cut_shards(const std::vector<TensorDeclaration>& tensors, std::uint64_t max_bytes) {
  std::vector<Range> shards = {{0, 0}};
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const std::uint64_t size = tensors[i].num_bytes();
    if (bytes > 0 && bytes + size > max_bytes) {
      shards.push_back({i, i});
      bytes = 0;
    }
    bytes += size;
    shards.back().end = i + 1;
  }
  return shards;
}

std::string shard_name(std::size_t index, std::size_t count) {
  char name[64];
  std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", index + 1, count);
  return count == 1 ? "model.safetensors" : name;
}

}  // namespace

std::int64_t write_tensor_set(const std::string& folder, const std::vector<TensorDeclaration>& tensors,
                              std::uint64_t max_shard_bytes,
                              const std::function<void(std::size_t, const WriteBytes&)>& produce,
                              const Progress& progress) {
  std::uint64_t total = 0, done = 0;
  for (const TensorDeclaration& tensor : tensors) total += tensor.num_bytes();
  const std::vector<Range> shards = cut_shards(tensors, max_shard_bytes);
  Json weight_map = Json::object();
  for (std::size_t s = 0; s < shards.size(); ++s) {
    const std::string name = shard_name(s, shards.size());
    SafetensorsWriter writer(folder + "/" + name, {tensors.begin() + static_cast<std::ptrdiff_t>(shards[s].begin),
                                                   tensors.begin() + static_cast<std::ptrdiff_t>(shards[s].end)});
    for (std::size_t i = shards[s].begin; i < shards[s].end; ++i) {
      weight_map[tensors[i].name] = name;
      produce(i, [&](std::span<const std::uint8_t> bytes) {
        writer.append(bytes);
        done += bytes.size();
        if (progress) progress(done, total);
      });
    }
    writer.finish();
  }
  if (shards.size() > 1) {
    const Json index = {{"metadata", {{"total_size", total}}}, {"weight_map", weight_map}};
    write_file_atomic(folder + "/model.safetensors.index.json", dump_json(index, 2) + "\n");
  }
  return static_cast<std::int64_t>(shards.size());
}

}  // namespace ov
