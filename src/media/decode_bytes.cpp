// Bounds-checked reading shared by the picture formats.
#include "media/decode_formats.h"

#include <cstring>

namespace ov {

Bytes part_of(Bytes bytes, std::size_t at, std::size_t count) {
  if (at > bytes.size() || count > bytes.size() - at) throw Damage("the file ends early; download or save it again");
  return bytes.subspan(at, count);
}

std::uint8_t byte_at(Bytes bytes, std::size_t at) { return part_of(bytes, at, 1)[0]; }

std::uint16_t le16(Bytes bytes, std::size_t at) {
  const Bytes b = part_of(bytes, at, 2);
  return static_cast<std::uint16_t>(b[0] | b[1] << 8);
}

std::uint32_t le32(Bytes bytes, std::size_t at) {
  const Bytes b = part_of(bytes, at, 4);
  return b[0] | std::uint32_t{b[1]} << 8 | std::uint32_t{b[2]} << 16 | std::uint32_t{b[3]} << 24;
}

std::uint16_t be16(Bytes bytes, std::size_t at) {
  const Bytes b = part_of(bytes, at, 2);
  return static_cast<std::uint16_t>(b[0] << 8 | b[1]);
}

std::uint32_t be32(Bytes bytes, std::size_t at) {
  const Bytes b = part_of(bytes, at, 4);
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}

bool has_text(Bytes bytes, std::size_t at, std::string_view text) {
  if (at > bytes.size() || text.size() > bytes.size() - at) return false;
  return std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

Image blank_image(std::int64_t width, std::int64_t height) {
  Image image{width, height, {}};
  image.rgb.resize(static_cast<std::size_t>(3 * width * height));
  return image;
}

}  // namespace ov
