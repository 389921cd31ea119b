#include "media/video_restart.h"

#include <optional>

namespace ov {
namespace {

using Bytes = std::span<const std::uint8_t>;

bool is_picture_unit(AVCodecID codec, std::uint8_t header, int& type) {
  if (codec == AV_CODEC_ID_H264) {
    type = header & 0x1F;
    return type >= 1 && type <= 5;
  }
  type = header >> 1 & 0x3F;
  return type < 32;
}

// NAL units behind start codes 00 00 01.
std::optional<int> first_type_after_start_code(AVCodecID codec, Bytes packet) {
  int type = 0;
  for (std::size_t i = 0; i + 3 < packet.size(); ++i) {
    const bool start = packet[i] == 0 && packet[i + 1] == 0 && packet[i + 2] == 1;
    if (start && is_picture_unit(codec, packet[i + 3], type)) return type;
  }
  return std::nullopt;
}

// NAL units behind a length of `length_bytes`.
std::optional<int> first_type_after_length(AVCodecID codec, Bytes packet, std::size_t length_bytes) {
  int type = 0;
  while (packet.size() > length_bytes) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | packet[i];
    packet = packet.subspan(length_bytes);
    if (length > packet.size()) return std::nullopt;
    if (length > 0 && is_picture_unit(codec, packet[0], type)) return type;
    packet = packet.subspan(length);
  }
  return std::nullopt;
}

// The NAL unit type of the first slice.
std::optional<int> first_picture_type(AVCodecID codec, Bytes extradata, Bytes packet) {
  const std::size_t length_at = codec == AV_CODEC_ID_H264 ? 4 : 21;
  const bool has_lengths = extradata.size() > length_at && extradata[0] == 1;
  if (!has_lengths) return first_type_after_start_code(codec, packet);
  return first_type_after_length(codec, packet, (extradata[length_at] & 3) + std::size_t{1});
}

struct Vp9Header {
  bool valid = false;
  bool existing = false;  // shows a picture that was decoded before
  bool key = false;
  bool shown = false;
};

Vp9Header read_vp9(Bytes packet) {
  if (packet.empty() || packet[0] >> 6 != 2) return {};
  const bool profile3 = (packet[0] >> 4 & 3) == 3;
  const int bits = profile3 ? packet[0] >> 0 : packet[0] >> 1;  // profile 3 has a reserved bit more
  Vp9Header header{true, (bits >> 2 & 1) != 0, (bits >> 1 & 1) == 0, (bits & 1) != 0};
  if (header.existing) header.key = false;
  return header;
}

bool is_vp9_superframe(Bytes packet) { return !packet.empty() && (packet.back() & 0xE0) == 0xC0; }

// The first frame header's leading bits: not an old picture shown again, key, shown.
bool is_av1_key(Bytes packet) {
  bool has_sequence = false;
  while (!packet.empty()) {
    const int type = packet[0] >> 3 & 15;
    const bool has_extension = packet[0] & 4;
    const bool has_size = packet[0] & 2;
    packet = packet.subspan(1);
    if (has_extension && !packet.empty()) packet = packet.subspan(1);
    std::size_t size = packet.size();
    if (has_size) {
      size = 0;
      for (int shift = 0; shift < 56 && !packet.empty(); shift += 7) {
        const std::uint8_t part = packet[0];
        packet = packet.subspan(1);
        size |= static_cast<std::size_t>(part & 0x7F) << shift;
        if (!(part & 0x80)) break;
      }
    }
    if (size > packet.size()) return false;
    if (type == 1) has_sequence = true;
    const bool is_frame = type == 3 || type == 6;
    if (is_frame) return has_sequence && size > 0 && packet[0] >> 4 == 1;
    packet = packet.subspan(size);
  }
  return false;
}

}  // namespace

bool looks_into(AVCodecID codec) {
  return codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC || codec == AV_CODEC_ID_VP9 || codec == AV_CODEC_ID_AV1;
}

bool is_restart(AVCodecID codec, Bytes extradata, Bytes packet) {
  switch (codec) {
    case AV_CODEC_ID_H264: return first_picture_type(codec, extradata, packet) == 5;  // IDR
    case AV_CODEC_ID_HEVC: {
      const std::optional<int> type = first_picture_type(codec, extradata, packet);
      return type && *type >= 16 && *type <= 21;  // BLA, IDR, CRA
    }
    case AV_CODEC_ID_VP9: return read_vp9(packet).key;
    case AV_CODEC_ID_AV1: return is_av1_key(packet);
    default: return false;
  }
}

bool shows_one_picture(AVCodecID codec, Bytes packet) {
  if (codec != AV_CODEC_ID_VP9) return true;
  const Vp9Header header = read_vp9(packet);
  return header.valid && (header.existing || header.shown || is_vp9_superframe(packet));
}

}  // namespace ov
