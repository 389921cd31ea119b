#include "media/tiles.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/parallel.h"
#include "media/decode.h"
#include "media/test_pictures.h"

namespace ov {
namespace {

TilingConfig onevision() {
  TilingConfig tiling;
  for (int a = 1; a <= 6; ++a) {
    for (int b = 1; b <= 6; ++b) tiling.pinpoints.push_back({384 * a, 384 * b});
  }
  return tiling;
}

Image picture(const Json& golden) {
  const std::string name = golden["picture"];
  if (name == "noise") return noise_picture(golden["size"][0], golden["size"][1]);
  return load_image(std::string(OV_TESTDATA) + "/images/" + name, MediaLimits{}, Compat::exact);
}

std::vector<float> tiles_of(const Image& image, AspectMode mode, const TilingConfig& tiling) {
  const MediaPlan plan = plan_image(image.width, image.height, mode, tiling, Compat::exact);
  std::vector<float> pixels(pixel_count(plan, tiling), NAN);
  write_tiles(image, plan, tiling, pixels.data());
  return pixels;
}

TEST(Tiles, EqualTheReferencePipeline) {
  const TilingConfig tiling = onevision();
  for (const Json& golden : image_goldens()["tiles"]) {
    SCOPED_TRACE(golden.dump());
    const std::string mode = golden["mode"];
    const AspectMode aspect = mode == "anyres" ? AspectMode::anyres
                              : mode == "pad"  ? AspectMode::pad
                                               : AspectMode::square;
    const std::vector<float> pixels = tiles_of(picture(golden), aspect, tiling);
    EXPECT_EQ(pixels.size(), golden["tiles"].get<std::size_t>() * 3 * 384 * 384);
    EXPECT_EQ(sha256_of(pixels), golden["sha256"]);
  }
}

TEST(Tiles, ThreadsDoNotChangeTheResult) {
  const Image image = noise_picture(500, 333);
  set_num_threads(1);
  const auto alone = tiles_of(image, AspectMode::anyres, onevision());
  set_num_threads(4);
  EXPECT_EQ(tiles_of(image, AspectMode::anyres, onevision()), alone);
  set_num_threads(0);
}

TEST(Tiles, VideoFrameIsStretched) {
  const TilingConfig tiling = onevision();
  const Image frame = noise_picture(160, 90);
  const MediaPlan plan = plan_video(160, 90, 7, tiling, Compat::exact);
  std::vector<float> pixels(pixel_count(plan, tiling));
  ASSERT_EQ(pixels.size(), 3U * 384 * 384);
  write_tiles(frame, plan, tiling, pixels.data());
  EXPECT_EQ(pixels, tiles_of(frame, AspectMode::square, tiling));
}

TEST(Tiles, KnownValuesAndSmallTiles) {
  TilingConfig tiling;
  tiling.tile_size = 2;
  tiling.patches_per_side = 2;
  tiling.pinpoints = {{2, 4}};
  // One white row on a canvas of four rows: black above and below.
  const Image image{2, 1, std::vector<std::uint8_t>(6, 255)};
  const std::vector<float> pixels = tiles_of(image, AspectMode::anyres, tiling);
  ASSERT_EQ(pixels.size(), 3U * 3 * 4);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(pixels[i], 1.0F);
  const std::vector<float> plane(pixels.begin() + 12, pixels.begin() + 16);
  EXPECT_EQ(plane, (std::vector<float>{-1, -1, 1, 1}));
  EXPECT_EQ(pixels.back(), -1.0F);
}

TEST(Tiles, Normalisation) {
  TilingConfig tiling;
  tiling.tile_size = 1;
  const Image image{1, 1, {127, 0, 255}};
  const MediaPlan plan = plan_image(1, 1, AspectMode::square, tiling, Compat::exact);
  float pixels[3];
  write_tiles(image, plan, tiling, pixels);
  EXPECT_EQ(pixels[0], -0.00392156839F);
  EXPECT_EQ(pixels[1], -1.0F);
  EXPECT_EQ(pixels[2], 1.0F);
  write_tiles(image, plan, tiling, pixels, Normalisation{{0, 0.25F, 0.5F}, {1, 0.5F, 2}});
  EXPECT_EQ(pixels[0], static_cast<float>(127 / 255.0));
  EXPECT_EQ(pixels[1], -0.5F);
  EXPECT_EQ(pixels[2], 0.25F);
}

TEST(Tiles, PlanOfAnotherPictureIsABug) {
  const TilingConfig tiling = onevision();
  const MediaPlan plan = plan_image(10, 11, AspectMode::square, tiling, Compat::exact);
  std::vector<float> pixels(pixel_count(plan, tiling));
  EXPECT_THROW(write_tiles(noise_picture(11, 10), plan, tiling, pixels.data()), Error);
}

}  // namespace
}  // namespace ov
