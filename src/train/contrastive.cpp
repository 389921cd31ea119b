#include "train/contrastive.h"

#include <ATen/ops/log_sigmoid.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "model/load.h"
#include "tensor/gradients.h"
#include "tensor/ops.h"
#include "train/draw_weight.h"

namespace ov {
namespace {

Distribution start_of(const std::string& name, const Tensor& tensor) {  // scale and bias: SigLIP's start
  if (name == "logit_scale") return {std::log(10.0F), 0};
  if (name == "logit_bias") return {-10, 0};
  return usual_start(name, tensor);
}

// [N, N] float32: 1 on the diagonal, -1 beside it, 0 where captions i and j are the same.
Tensor signs(const std::vector<std::int64_t>& ids, std::int64_t N) {
  const auto L = static_cast<std::ptrdiff_t>(ids.size()) / N;
  std::vector<float> z(static_cast<std::size_t>(N * N), -1);
  for (std::int64_t i = 0; i < N; ++i) {
    for (std::int64_t j = 0; j < N; ++j) {
      const auto a = ids.begin() + i * L, b = ids.begin() + j * L;
      if (std::equal(a, a + L, b)) z[static_cast<std::size_t>(i * N + j)] = i == j ? 1 : 0;
    }
  }
  return at::tensor(z, at::TensorOptions().dtype(at::kFloat)).view({N, N});
}

Tensor unit(const Tensor& x) {
  const Tensor wide = x.to(at::kFloat);
  return wide / wide.norm(2, {-1}, /*keepdim=*/true);
}

}  // namespace

SiglipTextConfig text_tower_of(const StageRecipe& stage, const ModelConfig& config) {
  const VisionConfig& vision = config.vision;
  const ContrastiveRecipe& recipe = stage.contrastive;
  SiglipTextConfig text;
  text.vocab_size = config.text.vocab_size;
  text.hidden_size = recipe.width.value_or(vision.hidden_size);
  text.intermediate_size = vision.intermediate_size * text.hidden_size / vision.hidden_size;
  text.num_hidden_layers = recipe.layers.value_or(vision.num_hidden_layers);
  text.num_attention_heads = recipe.heads.value_or(vision.num_attention_heads);
  text.max_position_embeddings = recipe.max_tokens;
  text.projection_size = vision.hidden_size;
  text.layer_norm_eps = vision.layer_norm_eps;
  if (text.hidden_size % text.num_attention_heads != 0 || text.intermediate_size == 0) {
    throw Error(ErrorKind::format, "stage " + stage.name + ": contrastive.width " + std::to_string(text.hidden_size) +
                                       " should be a multiple of its " + std::to_string(text.num_attention_heads) +
                                       " heads; change contrastive.width or contrastive.heads");
  }
  return text;
}

std::int64_t dropped_parameters(const StageRecipe& stage, const ModelConfig& config) {
  SiglipPair pair(config.vision, text_tower_of(stage, config));
  std::int64_t count = 0;
  visit(pair, [&](const std::string& name, const Tensor& tensor) {
    if (!name.starts_with("vision_tower.post_layernorm.")) count += tensor.numel();
  });
  return count;
}

std::unique_ptr<SiglipPair> add_pair(const std::shared_ptr<const Checkpoint>& checkpoint, const StageRecipe& stage,
                                     std::uint64_t seed, at::ScalarType dtype, Parameters& parameters) {
  const ModelConfig& config = checkpoint->config();
  auto pair = std::make_unique<SiglipPair>(config.vision, text_tower_of(stage, config));
  visit(*pair, [&](const std::string& name, Tensor& tensor) {
    const bool kept = name.starts_with("vision_tower.post_layernorm.");
    const Tensor master = kept && checkpoint->has(name) ? load_parameter(checkpoint, name, at::kFloat)
                                                        : draw_weight(name, tensor, seed, start_of(name, tensor));
    // Scale and bias are two numbers on which everything depends: never rounded to bfloat16.
    const at::ScalarType own = tensor.numel() == 1 ? at::kFloat : dtype;
    parameters.add(name, tensor, master, own, kept ? stage.learning_rates.vision : stage.contrastive.learning_rate);
  });
  return pair;
}

std::vector<std::int64_t> caption_ids(const std::vector<TrainingSample>& samples, std::int64_t L) {
  std::vector<std::int64_t> ids;
  ids.reserve(samples.size() * static_cast<std::size_t>(L));
  for (const TrainingSample& sample : samples) {
    std::vector<std::int64_t> own;
    for (const std::int64_t label : sample.prompt.labels) {
      if (label != kNotSupervised) own.push_back(label);
    }
    const std::int64_t end = own.back();
    own.resize(static_cast<std::size_t>(L), end);
    own.back() = end;
    ids.insert(ids.end(), own.begin(), own.end());
  }
  return ids;
}

SigmoidLoss sigmoid_loss(const Tensor& images, const Tensor& texts, const Tensor& logit_scale, const Tensor& logit_bias,
                         const std::vector<std::int64_t>& ids) {
  const std::int64_t N = images.size(0);
  const Tensor z = signs(ids, N).to(images.device());
  const Tensor similarity = unit(images).matmul(unit(texts).t());  // [N, N]
  const Tensor logits = logit_scale.exp() * similarity + logit_bias;
  const Tensor losses = -at::log_sigmoid(z * logits) * z.abs();
  const Tensor best = similarity.detach().argmax(1).unsqueeze(1);
  const Tensor matched = (z.gather(1, best) >= 0).sum();
  return {losses.sum(1), matched.item<std::int64_t>()};
}

PassLoss forward(const OneVision& model, const SiglipPair& pair, const MicroBatch& batch,
                 const ForwardOptions& options) {
  const RecomputeGuard guard(options.recompute);
  const auto ids = caption_ids(batch.samples, pair.text_model.config.max_position_embeddings);
  const Tensor images = pair.image(model.features(batch.pixels));
  const SigmoidLoss loss = sigmoid_loss(images, pair.text_model(ids), pair.logit_scale, pair.logit_bias, ids);
  return {(loss.rows * batch.weights.at(0)).sum(), Tensor(), loss.matched,
          std::ssize(batch.samples)};  // all samples of a step weigh the same
}

}  // namespace ov
