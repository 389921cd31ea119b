#include "media/video.h"

#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "media/decode.h"
#include "media/video_folder.h"
#include "media/video_pixels.h"
#include "media/video_reader.h"

namespace ov {

namespace {

bool is_folder(const std::string& path) {
  std::error_code unknown;
  return std::filesystem::is_directory(path, unknown);
}

void check_indices(const std::string& name, std::span<const std::int64_t> indices, std::int64_t num_frames) {
  std::int64_t last = 0;
  for (const std::int64_t index : indices) {
    if (index < last || index >= num_frames) {
      throw Error(ErrorKind::internal, name + ": frame " + std::to_string(index) + " was asked for after frame " +
                                           std::to_string(last) + " of " + std::to_string(num_frames));
    }
    last = index;
  }
}

VideoInfo probe_folder(const std::string& path, const MediaLimits& limits, Compat compat) {
  const std::vector<std::string> frames = list_frames(path, compat);
  const Image first = load_image(frames.front(), limits, compat);
  VideoInfo info;
  info.width = first.width;
  info.height = first.height;
  info.num_frames = static_cast<std::int64_t>(frames.size());
  info.codec = "frames";
  info.is_folder = true;
  return info;
}

std::vector<Image> read_folder(const std::string& path, std::span<const std::int64_t> indices,
                               const MediaLimits& limits, Compat compat) {
  const std::vector<std::string> frames = list_frames(path, compat);
  check_indices(path, indices, static_cast<std::int64_t>(frames.size()));
  std::vector<Image> images;
  images.reserve(indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (i > 0 && indices[i] == indices[i - 1]) {
      images.push_back(images.back());
      continue;
    }
    const std::string& frame = frames[static_cast<std::size_t>(indices[i])];
    images.push_back(load_image(frame, limits, compat));
    const Image &first = images.front(), &image = images.back();
    if (image.width != first.width || image.height != first.height) {
      throw Error(ErrorKind::input, frame + ": a frame of " + std::to_string(image.width) + "x" +
                                        std::to_string(image.height) + " pixels among frames of " +
                                        std::to_string(first.width) + "x" + std::to_string(first.height) +
                                        "; the frames of a video must have one size");
    }
  }
  return images;
}

VideoInfo probe_bytes(const VideoBytes& bytes, const MediaLimits& limits) {
  VideoReader reader(bytes, limits);
  const AVCodecParameters& codec = *reader.info().codecpar;
  const bool sideways = orientation_of(reader.info(), bytes.name()).transpose;
  VideoInfo info;
  info.width = sideways ? codec.height : codec.width;
  info.height = sideways ? codec.width : codec.height;
  info.codec = avcodec_get_name(codec.codec_id);
  info.num_frames = reader.count_frames();
  info.seconds = reader.index().seconds;
  info.fps = info.seconds > 0 ? static_cast<double>(info.num_frames) / info.seconds : 0;
  return info;
}

std::vector<Image> read_bytes(const VideoBytes& bytes, std::span<const std::int64_t> indices,
                              const MediaLimits& limits) {
  VideoReader reader(bytes, limits);
  if (reader.index().trusted()) {
    check_indices(bytes.name(), indices, static_cast<std::int64_t>(reader.index().frames.size()));
  } else {
    check_indices(bytes.name(), indices, kMaxVideoFrames);
  }
  RgbConverter convert(orientation_of(reader.info(), bytes.name()));
  std::vector<Image> images;
  images.reserve(indices.size());
  reader.read(indices, Seeking::allowed, [&](std::int64_t index, const AVFrame& frame) {
    images.push_back(convert(frame));
    while (images.size() < indices.size() && indices[images.size()] == index) images.push_back(images.back());
  });
  return images;
}

}  // namespace

VideoInfo probe_video(const std::string& path, const MediaLimits& limits, Compat compat) {
  if (is_folder(path)) return probe_folder(path, limits, compat);
  return probe_bytes(VideoBytes(path), limits);
}

std::vector<Image> read_frames(const std::string& path, std::span<const std::int64_t> indices,
                               const MediaLimits& limits, Compat compat) {
  if (is_folder(path)) return read_folder(path, indices, limits, compat);
  return read_bytes(VideoBytes(path), indices, limits);
}

VideoInfo probe_video(std::span<const std::uint8_t> bytes, const std::string& name, const MediaLimits& limits) {
  return probe_bytes(VideoBytes(bytes, name), limits);
}

std::vector<Image> read_frames(std::span<const std::uint8_t> bytes, const std::string& name,
                               std::span<const std::int64_t> indices, const MediaLimits& limits) {
  return read_bytes(VideoBytes(bytes, name), indices, limits);
}

}  // namespace ov
