// Which subtitles VideoMME's prompt shows: those on the screen at the frames that the model sees.
// Source: lmms-eval's tasks/videomme/utils.py. Its order of entries is that of a hash set; ours is ascending.
//
//   const std::string text = subtitles_at(read_file(path, kMaxSubtitleBytes), path, fps, frames);
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace ov {

constexpr std::size_t kMaxSubtitleBytes = 16 << 20;

// `srt` has entries of a number, a line "00:00:01,500 --> 00:00:03,000" and text, with an empty line between them. Of
// each entry that is on at one of the frames the text in <font color="white" size=".72c">...</font> is given, one a
// line. Throws input naming `name` for a damaged time.
std::string subtitles_at(const std::string& srt, const std::string& name, double fps,
                         std::span<const std::int64_t> frames);

}  // namespace ov
