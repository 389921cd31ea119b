// Gradients of every parameter and ten optimizer steps of each stage against transformers with PyTorch
// autograd and torch.optim.AdamW: the goldens of testdata/goldens/train (its README has the format).
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "base/file.h"
#include "base/json.h"
#include "checkpoint/safetensors.h"
#include "tensor/ops.h"
#include "train/micro_batch.h"
#include "train/parameters.h"
#include "train/step_stream.h"

namespace ov {
namespace {

const std::string kGoldens = OV_TESTDATA "/goldens/train/";

Json read_json(const std::string& name) { return parse_json(read_file(kGoldens + name, 1 << 24), name); }

std::vector<std::int64_t> integers(const SafetensorsFile& file, const std::string& name) {
  const TensorView& view = *file.find(name);
  std::vector<std::int64_t> values(view.bytes.size() / sizeof(std::int64_t));
  std::memcpy(values.data(), view.bytes.data(), view.bytes.size());
  return values;
}

std::vector<float> floats(const SafetensorsFile& file, const std::string& name) {
  const TensorView* view = file.find(name);
  if (view == nullptr) return {};
  std::vector<float> values(view->bytes.size() / sizeof(float));
  std::memcpy(values.data(), view->bytes.data(), view->bytes.size());
  return values;
}

MediaPlan plan_of(const Json& json) {
  MediaPlan plan;
  const std::string mode = json["mode"];
  plan.mode = mode == "anyres"  ? MediaPlan::Mode::anyres
              : mode == "pad"   ? MediaPlan::Mode::pad
              : mode == "video" ? MediaPlan::Mode::video
                                : MediaPlan::Mode::square;
  const auto grid = [&](const char* key) { return Grid{json[key][0].get<std::int64_t>(), json[key][1]}; };
  plan.width = json["width"], plan.height = json["height"];
  plan.grid = grid("grid"), plan.unpad_offset = grid("unpad_offset");
  plan.unpadded = grid("unpadded"), plan.final_map = grid("final_map");
  plan.tiles = json["tiles"], plan.frames = json["frames"], plan.tokens = json["tokens"];
  return plan;
}

TrainingSample sample_of(const SafetensorsFile& file, const Json& samples, std::size_t index) {
  const std::string prefix = "sample." + std::to_string(index) + ".";
  TrainingSample sample;
  sample.id = samples[index]["name"];
  sample.prompt.prompt.ids = integers(file, prefix + "input_ids");
  sample.prompt.labels = integers(file, prefix + "labels");
  for (std::size_t t = 1; t < sample.prompt.labels.size(); ++t) {
    sample.prompt.supervised += sample.prompt.labels[t] != kNotSupervised ? 1 : 0;
  }
  const Json& media = samples[index]["media"];
  for (std::size_t j = 0; j < media.size(); ++j) {
    PromptMedia one;
    one.plan = plan_of(media[j]);
    one.begin = media[j]["begin"];
    sample.prompt.prompt.media.push_back(one);
    const std::vector<float> pixels = floats(file, prefix + "media." + std::to_string(j) + ".pixel_values");
    sample.pixels.insert(sample.pixels.end(), pixels.begin(), pixels.end());
  }
  return sample;
}

MicroBatch batch_of(const std::vector<TrainingSample>& samples, const std::vector<float>& weights,
                    std::int64_t tile_size, bool padded = false) {
  std::int64_t longest = 0;
  for (const TrainingSample& sample : samples) longest = std::max(longest, sample.prompt.prompt.length());
  return make_micro_batch(samples, weights, padded ? longest : 0, 3, tile_size);
}

std::shared_ptr<const Checkpoint> open(const Json& folder) {
  return std::make_shared<const Checkpoint>(Checkpoint::open(kGoldens + folder.get<std::string>()));
}

double difference(const float* ours, const std::vector<float>& golden) {
  double worst = 0;
  for (std::size_t i = 0; i < golden.size(); ++i) worst = std::max(worst, std::fabs(double{ours[i]} - golden[i]));
  return worst;
}

double largest(const std::vector<float>& values) {
  double size = 0;
  for (const float value : values) size = std::max(size, std::fabs(double{value}));
  return size;
}

struct Way {
  at::ScalarType dtype;
  bool recompute, padded;
  double tolerance;  // of a gradient, relative to its tensor's largest element
};

void check_gradients(const Json& golden, const Way& way) {
  SCOPED_TRACE(golden["name"].get<std::string>());
  const SafetensorsFile file(kGoldens + golden["file"].get<std::string>());
  const auto checkpoint = open(golden["checkpoint"]);
  OneVision model(checkpoint->config());
  Parameters parameters(model, checkpoint, {1, 1, 1, 1}, way.dtype, 0);
  std::vector<TrainingSample> samples;
  std::vector<std::int64_t> supervised;
  for (std::size_t i = 0; i < golden["samples"].size(); ++i) {
    samples.push_back(sample_of(file, golden["samples"], i));
    supervised.push_back(samples.back().prompt.supervised);
  }
  const std::vector<float> weights = token_weights(supervised, LossRule::token_mean, 1);
  const MicroBatch batch = batch_of(samples, weights, checkpoint->config().vision.image_size, way.padded);
  ForwardOptions options;
  options.recompute = way.recompute;
  const PassLoss loss = forward(model, batch, options);
  const double size_of_loss = golden["loss"];
  EXPECT_NEAR(loss.total.item<float>(), size_of_loss, way.tolerance * size_of_loss);
  loss.total.backward();
  for (const Parameter& parameter : parameters.list()) {
    const std::vector<float> expected = floats(file, "grad." + parameter.name);
    ASSERT_EQ(static_cast<std::int64_t>(expected.size()), parameter.count()) << parameter.name;
    const Tensor found = parameter.weight.grad().defined() ? parameter.weight.grad().to(at::kFloat).contiguous()
                                                           : at::zeros(parameter.weight.sizes(), at::kFloat);
    // The bias of the tower's keys has no gradient but rounding noise.
    const double floor = 1e-2;
    EXPECT_LT(difference(static_cast<const float*>(found.data_ptr()), expected),
              way.tolerance * std::max(largest(expected), floor))
        << parameter.name;
  }
}

Json gradient_cases() {
  Json cases = read_json("gradients.json")["cases"];
  EXPECT_EQ(cases.size(), 12U);
  return cases;
}

TEST(Gradients, EqualTransformersInFloat32) {
  for (const Json& golden : gradient_cases()) {
    check_gradients(golden, {at::kFloat, false, false, 1e-4});
  }
}

TEST(Gradients, RecomputedAndPaddedAreTheSame) {
  for (const Json& golden : gradient_cases()) {
    check_gradients(golden, {at::kFloat, true, false, 1e-4});
    check_gradients(golden, {at::kFloat, true, true, 1e-4});
  }
}

// Errors of all gradients of each part, relative to their length as one vector.
std::array<double, 4> bfloat16_errors(const Json& golden, bool with_kernels) {
  set_kernels_enabled(with_kernels);
  const SafetensorsFile file(kGoldens + golden["file"].get<std::string>());
  const auto checkpoint = open(golden["checkpoint"]);
  OneVision model(checkpoint->config());
  const Parameters parameters(model, checkpoint, {1, 1, 1, 1}, at::kBFloat16, 0);
  std::vector<TrainingSample> samples;
  std::vector<std::int64_t> supervised;
  for (std::size_t i = 0; i < golden["samples"].size(); ++i) {
    samples.push_back(sample_of(file, golden["samples"], i));
    supervised.push_back(samples.back().prompt.supervised);
  }
  const MicroBatch batch =
      batch_of(samples, token_weights(supervised, LossRule::token_mean, 1), checkpoint->config().vision.image_size);
  forward(model, batch, {}).total.backward();
  set_kernels_enabled(true);
  std::array<double, 4> errors = {}, sizes = {};
  for (const Parameter& parameter : parameters.list()) {
    if (!parameter.weight.grad().defined()) continue;
    const std::vector<float> expected = floats(file, "grad." + parameter.name);
    const Tensor found = parameter.weight.grad().to(at::kFloat).contiguous();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double difference = static_cast<const float*>(found.data_ptr())[i] - expected[i];
      errors[static_cast<std::size_t>(parameter.part)] += difference * difference;
      sizes[static_cast<std::size_t>(parameter.part)] += double{expected[i]} * expected[i];
    }
  }
  for (std::size_t i = 0; i < 4; ++i) errors[i] = std::sqrt(errors[i] / std::max(sizes[i], 1e-30));
  return errors;
}

// bfloat16 has 8 bits, and every product is rounded to them: gradients of these drawn models are off by
// some per cent, up to a quarter in the tower, whoever computes them. Ours are no worse than PyTorch's.
TEST(Gradients, AreAsGoodAsPyTorchsInBfloat16) {
  double ours = 0, theirs = 0;
  for (const Json& golden : gradient_cases()) {
    const std::array<double, 4> a = bfloat16_errors(golden, true), b = bfloat16_errors(golden, false);
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_LT(a[i], 0.35) << golden["name"] << " " << part_name(kParts[i]);
      ours += a[i], theirs += b[i];
    }
  }
  EXPECT_GT(theirs, 0);
  EXPECT_LT(ours, 1.1 * theirs);
}

// Losses of single samples do not depend on what they share a pass with.
TEST(MicroBatch, PackedAndPaddedGiveTheSameLosses) {
  const Json golden = read_json("stage-2ov.json");
  const SafetensorsFile file(kGoldens + "stage-2ov.safetensors");
  const auto checkpoint = open(golden["checkpoint"]);
  OneVision model(checkpoint->config());
  const Parameters parameters(model, checkpoint, {1, 1, 1, 1}, at::kFloat, 0);
  const at::NoGradGuard no_gradients;
  std::vector<TrainingSample> samples;
  for (std::size_t i = 0; i < golden["samples"].size(); ++i) samples.push_back(sample_of(file, golden["samples"], i));
  const std::vector<float> weights(samples.size(), 1);
  const std::int64_t tile = checkpoint->config().vision.image_size;
  const MicroBatch packed = batch_of(samples, weights, tile), padded = batch_of(samples, weights, tile, true);
  EXPECT_GT(padded.tokens(), packed.tokens());
  const std::vector<double> a = forward(model, packed, {}).by_sample(packed);
  const std::vector<double> b = forward(model, padded, {}).by_sample(padded);
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const MicroBatch alone = batch_of({samples[i]}, {1}, tile);
    const double c = forward(model, alone, {}).by_sample(alone)[0];
    EXPECT_NEAR(a[i], c, 2e-6 * c) << i;
    EXPECT_NEAR(b[i], c, 2e-6 * c) << i;
  }
}

StageRecipe recipe_of(const Json& golden) {
  const Json& s = golden["settings"];
  StageRecipe stage;
  const Json& rates = s["learning_rates"];
  stage.learning_rates = {rates["vision"], rates["projector"], rates["newline"], rates["language"]};
  stage.micro_batch = s["micro_batch"];
  stage.loss = s["loss"] == "token_mean" ? LossRule::token_mean : LossRule::micro_batch_mean;
  stage.warmup_ratio = s["warmup_ratio"], stage.weight_decay = s["weight_decay"];
  stage.max_grad_norm = s["max_grad_norm"];
  stage.beta1 = s["adam"]["beta1"], stage.beta2 = s["adam"]["beta2"], stage.eps = s["adam"]["eps"];
  return stage;
}

struct StageTolerance {
  double loss, weight;
};

// All steps of a golden stage; `passes_at_once` samples share a forward pass.
void check_stage(const std::string& stem, at::ScalarType dtype, std::size_t passes_at_once,
                 const StageTolerance& tolerance) {
  SCOPED_TRACE(stem);
  const Json golden = read_json(stem + ".json");
  const SafetensorsFile file(kGoldens + stem + ".safetensors");
  const StageRecipe stage = recipe_of(golden);
  const auto checkpoint = open(golden["checkpoint"]);
  OneVision model(checkpoint->config());
  Parameters parameters(model, checkpoint, stage.learning_rates, dtype, 0);
  const auto total = static_cast<std::int64_t>(golden["steps"].size());
  for (std::int64_t step = 0; step < total; ++step) {
    std::vector<TrainingSample> samples;
    std::vector<std::int64_t> supervised;
    for (const Json& index : golden["steps"][static_cast<std::size_t>(step)]) {
      samples.push_back(sample_of(file, golden["samples"], index));
      supervised.push_back(samples.back().prompt.supervised);
    }
    const std::vector<float> weights = token_weights(supervised, stage.loss, stage.micro_batch);
    double loss = 0;
    for (std::size_t first = 0; first < samples.size(); first += passes_at_once) {
      const std::size_t end = std::min(first + passes_at_once, samples.size());
      const MicroBatch batch = batch_of(
          {samples.begin() + static_cast<std::ptrdiff_t>(first), samples.begin() + static_cast<std::ptrdiff_t>(end)},
          {weights.begin() + static_cast<std::ptrdiff_t>(first), weights.begin() + static_cast<std::ptrdiff_t>(end)},
          checkpoint->config().vision.image_size);
      ForwardOptions options;
      options.vision_learns = stage.learning_rates.vision > 0;
      options.newline = golden["tiling"]["newline"];
      const PassLoss pass = forward(model, batch, options);
      loss += pass.total.item<float>();
      pass.total.backward();
      parameters.collect_gradients(passes_at_once >= samples.size());
    }
    const Json& result = golden["results"][static_cast<std::size_t>(step)];
    EXPECT_NEAR(loss, result["loss"].get<double>(), tolerance.loss) << "step " << step;
    const double norm = parameters.gradient_norm();
    EXPECT_NEAR(norm, result["grad_norm"].get<double>(), 20 * tolerance.loss * result["grad_norm"].get<double>());
    const double rate = schedule(step, total, stage.warmup_ratio);
    EXPECT_DOUBLE_EQ(stage.learning_rates.projector * rate, result["learning_rates"]["projector"].get<double>());
    parameters.step(stage, rate, std::min(1.0, stage.max_grad_norm / (norm + 1e-6)), step + 1);
  }
  for (const Parameter& parameter : parameters.list()) {
    if (parameter.name.find("k_proj.bias") != std::string::npos && parameter.part == Part::vision) continue;
    const std::vector<float> expected = floats(file, "final." + parameter.name);
    ASSERT_FALSE(expected.empty()) << parameter.name;
    const Tensor master = parameter.master().contiguous();
    EXPECT_LT(difference(static_cast<const float*>(master.data_ptr()), expected), tolerance.weight) << parameter.name;
  }
}

TEST(TenSteps, EqualThePythonLoopInFloat32) {
  for (const char* stem : {"stage-1", "stage-1.5", "stage-2si", "stage-2ov"}) {
    check_stage(stem, at::kFloat, 64, {1e-5, 1e-4});
    check_stage(stem, at::kFloat, 1, {1e-5, 1e-4});  // every sample a pass of its own: accumulation
  }
}

// Curves stay together: a step's loss within 2 %, weights within a few steps' worth of their rate.
TEST(TenSteps, StayTogetherInBfloat16) {
  for (const char* stem : {"stage-1", "stage-1.5", "stage-2si", "stage-2ov"}) {
    check_stage(stem, at::kBFloat16, 64, {0.2, 2e-2});
  }
}

TEST(Schedule, WarmsUpFromZeroAndEndsAtZero) {
  EXPECT_EQ(schedule(0, 100, 0.03), 0);
  EXPECT_DOUBLE_EQ(schedule(1, 100, 0.03), 1.0 / 3);
  EXPECT_DOUBLE_EQ(schedule(3, 100, 0.03), 1);
  EXPECT_NEAR(schedule(99, 100, 0.03), 0.5 * (1 + std::cos(M_PI * 96 / 97)), 1e-12);
  EXPECT_DOUBLE_EQ(schedule(0, 10, 0), 1);
}

TEST(TokenWeights, FollowTheTwoRules) {
  // The example of docs/training.md: 2 tokens with loss 4 in all, 98 with loss 49.
  const std::vector<std::int64_t> tokens = {2, 98};
  const std::vector<float> mean = token_weights(tokens, LossRule::micro_batch_mean, 1);
  EXPECT_NEAR(mean[0] * 4 + mean[1] * 49, 1.25, 1e-6);
  const std::vector<float> all = token_weights(tokens, LossRule::token_mean, 1);
  EXPECT_NEAR(all[0] * 4 + all[1] * 49, 0.53, 1e-6);
  EXPECT_EQ(token_weights(tokens, LossRule::micro_batch_mean, 2), all);
  // A micro-batch of which nothing is left does not count.
  EXPECT_EQ(token_weights({0, 4}, LossRule::micro_batch_mean, 1)[1], 0.25F);
}

TEST(Pack, FillsPassesAndLeavesLongOnesAlone) {
  const auto passes = pack({30, 100, 250, 60, 10}, 100);
  ASSERT_EQ(passes.size(), 3U);
  EXPECT_EQ(passes[0], (std::vector<std::size_t>{2}));
  EXPECT_EQ(passes[1], (std::vector<std::size_t>{1}));
  EXPECT_EQ(passes[2], (std::vector<std::size_t>{3, 0, 4}));
}

}  // namespace
}  // namespace ov
