#include "train/step_stream.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "tensor/ops.h"
#include "train/recipe_fields.h"
#include "train/regions.h"

namespace ov {
namespace {

// Pictures of a step that may be kept after they were decoded to see whether they can be.
constexpr std::int64_t kKeptBytes = std::int64_t{512} << 20;

SkippedSample skipped_sample(const TrainingSample* sample, std::int64_t index, std::int64_t epoch,
                             const std::string& reason) {
  SkippedSample skipped;
  skipped.index = index, skipped.epoch = epoch, skipped.reason = reason;
  if (sample != nullptr) skipped.dataset = sample->dataset, skipped.where = sample->where;
  return skipped;
}

}  // namespace

StagePlan::Range StagePlan::range(std::int64_t step) const {
  const std::int64_t epoch = step / steps_per_epoch, begin = step % steps_per_epoch * batch_size;
  const std::int64_t end = std::min(begin + batch_size, epoch_samples), first = epoch * epoch_samples;
  return {first + begin, first + end, epoch};
}

StagePlan plan_stage(const Measured& measured, const StageRecipe& stage, std::uint64_t seed,
                     std::uint64_t stage_number) {
  StagePlan plan;
  plan.batch_size = stage.batch_size, plan.epochs = stage.epochs;
  const auto usable = static_cast<std::int64_t>(measured.words.size() - measured.bad.size());
  plan.steps_per_epoch =
      stage.drop_last ? usable / stage.batch_size : (usable + stage.batch_size - 1) / stage.batch_size;
  if (plan.steps_per_epoch == 0) {
    throw Error(ErrorKind::input, stage.data + ": " + std::to_string(usable) + " usable samples, stage " + stage.name +
                                      " has batch_size " + std::to_string(stage.batch_size) +
                                      "; give more data, a smaller batch_size, or drop_last: false");
  }
  plan.epoch_samples = std::min(usable, plan.steps_per_epoch * stage.batch_size);
  for (std::int64_t epoch = 0; epoch < stage.epochs; ++epoch) {
    const std::vector<std::int64_t> order =
        training_order(stage.order, measured, stage.batch_size, stage.micro_batch,
                       permutations(seed, stage_number, static_cast<std::uint64_t>(epoch)));
    plan.order.insert(plan.order.end(), order.begin(), order.begin() + plan.epoch_samples);
  }
  return plan;
}

std::vector<float> token_weights(const std::vector<std::int64_t>& supervised, LossRule rule, std::int64_t micro_batch) {
  const std::size_t count = supervised.size();
  const std::size_t size =
      rule == LossRule::token_mean ? std::max<std::size_t>(count, 1) : static_cast<std::size_t>(micro_batch);
  std::vector<float> weights(count);
  double groups = 0;
  for (const bool counting : {true, false}) {
    for (std::size_t first = 0; first < count; first += size) {
      const std::size_t end = std::min(first + size, count);
      const std::int64_t tokens =
          std::accumulate(supervised.begin() + static_cast<std::ptrdiff_t>(first),
                          supervised.begin() + static_cast<std::ptrdiff_t>(end), std::int64_t{0});
      if (tokens == 0) continue;
      if (counting) {
        ++groups;
      } else {
        std::fill(weights.begin() + static_cast<std::ptrdiff_t>(first),
                  weights.begin() + static_cast<std::ptrdiff_t>(end),
                  static_cast<float>(1 / (groups * static_cast<double>(tokens))));
      }
    }
  }
  return weights;
}

std::vector<std::vector<std::size_t>> pack(const std::vector<std::int64_t>& lengths, std::int64_t budget) {
  std::vector<std::size_t> by_length(lengths.size());
  std::iota(by_length.begin(), by_length.end(), std::size_t{0});
  std::stable_sort(by_length.begin(), by_length.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] > lengths[b]; });
  std::vector<std::vector<std::size_t>> passes;
  std::vector<std::int64_t> room;
  for (const std::size_t i : by_length) {
    const auto fits = std::find_if(room.begin(), room.end(), [&](std::int64_t left) { return left >= lengths[i]; });
    if (fits == room.end()) {
      passes.push_back({i});
      room.push_back(budget - lengths[i]);
    } else {
      passes[static_cast<std::size_t>(fits - room.begin())].push_back(i);
      *fits -= lengths[i];
    }
  }
  return passes;
}

StepStream::StepStream(const Dataset& data, const Processor& processor, const StageRecipe& stage, const StagePlan& plan,
                       std::int64_t tile_size, const StreamOptions& options)
    : data_(data),
      processor_(processor),
      stage_(stage),
      plan_(plan),
      tile_size_(tile_size),
      options_(options),
      next_step_(options.first_step) {
  const std::int64_t first_slot =
      next_step_ < plan.steps() ? plan.range(next_step_).begin : static_cast<std::int64_t>(plan.order.size());
  PrefetchOptions reading;
  reading.threads = options.threads;
  reading.max_ahead = 2 * plan.batch_size;
  reading.max_bytes = options.max_bytes;
  reading.cancelled = options.cancelled;
  reads_ = std::make_unique<Prefetcher<Read>>(
      static_cast<std::int64_t>(plan.order.size()) - first_slot,
      [this, first_slot](std::int64_t i) { return read(first_slot + i); }, reading,
      [](const Read& one) { return one.sample ? one.sample->bytes() : 0; });
  PrefetchOptions decoding = reading;
  decoding.max_ahead = 64;
  passes_ = std::make_unique<Prefetcher<std::optional<TrainingPass>>>(
      std::numeric_limits<std::int64_t>::max(), [this](std::int64_t number) { return pass(number); }, decoding,
      [](const std::optional<TrainingPass>& one) {
        return one && one->batch.pixels.defined() ? static_cast<std::int64_t>(one->batch.pixels.nbytes()) : 0;
      });
}

StepStream::~StepStream() {
  reads_->stop();  // so that a pass that waits for a record ends
  passes_.reset();
}

StepStream::Read StepStream::read(std::int64_t slot) const {
  const std::int64_t index = plan_.order[static_cast<std::size_t>(slot)], epoch = slot / plan_.epoch_samples;
  TrainingForm form = stage_.form();
  form.max_length = kMany;  // long samples are told apart from bad ones here
  Read result;
  std::string too_long;
  try {
    TrainingSample sample = prepare_sample(data_.sample(index), processor_, form);
    if (form.form == PromptForm::pair && sample.prompt.prompt.media[0].source.is_video) {
      throw Error(ErrorKind::input, sample.where +
                                        ": a video; the objectives contrastive and regions take one "
                                        "picture and its caption");
    }
    if (stage_.objective == Objective::regions) check_regions(sample);
    const std::int64_t length = sample.prompt.prompt.length();
    if (length > stage_.max_length) {
      too_long =
          sample.where + ": " + std::to_string(length) + " tokens, max_length is " + std::to_string(stage_.max_length);
      result.skipped = skipped_sample(&sample, index, epoch, too_long);
      result.skipped.too_long = true;
    } else {
      if (stage_.bad_records == OnBad::skip) {
        sample.pixels = ov::read_pixels(sample, processor_);  // a picture that cannot be decoded shows now
        if (sample.bytes() * plan_.batch_size > kKeptBytes) sample.pixels = {};
      }
      result.sample = std::move(sample);
    }
  } catch (const Error& error) {
    if (stage_.bad_records == OnBad::error || error.kind() != ErrorKind::input) throw;
    result.skipped = skipped_sample(nullptr, index, epoch, error.what());
    result.skipped.where = data_.where(index);
    result.skipped.dataset = data_.entries()[data_.entry_of(index)].mixture.name;
  }
  if (!too_long.empty() && stage_.long_samples == OnBad::error) {
    throw Error(ErrorKind::input, too_long + "; raise max_length, or leave such samples out with long_samples: skip");
  }
  return result;
}

void StepStream::plan_next_step() {
  const StagePlan::Range range = plan_.range(next_step_);
  const bool pairs = stage_.trains_tower_alone();  // each is one term of the loss
  std::vector<TrainingSample> samples;
  std::vector<StepPart> parts;
  std::vector<std::int64_t> supervised, lengths;
  std::vector<std::size_t> place;  // of a sample in the step
  std::vector<SkippedSample> skipped;
  for (std::int64_t slot = range.begin; slot < range.end; ++slot) {
    std::optional<Read> one = reads_->next();
    if (!one) throw Error(ErrorKind::internal, "the records ended within a step");
    supervised.push_back(!one->sample ? 0 : pairs ? 1 : one->sample->prompt.supervised);
    if (!one->sample) {
      one->skipped.step = next_step_;
      skipped.push_back(std::move(one->skipped));
      continue;
    }
    place.push_back(static_cast<std::size_t>(slot - range.begin));
    lengths.push_back(one->sample->prompt.prompt.length());
    parts.push_back({slot, plan_.order[static_cast<std::size_t>(slot)], range.epoch});
    samples.push_back(std::move(*one->sample));
  }
  if (samples.empty()) {
    throw Error(ErrorKind::input, "stage " + stage_.name + ", step " + std::to_string(next_step_ + 1) +
                                      ": every one of its samples was skipped; the first: " + skipped[0].reason);
  }
  const std::vector<float> weights = token_weights(supervised, stage_.loss, stage_.micro_batch);
  std::vector<std::vector<std::size_t>> passes;
  if (stage_.batching == Batching::packed) {
    passes = pack(lengths, stage_.pack_tokens);
  } else {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::size_t group = place[i] / static_cast<std::size_t>(stage_.micro_batch);
      if (i == 0 || group != place[i - 1] / static_cast<std::size_t>(stage_.micro_batch)) passes.emplace_back();
      passes.back().push_back(i);
    }
  }
  for (std::size_t p = 0; p < passes.size(); ++p) {
    Planned planned;
    planned.pass.step = next_step_;
    planned.pass.passes = static_cast<std::int64_t>(passes.size());
    planned.pass.last = p + 1 == passes.size();
    if (p == 0) planned.pass.skipped = std::move(skipped);
    for (const std::size_t i : passes[p]) {
      if (stage_.batching == Batching::padded) planned.pad_to = std::max(planned.pad_to, lengths[i]);
      planned.pass.parts.push_back(parts[i]);
      planned.samples.push_back(std::move(samples[i]));
      planned.weights.push_back(weights[place[i]]);
    }
    waiting_.emplace_back(planned_++, std::move(planned));
  }
  ++next_step_;
}

Tensor StepStream::cached_features(const std::vector<TrainingSample>& samples) const {
  if (options_.cache == nullptr) return {};
  std::vector<Tensor> parts;
  for (const TrainingSample& sample : samples) {
    if (sample.prompt.prompt.media.empty()) continue;
    std::optional<Tensor> part = options_.cache->load(sample);
    if (!part) return {};  // all or nothing: the tower runs for the whole pass
    parts.push_back(std::move(*part));
  }
  return parts.empty() ? Tensor() : at::cat(parts, 0);
}

std::optional<TrainingPass> StepStream::pass(std::int64_t number) {
  Planned planned;
  {
    const std::lock_guard lock(mutex_);
    if (failed_) std::rethrow_exception(failed_);
    try {
      while (planned_ <= number && next_step_ < plan_.steps()) plan_next_step();
    } catch (...) {
      failed_ = std::current_exception();
      throw;
    }
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& one) { return one.first == number; });
    if (found == waiting_.end()) return std::nullopt;  // after the last step
    planned = std::move(found->second);
    waiting_.erase(found);
  }
  planned.pass.features = cached_features(planned.samples);
  for (TrainingSample& sample : planned.samples) {
    if (planned.pass.features.defined()) sample.pixels = {};
    const bool wanted = !planned.pass.features.defined() && !sample.prompt.prompt.media.empty();
    if (wanted && sample.pixels.empty()) sample.pixels = ov::read_pixels(sample, processor_);
  }
  planned.pass.batch =
      make_micro_batch(std::move(planned.samples), planned.weights, planned.pad_to, options_.pad_id, tile_size_);
  Tensor& pixels = planned.pass.batch.pixels;
  if (options_.pinned && pixels.defined()) pixels = pixels.pin_memory();
  return std::move(planned.pass);
}

std::optional<TrainingPass> StepStream::next() {
  std::optional<std::optional<TrainingPass>> result = passes_->next();
  return result ? std::move(*result) : std::nullopt;
}

}  // namespace ov
