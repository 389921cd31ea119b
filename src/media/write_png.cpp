// Through libpng's simplified interface, which reports errors without jumping over our frames.
#include "media/write_png.h"

#include <png.h>

#include "base/error.h"
#include "base/file.h"

namespace ov {
namespace {

constexpr std::int64_t kMaxSide = 1'000'000;  // libpng's own limit

[[noreturn]] void refuse(const Image& image, const std::string& why) {
  throw Error(ErrorKind::input, "PNG: a picture of " + std::to_string(image.width) + " x " +
                                    std::to_string(image.height) + " pixels and " + std::to_string(image.rgb.size()) +
                                    " bytes " + why);
}

}  // namespace

std::string encode_png(const Image& image) {
  if (image.width < 1 || image.height < 1 || image.width > kMaxSide || image.height > kMaxSide)
    refuse(image, "cannot be written; sides of 1 to 1000000 pixels can");
  if (static_cast<std::int64_t>(image.rgb.size()) != 3 * image.width * image.height)
    refuse(image, "cannot be written; 3 bytes for each pixel were expected");
  png_image header = {};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  header.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string bytes(size, '\0');
  const int written = png_image_write_to_memory(&header, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr);
  if (written == 0) refuse(image, "cannot be written: " + std::string(header.message));
  bytes.resize(size);
  return bytes;
}

void write_png(const std::string& path, const Image& image) { write_file_atomic(path, encode_png(image)); }

}  // namespace ov
