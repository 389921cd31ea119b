#include "media/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/error.h"
#include "media/test_pictures.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::map<std::string, Compat> kRules = {
    {"exact", Compat::exact}, {"official", Compat::official}, {"hf", Compat::hf}};

std::string good(const std::string& name) { return std::string(OV_TESTDATA) + "/images/" + name; }
std::string corrupt(const std::string& name) { return std::string(OV_TESTDATA) + "/corrupt/images/" + name; }

std::vector<std::uint8_t> bytes_of(const std::string& path) {
  const std::string content = read_file(path, 10'000'000);
  return {content.begin(), content.end()};
}

// What decoding the file fails with, "" when it does not.
std::string refusal(const std::string& path, const MediaLimits& limits = {}) {
  try {
    load_image(path, limits, Compat::exact);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input) << error.what();
    return error.what();
  }
  return "";
}

TEST(Decode, EqualsPillow) {
  const Json& goldens = image_goldens()["decode"];
  EXPECT_GT(goldens.size(), 50U);
  for (const auto& [name, golden] : goldens.items()) {
    for (const auto& [rule, compat] : kRules) {
      SCOPED_TRACE(name + " " + rule);
      const Image image = load_image(good(name), MediaLimits{}, compat);
      EXPECT_EQ(image.width, golden[rule][0]);
      EXPECT_EQ(image.height, golden[rule][1]);
      EXPECT_EQ(sha256_of(image.rgb), golden[rule][2]);
      const ImageInfo info = probe_image_file(good(name), MediaLimits{}, compat);
      EXPECT_EQ(info.width, image.width);
      EXPECT_EQ(info.height, image.height);
    }
  }
}

TEST(Decode, OrientationIsHonouredButByOfficialRules) {
  EXPECT_EQ(probe_image_file(good("orientation_6.jpg"), {}, Compat::exact).orientation, 6);
  EXPECT_EQ(probe_image_file(good("orientation_6.jpg"), {}, Compat::hf).orientation, 6);
  EXPECT_EQ(probe_image_file(good("orientation_6.jpg"), {}, Compat::official).orientation, 1);
  EXPECT_EQ(probe_image_file(good("exif_after.png"), {}, Compat::exact).orientation, 8);
  EXPECT_EQ(probe_image_file(good("exif.webp"), {}, Compat::exact).orientation, 5);
}

TEST(Decode, FormatIsToldByContent) {
  EXPECT_EQ(probe_image_file(good("jpeg_named.png"), {}, Compat::exact).format, ImageFormat::jpeg);
  EXPECT_EQ(probe_image_file(good("rgb.png"), {}, Compat::exact).format, ImageFormat::png);
  EXPECT_EQ(probe_image_file(good("lossy.webp"), {}, Compat::exact).format, ImageFormat::webp);
  EXPECT_EQ(probe_image_file(good("plain.gif"), {}, Compat::exact).format, ImageFormat::gif);
  EXPECT_EQ(probe_image_file(good("bits24.bmp"), {}, Compat::exact).format, ImageFormat::bmp);
}

TEST(Decode, CorruptFilesAreRefusedByName) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(corrupt(""))) {
    SCOPED_TRACE(entry.path().string());
    EXPECT_THAT(refusal(entry.path().string()), HasSubstr(entry.path().filename().string()));
    ++files;
  }
  EXPECT_GT(files, 40);
}

TEST(Decode, MessagesSayWhatWasFound) {
  EXPECT_THAT(refusal(corrupt("photo.heic")), HasSubstr("is a HEIC picture; convert it to JPEG or PNG"));
  EXPECT_THAT(refusal(corrupt("scan.tif")), HasSubstr("TIFF"));
  EXPECT_THAT(refusal(corrupt("drawing.svg")), HasSubstr("SVG"));
  EXPECT_THAT(refusal(corrupt("clip.mp4")), HasSubstr("video"));
  EXPECT_THAT(refusal(corrupt("empty.jpg")), HasSubstr("empty"));
  EXPECT_THAT(refusal(corrupt("bomb.png")), HasSubstr("60000x60000"));
  EXPECT_THAT(refusal(corrupt("bits12.jpg")), HasSubstr("12 bits"));
  EXPECT_THAT(refusal(corrupt("half_restart.jpg")), HasSubstr("ends early"));
  EXPECT_THAT(refusal(good("no such file.jpg")), HasSubstr("no such file.jpg"));
}

// A file cut anywhere is refused, or was complete before the cut.
TEST(Decode, TruncatedFilesAreNeverHalfDecoded) {
  for (const auto& [name, golden] : image_goldens()["decode"].items()) {
    const std::vector<std::uint8_t> bytes = bytes_of(good(name));
    const bool animated = name.find("animated") == 0;
    for (std::size_t part = 0; part < 24; ++part) {
      const std::size_t size = bytes.size() * part / 24;
      SCOPED_TRACE(name + " cut to " + std::to_string(size));
      try {
        const Image image = decode_image({bytes.data(), size}, name, MediaLimits{}, Compat::exact);
        EXPECT_TRUE(animated);
        EXPECT_EQ(sha256_of(image.rgb), golden["exact"][2]);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::input);
      }
    }
  }
}

TEST(Decode, LimitsHoldBeforeDecoding) {
  MediaLimits few_pixels;
  few_pixels.max_image_pixels = 512 * 512 - 1;
  EXPECT_THAT(refusal(good("astronaut.jpg"), few_pixels), HasSubstr("512x512"));
  few_pixels.max_image_pixels = 512 * 512;
  EXPECT_EQ(refusal(good("astronaut.jpg"), few_pixels), "");
  MediaLimits few_bytes;
  few_bytes.max_file_bytes = 1000;
  EXPECT_THAT(refusal(good("astronaut.jpg"), few_bytes), HasSubstr("1000"));
  const std::vector<std::uint8_t> bytes = bytes_of(good("astronaut.jpg"));
  EXPECT_THROW(probe_image(bytes, "upload", few_bytes, Compat::exact), Error);
}

TEST(Decode, StrayBytesBeforeAMarkerAreHarmless) {
  std::vector<std::uint8_t> bytes = bytes_of(good("restart.jpg"));
  const Image clean = decode_image(bytes, "clean", MediaLimits{}, Compat::exact);
  bytes.insert(bytes.end() - 2, 5, 0);
  EXPECT_EQ(decode_image(bytes, "padded", MediaLimits{}, Compat::exact).rgb, clean.rgb);
}

}  // namespace
}  // namespace ov
