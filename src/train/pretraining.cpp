#include "train/pretraining.h"

#include "train/contrastive.h"
#include "train/regions.h"
#include "train/work.h"

namespace ov {
namespace {

class ContrastiveHead : public PretrainingHead {
 public:
  ContrastiveHead(const VisionConfig& vision, std::unique_ptr<SiglipPair> pair)
      : vision_(vision), pair_(std::move(pair)) {}

  PassLoss forward(const OneVision& model, const MicroBatch& batch, const ForwardOptions& options) const override {
    return ov::forward(model, *pair_, batch, options);
  }
  double flops(std::size_t pictures) const override {
    return contrastive_flops(vision_, pair_->text_model.config, pictures);
  }

 private:
  VisionConfig vision_;
  std::unique_ptr<SiglipPair> pair_;
};

class RegionsHead : public PretrainingHead {
 public:
  RegionsHead(const VisionConfig& vision, std::unique_ptr<RegionHead> head) : vision_(vision), head_(std::move(head)) {}

  PassLoss forward(const OneVision& model, const MicroBatch& batch, const ForwardOptions& options) const override {
    return ov::forward(model, *head_, batch, options);
  }
  double flops(std::size_t pictures) const override {
    return regions_flops(vision_, head_->cells, std::ssize(head_->words), pictures);
  }

 private:
  VisionConfig vision_;
  std::unique_ptr<RegionHead> head_;
};

}  // namespace

std::unique_ptr<PretrainingHead> add_pretraining_head(const StageSetup& setup, std::uint64_t seed, at::ScalarType dtype,
                                                      Parameters& parameters) {
  const VisionConfig& vision = setup.config.vision;
  switch (setup.recipe.objective) {
    case Objective::contrastive:
      return std::make_unique<ContrastiveHead>(vision, add_pair(setup.start, setup.recipe, seed, dtype, parameters));
    case Objective::regions:
      return std::make_unique<RegionsHead>(
          vision, add_region_head(setup.start, setup.recipe, setup.words, seed, dtype, parameters));
    case Objective::answers:
    case Objective::text: break;
  }
  return nullptr;
}

std::int64_t dropped_parameters(const StageSetup& setup) {
  switch (setup.recipe.objective) {
    case Objective::contrastive: return dropped_parameters(setup.recipe, setup.config);
    case Objective::regions:
      return region_head_parameters(setup.config.vision, setup.recipe.regions.cells, std::ssize(setup.words));
    case Objective::answers:
    case Objective::text: break;
  }
  return 0;
}

double dropped_rate(const StageRecipe& stage) {
  return stage.objective == Objective::regions ? stage.regions.learning_rate : stage.contrastive.learning_rate;
}

}  // namespace ov
