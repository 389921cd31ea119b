// One forward and backward pass: samples of any kind put end to end, each attending to itself only with
// positions of its own. Padded batching is the same with padding tokens after every sample.
//
// Legend: T positions of the pass, S of them that predict a supervised token.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/loader.h"
#include "model/onevision.h"

namespace ov {

struct MicroBatch {
  std::vector<TrainingSample> samples;  // their pixels have moved to `pixels`
  std::vector<std::int64_t> ids;        // [T]
  Segments segments;                    // one for each sample
  std::vector<MediaRun> runs;           // of all media
  std::vector<MediaPlan> plans;
  Tensor pixels;  // [tiles, 3, S, S] float32, undefined without media

  std::vector<std::int64_t> rows;     // [S] position whose next token is supervised
  std::vector<std::int64_t> targets;  // [S] that token
  std::vector<float> weights;         // [S] share in the step's loss
  std::vector<std::size_t> owner;     // [S] index into samples

  std::int64_t tokens() const { return static_cast<std::int64_t>(ids.size()); }
};

// weights[i] is the weight of every supervised token of samples[i]. With pad_to > 0 each sample is filled up
// to that many positions with `pad_id`. The samples' pixels, where read, are moved out.
MicroBatch make_micro_batch(std::vector<TrainingSample> samples, const std::vector<float>& weights, std::int64_t pad_to,
                            std::int64_t pad_id, std::int64_t tile_size);

struct PassLoss {
  Tensor total;                            // scalar with gradients: sum of weights * losses
  Tensor losses;                           // [S] float32, of predicted tokens only
  std::int64_t matched = 0, compared = 0;  // of a pretraining head: how often what fits best is right, of how many
  // Mean loss of each sample over its supervised tokens; waits for a GPU.
  std::vector<double> by_sample(const MicroBatch& batch) const;
};

struct ForwardOptions {
  bool recompute = true;      // keep one activation a layer
  bool vision_learns = true;  // false: the tower runs without gradients
  bool newline = true;        // whether this stage's pictures end rows with the newline vector
  Tensor features;            // of the tower, where they are known already (a cache); [tiles, P, Dv]
};
PassLoss forward(const OneVision& model, const MicroBatch& batch, const ForwardOptions& options);

}  // namespace ov
