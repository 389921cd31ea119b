#include "media/resize.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/parallel.h"
#include "media/test_pictures.h"

namespace ov {
namespace {

// Restores the widest instruction set and the default number of threads.
class Resize : public testing::Test {
 protected:
  ~Resize() override {
    limit_resize_isa(ResizeIsa::avx512);
    set_num_threads(0);
  }
};

TEST_F(Resize, EqualsPillow) {
  for (const Json& row : image_goldens()["resize"]) {
    const std::int64_t w = row[0], h = row[1], new_w = row[2], new_h = row[3];
    SCOPED_TRACE(row.dump());
    const Image image = noise_picture(w, h);
    EXPECT_EQ(sha256_of(resize_bicubic_plain(image, new_w, new_h).rgb), row[4]);
    for (const ResizeIsa isa : {ResizeIsa::plain, ResizeIsa::avx2, ResizeIsa::avx512}) {
      limit_resize_isa(isa);
      EXPECT_EQ(sha256_of(resize_bicubic(image, new_w, new_h).rgb), row[4]) << static_cast<int>(isa);
    }
  }
}

TEST_F(Resize, FastTwinEqualsPlainForManyShapes) {
  std::uint32_t state = 17;
  const auto next = [&state](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::int64_t>((state >> 8) % below) + 1;
  };
  for (int i = 0; i < 400; ++i) {
    const Image image = noise_picture(next(i % 3 == 0 ? 8 : 120), next(i % 5 == 0 ? 6 : 90));
    const std::int64_t w = next(i % 4 == 0 ? 12 : 150), h = next(i % 7 == 0 ? 5 : 110);
    const Image plain = resize_bicubic_plain(image, w, h);
    for (const ResizeIsa isa : {ResizeIsa::avx2, ResizeIsa::avx512}) {
      limit_resize_isa(isa);
      ASSERT_EQ(resize_bicubic(image, w, h).rgb, plain.rgb)
          << image.width << "x" << image.height << " to " << w << "x" << h << ", set " << static_cast<int>(isa);
    }
  }
}

TEST_F(Resize, ThreadsDoNotChangeTheResult) {
  const Image image = noise_picture(801, 603);
  set_num_threads(1);
  const Image alone = resize_bicubic(image, 500, 377);
  for (const int threads : {2, 3, 5}) {
    set_num_threads(threads);
    EXPECT_EQ(resize_bicubic(image, 500, 377).rgb, alone.rgb) << threads;
  }
}

TEST_F(Resize, SameSizeIsACopy) {
  const Image image = noise_picture(31, 17);
  EXPECT_EQ(resize_bicubic(image, 31, 17).rgb, image.rgb);
}

TEST_F(Resize, Refusals) {
  EXPECT_THROW(resize_bicubic(noise_picture(3, 3), 0, 3), Error);
  EXPECT_THROW(resize_bicubic(noise_picture(3, 3), 3, 1'000'001), Error);
  EXPECT_THROW(resize_bicubic(Image{}, 3, 3), Error);
}

}  // namespace
}  // namespace ov
