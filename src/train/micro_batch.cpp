#include "train/micro_batch.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "tensor/gather.h"
#include "tensor/gradients.h"
#include "tensor/ops.h"

namespace ov {
namespace {

// Puts one sample behind those that are there.
void append_sample(MicroBatch& batch, const TrainingSample& sample, float weight, std::size_t index,
                   std::int64_t pad_to, std::int64_t pad_id) {
  const std::int64_t first = batch.tokens();
  const std::vector<std::int64_t>&ids = sample.prompt.prompt.ids, &labels = sample.prompt.labels;
  batch.ids.insert(batch.ids.end(), ids.begin(), ids.end());
  for (const PromptMedia& media : sample.prompt.prompt.media) {
    batch.runs.push_back({first + media.begin, media.plan.tokens});
    batch.plans.push_back(media.plan);
  }
  for (std::size_t t = 1; t < labels.size(); ++t) {
    if (labels[t] == kNotSupervised) continue;
    batch.rows.push_back(first + static_cast<std::int64_t>(t) - 1);
    batch.targets.push_back(labels[t]);
    batch.weights.push_back(weight);
    batch.owner.push_back(index);
  }
  const auto length = static_cast<std::int64_t>(ids.size());
  if (length < pad_to) batch.ids.insert(batch.ids.end(), static_cast<std::size_t>(pad_to - length), pad_id);
  batch.segments.append(std::max(length, pad_to));
}

}  // namespace

MicroBatch make_micro_batch(std::vector<TrainingSample> samples, const std::vector<float>& weights, std::int64_t pad_to,
                            std::int64_t pad_id, std::int64_t tile_size) {
  MicroBatch batch;
  std::int64_t floats = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    append_sample(batch, samples[i], weights[i], i, pad_to, pad_id);
    floats += static_cast<std::int64_t>(samples[i].pixels.size());
  }
  if (floats > 0) {
    batch.pixels = at::empty({floats / (3 * tile_size * tile_size), 3, tile_size, tile_size}, at::kFloat);
    auto* to = static_cast<float*>(batch.pixels.data_ptr());
    for (TrainingSample& sample : samples) {
      to = std::copy(sample.pixels.begin(), sample.pixels.end(), to);
      sample.pixels = {};
    }
  }
  batch.samples = std::move(samples);
  return batch;
}

std::vector<double> PassLoss::by_sample(const MicroBatch& batch) const {
  std::vector<double> sums(batch.samples.size()), counts(batch.samples.size());
  const Tensor here = losses.cpu();
  const auto* values = static_cast<const float*>(here.data_ptr());
  for (std::size_t s = 0; s < batch.owner.size(); ++s) {
    sums[batch.owner[s]] += values[s];
    counts[batch.owner[s]] += 1;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] /= std::max(counts[i], 1.0);
  return sums;
}

PassLoss forward(const OneVision& model, const MicroBatch& batch, const ForwardOptions& options) {
  const RecomputeGuard guard(options.recompute);
  const at::Device device = model.language_model.embed_tokens.device();
  Tensor media;  // [N, D]
  if (!batch.plans.empty()) {
    Tensor features = options.features.defined() ? upload(options.features, device) : Tensor();
    if (!features.defined()) {
      const at::AutoGradMode with_gradients(options.vision_learns && at::GradMode::is_enabled());
      features = model.features(upload(batch.pixels, device));
    }
    media = model.media_tokens(features, batch.plans, options.newline ? model.image_newline : Tensor());
  }
  const Tensor embeds = model.embed(batch.ids, batch.runs, media);                // [T, D]
  const Tensor hidden = model.language_model.forward(embeds, batch.segments);     // [T, D]
  const Tensor chosen = at::index_select(hidden, 0, upload(batch.rows, device));  // [S, D]
  const Tensor normed = rms_norm(chosen, model.language_model.norm);
  const Tensor weights = upload(at::tensor(batch.weights, at::TensorOptions().dtype(at::kFloat)), device);
  const CrossEntropy loss = cross_entropy(normed, model.lm_head.weight, upload(batch.targets, device), weights);
  return {loss.total, loss.losses};
}

}  // namespace ov
