// Decoded frames as upright RGB pictures.
//
//   RgbConverter convert(orientation_of(stream.info(), name));
//   Image image = convert(*frame);
#pragma once

#include <memory>
#include <string>

#include "media/image.h"

struct AVFrame;
struct AVStream;
struct SwsContext;

namespace ov {

// How a stored picture becomes the one to be shown: first mirrored, then transposed.
struct Orientation {
  bool flip_x = false;  // left becomes right
  bool flip_y = false;
  bool transpose = false;
  bool operator==(const Orientation&) const = default;
};

// From the container's display matrix. Throws input when it is not made of quarter turns and mirrors.
Orientation orientation_of(const AVStream& stream, const std::string& name);

Image orient(const Image& image, Orientation orientation);

// 8-bit RGB at the frame's own size, with the frame's matrix and range; a frame that names none is
// taken as BT.601, short range (full for FFmpeg's yuvj formats). Transparency is dropped.
class RgbConverter {
 public:
  explicit RgbConverter(Orientation orientation) : orientation_(orientation) {}
  Image operator()(const AVFrame& frame);

 private:
  struct Free {
    void operator()(SwsContext* context) const;
  };
  Orientation orientation_;
  std::unique_ptr<SwsContext, Free> context_;
};

}  // namespace ov
