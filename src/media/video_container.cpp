#include "media/video_container.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace ov {
namespace {

constexpr std::uint32_t kEbmlId = 0x1A45DFA3;
constexpr std::uint32_t kSegmentId = 0x18538067;
constexpr int kMaxBoxes = 1'000'000;

[[noreturn]] void refuse(const VideoBytes& bytes, const std::string& what) {
  throw Error(ErrorKind::input, bytes.name() + ": " + what);
}

[[noreturn]] void refuse_cut_off(const VideoBytes& bytes, const std::string& what) {
  refuse(bytes, "the video is cut off: " + what + " goes past the end of the file (" + std::to_string(bytes.size()) +
                    " bytes); copy or download it again");
}

bool is_media_box(const std::string& type) { return type == "moov" || type == "moof" || type == "mdat"; }

// ISO 14496-12: boxes of a 32-bit size, a type and, when the size is 1, a 64-bit size.
void check_mp4(const VideoBytes& bytes) {
  ByteCursor cursor(bytes);
  bool has_index = false;
  bool awaits_data = false;  // after the table of a fragment
  for (int box = 0; cursor.position() < bytes.size(); ++box) {
    if (box == kMaxBoxes) refuse(bytes, "more than a million boxes at the top level; the file is damaged");
    const auto begin = static_cast<std::uint64_t>(cursor.position());
    std::uint64_t size = cursor.big_endian(4);
    const std::string type = cursor.text(4);
    if (size == 1) size = cursor.big_endian(8);
    has_index = has_index || type == "moov";
    awaits_data = type == "moof" || (awaits_data && type != "mdat");
    if (size == 0 || cursor.ended()) break;  // to the end of the file, or padding after the last box
    if (size < 8) {
      // Some recorders leave rubbish after the last box; FFmpeg ignores it and so do we.
      if (has_index) break;
      refuse(bytes, "the file is damaged: the box at byte " + std::to_string(begin) + " has an impossible size");
    }
    cursor.move_to(begin);
    cursor.skip(size);
    if (cursor.ended() && is_media_box(type)) refuse_cut_off(bytes, "box '" + type + "'");
  }
  if (awaits_data) refuse_cut_off(bytes, "the data of the last fragment");
  if (!has_index) {
    refuse(bytes,
           "the index ('moov' box) is missing: the recording or copy was cut off before its end; "
           "copy or download it again, or repair it with a tool made for that");
  }
}

// An EBML length: as many bytes as the first one has leading zeros, plus one.
// All value bits set means unknown.
std::uint64_t ebml_length(ByteCursor& cursor, bool& known) {
  const std::uint8_t first = cursor.byte();
  int count = 0;
  while (count < 8 && !(first & (0x80 >> count))) ++count;
  std::uint64_t value = first & (0x7F >> count);
  std::uint64_t all_ones = 0x7F >> count;
  for (int i = 0; i < count; ++i) {
    value = value << 8 | cursor.byte();
    all_ones = all_ones << 8 | 0xFF;
  }
  known = value != all_ones;
  return value;
}

// RFC 8794 and RFC 9559: an EBML header, then a Segment that holds everything.
void check_matroska(const VideoBytes& bytes) {
  ByteCursor cursor(bytes);
  bool known = false;
  while (!cursor.ended()) {
    const std::uint64_t id = cursor.big_endian(4);
    const std::uint64_t length = ebml_length(cursor, known);
    if (id == kSegmentId && !known) return;  // a live recording: its end is wherever the file ends
    if (!known) break;
    cursor.skip(length);
    if (id == kSegmentId && !cursor.ended()) return;
    if (id == kSegmentId) refuse_cut_off(bytes, "its segment");
    if (id != kEbmlId) break;
  }
  refuse(bytes, "the file is damaged: no segment after the Matroska header");
}

// RIFF chunks; files above 1 GB have several.
void check_avi(const VideoBytes& bytes) {
  ByteCursor cursor(bytes);
  while (cursor.position() + 8 <= bytes.size()) {
    const std::string id = cursor.text(4);
    const std::uint64_t size = cursor.little_endian(4);
    if (id != "RIFF") return;
    if (size == 0 || size == 0xFFFFFFFF) {
      refuse(bytes, "the AVI was never closed: its header has no length; the recording was cut off");
    }
    cursor.skip(size);
    if (cursor.ended()) refuse_cut_off(bytes, "its RIFF chunk");
    if (size % 2 == 1 && cursor.position() < bytes.size()) cursor.skip(1);
  }
}

void skip_gif_blocks(ByteCursor& cursor) {
  while (!cursor.ended()) {
    const std::uint8_t length = cursor.byte();
    if (length == 0) return;
    cursor.skip(length);
  }
}

void skip_gif_colours(ByteCursor& cursor, std::uint8_t flags) {
  if (flags & 0x80) cursor.skip(3u << ((flags & 7) + 1));
}

// GIF89a: a screen, then extensions and images, then a trailer.
void check_gif(const VideoBytes& bytes) {
  ByteCursor cursor(bytes);
  cursor.skip(10);
  const std::uint8_t screen_flags = cursor.byte();
  cursor.skip(2);
  skip_gif_colours(cursor, screen_flags);
  while (!cursor.ended()) {
    const std::int64_t begin = cursor.position();
    const std::uint8_t kind = cursor.byte();
    if (kind == 0x3B) return;
    if (kind == 0x21) {
      cursor.skip(1);
    } else if (kind == 0x2C) {
      cursor.skip(8);
      skip_gif_colours(cursor, cursor.byte());
      cursor.skip(1);
    } else if (!cursor.ended()) {
      refuse(bytes, "the GIF is damaged: unknown block at byte " + std::to_string(begin));
    }
    skip_gif_blocks(cursor);
  }
  refuse(bytes, "the GIF is cut off: it ends without a trailer; copy or download it again");
}

bool starts_like_mp4(const std::string& head) {
  static constexpr std::array<const char*, 9> kTypes = {"ftyp", "styp", "moov", "mdat", "wide",
                                                        "free", "skip", "pnot", "uuid"};
  return std::find(kTypes.begin(), kTypes.end(), head.substr(4, 4)) != kTypes.end();
}

}  // namespace

Container check_container(const VideoBytes& bytes) {
  const std::string head = ByteCursor(bytes).text(12);
  if (head.starts_with("\x1A\x45\xDF\xA3")) {
    check_matroska(bytes);
    return Container::matroska;
  }
  if (head.starts_with("RIFF") && head.substr(8) == "AVI ") {
    check_avi(bytes);
    return Container::avi;
  }
  if (head.starts_with("GIF87a") || head.starts_with("GIF89a")) {
    check_gif(bytes);
    return Container::gif;
  }
  if (starts_like_mp4(head)) {
    check_mp4(bytes);
    return Container::mp4;
  }
  refuse(bytes,
         "not a video that onevision reads (MP4, MOV, WebM, Matroska, AVI or GIF, told by content and not by "
         "name); convert it with: ffmpeg -i FILE out.mp4");
}

}  // namespace ov
