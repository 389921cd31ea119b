// What an objective trains beside the vision tower and drops after its stage: contrastive a text tower, regions a
// head that names what is where.
//
//   auto head = add_pretraining_head(setup, seed, dtype, parameters);   // null for objectives without one
//   const PassLoss loss = head ? head->forward(model, batch, options) : forward(model, batch, options);
#pragma once

#include <memory>

#include "train/micro_batch.h"
#include "train/parameters.h"
#include "train/stage.h"

namespace ov {

class PretrainingHead {
 public:
  virtual ~PretrainingHead() = default;
  // One micro-batch of samples in the form pair, each of one tile.
  virtual PassLoss forward(const OneVision& model, const MicroBatch& batch, const ForwardOptions& options) const = 0;
  // Floating-point operations of a forward and backward pass of that many pictures, the tower's included.
  virtual double flops(std::size_t pictures) const = 0;
};

// Draws the head from `seed`. Weights that the checkpoint keeps, such as the tower's final norm, are the checkpoint's
// where it has them.
std::unique_ptr<PretrainingHead> add_pretraining_head(const StageSetup& setup, std::uint64_t seed, at::ScalarType dtype,
                                                      Parameters& parameters);

// Weights that the head drops; 0 without one.
std::int64_t dropped_parameters(const StageSetup& setup);
// Their learning rate.
double dropped_rate(const StageRecipe& stage);

}  // namespace ov
