// FFmpeg's demuxer and decoder for the one picture stream of a video, owned and fenced in: it reads
// only our bytes, only the containers and codecs listed here, and every failure is an ov::Error.
//
//   VideoStream stream(bytes, check_container(bytes), limits);
//   VideoDecoder decoder(stream, limits);
//   while (const AVPacket* packet = stream.next_packet()) decoder.send(packet);
#pragma once

#include <memory>
#include <string>

#include "media/image.h"
#include "media/video_container.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

namespace ov {

struct AvDeleter {
  void operator()(AVIOContext* io) const;
  void operator()(AVFormatContext* format) const;
  void operator()(AVCodecContext* codec) const;
  void operator()(AVPacket* packet) const;
  void operator()(AVFrame* frame) const;
};
template <class T>
using AvPointer = std::unique_ptr<T, AvDeleter>;

// Throws resource when FFmpeg could not allocate `pointer`.
void check_allocated(const void* pointer);
std::string av_reason(int code);

class VideoStream {
 public:
  VideoStream(const VideoBytes& bytes, Container container, const MediaLimits& limits);

  const std::string& name() const { return bytes_.name(); }
  const AVStream& info() const { return *format_->streams[stream_]; }
  // The next packet of the stream that is not empty, valid until the next call; nullptr at the end.
  // Throws input when the file is damaged.
  const AVPacket* next_packet();
  // Makes the packet with this presentation time the next one. Times must be unique in the stream.
  void move_to(std::int64_t pts, std::int64_t dts);
  // The first packet is the next one.
  void rewind() { open(); }

 private:
  void open();
  void choose_stream();
  void check_size() const;
  bool skip_until(std::int64_t pts);

  const VideoBytes& bytes_;
  Container container_;
  std::int64_t max_pixels_;
  std::int64_t offset_ = 0;        // where FFmpeg reads next
  std::int64_t packet_bytes_ = 0;  // since the file was opened
  AvPointer<AVIOContext> io_;
  AvPointer<AVFormatContext> format_;  // after io_, so that it is closed first
  AvPointer<AVPacket> packet_;
  bool packet_waits_ = false;  // packet_ was found by move_to and is still to be given out
  int stream_ = -1;

  static int read(void* self, std::uint8_t* into, int count);
  static std::int64_t seek(void* self, std::int64_t offset, int whence);
};

class VideoDecoder {
 public:
  VideoDecoder(const VideoStream& stream, const MediaLimits& limits);

  // nullptr: nothing more will come, give out what is left. All receive() must be taken first.
  void send(const AVPacket* packet);
  // The next picture in order of presentation, valid until the next call; nullptr when there is none yet.
  const AVFrame* receive();
  // Forgets everything, before decoding from another place.
  void flush();

 private:
  [[noreturn]] void refuse(const std::string& why) const;

  std::string name_;
  std::int64_t width_;
  std::int64_t height_;
  AVRational time_base_;
  std::int64_t last_pts_ = AV_NOPTS_VALUE;
  AvPointer<AVCodecContext> codec_;
  AvPointer<AVFrame> frame_;
};

}  // namespace ov
