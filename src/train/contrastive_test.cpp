// The objective contrastive against transformers' SiglipModel with PyTorch autograd and torch.optim.AdamW
// (reference/make_contrastive.py): loss, every gradient, ten optimizer steps.
#include "train/contrastive.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "checkpoint/safetensors.h"
#include "tensor/ops.h"

namespace ov {
namespace {

const std::string kGoldens = OV_TESTDATA "/goldens/train/";

template <class T>
std::vector<T> values(const SafetensorsFile& file, const std::string& name) {
  const TensorView* view = file.find(name);
  if (view == nullptr) return {};
  std::vector<T> found(view->bytes.size() / sizeof(T));
  std::memcpy(found.data(), view->bytes.data(), view->bytes.size());
  return found;
}

// The golden's model, ready for its first step.
struct Golden {
  explicit Golden(at::ScalarType dtype)
      : json(parse_json(read_file(kGoldens + "contrastive.json", 1 << 20), "contrastive.json")),
        file(kGoldens + "contrastive.safetensors"),
        checkpoint(
            std::make_shared<const Checkpoint>(Checkpoint::open(kGoldens + json["checkpoint"].get<std::string>()))),
        model(checkpoint->config()) {
    const Json &settings = json["settings"], &text = settings["text"], &adam = settings["adam"];
    stage.objective = Objective::contrastive;
    stage.learning_rates.vision = settings["learning_rates"]["vision"];
    stage.contrastive.learning_rate = settings["learning_rates"]["dropped"];
    stage.contrastive.max_tokens = text["max_tokens"];
    stage.contrastive.width = text["width"], stage.contrastive.layers = text["layers"];
    stage.contrastive.heads = text["heads"];
    stage.warmup_ratio = settings["warmup_ratio"], stage.weight_decay = settings["weight_decay"];
    stage.max_grad_norm = settings["max_grad_norm"], stage.micro_batch = settings["micro_batch"];
    stage.beta1 = adam["beta1"], stage.beta2 = adam["beta2"], stage.eps = adam["eps"];
    parameters = std::make_unique<Parameters>(model, checkpoint, stage.learning_rates, dtype, 0);
    pair = add_pair(checkpoint, stage, 0, dtype, *parameters);
    for (const Parameter& parameter : parameters->list()) {
      std::vector<float> start = values<float>(file, "start." + parameter.name);
      EXPECT_EQ(static_cast<std::int64_t>(start.size()), parameter.count()) << parameter.name;
      parameter.set_master(at::tensor(start, at::TensorOptions().dtype(at::kFloat)).view(parameter.weight.sizes()));
    }
  }

  MicroBatch batch(const std::vector<std::int64_t>& indices, std::int64_t step_size) const {
    std::vector<TrainingSample> samples;
    for (const std::int64_t index : indices) {
      const std::string prefix = "sample." + std::to_string(index) + ".";
      TrainingSample sample;
      sample.prompt.labels = {kNotSupervised};  // where the picture is
      for (const std::int64_t id : values<std::int64_t>(file, prefix + "text_ids")) sample.prompt.labels.push_back(id);
      sample.prompt.labels.push_back(json["end_of_text"]);
      sample.prompt.prompt.ids = sample.prompt.labels;
      sample.pixels = values<float>(file, prefix + "pixel_values");
      samples.push_back(std::move(sample));
    }
    const std::vector<float> weights(samples.size(), 1 / static_cast<float>(step_size));
    return make_micro_batch(std::move(samples), weights, 0, 0, checkpoint->config().vision.image_size);
  }

  Json json;
  SafetensorsFile file;
  std::shared_ptr<const Checkpoint> checkpoint;
  OneVision model;
  StageRecipe stage;
  std::unique_ptr<Parameters> parameters;
  std::unique_ptr<SiglipPair> pair;
};

// The largest difference, relative to the largest value, which is at least `floor`.
double difference(const Tensor& ours, const std::vector<float>& golden, double floor) {
  const Tensor wide = ours.to(at::kFloat).contiguous();
  const auto* found = static_cast<const float*>(wide.data_ptr());
  double worst = 0, size = floor;
  for (std::size_t i = 0; i < golden.size(); ++i) {
    worst = std::max(worst, std::fabs(double{found[i]} - golden[i]));
    size = std::max(size, std::fabs(double{golden[i]}));
  }
  return worst / size;
}

void check_gradients(at::ScalarType dtype, bool recompute, double tolerance) {
  const Golden golden(dtype);
  const std::vector<std::int64_t> step = golden.json["steps"][0];
  ForwardOptions options;
  options.recompute = recompute;
  const PassLoss loss = forward(golden.model, *golden.pair, golden.batch(step, std::ssize(step)), options);
  const Json& first = golden.json["first"];
  EXPECT_NEAR(loss.total.item<float>(), first["loss"].get<double>(), tolerance * first["loss"].get<double>());
  EXPECT_EQ(loss.matched, first["matched"].get<std::int64_t>());
  loss.total.backward();
  for (const Parameter& parameter : golden.parameters->list()) {
    ASSERT_TRUE(parameter.weight.grad().defined()) << parameter.name;
    // Biases of keys have no gradient but rounding noise.
    EXPECT_LT(difference(parameter.weight.grad(), values<float>(golden.file, "grad." + parameter.name), 1e-2),
              tolerance)
        << parameter.name;
  }
}

TEST(Contrastive, GradientsEqualTransformersInFloat32) {
  check_gradients(at::kFloat, false, 1e-4);
  check_gradients(at::kFloat, true, 1e-4);
}

TEST(Contrastive, TenStepsEqualThePythonLoop) {
  Golden golden(at::kFloat);
  const StageRecipe& stage = golden.stage;
  const auto total = static_cast<std::int64_t>(golden.json["steps"].size());
  for (std::int64_t step = 0; step < total; ++step) {
    const std::vector<std::int64_t> indices = golden.json["steps"][static_cast<std::size_t>(step)];
    const Json& result = golden.json["results"][static_cast<std::size_t>(step)];
    double loss = 0;
    std::int64_t matched = 0;
    for (std::int64_t first = 0; first < std::ssize(indices); first += stage.micro_batch) {
      const std::int64_t end = std::min(first + stage.micro_batch, static_cast<std::int64_t>(indices.size()));
      const MicroBatch batch = golden.batch({indices.begin() + first, indices.begin() + end}, std::ssize(indices));
      const PassLoss pass = forward(golden.model, *golden.pair, batch, {});
      loss += pass.total.item<float>(), matched += pass.matched;
      pass.total.backward();
      golden.parameters->collect_gradients(false);
    }
    const double norm = golden.parameters->gradient_norm();
    EXPECT_NEAR(loss, result["loss"].get<double>(), 1e-4 * result["loss"].get<double>()) << step;
    EXPECT_NEAR(norm, result["grad_norm"].get<double>(), 1e-3 * result["grad_norm"].get<double>()) << step;
    EXPECT_EQ(matched, result["matched"].get<std::int64_t>()) << step;
    golden.parameters->step(stage, schedule(step, total, stage.warmup_ratio),
                            std::min(1.0, stage.max_grad_norm / (norm + 1e-6)), step + 1);
  }
  for (const Parameter& parameter : golden.parameters->list()) {
    if (parameter.name.find("k_proj.bias") != std::string::npos) continue;  // moved by rounding noise alone
    const std::vector<float> expected = values<float>(golden.file, "final." + parameter.name);
    EXPECT_LT(difference(parameter.master(), expected, 1), 1e-4) << parameter.name;
  }
}

TEST(Contrastive, Bfloat16StaysNear) {
  Golden golden(at::kBFloat16);
  const std::vector<std::int64_t> step = golden.json["steps"][0];
  const PassLoss loss = forward(golden.model, *golden.pair, golden.batch(step, std::ssize(step)), {});
  const double expected = golden.json["first"]["loss"];
  EXPECT_NEAR(loss.total.item<float>(), expected, 0.05 * expected);
  loss.total.backward();
  EXPECT_EQ(golden.pair->logit_scale.scalar_type(), at::kFloat);
  EXPECT_TRUE(golden.pair->post_layernorm.weight.grad().defined());
}

TEST(Contrastive, LongCaptionsKeepTheirEnd) {
  TrainingSample shorter, longer;
  shorter.prompt.labels = {kNotSupervised, kNotSupervised, 5, 6, 9};
  longer.prompt.labels = {kNotSupervised, 1, 2, 3, 4, 9};
  EXPECT_EQ(caption_ids({shorter, longer}, 4), (std::vector<std::int64_t>{5, 6, 9, 9, 1, 2, 3, 9}));
}

// Two pairs at right angles, t = 1, b = 0: every diagonal term is log(1 + 1/e), every other one log 2.
TEST(Contrastive, EqualCaptionsAreNoNegatives) {
  const Tensor eye = at::tensor(std::vector<float>{1, 0, 0, 3}, at::TensorOptions().dtype(at::kFloat)).view({2, 2});
  const Tensor zero = at::zeros({1});
  const double pair = std::log1p(std::exp(-1.0)), other = std::log(2.0);
  const SigmoidLoss apart = sigmoid_loss(eye, eye, zero, zero, {7, 9, 8, 9});
  EXPECT_NEAR(apart.rows.sum().item<float>(), 2 * pair + 2 * other, 1e-6);
  const SigmoidLoss same = sigmoid_loss(eye, eye, zero, zero, {7, 9, 7, 9});
  EXPECT_NEAR(same.rows.sum().item<float>(), 2 * pair, 1e-6);
  EXPECT_EQ(same.matched, 2);
}

TEST(Contrastive, TheDrawnStartDoesNotDependOnTheRun) {
  const auto checkpoint = std::make_shared<const Checkpoint>(Checkpoint::open(kGoldens + "checkpoints/mini-official"));
  StageRecipe stage;
  stage.learning_rates.vision = 1;
  const auto draw = [&](std::uint64_t seed) {
    OneVision model(checkpoint->config());
    Parameters parameters(model, checkpoint, {}, at::kFloat, 0);
    return add_pair(checkpoint, stage, seed, at::kFloat, parameters);
  };
  const auto a = draw(1), b = draw(1), c = draw(2);
  EXPECT_TRUE(a->text_model.token_embedding.equal(b->text_model.token_embedding));
  EXPECT_FALSE(a->text_model.token_embedding.equal(c->text_model.token_embedding));
  EXPECT_NEAR(a->logit_scale.item<float>(), std::log(10.0), 1e-6);
  EXPECT_EQ(a->logit_bias.item<float>(), -10);
  stage.contrastive.heads = 3;
  EXPECT_THROW(draw(1), Error);
}

TEST(Contrastive, DecayLeavesNormsBiasesAndTheScaleAlone) {
  for (const char* name : {"logit_scale", "logit_bias", "text_model.final_layer_norm.weight",
                           "vision_tower.post_layernorm.weight", "vision_tower.head.layernorm.weight"}) {
    EXPECT_FALSE(decays(name)) << name;
  }
  EXPECT_TRUE(decays("text_model.embeddings.token_embedding.weight"));
  EXPECT_TRUE(decays("vision_tower.head.probe"));
}

}  // namespace
}  // namespace ov
