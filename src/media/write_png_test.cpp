#include "media/write_png.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "media/decode.h"
#include "media/test_pictures.h"

namespace ov {
namespace {

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(WritePng, ReadsBackTheSamePixels) {
  for (const auto& [width, height] : {std::pair{1, 1}, std::pair{1, 77}, std::pair{301, 2}, std::pair{640, 480}}) {
    const Image picture = noise_picture(width, height);
    const Image back = decode_image(bytes_of(encode_png(picture)), "noise.png", MediaLimits{}, Compat::exact);
    EXPECT_EQ(back.width, width);
    EXPECT_EQ(back.height, height);
    EXPECT_EQ(back.rgb, picture.rgb) << width << " x " << height;
  }
}

TEST(WritePng, SameBytesEveryTime) { EXPECT_EQ(encode_png(noise_picture(90, 40)), encode_png(noise_picture(90, 40))); }

TEST(WritePng, WritesTheFile) {
  const auto folder = std::filesystem::temp_directory_path() / ("ov-write-png-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  const std::string path = (folder / "noise.png").string();
  write_png(path, noise_picture(20, 30));
  EXPECT_EQ(load_image(path, MediaLimits{}, Compat::exact).rgb, noise_picture(20, 30).rgb);
  std::filesystem::remove_all(folder);
}

TEST(WritePng, RefusesWhatIsNoPicture) {
  const auto refused = [](const Image& image) {
    try {
      encode_png(image);
    } catch (const Error& error) {
      return error.kind() == ErrorKind::input;
    }
    return false;
  };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({2, 2, std::vector<std::uint8_t>(11)}));
  EXPECT_TRUE(refused({-1, -1, std::vector<std::uint8_t>(3)}));
  EXPECT_TRUE(refused({2'000'000, 1, std::vector<std::uint8_t>(6'000'000)}));
}

TEST(WritePng, RefusesAFolderThatIsNotThere) {
  try {
    write_png("/no/such/folder/noise.png", noise_picture(2, 2));
    FAIL() << "written";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::resource);
  }
}

}  // namespace
}  // namespace ov
