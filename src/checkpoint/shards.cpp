#include "checkpoint/shards.h"

#include <filesystem>
#include <map>
#include <set>

#include "base/error.h"
#include "base/json.h"

namespace ov {
namespace {

constexpr std::size_t kMaxIndexBytes = 100'000'000;
constexpr std::size_t kMaxShards = 10'000;

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorKind::format, where + ": " + what);
}

// A plain file name: an index must not reach outside its folder.
bool is_plain_name(const std::string& name) {
  const std::string suffix = ".safetensors";
  return name.size() > suffix.size() && name.size() < 256 &&
         name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0 && name.front() != '.' &&
         name.find_first_of(std::string("/\\:\0", 4)) == std::string::npos;
}

// tensor name -> shard file name
std::map<std::string, std::string> read_index(const std::string& path) {
  const Json index = parse_json(read_file(path, kMaxIndexBytes), path);
  const Fields fields(index, path);
  const Json& weight_map = fields.at("weight_map");
  if (!weight_map.is_object() || weight_map.empty()) fields.refuse("weight_map", "an object of tensor names");
  std::map<std::string, std::string> map;
  for (const auto& [tensor, file] : weight_map.items()) {
    if (!file.is_string() || !is_plain_name(file.get<std::string>())) {
      refuse(path, "tensor " + dump_json(tensor) + " should name a .safetensors file of the same folder, found " +
                       dump_json(file).substr(0, 100));
    }
    map[tensor] = file.get<std::string>();
  }
  return map;
}

// Both ways: what the index places in a shard is there, and nothing else is.
void check_against_index(const Shards& shards, const std::map<std::string, std::string>& index,
                         const std::string& path) {
  std::size_t found = 0;
  for (const auto& file : shards.files) {
    const std::string name = std::filesystem::path(file->path()).filename();
    for (const TensorView& tensor : file->tensors()) {
      const auto entry = index.find(tensor.name);
      if (entry == index.end() || entry->second != name) {
        refuse(file->path(), "holds tensor " + dump_json(tensor.name) + ", which " + path + " places " +
                                 (entry == index.end() ? "nowhere" : "in " + entry->second) +
                                 "; files of two different checkpoints?");
      }
      ++found;
    }
  }
  if (found == index.size()) return;
  for (const auto& [tensor, name] : index) {
    for (const auto& file : shards.files) {
      if (std::filesystem::path(file->path()).filename() == name && file->find(tensor) == nullptr) {
        refuse(file->path(), "lacks tensor " + dump_json(tensor) + ", which " + path +
                                 " places there; an incomplete "
                                 "download? Get the file again");
      }
    }
  }
}

Shards open_indexed(const std::string& folder, const std::string& path) {
  const std::map<std::string, std::string> index = read_index(path);
  std::set<std::string> names;
  for (const auto& [tensor, name] : index) names.insert(name);
  if (names.size() > kMaxShards) refuse(path, std::to_string(names.size()) + " shards");
  std::string missing;
  for (const std::string& name : names) {
    if (!std::filesystem::exists(folder + "/" + name)) missing += (missing.empty() ? "" : ", ") + name;
  }
  if (!missing.empty()) {
    throw Error(ErrorKind::input, folder + ": missing shards named by model.safetensors.index.json: " + missing +
                                      "; an incomplete download? Get them again");
  }
  Shards shards;
  shards.has_index = true;
  for (const std::string& name : names) {
    shards.files.push_back(std::make_unique<SafetensorsFile>(folder + "/" + name));
  }
  check_against_index(shards, index, path);
  return shards;
}

}  // namespace

std::uint64_t Shards::total_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& file : files) bytes += file->size();
  return bytes;
}

Shards open_shards(const std::string& folder) {
  const std::string single = folder + "/model.safetensors", index = single + ".index.json";
  if (std::filesystem::exists(single)) {
    Shards shards;
    shards.files.push_back(std::make_unique<SafetensorsFile>(single));
    return shards;
  }
  if (std::filesystem::exists(index)) return open_indexed(folder, index);
  std::string hint = "is this the folder of a checkpoint?";
  if (std::filesystem::exists(folder + "/pytorch_model.bin")) {
    hint =
        "it has pytorch_model.bin, a pickle, which is never read; save it with "
        "save_pretrained(safe_serialization=True)";
  }
  throw Error(ErrorKind::input, folder + ": neither model.safetensors nor model.safetensors.index.json; " + hint);
}

}  // namespace ov
