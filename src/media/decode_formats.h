// What each decode_<format>.cpp offers to decode.cpp. A probe reads headers and returns the stored
// size and orientation; a decoder gets a size that is already known to be within the limits, and
// throws when the data does not fill exactly that size. Both throw Damage, without a file name.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "config/model_config.h"
#include "media/image.h"

namespace ov {

using Bytes = std::span<const std::uint8_t>;

// What is wrong with the data; decode.cpp puts the name before it.
struct Damage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// As stored, before orientation.
struct StoredInfo {
  std::int64_t width = 0;
  std::int64_t height = 0;
  int orientation = 1;
};

StoredInfo probe_jpeg(Bytes bytes);
StoredInfo probe_png(Bytes bytes);
StoredInfo probe_webp(Bytes bytes);
StoredInfo probe_gif(Bytes bytes);
StoredInfo probe_bmp(Bytes bytes);

Image decode_jpeg(Bytes bytes, const StoredInfo& info);
Image decode_png(Bytes bytes, const StoredInfo& info, Compat compat);
Image decode_webp(Bytes bytes, const StoredInfo& info);
Image decode_gif(Bytes bytes, const StoredInfo& info);
Image decode_bmp(Bytes bytes, const StoredInfo& info);

// The orientation tag of the first directory of an EXIF block (with or without "Exif\0\0" before
// it), 1 when it is absent, broken or outside 1..8.
int exif_orientation(Bytes exif);
Image orient(Image stored, int orientation);

// Black, of the given size.
Image blank_image(std::int64_t width, std::int64_t height);

// Integers inside `bytes`; throw Damage past the end.
std::uint8_t byte_at(Bytes bytes, std::size_t at);
std::uint16_t le16(Bytes bytes, std::size_t at);
std::uint32_t le32(Bytes bytes, std::size_t at);
std::uint16_t be16(Bytes bytes, std::size_t at);
std::uint32_t be32(Bytes bytes, std::size_t at);
// bytes[at, at + count); throws Damage past the end.
Bytes part_of(Bytes bytes, std::size_t at, std::size_t count);
// Whether the text stands at `at`.
bool has_text(Bytes bytes, std::size_t at, std::string_view text);

}  // namespace ov
