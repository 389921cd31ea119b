// The table of a video's packets, made by one pass of the demuxer without decoding: how many frames
// there are, when each is shown, and where decoding may start.
//
//   const VideoIndex index = index_video(stream, limits);
#pragma once

#include <cstdint>
#include <vector>

#include "media/video_stream.h"

namespace ov {

constexpr std::int64_t kMaxVideoFrames = 2'000'000;

struct VideoPacket {
  std::int64_t pts;  // may be AV_NOPTS_VALUE
  std::int64_t dts;
  bool restart;  // decoding may start here, for this frame and all that are shown after it
  bool hidden;   // needed for decoding but cut away by an edit list
};

struct VideoIndex {
  std::vector<VideoPacket> packets;  // as stored
  // Positions in `packets` of the frames in order of presentation. Empty when packets cannot be
  // trusted to stand for frames (unknown codec, missing or repeated times, a start in mid-stream):
  // then frames are known only by decoding all of them.
  std::vector<std::int64_t> frames;
  double seconds = 0;  // from the first shown frame to the end of the last

  bool trusted() const { return !frames.empty(); }
};

// Throws input when the video is damaged, empty or longer than the limits allow.
VideoIndex index_video(VideoStream& stream, const MediaLimits& limits);

}  // namespace ov
