// Where decoding may start afresh. Containers mark key frames, but some of these marks are wrong and
// some key frames still lean on earlier ones; this looks into the packet itself.
// Facts: ITU-T H.264 7.4.1, ITU-T H.265 7.4.2, VP9 bitstream specification 6.2, AV1 5.3 and 5.9.
//
//   if (looks_into(codec) && is_restart(codec, extradata, data)) ...
#pragma once

#include <cstdint>
#include <span>

extern "C" {
#include <libavcodec/codec_id.h>
}

namespace ov {

// Whether is_restart knows this codec: h264, hevc, vp9 and av1.
bool looks_into(AVCodecID codec);

// True when this packet and everything that is shown after it can be decoded without what came
// before, with equal pixels. Pictures shown before it may be lost.
bool is_restart(AVCodecID codec, std::span<const std::uint8_t> extradata, std::span<const std::uint8_t> packet);

// True when decoding this packet gives exactly one picture to show, as far as the packet tells.
bool shows_one_picture(AVCodecID codec, std::span<const std::uint8_t> packet);

}  // namespace ov
