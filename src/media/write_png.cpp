#include "media/write_png.h"

#include <png.h>

#include "base/error.h"

namespace ov {

std::string encode_png(const Image& image) {
  const auto expected = static_cast<std::size_t>(3 * image.width * image.height);
  if (image.width < 1 || image.height < 1 || image.rgb.size() != expected) {
    throw Error(ErrorKind::internal, "a picture of " + std::to_string(image.width) + "x" +
                                         std::to_string(image.height) + " with " + std::to_string(image.rgb.size()) +
                                         " bytes cannot be written as PNG");
  }
  png_image header{};
  header.version = PNG_IMAGE_VERSION;
  header.width = static_cast<png_uint_32>(image.width);
  header.height = static_cast<png_uint_32>(image.height);
  header.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(header);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&header, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0) {
    throw Error(ErrorKind::resource, std::string("the PNG could not be written: ") + header.message);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace ov
