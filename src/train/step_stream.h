// The steps of a stage in order, each with its forward passes, read and decoded ahead of their use by
// threads of its own. What comes out depends on the data, the recipe and the seed alone.
//
//   StepStream stream(dataset, processor, stage, plan, options);
//   while (const std::optional<TrainingPass> pass = stream.next()) ...
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "data/loader.h"
#include "prompt/processor.h"
#include "train/feature_cache.h"
#include "train/micro_batch.h"
#include "train/recipe.h"

namespace ov {

// Which samples every step takes.
struct StagePlan {
  std::vector<std::uint32_t> order;  // indices of the data set, of all epochs one after the other
  std::int64_t epoch_samples = 0;    // taken of each epoch
  std::int64_t batch_size = 0;
  std::int64_t steps_per_epoch = 0;
  std::int64_t epochs = 0;

  std::int64_t steps() const { return steps_per_epoch * epochs; }
  struct Range {
    std::int64_t begin, end;  // into `order`
    std::int64_t epoch;
  };
  Range range(std::int64_t step) const;  // step counts from 0
};

// Throws input when there are too few samples for one step.
StagePlan plan_stage(const Measured& measured, const StageRecipe& stage, std::uint64_t seed,
                     std::uint64_t stage_number);

// What was left out, and why.
struct SkippedSample {
  std::int64_t step = 0;  // from 0
  std::int64_t epoch = 0, index = 0;
  std::string dataset, where, reason;
  bool too_long = false;
};

struct StepPart {
  std::int64_t slot = 0;   // place in the stage's order
  std::int64_t index = 0;  // of the data set
  std::int64_t epoch = 0;
};

// One forward pass of a step.
struct TrainingPass {
  std::int64_t step = 0;        // from 0
  std::int64_t passes = 0;      // of this step
  bool last = false;            // of this step
  std::vector<StepPart> parts;  // of batch.samples
  MicroBatch batch;
  Tensor features;                     // of all media, where the cache has them; the batch has no pixels then
  std::vector<SkippedSample> skipped;  // of the step; with its first pass
};

struct StreamOptions {
  std::int64_t first_step = 0;
  int threads = 1;  // that read records; as many decode pictures
  std::int64_t max_bytes = std::int64_t{1} << 30;
  std::int64_t pad_id = 0;
  bool pinned = false;                  // pixels in memory that a GPU copies from by itself
  const FeatureCache* cache = nullptr;  // where features may be instead of pictures
  const std::atomic<bool>* cancelled = nullptr;
};

class StepStream {
 public:
  StepStream(const Dataset& data, const Processor& processor, const StageRecipe& stage, const StagePlan& plan,
             std::int64_t tile_size, const StreamOptions& options);
  ~StepStream();

  // Throws input for a bad record or a sample that is too long where the recipe does not skip them, and
  // for a step of which nothing is left.
  std::optional<TrainingPass> next();
  double waited_s() const { return passes_->waited_s(); }

 private:
  struct Read {  // what became of one sample
    std::optional<TrainingSample> sample;
    SkippedSample skipped;
  };
  Read read(std::int64_t slot) const;
  void plan_next_step();
  std::optional<TrainingPass> pass(std::int64_t number);
  Tensor cached_features(const std::vector<TrainingSample>& samples) const;

  const Dataset& data_;
  const Processor& processor_;
  const StageRecipe stage_;
  const StagePlan& plan_;
  const std::int64_t tile_size_;
  const StreamOptions options_;
  std::unique_ptr<Prefetcher<Read>> reads_;
  std::mutex mutex_;  // over what follows and the order of reads_
  std::int64_t next_step_ = 0;
  std::int64_t planned_ = 0;  // passes that were planned so far
  std::exception_ptr failed_;
  struct Planned {
    TrainingPass pass;
    std::vector<TrainingSample> samples;
    std::vector<float> weights;
    std::int64_t pad_to = 0;
  };
  std::deque<std::pair<std::int64_t, Planned>> waiting_;  // by number
  std::unique_ptr<Prefetcher<std::optional<TrainingPass>>> passes_;
};

// The weight of every supervised token of each sample: see LossRule. `supervised` in the order of the
// step; a sample that was left out has 0.
std::vector<float> token_weights(const std::vector<std::int64_t>& supervised, LossRule rule, std::int64_t micro_batch);

// Which samples share a pass. Packed: first-fit over falling lengths, up to `budget` tokens (a longer
// sample is alone). Deterministic.
std::vector<std::vector<std::size_t>> pack(const std::vector<std::int64_t>& lengths, std::int64_t budget);

}  // namespace ov
