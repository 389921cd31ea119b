#include "media/video_pixels.h"

#include <cstring>
#include <utility>

#include "base/error.h"
#include "media/video_stream.h"

extern "C" {
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
}

namespace ov {
namespace {

// Without SWS_ACCURATE_RND: with it chroma is interpolated another way and colour edges move by up
// to 200 levels from what decord, PyAV and torchcodec give.
constexpr int kScaleFlags = SWS_BILINEAR;
constexpr int kRowAlignment = 64;  // swscale writes whole vectors past short rows

bool is_full_range(const AVFrame& frame) {
  switch (frame.format) {
    case AV_PIX_FMT_YUVJ420P:
    case AV_PIX_FMT_YUVJ422P:
    case AV_PIX_FMT_YUVJ444P:
    case AV_PIX_FMT_YUVJ440P:
    case AV_PIX_FMT_YUVJ411P: return true;
    default: return frame.color_range == AVCOL_RANGE_JPEG;
  }
}

}  // namespace

Orientation orientation_of(const AVStream& stream, const std::string& name) {
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (data == nullptr || size < 9 * sizeof(std::int32_t)) return {};
  // Rows (a b u), (c d v), (x y w): the point (p, q) is shown at (a p + c q + x, b p + d q + y).
  std::int32_t matrix[9];
  std::memcpy(matrix, data, sizeof matrix);
  const std::int32_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  if (a == 0 && b == 0 && c == 0 && d == 0) return {};
  if (b == 0 && c == 0 && a != 0 && d != 0) return {a < 0, d < 0, false};
  if (a == 0 && d == 0 && b != 0 && c != 0) return {b < 0, c < 0, true};
  throw Error(ErrorKind::input, name +
                                    ": the video asks to be turned by an angle other than 90, 180 or 270 degrees; "
                                    "convert it with: ffmpeg -i FILE out.mp4");
}

Image orient(const Image& image, Orientation orientation) {
  Image turned;
  turned.width = orientation.transpose ? image.height : image.width;
  turned.height = orientation.transpose ? image.width : image.height;
  turned.rgb.resize(image.rgb.size());
  std::uint8_t* out = turned.rgb.data();
  for (std::int64_t row = 0; row < turned.height; ++row) {
    for (std::int64_t column = 0; column < turned.width; ++column, out += 3) {
      std::int64_t x = orientation.transpose ? row : column;
      std::int64_t y = orientation.transpose ? column : row;
      if (orientation.flip_x) x = image.width - 1 - x;
      if (orientation.flip_y) y = image.height - 1 - y;
      std::memcpy(out, &image.rgb[static_cast<std::size_t>(3 * (y * image.width + x))], 3);
    }
  }
  return turned;
}

void RgbConverter::Free::operator()(SwsContext* context) const { sws_freeContext(context); }

Image RgbConverter::operator()(const AVFrame& frame) {
  const auto format = static_cast<AVPixelFormat>(frame.format);
  context_.reset(sws_getCachedContext(context_.release(), frame.width, frame.height, format, frame.width, frame.height,
                                      AV_PIX_FMT_RGB24, kScaleFlags, nullptr, nullptr, nullptr));
  if (context_ == nullptr) {
    const char* known = av_get_pix_fmt_name(format);
    throw Error(ErrorKind::input, std::string("cannot turn pixels of format '") + (known ? known : "?") + "' into RGB");
  }
  const int* matrix = sws_getCoefficients(frame.colorspace);
  const int one = 1 << 16;
  sws_setColorspaceDetails(context_.get(), matrix, is_full_range(frame), sws_getCoefficients(SWS_CS_DEFAULT), 0, 0, one,
                           one);

  const AvPointer<AVFrame> rgb(av_frame_alloc());
  check_allocated(rgb.get());
  rgb->format = AV_PIX_FMT_RGB24;
  rgb->width = frame.width;
  rgb->height = frame.height;
  if (av_frame_get_buffer(rgb.get(), kRowAlignment) < 0) check_allocated(nullptr);
  sws_scale(context_.get(), frame.data, frame.linesize, 0, frame.height, rgb->data, rgb->linesize);

  Image image{frame.width, frame.height, {}};
  const auto row_bytes = static_cast<std::size_t>(3 * image.width);
  image.rgb.resize(row_bytes * static_cast<std::size_t>(image.height));
  for (std::int64_t y = 0; y < image.height; ++y) {
    std::memcpy(&image.rgb[static_cast<std::size_t>(y) * row_bytes], rgb->data[0] + y * rgb->linesize[0], row_bytes);
  }
  return orientation_ == Orientation{} ? image : orient(image, orientation_);
}

}  // namespace ov
