#include "prompt/tile_sheet.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "media/decode.h"
#include "media/write_png.h"

namespace ov {
namespace {

TEST(TileSheet, ShowsEveryTileInItsPlace) {
  const std::string folder = OV_TESTDATA "/goldens/checkpoints/small-official";
  const Processor processor(folder, read_model_config(folder + "/config.json"), {});
  const std::int64_t side = processor.tiling().tile_size;
  const TrainingPrompt training = processor.prepare_training(
      {{"user", "<image>"}, {"assistant", "!"}}, {MediaSource::image(OV_TESTDATA "/images/rocket.jpg")}, {});
  const PromptMedia& media = training.prompt.media[0];
  std::vector<float> pixels(static_cast<std::size_t>(media.plan.tiles * 3 * side * side));
  processor.read_pixels(media, pixels.data());
  const Image sheet = tile_sheet(training.prompt.media, pixels, processor);
  EXPECT_EQ(sheet.height, media.plan.grid.rows * side + (media.plan.grid.rows - 1) * 8);
  EXPECT_EQ(sheet.width, side + 24 + media.plan.grid.cols * side + (media.plan.grid.cols - 1) * 8);
  const auto at = [&](std::int64_t x, std::int64_t y, std::size_t c) {
    return sheet.rgb[static_cast<std::size_t>(3 * (y * sheet.width + x)) + c];
  };
  const auto level = [&](std::int64_t tile, std::int64_t y, std::int64_t x, std::size_t c) {
    const auto plane = tile * 3 + static_cast<std::int64_t>(c);
    const float value = pixels[static_cast<std::size_t>((plane * side + y) * side + x)];
    return static_cast<std::uint8_t>(std::lround((value * 0.5F + 0.5F) * 255));
  };
  EXPECT_EQ(at(5, 7, 1), level(0, 7, 5, 1));
  EXPECT_EQ(at(side + 24 + 5, 7, 2), level(1, 7, 5, 2));
  const std::int64_t last = media.plan.tiles - 1;
  EXPECT_EQ(at(sheet.width - 1, sheet.height - 1, 0), level(last, side - 1, side - 1, 0));
  EXPECT_EQ(at(side + 3, 0, 0), 255);

  const std::string png = encode_png(sheet);
  const Image read =
      decode_image({reinterpret_cast<const std::uint8_t*>(png.data()), png.size()}, "sheet", {}, Compat::exact);
  EXPECT_EQ(read.width, sheet.width);
  EXPECT_EQ(read.rgb, sheet.rgb);
  EXPECT_THROW(tile_sheet({}, {}, processor), Error);
}

}  // namespace
}  // namespace ov
