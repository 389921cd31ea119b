// What kind of video file the bytes are, and whether the file is whole. Both are decided here from
// the bytes alone, before FFmpeg sees them: playlists, image lists and anything else that could
// lead FFmpeg to other files never reach it, and a file that was cut off gets a helpful message.
//
//   const Container container = check_container(VideoBytes("clip.mp4"));
#pragma once

#include "media/video_bytes.h"

namespace ov {

enum class Container { mp4, matroska, avi, gif };

// Throws input when the kind is none of these or the file ends before its own structure says so.
Container check_container(const VideoBytes& bytes);

}  // namespace ov
