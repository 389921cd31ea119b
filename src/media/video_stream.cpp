#include "media/video_stream.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"

extern "C" {
#include <libavutil/dict.h>
#include <libavutil/mem.h>
}

namespace ov {
namespace {

constexpr int kIoBufferBytes = 64 * 1024;
constexpr int kMaxDecoderThreads = 8;
// Room for a plane of the largest picture allowed; stops headers that claim giant tables.
constexpr std::size_t kMaxAllocation = 320 << 20;

constexpr const char* kDecoders =
    "h264,hevc,vp8,vp9,libdav1d,av1,mpeg4,msmpeg4,msmpeg4v2,mjpeg,gif,mpeg1video,mpeg2video,prores,ffv1,h263,rawvideo";

const char* demuxer_name(Container container) {
  switch (container) {
    case Container::mp4: return "mov";
    case Container::matroska: return "matroska";
    case Container::avi: return "avi";
    case Container::gif: return "gif";
  }
  return "";
}

void prepare_ffmpeg() {
  static std::once_flag once;
  std::call_once(once, [] {
    av_log_set_level(AV_LOG_QUIET);  // the library never prints
    av_max_alloc(kMaxAllocation);
  });
}

// Options for avformat; freed with what is left of them.
class Options {
 public:
  Options() = default;
  ~Options() { av_dict_free(&dict_); }
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  void set(const char* key, std::int64_t value) { av_dict_set_int(&dict_, key, value, 0); }
  void set(const char* key, const char* value) { av_dict_set(&dict_, key, value, 0); }
  AVDictionary** get() { return &dict_; }

 private:
  AVDictionary* dict_ = nullptr;
};

// Damage is to be refused, not painted over, whatever the number of threads. These decoders report it
// when asked to. The MPEG-4 family may then abort the program (libavcodec 59); its decoders mark
// damaged pictures instead, dependably only with one thread. They decode small, old videos.
bool reports_damage(AVCodecID codec) {
  switch (codec) {
    case AV_CODEC_ID_MPEG4:
    case AV_CODEC_ID_MSMPEG4V2:
    case AV_CODEC_ID_MSMPEG4V3:
    case AV_CODEC_ID_H263:
    case AV_CODEC_ID_MPEG1VIDEO:
    case AV_CODEC_ID_MPEG2VIDEO: return false;
    default: return true;
  }
}

int refuse_other_files(AVFormatContext*, AVIOContext**, const char*, int, AVDictionary**) { return AVERROR(EPERM); }

// Probing a file opens decoders too; they get the same limit on pictures.
int find_stream_info(AVFormatContext* format, std::int64_t max_pixels) {
  std::vector<AVDictionary*> options(format->nb_streams, nullptr);
  for (AVDictionary*& each : options) av_dict_set_int(&each, "max_pixels", max_pixels, 0);
  const int result = avformat_find_stream_info(format, options.data());
  for (AVDictionary*& each : options) av_dict_free(&each);
  return result;
}

}  // namespace

void AvDeleter::operator()(AVIOContext* io) const {
  av_freep(&io->buffer);
  avio_context_free(&io);
}
void AvDeleter::operator()(AVFormatContext* format) const { avformat_close_input(&format); }
void AvDeleter::operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
void AvDeleter::operator()(AVPacket* packet) const { av_packet_free(&packet); }
void AvDeleter::operator()(AVFrame* frame) const { av_frame_free(&frame); }

void check_allocated(const void* pointer) {
  if (pointer == nullptr) throw Error(ErrorKind::resource, "out of memory while reading a video");
}

std::string av_reason(int code) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(code, text, sizeof text);
  return text;
}

VideoStream::VideoStream(const VideoBytes& bytes, Container container, const MediaLimits& limits)
    : bytes_(bytes), container_(container), max_pixels_(limits.max_image_pixels), packet_(av_packet_alloc()) {
  check_allocated(packet_.get());
  prepare_ffmpeg();
  open();
}

int VideoStream::read(void* self, std::uint8_t* into, int count) {
  auto& stream = *static_cast<VideoStream*>(self);
  const std::int64_t got = stream.bytes_.read_at(stream.offset_, {into, static_cast<std::size_t>(count)});
  if (got < 0) return AVERROR(EIO);
  if (got == 0) return AVERROR_EOF;
  stream.offset_ += got;
  return static_cast<int>(got);
}

std::int64_t VideoStream::seek(void* self, std::int64_t offset, int whence) {
  auto& stream = *static_cast<VideoStream*>(self);
  whence &= ~AVSEEK_FORCE;
  if (whence == AVSEEK_SIZE) return stream.bytes_.size();
  if (whence == SEEK_CUR) offset += stream.offset_;
  if (whence == SEEK_END) offset += stream.bytes_.size();
  if (offset < 0) return AVERROR(EINVAL);
  return stream.offset_ = offset;
}

void VideoStream::open() {
  format_.reset();
  offset_ = 0;
  packet_bytes_ = 0;
  packet_waits_ = false;

  auto* buffer = static_cast<std::uint8_t*>(av_malloc(kIoBufferBytes));
  check_allocated(buffer);
  io_.reset(avio_alloc_context(buffer, kIoBufferBytes, 0, this, &VideoStream::read, nullptr, &VideoStream::seek));
  if (io_ == nullptr) av_free(buffer);
  check_allocated(io_.get());

  AVFormatContext* format = avformat_alloc_context();
  check_allocated(format);
  format->pb = io_.get();
  format->flags |= AVFMT_FLAG_CUSTOM_IO;
  format->io_open = refuse_other_files;
  Options options;
  options.set("codec_whitelist", kDecoders);
  options.set("protocol_whitelist", "");
  if (container_ == Container::mp4) options.set("enable_drefs", std::int64_t{0});
  if (container_ == Container::gif) options.set("ignore_loop", std::int64_t{1});
  const char* demuxer = demuxer_name(container_);
  const int opened = avformat_open_input(&format, nullptr, av_find_input_format(demuxer), options.get());
  if (opened < 0) {  // FFmpeg has freed the context
    throw Error(ErrorKind::input, name() + ": the video's header is damaged (" + av_reason(opened) + ")");
  }
  format_.reset(format);
  const int found = find_stream_info(format, max_pixels_);
  if (found < 0) throw Error(ErrorKind::input, name() + ": the video is damaged (" + av_reason(found) + ")");
  choose_stream();
  check_size();
}

void VideoStream::check_size() const {
  const std::int64_t width = info().codecpar->width;
  const std::int64_t height = info().codecpar->height;
  if (width <= 0 || height <= 0) {
    throw Error(ErrorKind::input, name() + ": the video's picture size cannot be told; the file is damaged");
  }
  if (width > max_pixels_ / height) {
    throw Error(ErrorKind::input, name() + ": pictures of " + std::to_string(width) + "x" + std::to_string(height) +
                                      " pixels; the limit is " + std::to_string(max_pixels_) + " pixels in all");
  }
}

void VideoStream::choose_stream() {
  stream_ = av_find_best_stream(format_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (stream_ < 0 || (info().disposition & AV_DISPOSITION_ATTACHED_PIC)) {
    throw Error(ErrorKind::input, name() + ": no moving picture in this file (sound only?)");
  }
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    if (static_cast<int>(i) != stream_) format_->streams[i]->discard = AVDISCARD_ALL;
  }
}

const AVPacket* VideoStream::next_packet() {
  if (packet_waits_) {
    packet_waits_ = false;
    return packet_.get();
  }
  for (;;) {
    av_packet_unref(packet_.get());
    const int result = av_read_frame(format_.get(), packet_.get());
    if (result == AVERROR_EOF && io_->error >= 0) return nullptr;
    if (result < 0) {
      throw Error(ErrorKind::input, name() + ": the video is damaged or cut off at byte " + std::to_string(offset_) +
                                        " (" + av_reason(result) + ")");
    }
    packet_bytes_ += packet_->size + 64;
    // Tables may name the same bytes again and again; real files hold each packet once.
    if (packet_bytes_ / 8 > bytes_.size() + kIoBufferBytes) {
      throw Error(ErrorKind::input, name() + ": the video is damaged: its packets are larger than the file");
    }
    if (packet_->stream_index != stream_) continue;
    if (packet_->flags & AV_PKT_FLAG_CORRUPT) {
      throw Error(ErrorKind::input, name() + ": the video is cut off or damaged in the packet at byte " +
                                        std::to_string(packet_->pos) + "; copy or download it again");
    }
    if (packet_->size > 0) return packet_.get();
  }
}

bool VideoStream::skip_until(std::int64_t pts) {
  while (const AVPacket* packet = next_packet()) {
    if (packet->pts == pts) return packet_waits_ = true;
  }
  return false;
}

void VideoStream::move_to(std::int64_t pts, std::int64_t dts) {
  packet_waits_ = false;
  const std::int64_t earlier = dts == AV_NOPTS_VALUE ? pts : std::min(pts, dts);
  // A container's seek tables may be wrong, so arriving at the very packet is checked.
  if (av_seek_frame(format_.get(), stream_, earlier, AVSEEK_FLAG_BACKWARD) >= 0 && skip_until(pts)) return;
  open();
  if (!skip_until(pts)) throw Error(ErrorKind::input, name() + ": the video changed while it was read");
}

VideoDecoder::VideoDecoder(const VideoStream& stream, const MediaLimits& limits)
    : name_(stream.name()),
      width_(stream.info().codecpar->width),
      height_(stream.info().codecpar->height),
      time_base_(stream.info().time_base),
      frame_(av_frame_alloc()) {
  check_allocated(frame_.get());
  const AVCodecParameters& parameters = *stream.info().codecpar;
  const AVCodec* decoder = avcodec_find_decoder(parameters.codec_id);
  codec_.reset(avcodec_alloc_context3(decoder));
  check_allocated(codec_.get());
  avcodec_parameters_to_context(codec_.get(), &parameters);
  codec_->pkt_timebase = time_base_;
  codec_->max_pixels = limits.max_image_pixels;
  if (reports_damage(parameters.codec_id)) {
    codec_->err_recognition = AV_EF_EXPLODE;
    codec_->thread_count = std::clamp(num_threads(), 1, kMaxDecoderThreads);
  } else {
    codec_->thread_count = 1;
  }
  Options options;
  options.set("codec_whitelist", kDecoders);
  const int opened =
      decoder == nullptr ? AVERROR_DECODER_NOT_FOUND : avcodec_open2(codec_.get(), decoder, options.get());
  if (opened < 0) {
    throw Error(ErrorKind::input, name_ + ": cannot decode '" + avcodec_get_name(parameters.codec_id) + "' video (" +
                                      av_reason(opened) + "); convert it with: ffmpeg -i FILE out.mp4");
  }
}

void VideoDecoder::refuse(const std::string& why) const {
  std::string where = "at the first frame";
  if (last_pts_ != AV_NOPTS_VALUE) {
    char text[64];
    const double seconds = static_cast<double>(last_pts_) * av_q2d(time_base_);
    std::snprintf(text, sizeof text, "after the frame at %.3f s", seconds);
    where = text;
  }
  throw Error(ErrorKind::input, name_ + ": the video cannot be decoded " + where + ": " + why);
}

void VideoDecoder::send(const AVPacket* packet) {
  const int result = avcodec_send_packet(codec_.get(), packet);
  if (result < 0 && result != AVERROR_EOF) refuse(av_reason(result));
}

const AVFrame* VideoDecoder::receive() {
  const int result = avcodec_receive_frame(codec_.get(), frame_.get());
  if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return nullptr;
  if (result < 0) refuse(av_reason(result));
  if ((frame_->flags & AV_FRAME_FLAG_CORRUPT) || frame_->decode_error_flags != 0) refuse("a picture is incomplete");
  if (frame_->width != width_ || frame_->height != height_) {
    refuse("the picture size changes from " + std::to_string(width_) + "x" + std::to_string(height_) + " to " +
           std::to_string(frame_->width) + "x" + std::to_string(frame_->height) +
           "; convert it to one size with: ffmpeg -i FILE out.mp4");
  }
  last_pts_ = frame_->best_effort_timestamp;
  return frame_.get();
}

void VideoDecoder::flush() { avcodec_flush_buffers(codec_.get()); }

}  // namespace ov
