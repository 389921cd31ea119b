// Finds chosen frames of one video file: through the index where packets stand for frames, else by
// decoding from the start. Both ways give the same pixels.
//
//   VideoReader reader(bytes, limits);
//   reader.read(indices, Seeking::allowed, [&](int64_t index, const AVFrame& frame) { ... });
#pragma once

#include <functional>
#include <span>

#include "media/video_index.h"

namespace ov {

enum class Seeking { allowed, never };

class VideoReader {
 public:
  VideoReader(const VideoBytes& bytes, const MediaLimits& limits);

  const AVStream& info() const { return stream_.info(); }
  const VideoIndex& index() const { return index_; }
  // Decodes the whole video when the index cannot be trusted, else the first frame only.
  std::int64_t count_frames();
  // How many packets have been decoded so far.
  std::int64_t num_sent() const { return num_sent_; }

  using Sink = std::function<void(std::int64_t index, const AVFrame& frame)>;
  // Gives each distinct index once to `sink`. Indices must not decrease.
  void read(std::span<const std::int64_t> indices, Seeking seeking, const Sink& sink);

 private:
  void restart_at(std::size_t packet);
  const AVFrame* next_frame();
  void read_in_order(std::span<const std::int64_t> indices, const Sink& sink);
  void read_by_index(std::span<const std::int64_t> indices, const Sink& sink);
  [[noreturn]] void refuse_missing(std::int64_t index) const;

  VideoStream stream_;
  VideoIndex index_;
  VideoDecoder decoder_;
  std::size_t next_packet_ = 0;  // position in index_.packets of what is decoded next
  std::int64_t num_sent_ = 0;
  bool draining_ = false;
};

}  // namespace ov
