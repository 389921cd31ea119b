// Pictures of media for people and for judges: small ones for reports, whole ones as PNG.
//
//   const std::string png = picture_png(MediaSource::image("photo.jpg"), {}, 160);
#pragma once

#include <cstdint>
#include <string>

#include "media/image.h"
#include "media/video.h"
#include "prompt/conversation.h"

namespace ov {

// The picture, or a video's middle frame, as an encoded PNG whose longer side has at most `longest` pixels (0: as it
// is). Throws input for media that cannot be read.
std::string picture_png(const MediaSource& source, const MediaLimits& limits, std::int64_t longest);

}  // namespace ov
