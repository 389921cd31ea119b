#include "media/geometry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/error.h"
#include "media/test_pictures.h"

namespace ov {
namespace {

constexpr Compat kRules[] = {Compat::exact, Compat::official, Compat::hf};
const char* rule_name(Compat rule) {
  return rule == Compat::exact ? "exact" : rule == Compat::official ? "official" : "hf";
}

TilingConfig onevision(std::int64_t tile = 384) {
  TilingConfig tiling;
  tiling.tile_size = tile;
  for (int a = 1; a <= 6; ++a) {
    for (int b = 1; b <= 6; ++b) tiling.pinpoints.push_back({a * tile, b * tile});
  }
  return tiling;
}

MediaPlan plan(std::int64_t w, std::int64_t h, Compat rule = Compat::exact) {
  return plan_image(w, h, AspectMode::anyres, onevision(), rule);
}

struct Case {
  std::int64_t w, h;
  Grid grid, unpadded, final_map;
  std::int64_t tokens, tiles;
};

TEST(Geometry, WorkedExamples) {
  const Case cases[] = {
      {1, 1, {1, 1}, {27, 27}, {27, 27}, 1485, 2},          {224, 224, {1, 1}, {27, 27}, {27, 27}, 1485, 2},
      {336, 336, {1, 1}, {27, 27}, {27, 27}, 1485, 2},      {384, 384, {1, 1}, {27, 27}, {27, 27}, 1485, 2},
      {385, 385, {2, 2}, {54, 54}, {54, 54}, 3699, 5},      {768, 768, {2, 2}, {54, 54}, {54, 54}, 3699, 5},
      {640, 480, {2, 2}, {40, 54}, {40, 54}, 2929, 5},      {480, 640, {2, 2}, {54, 40}, {54, 40}, 2943, 5},
      {1024, 768, {2, 3}, {54, 73}, {54, 73}, 4725, 7},     {1024, 899, {3, 3}, {71, 81}, {71, 81}, 6551, 10},
      {1024, 1024, {3, 3}, {81, 81}, {81, 81}, 7371, 10},   {1280, 720, {2, 4}, {54, 96}, {54, 96}, 5967, 9},
      {1152, 1152, {3, 3}, {81, 81}, {81, 81}, 7371, 10},   {944, 1153, {4, 3}, {98, 81}, {98, 81}, 8765, 13},
      {1153, 944, {3, 4}, {81, 98}, {81, 98}, 8748, 13},    {1536, 1536, {4, 4}, {108, 108}, {81, 81}, 7371, 17},
      {1920, 1080, {3, 5}, {75, 135}, {60, 108}, 7269, 16}, {2304, 2304, {6, 6}, {162, 162}, {81, 81}, 7371, 37},
      {4032, 3024, {5, 6}, {121, 162}, {70, 93}, 7309, 31}, {4000, 3000, {5, 6}, {121, 162}, {70, 93}, 7309, 31},
      {3000, 2000, {4, 6}, {108, 162}, {66, 99}, 7329, 25}, {4000, 1000, {2, 6}, {40, 162}, {40, 162}, 7249, 13},
      {2480, 3508, {6, 5}, {162, 115}, {96, 68}, 7353, 31}, {100, 1000, {3, 1}, {81, 9}, {81, 9}, 1539, 4},
      {1000, 100, {1, 3}, {9, 81}, {9, 81}, 1467, 4},       {500, 3000, {6, 1}, {162, 27}, {162, 27}, 5265, 7},
      {5000, 200, {1, 6}, {7, 162}, {7, 162}, 1870, 7},     {5000, 1, {1, 1}, {1, 27}, {1, 27}, 757, 2},
  };
  for (const Case& c : cases) {
    const MediaPlan p = plan(c.w, c.h);
    SCOPED_TRACE(std::to_string(c.w) + "x" + std::to_string(c.h));
    EXPECT_EQ(p.grid, c.grid);
    EXPECT_EQ(p.unpadded, c.unpadded);
    EXPECT_EQ(p.final_map, c.final_map);
    EXPECT_EQ(p.tokens, c.tokens);
    EXPECT_EQ(p.tiles, c.tiles);
    EXPECT_EQ(p.unpadded.rows + 2 * p.unpad_offset.rows, 27 * p.grid.rows);
    EXPECT_EQ(p.unpadded.cols + 2 * p.unpad_offset.cols, 27 * p.grid.cols);
  }
}

TEST(Geometry, RulesDifferWhereTheReferencesDo) {
  EXPECT_EQ(plan(423, 47, Compat::official).unpadded.rows, 5);
  EXPECT_EQ(plan(423, 47, Compat::hf).unpadded.rows, 7);
  EXPECT_EQ(plan(1323, 49, Compat::official).unpadded.rows, 3);
  EXPECT_EQ(plan(1323, 49, Compat::hf).unpadded.rows, 5);
  EXPECT_EQ(plan(1375, 1125, Compat::official).tokens, 8748);
  EXPECT_EQ(plan(1375, 1125, Compat::exact).tokens, 7209);
  EXPECT_EQ(plan(1375, 1125, Compat::hf).tokens, 7209);
}

TEST(Geometry, GoldenSizes) {
  for (const Json& row : image_goldens()["geometry"]["sizes"]) {
    const std::int64_t w = row[0], h = row[1];
    SCOPED_TRACE(std::to_string(w) + "x" + std::to_string(h));
    const Pinpoint expected{row[2], row[3]};
    EXPECT_EQ(choose_canvas(w, h, onevision().pinpoints), expected);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(plan(w, h, kRules[i]).tokens, row[4 + i]) << rule_name(kRules[i]);
  }
}

TEST(Geometry, EverySizeUpTo600) {
  const TilingConfig tiling = onevision();
  for (const Compat rule : kRules) {
    std::vector<std::int32_t> tokens;
    for (std::int64_t w = 1; w <= 600; ++w) {
      for (std::int64_t h = 1; h <= 600; ++h) {
        tokens.push_back(static_cast<std::int32_t>(plan_image(w, h, AspectMode::anyres, tiling, rule).tokens));
      }
    }
    const Json& golden = image_goldens()["geometry"]["tokens_1_to_600"][rule_name(rule)];
    EXPECT_EQ(std::accumulate(tokens.begin(), tokens.end(), std::int64_t{0}), golden["sum"]) << rule_name(rule);
    EXPECT_EQ(sha256_of(tokens), golden["sha256"]) << rule_name(rule);
  }
}

// The exact rule in fractions only: the kept side is the largest k with k / cells <= side ratio.
TEST(Geometry, ExactRuleInFractions) {
  const TilingConfig tiling = onevision();
  for (std::int64_t w = 1; w <= 600; w += 3) {
    for (std::int64_t h = 1; h <= 600; ++h) {
      const MediaPlan p = plan_image(w, h, AspectMode::anyres, tiling, Compat::exact);
      const std::int64_t rows = 27 * p.grid.rows, cols = 27 * p.grid.cols;
      const bool wide = w * rows > h * cols;
      const std::int64_t full = wide ? rows : cols;
      std::int64_t kept = 0;
      while ((kept + 1) * (wide ? w : h) <= (wide ? h * cols : w * rows)) ++kept;
      const std::int64_t expected = (full - kept) % 2 == 0 ? kept : kept + 1;
      ASSERT_EQ(wide ? p.unpadded.rows : p.unpadded.cols, expected) << w << "x" << h;
      ASSERT_EQ(wide ? p.unpadded.cols : p.unpadded.rows, wide ? cols : rows) << w << "x" << h;
    }
  }
}

TEST(Geometry, OneTileModes) {
  TilingConfig tiling = onevision();
  for (const AspectMode mode : {AspectMode::pad, AspectMode::square}) {
    const MediaPlan p = plan_image(640, 480, mode, tiling, Compat::exact);
    EXPECT_EQ(p.tokens, 730);
    EXPECT_EQ(p.tiles, 1);
    EXPECT_EQ(p.grid, (Grid{1, 1}));
    EXPECT_EQ(p.final_map, (Grid{27, 27}));
  }
  tiling.newline = false;
  EXPECT_EQ(plan_image(640, 480, AspectMode::pad, tiling, Compat::exact).tokens, 729);
  EXPECT_EQ(plan_image(640, 480, AspectMode::anyres, tiling, Compat::exact).tokens, 729 + 40 * 54);
}

TEST(Geometry, WithoutShrinkAndOtherTowers) {
  TilingConfig tiling = onevision();
  tiling.max_tiles = 0;
  EXPECT_EQ(plan_image(2304, 2304, AspectMode::anyres, tiling, Compat::exact).tokens, 729 + 162 * 163);
  TilingConfig next;
  next.tile_size = 336;
  next.patches_per_side = 24;
  next.max_tiles = 0;
  next.pinpoints = {{336, 672}, {672, 336}, {672, 672}, {1008, 336}, {336, 1008}};
  EXPECT_EQ(plan_image(672, 672, AspectMode::anyres, next, Compat::exact).tokens, 576 + 48 * 49);
  EXPECT_EQ(plan_image(1000, 300, AspectMode::anyres, next, Compat::exact).grid, (Grid{1, 3}));
}

TEST(Geometry, Video) {
  TilingConfig tiling = onevision();
  const MediaPlan p = plan_video(1920, 1080, 32, tiling, Compat::exact);
  EXPECT_EQ(p.tokens, 6273);
  EXPECT_EQ(p.tiles, 32);
  EXPECT_EQ(p.frames, 32);
  EXPECT_EQ(p.final_map, (Grid{14, 14}));
  tiling.newline = false;
  EXPECT_EQ(plan_video(1920, 1080, 1, tiling, Compat::hf).tokens, 196);
  EXPECT_THROW(plan_video(1920, 1080, 0, tiling, Compat::exact), Error);
}

TEST(Geometry, FrameSampling) {
  for (const Json& row : image_goldens()["sampling"]) {
    const std::int64_t total = row["total"], wanted = row["wanted"];
    SCOPED_TRACE(std::to_string(wanted) + " of " + std::to_string(total));
    EXPECT_EQ(Json(sample_frames(total, wanted, Compat::exact)), row["official"]);
    EXPECT_EQ(Json(sample_frames(total, wanted, Compat::official)), row["official"]);
    EXPECT_EQ(Json(sample_frames(total, wanted, Compat::hf)), row["hf"]);
  }
  EXPECT_THROW(sample_frames(0, 3, Compat::exact), Error);
  EXPECT_THROW(sample_frames(3, 0, Compat::hf), Error);
}

TEST(Geometry, Refusals) {
  const TilingConfig tiling = onevision();
  for (const auto& [w, h] : {std::pair{0, 5}, {5, 0}, {-1, 5}, {1'000'001, 5}, {5, 1'000'001}}) {
    EXPECT_THROW(plan_image(w, h, AspectMode::anyres, tiling, Compat::exact), Error) << w << "x" << h;
    EXPECT_THROW(plan_image(w, h, AspectMode::pad, tiling, Compat::exact), Error) << w << "x" << h;
  }
  EXPECT_GE(plan_image(1'000'000, 1'000'000, AspectMode::anyres, tiling, Compat::official).tokens, 757);
  EXPECT_GE(plan_image(1'000'000, 1, AspectMode::anyres, tiling, Compat::official).tokens, 757);
  TilingConfig empty = tiling;
  empty.pinpoints.clear();
  EXPECT_THROW(plan_image(5, 5, AspectMode::anyres, empty, Compat::exact), Error);
  TilingConfig odd = tiling;
  odd.pinpoints = {{400, 384}};
  EXPECT_THROW(plan_image(5, 5, AspectMode::anyres, odd, Compat::exact), Error);
  TilingConfig even = tiling;
  even.patches_per_side = 24;
  even.pinpoints = {{2304, 384}};
  EXPECT_THROW(plan_image(5000, 1, AspectMode::anyres, even, Compat::exact), Error);
}

TEST(Geometry, PlacementRoundsUp) {
  const Placement p = place_on_canvas(1024, 899, {1152, 1152});
  EXPECT_EQ(p.width, 1152);
  EXPECT_EQ(p.height, 1012);
  EXPECT_EQ(p.left, 0);
  EXPECT_EQ(p.top, 70);
}

}  // namespace
}  // namespace ov
