// Tells formats apart, applies limits before anything is allocated, and names the file in errors.
#include "media/decode.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "media/decode_formats.h"
#include "media/geometry.h"

namespace ov {
namespace {

using std::string_view_literals::operator""sv;

struct Signature {
  std::size_t at;
  std::string_view text;
  const char* what;
};

// Formats that people send and that we do not read.
constexpr std::array kForeign = {
    Signature{0, "II*\0"sv, "a TIFF picture"},
    Signature{0, "MM\0*"sv, "a TIFF picture"},
    Signature{0, "II+\0"sv, "a TIFF picture"},
    Signature{0, "MM\0+"sv, "a TIFF picture"},
    Signature{4, "ftypheic"sv, "a HEIC picture"},
    Signature{4, "ftypheix"sv, "a HEIC picture"},
    Signature{4, "ftyphevc"sv, "a HEIC picture"},
    Signature{4, "ftypheim"sv, "a HEIC picture"},
    Signature{4, "ftypheis"sv, "a HEIC picture"},
    Signature{4, "ftypmif1"sv, "a HEIF picture"},
    Signature{4, "ftypmsf1"sv, "a HEIF picture"},
    Signature{4, "ftypavif"sv, "an AVIF picture"},
    Signature{4, "ftypavis"sv, "an AVIF picture"},
    Signature{0, "\0\0\0\x0cjP  "sv, "a JPEG 2000 picture"},
    Signature{0, "\xff\x4f\xff\x51"sv, "a JPEG 2000 picture"},
    Signature{0, "\0\0\0\x0cJXL "sv, "a JPEG XL picture"},
    Signature{0, "\xff\x0a"sv, "a JPEG XL picture"},
    Signature{0, "8BPS"sv, "a Photoshop picture"},
    Signature{0, "\0\0\x01\0"sv, "an icon (ICO)"},
    Signature{0, "%PDF"sv, "a PDF document"},
    Signature{0, "<svg"sv, "an SVG drawing"},
    Signature{0, "<?xml"sv, "an XML file, maybe an SVG drawing"},
    Signature{0, "<!DOCTYPE html"sv, "an HTML page"},
    Signature{0, "<html"sv, "an HTML page"},
};

constexpr std::array kVideos = {
    Signature{4, "ftyp"sv, "an MP4 or MOV video"},
    Signature{0, "\x1a\x45\xdf\xa3"sv, "a Matroska or WebM video"},
    Signature{8, "AVI "sv, "an AVI video"},
};

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::input, name + ": " + what);
}

std::optional<ImageFormat> known_format(Bytes bytes) {
  if (has_text(bytes, 0, "\xff\xd8\xff"sv)) return ImageFormat::jpeg;
  if (has_text(bytes, 0, "\x89PNG\r\n\x1a\n"sv)) return ImageFormat::png;
  if (has_text(bytes, 0, "RIFF"sv) && has_text(bytes, 8, "WEBP"sv)) return ImageFormat::webp;
  if (has_text(bytes, 0, "GIF87a"sv) || has_text(bytes, 0, "GIF89a"sv)) return ImageFormat::gif;
  if (has_text(bytes, 0, "BM"sv)) return ImageFormat::bmp;
  return std::nullopt;
}

ImageFormat format_of(Bytes bytes, const std::string& name) {
  if (bytes.empty()) refuse(name, "is empty; expected a JPEG, PNG, WebP, GIF or BMP picture");
  if (const auto format = known_format(bytes)) return *format;
  for (const Signature& s : kForeign) {
    if (has_text(bytes, s.at, s.text)) refuse(name, std::string("is ") + s.what + "; convert it to JPEG or PNG");
  }
  for (const Signature& s : kVideos) {
    if (has_text(bytes, s.at, s.text)) refuse(name, std::string("is ") + s.what + "; give it as a video");
  }
  refuse(name, "is not a picture that onevision knows; expected JPEG, PNG, WebP, GIF or BMP");
}

StoredInfo probe_stored(ImageFormat format, Bytes bytes) {
  switch (format) {
    case ImageFormat::jpeg: return probe_jpeg(bytes);
    case ImageFormat::png: return probe_png(bytes);
    case ImageFormat::webp: return probe_webp(bytes);
    case ImageFormat::gif: return probe_gif(bytes);
    case ImageFormat::bmp: return probe_bmp(bytes);
  }
  throw Error(ErrorKind::internal, "unknown picture format");
}

Image decode_stored(ImageFormat format, Bytes bytes, const StoredInfo& info, Compat compat) {
  switch (format) {
    case ImageFormat::jpeg: return decode_jpeg(bytes, info);
    case ImageFormat::png: return decode_png(bytes, info, compat);
    case ImageFormat::webp: return decode_webp(bytes, info);
    case ImageFormat::gif: return decode_gif(bytes, info);
    case ImageFormat::bmp: return decode_bmp(bytes, info);
  }
  throw Error(ErrorKind::internal, "unknown picture format");
}

// Runs `step`, turning what a format found wrong into an error with the file's name.
template <typename Step>
auto named(const std::string& name, ImageFormat format, const Step& step) {
  try {
    return step();
  } catch (const Damage& damage) {
    refuse(name, std::string(format_name(format)) + " picture: " + damage.what());
  }
}

struct Checked {
  ImageFormat format;
  StoredInfo stored;
};

Checked check(Bytes bytes, const std::string& name, const MediaLimits& limits) {
  if (static_cast<std::uint64_t>(bytes.size()) > static_cast<std::uint64_t>(limits.max_file_bytes)) {
    refuse(name, "has " + std::to_string(bytes.size()) + " bytes; at most " + std::to_string(limits.max_file_bytes) +
                     " are allowed; make the picture smaller");
  }
  const ImageFormat format = format_of(bytes, name);
  const StoredInfo stored = named(name, format, [&] { return probe_stored(format, bytes); });
  const std::string size = std::to_string(stored.width) + "x" + std::to_string(stored.height);
  if (stored.width < 1 || stored.height < 1) {
    refuse(name, "its header says " + size + " pixels; both sides must be > 0");
  }
  if (stored.width > kMaxSide || stored.height > kMaxSide) {
    refuse(name, "has " + size + " pixels; at most " + std::to_string(kMaxSide) + " are allowed per side");
  }
  if (stored.width * stored.height > limits.max_image_pixels) {
    refuse(name, "has " + size + " pixels; at most " + std::to_string(limits.max_image_pixels) +
                     " are allowed in all; make the picture smaller");
  }
  return {format, stored};
}

}  // namespace

const char* format_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::jpeg: return "JPEG";
    case ImageFormat::png: return "PNG";
    case ImageFormat::webp: return "WebP";
    case ImageFormat::gif: return "GIF";
    case ImageFormat::bmp: return "BMP";
  }
  return "JPEG";
}

ImageInfo probe_image(Bytes bytes, const std::string& name, const MediaLimits& limits, Compat compat) {
  const auto [format, stored] = check(bytes, name, limits);
  ImageInfo info{format, stored.width, stored.height, compat == Compat::official ? 1 : stored.orientation};
  if (info.orientation >= 5) std::swap(info.width, info.height);
  return info;
}

Image decode_image(Bytes bytes, const std::string& name, const MediaLimits& limits, Compat compat) {
  const auto [format, stored] = check(bytes, name, limits);
  Image image = named(name, format, [&, f = format, &s = stored] { return decode_stored(f, bytes, s, compat); });
  return orient(std::move(image), compat == Compat::official ? 1 : stored.orientation);
}

namespace {

std::string read_picture(const std::string& path, const MediaLimits& limits) {
  return read_file(path, static_cast<std::size_t>(limits.max_file_bytes));
}

Bytes as_bytes(const std::string& content) {
  return {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()};
}

}  // namespace

ImageInfo probe_image_file(const std::string& path, const MediaLimits& limits, Compat compat) {
  const std::string content = read_picture(path, limits);
  return probe_image(as_bytes(content), path, limits, compat);
}

Image load_image(const std::string& path, const MediaLimits& limits, Compat compat) {
  const std::string content = read_picture(path, limits);
  return decode_image(as_bytes(content), path, limits, compat);
}

}  // namespace ov
