// Uncompressed BMP: 1, 4 and 8-bit palettes, 24 and 32 bits, top-down or bottom-up.
#include <algorithm>
#include <array>

#include "media/decode_formats.h"

namespace ov {
namespace {

constexpr std::size_t kFileHeader = 14;
constexpr std::uint32_t kPlain = 0;
constexpr std::uint32_t kBitFields = 3;
constexpr std::uint32_t kCoreHeader = 12;
constexpr std::uint32_t kInfoHeader = 40;

struct Header {
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool top_down = false;
  int bits = 0;
  std::size_t pixels_at = 0;
  std::size_t palette_at = 0;
  std::size_t palette_entry = 4;  // bytes
  std::size_t colours = 0;
  std::array<int, 3> channel = {2, 1, 0};  // byte of R, G and B inside a 24 or 32-bit pixel
};

int byte_of_mask(std::uint32_t mask) {
  for (int i = 0; i < 4; ++i) {
    if (mask == std::uint32_t{0xFF} << (8 * i)) return i;
  }
  throw Damage("colour masks other than 8 whole bits are not supported; save it as 24-bit BMP or PNG");
}

void read_info_header(Bytes bytes, std::uint32_t header_bytes, Header& header) {
  const auto width = static_cast<std::int32_t>(le32(bytes, kFileHeader + 4));
  const auto height = static_cast<std::int32_t>(le32(bytes, kFileHeader + 8));
  header.width = width;
  header.height = height < 0 ? -std::int64_t{height} : height;
  header.top_down = height < 0;
  header.bits = le16(bytes, kFileHeader + 14);
  const std::uint32_t compression = le32(bytes, kFileHeader + 16);
  header.colours = le32(bytes, kFileHeader + 32);
  if (compression == kBitFields && header.bits == 32) {
    for (std::size_t c = 0; c < 3; ++c) {
      header.channel[c] = byte_of_mask(le32(bytes, kFileHeader + kInfoHeader + 4 * c));
    }
    if (header_bytes == kInfoHeader) header.palette_at += 12;
  } else if (compression != kPlain) {
    throw Damage("compressed BMP is not supported; save it uncompressed or as PNG");
  }
}

Header read_header(Bytes bytes) {
  Header header;
  header.pixels_at = le32(bytes, 10);
  const std::uint32_t header_bytes = le32(bytes, kFileHeader);
  header.palette_at = kFileHeader + header_bytes;
  if (header_bytes == kCoreHeader) {
    header.width = le16(bytes, kFileHeader + 4);
    header.height = le16(bytes, kFileHeader + 6);
    header.bits = le16(bytes, kFileHeader + 10);
    header.palette_entry = 3;
  } else if (header_bytes >= kInfoHeader && header_bytes <= 256) {
    read_info_header(bytes, header_bytes, header);
  } else {
    throw Damage("the header says it has " + std::to_string(header_bytes) + " bytes; expected 12 or 40 to 256");
  }
  const bool indexed = header.bits == 1 || header.bits == 4 || header.bits == 8;
  if (!indexed && header.bits != 24 && header.bits != 32) {
    throw Damage(std::to_string(header.bits) + " bits per pixel are not supported; save it as 24-bit BMP or PNG");
  }
  const std::size_t most = indexed ? std::size_t{1} << header.bits : 0;
  if (header.colours == 0 || header.colours > most) header.colours = most;
  if (header.pixels_at < header.palette_at) throw Damage("the pixels overlap the header; save it again");
  return header;
}

// The index of pixel x: the first pixel is in the high bits.
std::size_t index_at(Bytes row, std::int64_t x, int bits) {
  const std::size_t bit = static_cast<std::size_t>(x) * static_cast<std::size_t>(bits);
  const int shift = 8 - bits - static_cast<int>(bit % 8);
  return static_cast<std::size_t>(row[bit / 8] >> shift & ((1 << bits) - 1));
}

void expand_row(const Header& header, Bytes row, Bytes palette, std::uint8_t* out) {
  for (std::int64_t x = 0; x < header.width; ++x, out += 3) {
    if (header.bits <= 8) {
      const std::size_t index = index_at(row, x, header.bits);
      if (index >= header.colours) throw Damage("a pixel uses a colour that the palette does not have; save it again");
      const std::uint8_t* entry = palette.data() + index * header.palette_entry;
      std::reverse_copy(entry, entry + 3, out);
    } else {
      const std::uint8_t* pixel = row.data() + x * (header.bits / 8);
      for (std::size_t c = 0; c < 3; ++c) out[c] = pixel[header.channel[c]];
    }
  }
}

}  // namespace

StoredInfo probe_bmp(Bytes bytes) {
  const Header header = read_header(bytes);
  return {header.width, header.height, 1};
}

Image decode_bmp(Bytes bytes, const StoredInfo&) {
  const Header header = read_header(bytes);
  const Bytes palette = part_of(bytes, header.palette_at, header.colours * header.palette_entry);
  const auto row_bytes = static_cast<std::size_t>((header.width * header.bits + 31) / 32 * 4);
  const Bytes pixels = part_of(bytes, header.pixels_at, row_bytes * static_cast<std::size_t>(header.height));
  Image image = blank_image(header.width, header.height);
  for (std::int64_t y = 0; y < header.height; ++y) {
    const auto stored_y = static_cast<std::size_t>(header.top_down ? y : header.height - 1 - y);
    expand_row(header, pixels.subspan(stored_y * row_bytes, row_bytes), palette,
               image.rgb.data() + 3 * y * header.width);
  }
  return image;
}

}  // namespace ov
