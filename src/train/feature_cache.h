// Tower features of samples on disk, for stages whose tower is frozen: later epochs and runs read them
// instead of running the tower. A folder per tower, dtype and tiling; a file per sample, named by its
// record and by what its pictures are, so that nothing stale is ever read.
//
//   FeatureCache cache(stage.cache_features, *checkpoint, config, at::kBFloat16);
//   if (!cache.load(sample)) cache.store(sample, model.features(pixels));
#pragma once

#include <optional>
#include <string>

#include "checkpoint/checkpoint.h"
#include "data/loader.h"
#include "tensor/layers.h"

namespace ov {

class FeatureCache {
 public:
  // Hashes the tower's weights once. Throws resource when the folder cannot be made.
  FeatureCache(const std::string& folder, const Checkpoint& tower, const ModelConfig& config, at::ScalarType dtype);

  // [tiles, P, Dv] of all media of the sample, or nothing. May be called by several threads. Throws format
  // when the file is damaged.
  std::optional<Tensor> load(const TrainingSample& sample) const;
  void store(const TrainingSample& sample, const Tensor& features) const;  // throws resource

 private:
  std::string file_of(const TrainingSample& sample) const;

  std::string folder_;
  std::int64_t patches_, width_;
  at::ScalarType dtype_;
};

}  // namespace ov
