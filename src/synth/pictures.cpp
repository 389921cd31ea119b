// Pictures as cairo keeps them, read once.
#include <cairo.h>

#include <cstring>
#include <map>
#include <mutex>

#include "base/error.h"
#include "base/file.h"
#include "media/decode.h"
#include "synth/drawing.h"

namespace ov {
namespace {

constexpr std::size_t kMaxBytes = 20'000'000;
constexpr int kMaxSide = 4096;

bool is_png(const std::string& bytes) { return bytes.size() > 8 && bytes.compare(1, 3, "PNG") == 0; }

struct Source {
  const std::string& bytes;
  std::size_t read = 0;
};

cairo_status_t read_some(void* closure, unsigned char* to, unsigned int length) {
  auto& source = *static_cast<Source*>(closure);
  if (source.bytes.size() - source.read < length) return CAIRO_STATUS_READ_ERROR;
  std::memcpy(to, source.bytes.data() + source.read, length);
  source.read += length;
  return CAIRO_STATUS_SUCCESS;
}

// Our own decoder drops the transparency that a picture of an object lives by.
Picture decode_png(const std::string& bytes, const std::string& path) {
  Source source{bytes};
  cairo_surface_t* surface = cairo_image_surface_create_from_png_stream(read_some, &source);
  const int width = cairo_image_surface_get_width(surface), height = cairo_image_surface_get_height(surface);
  const bool whole = cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS && width > 0 && height > 0 &&
                     width <= kMaxSide && height <= kMaxSide;
  if (!whole) {
    cairo_surface_destroy(surface);
    throw Error(ErrorKind::input,
                path + ": not a PNG picture of at most " + std::to_string(kMaxSide) + " pixels a side");
  }
  // Cairo keeps what has no transparency as RGB24, where the top byte means nothing.
  const bool solid = cairo_image_surface_get_format(surface) == CAIRO_FORMAT_RGB24;
  const unsigned char* data = cairo_image_surface_get_data(surface);
  const int stride = cairo_image_surface_get_stride(surface);
  Picture picture{width, height, std::vector<std::uint32_t>(static_cast<std::size_t>(width) * height)};
  for (int y = 0; y < height; ++y) {
    std::memcpy(picture.argb.data() + static_cast<std::size_t>(y) * width, data + static_cast<std::size_t>(y) * stride,
                4 * static_cast<std::size_t>(width));
  }
  if (solid) {
    for (std::uint32_t& pixel : picture.argb) pixel |= 0xff000000U;
  }
  cairo_surface_destroy(surface);
  return picture;
}

Picture read_picture(const std::string& path) {
  const std::string bytes = read_file(path, kMaxBytes);
  if (is_png(bytes)) return decode_png(bytes, path);
  const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  return picture_of(decode_image(copy, path, {}, Compat::exact));
}

}  // namespace

Picture picture_of(const Image& image) {
  Picture picture{image.width, image.height, {}};
  picture.argb.reserve(image.rgb.size() / 3);
  for (std::size_t i = 0; i + 2 < image.rgb.size(); i += 3) {
    picture.argb.push_back(0xff000000U | static_cast<std::uint32_t>(image.rgb[i]) << 16 |
                           static_cast<std::uint32_t>(image.rgb[i + 1]) << 8 | image.rgb[i + 2]);
  }
  return picture;
}

std::shared_ptr<const Picture> load_picture(const std::string& path) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const Picture>> pictures;
  {
    const std::lock_guard lock(mutex);
    const auto found = pictures.find(path);
    if (found != pictures.end()) return found->second;
  }
  auto picture = std::make_shared<const Picture>(read_picture(path));
  const std::lock_guard lock(mutex);
  return pictures.emplace(path, std::move(picture)).first->second;
}

}  // namespace ov
