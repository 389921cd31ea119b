// A picture as the bytes of a PNG file.
//
//   write_file_atomic("tiles.png", encode_png(picture));
#pragma once

#include <string>

#include "media/image.h"

namespace ov {

// 8-bit RGB, not interlaced. Throws internal when width, height and pixels do not fit each other.
std::string encode_png(const Image& image);

}  // namespace ov
