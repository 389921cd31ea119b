#include "media/video_reader.h"

#include "base/error.h"

namespace ov {

VideoReader::VideoReader(const VideoBytes& bytes, const MediaLimits& limits)
    : stream_(bytes, check_container(bytes), limits), index_(index_video(stream_, limits)), decoder_(stream_, limits) {
  // The index pass has used the stream up.
  next_packet_ = index_.packets.size();
}

void VideoReader::restart_at(std::size_t packet) {
  decoder_.flush();
  draining_ = false;
  next_packet_ = packet;
  const VideoPacket& target = index_.packets[packet];
  if (packet == 0) {
    stream_.rewind();
  } else {
    stream_.move_to(target.pts, target.dts);
  }
}

const AVFrame* VideoReader::next_frame() {
  for (;;) {
    if (const AVFrame* frame = decoder_.receive()) return frame;
    if (draining_) return nullptr;
    const AVPacket* packet = stream_.next_packet();
    draining_ = packet == nullptr;
    ++next_packet_;
    ++num_sent_;
    decoder_.send(packet);
  }
}

void VideoReader::refuse_missing(std::int64_t index) const {
  throw Error(ErrorKind::input,
              stream_.name() + ": frame " + std::to_string(index) + " cannot be decoded; the video is damaged");
}

void VideoReader::read_in_order(std::span<const std::int64_t> indices, const Sink& sink) {
  restart_at(0);
  std::int64_t index = -1;
  const AVFrame* frame = nullptr;
  std::int64_t given = -1;
  for (const std::int64_t wanted : indices) {
    if (wanted == given) continue;
    while (index < wanted) {
      frame = next_frame();
      if (frame == nullptr) refuse_missing(wanted);
      ++index;
    }
    sink(wanted, *frame);
    given = wanted;
  }
}

void VideoReader::read_by_index(std::span<const std::int64_t> indices, const Sink& sink) {
  std::int64_t given = -1;
  for (const std::int64_t wanted : indices) {
    if (wanted == given) continue;
    const auto at = static_cast<std::size_t>(index_.frames[static_cast<std::size_t>(wanted)]);
    const std::int64_t pts = index_.packets[at].pts;
    std::size_t restart = at;
    while (restart > 0 && !(index_.packets[restart].restart && index_.packets[restart].pts <= pts)) --restart;
    if (given < 0 || restart > next_packet_) restart_at(restart);
    const AVFrame* frame = next_frame();
    while (frame != nullptr && frame->pts < pts) frame = next_frame();
    if (frame == nullptr || frame->pts != pts) refuse_missing(wanted);
    sink(wanted, *frame);
    given = wanted;
  }
}

void VideoReader::read(std::span<const std::int64_t> indices, Seeking seeking, const Sink& sink) {
  if (index_.trusted() && seeking == Seeking::allowed) {
    read_by_index(indices, sink);
  } else {
    read_in_order(indices, sink);
  }
}

std::int64_t VideoReader::count_frames() {
  if (index_.trusted()) {
    const std::int64_t first = 0;
    read_by_index({&first, 1}, [](std::int64_t, const AVFrame&) {});
    return static_cast<std::int64_t>(index_.frames.size());
  }
  restart_at(0);
  std::int64_t count = 0;
  while (next_frame() != nullptr) ++count;
  if (count == 0) throw Error(ErrorKind::input, stream_.name() + ": the video has no frames that can be decoded");
  return count;
}

}  // namespace ov
