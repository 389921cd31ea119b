// Pictures from hostile bytes: a probe and a decode agree on the size, and nothing but ov::Error
// of kind input leaves either. The first byte chooses the rules.
//
//   image_fuzz -max_len=65536 fuzz/seeds/image
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "base/error.h"
#include "media/decode.h"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = ~0U;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1)));
  }
  return ~crc;
}

// Without this nearly every changed PNG would stop at a wrong checksum.
void repair_png_checksums(std::vector<std::uint8_t>& bytes) {
  if (bytes.size() < 8 || bytes[1] != 'P') return;
  for (std::size_t at = 8; at + 12 <= bytes.size();) {
    const std::size_t length = std::size_t{bytes[at]} << 24 | std::size_t{bytes[at + 1]} << 16 |
                               std::size_t{bytes[at + 2]} << 8 | bytes[at + 3];
    if (length > bytes.size() - at - 12) return;
    const std::uint32_t crc = crc32({bytes.data() + at + 4, length + 4});
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
    at += length + 12;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto compat = static_cast<ov::Compat>(data[0] % 3);
  std::vector<std::uint8_t> bytes(data + 1, data + size);
  repair_png_checksums(bytes);
  ov::MediaLimits limits;
  limits.max_image_pixels = 1 << 16;
  limits.max_file_bytes = 1 << 20;
  ov::ImageInfo info;
  try {
    info = ov::probe_image(bytes, "input", limits, compat);
  } catch (const ov::Error& error) {
    check(error.kind() == ov::ErrorKind::input);
    return 0;
  }
  check(info.width >= 1 && info.height >= 1 && info.width * info.height <= limits.max_image_pixels);
  try {
    const ov::Image image = ov::decode_image(bytes, "input", limits, compat);
    check(image.width == info.width && image.height == info.height);
    check(image.rgb.size() == static_cast<std::size_t>(3 * info.width * info.height));
  } catch (const ov::Error& error) {
    check(error.kind() == ov::ErrorKind::input);
  }
  return 0;
}
