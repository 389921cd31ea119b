#include "prompt/thumbnail.h"

#include <algorithm>
#include <span>

#include "media/decode.h"
#include "media/resize.h"
#include "media/write_png.h"

namespace ov {
namespace {

Image first_picture(const MediaSource& source, const MediaLimits& limits) {
  const auto bytes = [&] {
    return std::span(reinterpret_cast<const std::uint8_t*>(source.bytes->data()), source.bytes->size());
  };
  if (!source.is_video) {
    return source.bytes ? decode_image(bytes(), source.path, limits, Compat::exact)
                        : load_image(source.path, limits, Compat::exact);
  }
  const VideoInfo info =
      source.bytes ? probe_video(bytes(), source.path, limits) : probe_video(source.path, limits, Compat::exact);
  const std::vector<std::int64_t> middle = {info.num_frames / 2};
  return source.bytes ? read_frames(bytes(), source.path, middle, limits)[0]
                      : read_frames(source.path, middle, limits, Compat::exact)[0];
}

}  // namespace

std::string picture_png(const MediaSource& source, const MediaLimits& limits, std::int64_t longest) {
  const Image image = first_picture(source, limits);
  const std::int64_t longer = std::max(image.width, image.height);
  if (longest == 0 || longer <= longest) return encode_png(image);
  const auto side = [&](std::int64_t length) { return std::max<std::int64_t>(1, length * longest / longer); };
  return encode_png(resize_bicubic(image, side(image.width), side(image.height)));
}

}  // namespace ov
