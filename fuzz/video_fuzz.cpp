// Feeds bytes to the video reader: anything but an ov::Error, a hang or runaway memory is a bug.
//
//   fuzz/video_fuzz fuzz/seeds/video -max_len=65536 -timeout=20
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "media/video.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ov::MediaLimits limits;
  limits.max_image_pixels = 1 << 18;  // keeps a run fast; the limit itself is under test too
  try {
    const ov::VideoInfo info = ov::probe_video({data, size}, "fuzz", limits);
    if (info.num_frames < 1 || info.width < 1 || info.height < 1 || !(info.seconds >= 0)) __builtin_trap();
    const std::vector<std::int64_t> indices = {0, info.num_frames / 2, info.num_frames - 1, info.num_frames - 1};
    const std::vector<ov::Image> frames = ov::read_frames({data, size}, "fuzz", indices, limits);
    if (frames.size() != indices.size()) __builtin_trap();
    for (const ov::Image& frame : frames) {
      if (frame.width != info.width || frame.height != info.height) __builtin_trap();
      if (frame.rgb.size() != static_cast<std::size_t>(3 * frame.width * frame.height)) __builtin_trap();
    }
  } catch (const ov::Error& error) {
    if (error.kind() == ov::ErrorKind::internal) __builtin_trap();
  }
  return 0;
}
