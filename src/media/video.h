// Videos: a file (MP4/MOV, WebM/Matroska, AVI, GIF) or a folder of frames becomes RGB pictures.
// Containers and codecs are FFmpeg's; it sees the file's bytes only, so no file can name another one.
// Colours follow the stream's matrix and range, or BT.601 and the short range when it names none,
// rounded as decord 0.6 (the reader of the authors' code) rounds them. Rotation metadata is honoured,
// as decord and the ffmpeg program do, under every Compat.
//
//   const VideoInfo info = probe_video("clip.mp4", limits, compat);
//   const auto frames = read_frames("clip.mp4", sample_frames(info.num_frames, 32, compat), limits, compat);
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "config/model_config.h"
#include "media/image.h"

namespace ov {

struct VideoInfo {
  std::int64_t width = 0;  // after rotation
  std::int64_t height = 0;
  std::int64_t num_frames = 0;  // frames that can be presented, counted rather than read from a header
  double seconds = 0;           // from the first frame to the end of the last; 0 for a folder
  double fps = 0;               // num_frames / seconds; 0 for a folder
  std::string codec;            // FFmpeg's name: "h264", "vp9", ...; "frames" for a folder
  bool is_folder = false;
};

// Throws input when the video is missing, of an unknown kind, cut off, damaged, empty, longer than
// the limits allow, or when its pictures are larger than they allow.
VideoInfo probe_video(const std::string& path, const MediaLimits& limits, Compat compat);

// The frames at `indices` in order of presentation, counted from 0. Indices must not decrease and
// may repeat. Only what these frames need is decoded, and only these frames are kept in memory;
// pixels are those of decoding everything. Throws as above, and for a frame that cannot be decoded
// whole or whose size differs from the first frame's. An index out of range is a bug of the caller.
std::vector<Image> read_frames(const std::string& path, std::span<const std::int64_t> indices,
                               const MediaLimits& limits, Compat compat);

// The same for a video file that is already in memory; `name` is what messages call it.
VideoInfo probe_video(std::span<const std::uint8_t> bytes, const std::string& name, const MediaLimits& limits);
std::vector<Image> read_frames(std::span<const std::uint8_t> bytes, const std::string& name,
                               std::span<const std::int64_t> indices, const MediaLimits& limits);

}  // namespace ov
