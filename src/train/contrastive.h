// The objective contrastive: SigLIP's sigmoid loss of N pictures x and their N captions y,
//   - 1/N sum_i sum_j log sigmoid(z_ij (t x_i . y_j + b)),   z = 1 for i = j, else -1,
// with x and y of length 1, t = exp(logit_scale) and b = logit_bias; in float32. A pair i, j of two captions that
// are the same for the text tower is left out: it would be a false negative.
// Source: SigLIP (arXiv 2303.15343), algorithm 1; docs/training.md, "Pretraining the parts".
//
//   auto pair = add_pair(checkpoint, stage, seed, dtype, parameters);   // drawn, trained beside the model
//   const PassLoss loss = forward(model, *pair, batch, options);
#pragma once

#include <memory>

#include "model/siglip_pair.h"
#include "train/micro_batch.h"
#include "train/parameters.h"

namespace ov {

// What the recipe leaves open is as in the vision tower. Throws format for a width that the heads do not divide.
SiglipTextConfig text_tower_of(const StageRecipe& stage, const ModelConfig& config);
// Weights that are trained with the text tower and dropped: it, the pooling head, scale and bias.
std::int64_t dropped_parameters(const StageRecipe& stage, const ModelConfig& config);

// Draws the pair from `seed`; the tower's final norm is the checkpoint's where it has one, else it does nothing.
std::unique_ptr<SiglipPair> add_pair(const std::shared_ptr<const Checkpoint>& checkpoint, const StageRecipe& stage,
                                     std::uint64_t seed, at::ScalarType dtype, Parameters& parameters);

// The text tower's ids of all captions, [N * L]: each cut or filled up to L with the id that ends it, which
// stays last when a caption is cut.
std::vector<std::int64_t> caption_ids(const std::vector<TrainingSample>& samples, std::int64_t L);

struct SigmoidLoss {
  Tensor rows;               // [N]: - sum_j log sigmoid(...)
  std::int64_t matched = 0;  // pictures whose best caption is theirs
};
// images, texts [N, C]; ids [N * L] say which captions are the same.
SigmoidLoss sigmoid_loss(const Tensor& images, const Tensor& texts, const Tensor& logit_scale, const Tensor& logit_bias,
                         const std::vector<std::int64_t>& ids);

// One micro-batch of samples in the form pair, each of one tile.
PassLoss forward(const OneVision& model, const SiglipPair& pair, const MicroBatch& batch,
                 const ForwardOptions& options);

}  // namespace ov
