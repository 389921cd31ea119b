#include "prompt/tile_sheet.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace ov {
namespace {

constexpr std::int64_t kGap = 8;        // pixels between tiles
constexpr std::int64_t kVideoCols = 8;  // frames in a row

struct Place {
  std::int64_t x = 0, y = 0;
};

struct Block {
  std::vector<Place> places;  // of each tile
  std::int64_t width = 0, height = 0;
};

// The base image comes first and stands left of the canvas.
Block lay_out(const MediaPlan& plan, std::int64_t side) {
  const bool base = plan.mode == MediaPlan::Mode::anyres;
  const std::int64_t cols = plan.mode == MediaPlan::Mode::video ? kVideoCols : plan.grid.cols;
  Block block;
  if (base) block.places.push_back({0, 0});
  const std::int64_t left = base ? side + 3 * kGap : 0;
  for (std::int64_t i = 0; i < plan.tiles - (base ? 1 : 0); ++i) {
    block.places.push_back({left + i % cols * (side + kGap), i / cols * (side + kGap)});
  }
  for (const Place& place : block.places) {
    block.width = std::max(block.width, place.x + side);
    block.height = std::max(block.height, place.y + side);
  }
  return block;
}

std::uint8_t byte_of(float value, float mean, float std, double rescale) {
  const double level = (static_cast<double>(value) * std + mean) / rescale;
  return static_cast<std::uint8_t>(std::lround(std::clamp(level, 0.0, 255.0)));
}

void draw_tile(const float* tile, std::int64_t side, const Normalisation& normalisation, Place at, Image& sheet) {
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::int64_t y = 0; y < side; ++y) {
      const float* row = tile + (static_cast<std::int64_t>(c) * side + y) * side;
      std::uint8_t* out = sheet.rgb.data() + 3 * ((at.y + y) * sheet.width + at.x);
      for (std::int64_t x = 0; x < side; ++x) {
        out[3 * x + static_cast<std::int64_t>(c)] =
            byte_of(row[x], normalisation.mean[c], normalisation.std[c], normalisation.rescale);
      }
    }
  }
}

}  // namespace

Image tile_sheet(const std::vector<PromptMedia>& media, std::span<const float> pixels, const Processor& processor) {
  if (media.empty()) throw Error(ErrorKind::input, "there is no picture or video to show");
  const std::int64_t side = processor.tiling().tile_size;
  std::vector<Block> blocks;
  Image sheet;
  for (const PromptMedia& item : media) {
    blocks.push_back(lay_out(item.plan, side));
    sheet.width = std::max(sheet.width, blocks.back().width);
    sheet.height += blocks.back().height + (blocks.size() > 1 ? 3 * kGap : 0);
  }
  sheet.rgb.assign(static_cast<std::size_t>(3 * sheet.width * sheet.height), 255);
  const float* tile = pixels.data();
  std::int64_t top = 0;
  for (const Block& block : blocks) {
    for (const Place& place : block.places) {
      draw_tile(tile, side, processor.normalisation(), {place.x, top + place.y}, sheet);
      tile += 3 * side * side;
    }
    top += block.height + 3 * kGap;
  }
  return sheet;
}

}  // namespace ov
