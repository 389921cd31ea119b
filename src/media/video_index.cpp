#include "media/video_index.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"
#include "media/video_restart.h"

namespace ov {
namespace {

// First and last time shown so far, in units of the stream's time base.
struct Span {
  std::int64_t first = AV_NOPTS_VALUE;
  std::int64_t last = AV_NOPTS_VALUE;
  std::int64_t last_duration = 0;

  void add(const AVPacket& packet) {
    const std::int64_t time = packet.pts == AV_NOPTS_VALUE ? packet.dts : packet.pts;
    if (time == AV_NOPTS_VALUE) return;
    if (first == AV_NOPTS_VALUE || time < first) first = time;
    if (last == AV_NOPTS_VALUE || time > last) {
      last = time;
      last_duration = packet.duration;
    }
  }
  // In double: times come from the file and their difference may not fit an integer.
  double length() const { return static_cast<double>(last) - static_cast<double>(first); }
};

void check_length(const VideoStream& stream, const Span& span, std::size_t packets, const MediaLimits& limits) {
  const double seconds = span.length() * av_q2d(stream.info().time_base);
  if (seconds > limits.max_video_seconds) {
    char text[96];
    std::snprintf(text, sizeof text, "longer than the limit of %g seconds", limits.max_video_seconds);
    throw Error(ErrorKind::input, stream.name() + ": the video is " + text + "; cut it with: ffmpeg -i FILE -t " +
                                      std::to_string(static_cast<std::int64_t>(limits.max_video_seconds)) + " out.mp4");
  }
  if (packets >= static_cast<std::size_t>(kMaxVideoFrames)) {
    throw Error(ErrorKind::input, stream.name() + ": more than " + std::to_string(kMaxVideoFrames) + " frames");
  }
}

double total_seconds(const VideoStream& stream, const Span& span, std::size_t num_shown) {
  const AVRational rate = stream.info().avg_frame_rate;
  double last = static_cast<double>(span.last_duration) * av_q2d(stream.info().time_base);
  const double before_last = span.length() * av_q2d(stream.info().time_base);
  if (last <= 0 && num_shown > 1) last = before_last / static_cast<double>(num_shown - 1);
  if (last <= 0 && rate.num > 0 && rate.den > 0) last = av_q2d(av_inv_q(rate));
  return before_last + std::max(last, 0.0);
}

// See VideoIndex::frames.
std::vector<std::int64_t> order_frames(const std::vector<VideoPacket>& packets) {
  if (packets.empty() || !packets.front().restart) return {};
  std::vector<std::int64_t> order(packets.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
  const auto pts = [&](std::int64_t i) { return packets[static_cast<std::size_t>(i)].pts; };
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return pts(a) < pts(b); });
  // Pictures shown before the first restart point lean on something that is not in the file.
  if (pts(order.front()) == AV_NOPTS_VALUE || order.front() != 0) return {};
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (pts(order[i]) == pts(order[i - 1])) return {};
  }
  std::erase_if(order, [&](std::int64_t i) { return packets[static_cast<std::size_t>(i)].hidden; });
  return order;
}

// Some tools store frames in decoding order with times that ignore it; only the decoder knows better.
bool times_ignore_reordering(const AVCodecParameters& codec, const std::vector<VideoPacket>& packets) {
  return codec.video_delay > 0 &&
         std::all_of(packets.begin(), packets.end(), [](const VideoPacket& each) { return each.pts == each.dts; });
}

}  // namespace

VideoIndex index_video(VideoStream& stream, const MediaLimits& limits) {
  const AVCodecParameters& codec = *stream.info().codecpar;
  const std::span<const std::uint8_t> extradata(codec.extradata, static_cast<std::size_t>(codec.extradata_size));
  bool known = looks_into(codec.codec_id);
  VideoIndex index;
  Span span;
  std::size_t num_shown = 0;
  while (const AVPacket* packet = stream.next_packet()) {
    const std::span<const std::uint8_t> data(packet->data, static_cast<std::size_t>(packet->size));
    const bool hidden = packet->flags & AV_PKT_FLAG_DISCARD;
    const bool restart = known && (packet->flags & AV_PKT_FLAG_KEY) && is_restart(codec.codec_id, extradata, data);
    known = known && shows_one_picture(codec.codec_id, data);
    index.packets.push_back({packet->pts, packet->dts, restart, hidden});
    if (hidden) continue;
    ++num_shown;
    span.add(*packet);
    check_length(stream, span, index.packets.size(), limits);
  }
  if (num_shown == 0) throw Error(ErrorKind::input, stream.name() + ": the video has no frames");
  if (known && !times_ignore_reordering(codec, index.packets)) index.frames = order_frames(index.packets);
  index.seconds = total_seconds(stream, span, num_shown);
  return index;
}

}  // namespace ov
