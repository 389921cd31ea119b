// The objective regions against its formula written out in loops, and its gradients against differences.
#include "train/regions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "tensor/ops.h"
#include "train/pretraining.h"

namespace ov {
namespace {

using testing::ElementsAre;

const std::string kCheckpoint = OV_TESTDATA "/goldens/train/checkpoints/mini-official";
const std::vector<std::string> kWords = {"a", "circle", "red"};

TEST(Regions, AWordIsInEveryCellWhoseMiddleItsRegionHas) {
  // A picture of 80 x 40 on 4 x 4 cells of 20 x 10; the region ends just before the third row's middle.
  EXPECT_THAT(word_places({{25, 0, 30, 24, {"red"}}}, kWords, 80, 40, 4),
              ElementsAre(WordPlace{1, 2}, WordPlace{2, 2}, WordPlace{5, 2}, WordPlace{6, 2}));
}

TEST(Regions, ASmallRegionIsInTheCellOfItsMiddle) {
  EXPECT_THAT(word_places({{61, 31, 4, 3, {"a"}}}, kWords, 80, 40, 4), ElementsAre(WordPlace{15, 0}));
  EXPECT_THAT(word_places({{79, 39, 1, 1, {"a"}}}, kWords, 80, 40, 4), ElementsAre(WordPlace{15, 0}));
}

TEST(Regions, WordsOfOneCellAreSortedAndEachOnce) {
  EXPECT_THAT(word_places({{0, 0, 20, 10, {"red", "circle"}}, {1, 1, 18, 8, {"red"}}}, kWords, 80, 40, 4),
              ElementsAre(WordPlace{0, 1}, WordPlace{0, 2}));
}

TrainingSample sample_of(std::vector<Region> regions, std::int64_t image_size, float seed) {
  TrainingSample sample;
  sample.where = "regions.jsonl:1";
  sample.regions = std::move(regions);
  sample.prompt.labels = {kNotSupervised, 5};
  sample.prompt.prompt.ids = {0, 5};
  PromptMedia media;
  media.plan.width = 80, media.plan.height = 40, media.plan.tiles = 1;
  sample.prompt.prompt.media = {media};
  for (std::int64_t i = 0; i < 3 * image_size * image_size; ++i) {
    sample.pixels.push_back(std::sin(seed + 0.37F * static_cast<float>(i)));
  }
  return sample;
}

struct Small {
  explicit Small(at::ScalarType dtype = at::kFloat)
      : checkpoint(std::make_shared<const Checkpoint>(Checkpoint::open(kCheckpoint))), model(checkpoint->config()) {
    stage.objective = Objective::regions;
    stage.learning_rates.vision = 1e-3;
    parameters = std::make_unique<Parameters>(model, checkpoint, stage.learning_rates, dtype, 0);
    head = add_region_head(checkpoint, stage, kWords, 7, dtype, *parameters);
  }

  MicroBatch batch() const {
    const std::int64_t S = checkpoint->config().vision.image_size;
    std::vector<TrainingSample> samples;
    samples.push_back(sample_of({{25, 0, 30, 24, {"red", "circle"}}, {2, 30, 3, 5, {"a"}}}, S, 0.1F));
    samples.push_back(sample_of({{0, 0, 80, 40, {"circle"}}}, S, 0.7F));
    return make_micro_batch(std::move(samples), {0.5F, 0.5F}, 0, 0, S);
  }

  std::shared_ptr<const Checkpoint> checkpoint;
  OneVision model;
  StageRecipe stage;
  std::unique_ptr<Parameters> parameters;
  std::unique_ptr<RegionHead> head;
};

// The formula of regions.h, a cell of a patch at a time: {loss, cells with a word, those whose best word is right}.
std::array<double, 3> written_out(const Small& small, const MicroBatch& batch) {
  const VisionConfig& vision = small.model.config.vision;
  const std::int64_t side = vision.image_size / vision.patch_size, K = small.head->cells, across = side * K;
  const Tensor x = layer_norm(small.model.features(batch.pixels), small.head->post_layernorm);
  double loss = 0, compared = 0, matched = 0;
  for (std::size_t n = 0; n < batch.samples.size(); ++n) {
    const auto places = word_places(batch.samples[n].regions, kWords, 80, 40, across);
    for (std::int64_t row = 0; row < across; ++row) {
      for (std::int64_t column = 0; column < across; ++column) {
        const std::int64_t patch = row / K * side + column / K, part = row % K * K + column % K, D = x.size(2);
        const Tensor y = small.head->cell.weight.narrow(0, part * D, D).mv(x[static_cast<std::int64_t>(n)][patch]) +
                         small.head->cell.bias.narrow(0, part * D, D);
        double best = -1e9;
        bool any = false, best_is_there = false;
        for (std::size_t w = 0; w < kWords.size(); ++w) {
          const auto word = static_cast<std::int64_t>(w);
          const double z =
              small.head->word.weight[word].dot(y).item<float>() + small.head->word.bias[word].item<float>();
          const bool there =
              std::find(places.begin(), places.end(), WordPlace{row * across + column, word}) != places.end();
          loss += std::log1p(std::exp(there ? -z : z)) / 2 / static_cast<double>(across * across);
          any |= there;
          if (z > best) best = z, best_is_there = there;
        }
        compared += any, matched += any && best_is_there;
      }
    }
  }
  return {loss, compared, matched};
}

TEST(Regions, TheLossIsTheFormulas) {
  Small small;
  const MicroBatch batch = small.batch();
  const auto [expected, compared, matched] = written_out(small, batch);
  const PassLoss loss = forward(small.model, *small.head, batch, {});
  EXPECT_NEAR(loss.total.item<float>(), expected, 1e-5 * expected);
  EXPECT_EQ(loss.compared, compared);
  EXPECT_EQ(loss.matched, matched);
}

// Along the gradient of each weight the loss changes as the gradient says.
TEST(Regions, GradientsAreThoseOfTheLoss) {
  Small small;
  const MicroBatch batch = small.batch();
  const double before = forward(small.model, *small.head, batch, {}).total.item<float>();
  forward(small.model, *small.head, batch, {}).total.backward();
  for (const Parameter& parameter : small.parameters->list()) {
    ASSERT_TRUE(parameter.weight.grad().defined()) << parameter.name;
    const Tensor gradient = parameter.weight.grad().clone(), start = parameter.weight.detach().clone();
    const double square = gradient.pow(2).sum().item<float>();
    if (square < 1e-7) continue;  // biases of keys have rounding noise alone
    const double step = 2e-3 * before / square;
    const auto moved = [&](double by) {
      const at::NoGradGuard no_gradients;
      parameter.weight.copy_(start + gradient * by);
      const double loss = forward(small.model, *small.head, batch, {}).total.item<float>();
      parameter.weight.copy_(start);
      return loss;
    };
    EXPECT_NEAR((moved(step) - moved(-step)) / (2 * step * square), 1, 0.02) << parameter.name;
  }
}

TEST(Regions, Bfloat16StaysNear) {
  Small wide, narrow(at::kBFloat16);
  const double expected = forward(wide.model, *wide.head, wide.batch(), {}).total.item<float>();
  EXPECT_NEAR(forward(narrow.model, *narrow.head, narrow.batch(), {}).total.item<float>(), expected, 0.03 * expected);
}

TEST(Regions, TheHeadStartsLowAndIsTheSameForASeed) {
  Small one, other;
  EXPECT_TRUE(one.head->cell.weight.equal(other.head->cell.weight));
  EXPECT_EQ(one.head->word.bias.max().item<float>(), -6);
  const VisionConfig& vision = one.checkpoint->config().vision;
  std::int64_t dropped = one.parameters->count();
  OneVision model(one.checkpoint->config());
  const Parameters plain(model, one.checkpoint, one.stage.learning_rates, at::kFloat, 0);
  dropped -= plain.count() + 2 * vision.hidden_size;  // the final norm is kept
  EXPECT_EQ(dropped, region_head_parameters(vision, 2, 3));
}

TEST(Regions, PicturesWithoutRegionsAndRegionsBeyondTheirPictureAreRefused) {
  EXPECT_NO_THROW(check_regions(sample_of({{0, 0, 80, 40, {"a"}}}, 1, 0)));
  EXPECT_THROW(check_regions(sample_of({}, 1, 0)), Error);
  EXPECT_THROW(check_regions(sample_of({{60, 0, 21, 4, {"a"}}}, 1, 0)), Error);
  EXPECT_THROW(check_regions(sample_of({{0, 30, 4, 11, {"a"}}}, 1, 0)), Error);
}

}  // namespace
}  // namespace ov
