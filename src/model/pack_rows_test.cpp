// Media packed together are those packed alone, bit for bit; their gradients too, up to the order of sums.
#include "model/pack_rows.h"

#include <ATen/Context.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "model/packing.h"
#include "tensor/ops.h"

namespace ov {
namespace {

constexpr std::int64_t kSide = 5, kPatches = kSide * kSide, kWidth = 6;

MediaPlan picture(Grid grid, Grid offset, Grid unpadded, Grid final_map, bool newline) {
  MediaPlan plan;
  plan.mode = MediaPlan::Mode::anyres;
  plan.grid = grid, plan.unpad_offset = offset, plan.unpadded = unpadded, plan.final_map = final_map;
  plan.tiles = 1 + grid.rows * grid.cols;
  plan.tokens = kPatches + final_map.rows * (final_map.cols + (newline ? 1 : 0));
  return plan;
}

MediaPlan single(MediaPlan::Mode mode, bool newline) {
  MediaPlan plan;
  plan.mode = mode, plan.tiles = 1, plan.tokens = kPatches + (newline ? 1 : 0);
  return plan;
}

MediaPlan film(std::int64_t frames, bool newline) {
  MediaPlan plan;
  plan.mode = MediaPlan::Mode::video, plan.tiles = plan.frames = frames;
  plan.tokens = frames * 9 + (newline ? 1 : 0);
  return plan;
}

MediaPlan bare() {
  MediaPlan plan = single(MediaPlan::Mode::pad, false);
  plan.ends_with_newline = false;
  return plan;
}

std::vector<MediaPlan> mixed_plans(bool newline) {
  return {single(MediaPlan::Mode::pad, newline),
          bare(),
          picture({2, 3}, {1, 0}, {8, 15}, {8, 15}, newline),
          film(3, newline),
          picture({3, 2}, {0, 2}, {15, 6}, {10, 4}, newline),  // shrunk
          picture({1, 1}, {0, 0}, {5, 5}, {5, 5}, newline),
          film(1, newline),
          picture({2, 2}, {0, 0}, {10, 10}, {7, 7}, newline),  // shrunk
          single(MediaPlan::Mode::square, newline)};
}

Tensor one_by_one(const Tensor& projected, const std::vector<MediaPlan>& plans, const Tensor& newline) {
  std::vector<Tensor> tokens;
  std::int64_t first = 0;
  for (const MediaPlan& plan : plans) {
    tokens.push_back(pack_media(projected.narrow(0, first, plan.tiles), plan, newline));
    first += plan.tiles;
  }
  return at::cat(tokens, 0);
}

TEST(PackRows, EqualsPackingOneByOne) {
  at::manual_seed(6);
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    for (const bool with_newline : {true, false}) {
      const std::vector<MediaPlan> plans = mixed_plans(with_newline);
      std::int64_t tiles = 0;
      for (const MediaPlan& plan : plans) tiles += plan.tiles;
      const Tensor projected = at::randn({tiles, kPatches, kWidth}).to(type).requires_grad_(true);
      const Tensor newline = with_newline ? at::randn({kWidth}).to(type).requires_grad_(true) : Tensor();
      Tensor upstream;
      std::vector<std::vector<Tensor>> results;
      for (const auto& pack : {pack_rows, one_by_one}) {
        const Tensor y = pack(projected, plans, newline);
        if (!upstream.defined()) upstream = at::randn(y.sizes()).to(type);
        y.backward(upstream);
        results.push_back({y.detach(), projected.grad().clone()});
        projected.mutable_grad().reset();
        if (!with_newline) continue;
        results.back().push_back(newline.grad().clone());
        newline.mutable_grad().reset();
      }
      EXPECT_TRUE(results[0][0].equal(results[1][0]));
      EXPECT_TRUE(results[0][1].to(at::kFloat).allclose(results[1][1].to(at::kFloat), 1e-2, 1e-5));
      if (!with_newline) continue;
      const double tolerance = type == at::kFloat ? 1e-5 : 0.3;  // one by one rounds after each of 37 sums
      EXPECT_TRUE(results[0][2].to(at::kFloat).allclose(results[1][2].to(at::kFloat), 0, tolerance));
    }
  }
}

TEST(PackRows, RefusesTilesThatDoNotFit) {
  const std::vector<MediaPlan> plans = {film(3, false), single(MediaPlan::Mode::pad, false)};
  EXPECT_THROW(pack_rows(at::zeros({5, kPatches, kWidth}), plans, {}), Error);
  EXPECT_THROW(pack_rows(at::zeros({4, kPatches, kWidth}), {film(3, true), single(MediaPlan::Mode::pad, false)}, {}),
               Error);
}

}  // namespace
}  // namespace ov
