// The canvases of AnyRes as config.json writes them: a list of pairs, that list as text, or a range
// "(1x1),...,(6x6)" in tiles. Official pairs are (width, height), those of llava-hf (height, width).
// Facts: process_anyres_image of the authors' mm_utils.py.
//
//   const auto canvases = parse_pinpoints(Json("(1x1),...,(6x6)"), Layout::official, 384, "config.json");
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/model_config.h"

namespace ov {

constexpr std::size_t kMaxPinpoints = 1024;
constexpr std::int64_t kMaxTilesPerSide = 64;

// In the order of the file. Throws format for anything that is not a whole number of tiles of
// `tile_size` pixels, for an empty list and for more than kMaxPinpoints entries.
std::vector<Pinpoint> parse_pinpoints(const Json& value, Layout layout, std::int64_t tile_size,
                                      const std::string& where);

// All rows x cols from 1x1 to `side` x `side` tiles, the first number outermost.
std::vector<Pinpoint> square_pinpoints(std::int64_t side, Layout layout, std::int64_t tile_size);

// [[a, b], ...] in the order of numbers of `layout`.
Json pinpoints_json(const std::vector<Pinpoint>& pinpoints, Layout layout);

}  // namespace ov
