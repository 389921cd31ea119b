#include "train/feature_cache.h"

#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/sha256.h"
#include "checkpoint/safetensors_writer.h"
#include "tensor/ops.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

std::string hash_of(std::string_view text) {
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string tower_key(const Checkpoint& tower, const ModelConfig& config, at::ScalarType dtype) {
  std::string text = std::string(c10::toString(dtype)) + " " + std::to_string(config.tiling.tile_size) + "\n";
  for (const auto& [name, view] : tower.tensors()) {
    if (name.rfind("vision_tower.", 0) == 0) text += name + " " + sha256_hex(view.bytes) + "\n";
  }
  return hash_of(text).substr(0, 16);
}

// What a picture or video is: its bytes, or its file's size and time; and what is taken of it.
std::string media_text(const PromptMedia& media) {
  std::string text = media.source.path;
  std::error_code ignored;
  if (media.source.bytes) {
    text += hash_of(*media.source.bytes);
  } else if (!fs::is_directory(media.source.path, ignored)) {
    text += " " + std::to_string(fs::file_size(media.source.path, ignored));
    text += " " + std::to_string(fs::last_write_time(media.source.path, ignored).time_since_epoch().count());
  } else {  // frames: every file counts
    std::vector<std::string> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(media.source.path, ignored)) {
      files.push_back(entry.path().filename().string() + " " + std::to_string(entry.file_size(ignored)) + " " +
                      std::to_string(entry.last_write_time(ignored).time_since_epoch().count()));
    }
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) text += "\n" + file;
  }
  text += std::string(" ") + mode_name(media.plan.mode) + " " + std::to_string(media.plan.grid.rows) + "x" +
          std::to_string(media.plan.grid.cols);
  for (const std::int64_t frame : media.frames) text += " " + std::to_string(frame);
  return text + "\n";
}

std::int64_t tiles_of(const TrainingSample& sample) {
  std::int64_t tiles = 0;
  for (const PromptMedia& media : sample.prompt.prompt.media) tiles += media.plan.tiles;
  return tiles;
}

}  // namespace

FeatureCache::FeatureCache(const std::string& folder, const Checkpoint& tower, const ModelConfig& config,
                           at::ScalarType dtype)
    : folder_(folder + "/" + tower_key(tower, config, dtype)),
      patches_(config.vision.num_patches()),
      width_(config.vision.hidden_size),
      dtype_(dtype) {
  std::error_code problem;
  fs::create_directories(folder_, problem);
  if (problem) throw Error(ErrorKind::resource, folder_ + ": cannot create: " + problem.message());
}

std::string FeatureCache::file_of(const TrainingSample& sample) const {
  std::string text = sample.sha256 + "\n";
  for (const PromptMedia& media : sample.prompt.prompt.media) text += media_text(media);
  return folder_ + "/" + hash_of(text).substr(0, 32) + ".safetensors";
}

std::optional<Tensor> FeatureCache::load(const TrainingSample& sample) const {
  const std::string path = file_of(sample);
  if (!fs::exists(path)) return std::nullopt;
  const SafetensorsFile file(path);
  const TensorView* view = file.find("features");
  const std::vector<std::int64_t> shape = {tiles_of(sample), patches_, width_};
  const Dtype stored = dtype_ == at::kFloat ? Dtype::f32 : Dtype::bf16;
  if (view == nullptr || view->dtype != stored || view->shape != shape) {
    throw Error(ErrorKind::format, path + ": not the features of this sample; delete the folder and train again");
  }
  Tensor features = at::empty(shape, at::TensorOptions().dtype(dtype_));
  std::memcpy(features.data_ptr(), view->bytes.data(), view->bytes.size());
  return features;
}

void FeatureCache::store(const TrainingSample& sample, const Tensor& features) const {
  const Tensor whole = features.cpu().contiguous();
  SafetensorsWriter writer(
      file_of(sample),
      {{"features", dtype_ == at::kFloat ? Dtype::f32 : Dtype::bf16, {whole.sizes().begin(), whole.sizes().end()}}});
  writer.append({static_cast<const std::uint8_t*>(whole.data_ptr()), static_cast<std::size_t>(whole.nbytes())});
  writer.finish();
}

}  // namespace ov
