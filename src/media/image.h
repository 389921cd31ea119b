// A decoded picture, and how much of one we are willing to decode.
#pragma once

#include <cstdint>
#include <vector>

namespace ov {

// 8-bit RGB, rows top to bottom, no padding: pixel (x, y) starts at rgb[3 * (y * width + x)].
struct Image {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint8_t> rgb;  // [height, width, 3]
};

struct MediaLimits {
  std::int64_t max_file_bytes = 256'000'000;
  std::int64_t max_image_pixels = 64'000'000;
  double max_video_seconds = 600;
};

}  // namespace ov
