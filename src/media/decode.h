// Pictures from bytes we do not trust: JPEG, PNG, WebP, GIF and BMP, told apart by content.
// Pixels equal Pillow's Image.open(...).convert("RGB"): alpha dropped, palettes expanded, grey
// replicated; under exact and hf turned as the EXIF orientation says (ImageOps.exif_transpose).
// Exact takes the high byte of 16-bit grey; official and hf clip it at 255, as Pillow does.
//
//   const Image picture = load_image("photo.jpg", MediaLimits{}, Compat::exact);
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "config/model_config.h"
#include "media/image.h"

namespace ov {

enum class ImageFormat { jpeg, png, webp, gif, bmp };

struct ImageInfo {
  ImageFormat format = ImageFormat::jpeg;
  std::int64_t width = 0;  // after orientation
  std::int64_t height = 0;
  int orientation = 1;  // EXIF 1..8; 1 where it is absent or not honoured
};

// "JPEG", "PNG", ...
const char* format_name(ImageFormat format);

// Reads headers only. Throws input, naming `name`, for an unknown or unsupported format, a broken
// header, or a picture beyond the limits.
ImageInfo probe_image(std::span<const std::uint8_t> bytes, const std::string& name, const MediaLimits& limits,
                      Compat compat);

// The first picture of the file. Throws as probe_image, and input for damaged or truncated data:
// a picture is never half decoded.
Image decode_image(std::span<const std::uint8_t> bytes, const std::string& name, const MediaLimits& limits,
                   Compat compat);

// The same for a file.
ImageInfo probe_image_file(const std::string& path, const MediaLimits& limits, Compat compat);
Image load_image(const std::string& path, const MediaLimits& limits, Compat compat);

}  // namespace ov
