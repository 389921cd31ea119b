// EXIF orientation, read and applied as Pillow's ImageOps.exif_transpose does.
#include <algorithm>
#include <utility>

#include "base/parallel.h"
#include "media/decode_formats.h"

namespace ov {
namespace {

constexpr std::uint16_t kOrientationTag = 0x0112;
constexpr std::uint16_t kShort = 3;
constexpr std::uint16_t kLong = 4;
constexpr std::size_t kEntryBytes = 12;
constexpr std::int64_t kBlock = 32;

}  // namespace

int exif_orientation(Bytes exif) {
  if (has_text(exif, 0, std::string_view("Exif\0\0", 6))) exif = exif.subspan(6);
  const bool little = has_text(exif, 0, std::string_view("II*\0", 4));
  if (!little && !has_text(exif, 0, std::string_view("MM\0*", 4))) return 1;
  const auto u16 = [&](std::size_t at) { return little ? le16(exif, at) : be16(exif, at); };
  const auto u32 = [&](std::size_t at) { return little ? le32(exif, at) : be32(exif, at); };
  std::uint32_t found = 1;
  // A broken EXIF block does not make the picture unreadable.
  try {
    const std::size_t directory = u32(4);
    const std::size_t entries = u16(directory);
    for (std::size_t i = 0; i < entries; ++i) {
      const std::size_t entry = directory + 2 + i * kEntryBytes;
      if (u16(entry) != kOrientationTag || u32(entry + 4) != 1) continue;
      const std::uint16_t type = u16(entry + 2);
      if (type == kShort) found = u16(entry + 8);
      if (type == kLong) found = u32(entry + 8);
    }
  } catch (const Damage&) {
  }
  return found >= 1 && found <= 8 ? static_cast<int>(found) : 1;
}

Image orient(Image stored, int orientation) {
  if (orientation <= 1) return stored;
  const bool transposed = orientation >= 5;
  // Which axes of the stored picture are read backwards.
  const bool x_backwards = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool y_backwards = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const std::int64_t step_x = x_backwards ? -3 : 3;
  const std::int64_t step_y = (y_backwards ? -3 : 3) * stored.width;
  const std::uint8_t* origin = stored.rgb.data() + (x_backwards ? 3 * (stored.width - 1) : 0) +
                               (y_backwards ? 3 * (stored.height - 1) * stored.width : 0);
  Image turned = transposed ? blank_image(stored.height, stored.width) : blank_image(stored.width, stored.height);
  const std::int64_t along_x = transposed ? step_y : step_x;
  const std::int64_t along_y = transposed ? step_x : step_y;
  // Square blocks keep the lines of a turned picture in the cache.
  parallel_for(turned.height, kBlock, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t left = 0; left < turned.width; left += kBlock) {
      const std::int64_t right = std::min(left + kBlock, turned.width);
      for (std::int64_t y = begin; y < end; ++y) {
        const std::uint8_t* from = origin + y * along_y + left * along_x;
        std::uint8_t* out = turned.rgb.data() + 3 * (y * turned.width + left);
        for (std::int64_t x = left; x < right; ++x, from += along_x, out += 3) std::copy_n(from, 3, out);
      }
    }
  });
  return turned;
}

}  // namespace ov
