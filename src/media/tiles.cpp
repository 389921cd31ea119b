// Resized pictures cut into tiles and normalised through a table of the 256 byte values.
#include "media/tiles.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/error.h"
#include "base/parallel.h"
#include "media/resize.h"

namespace ov {
namespace {

constexpr std::int64_t kRowGrain = 32;
constexpr std::uint8_t kPadGrey = 127;  // int(0.5 * 255)

using Table = std::array<std::array<float, 256>, 3>;

Table normalised_bytes(const Normalisation& n) {
  Table table;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t v = 0; v < 256; ++v) {
      const auto unit = static_cast<float>(static_cast<double>(v) * (1.0 / 255.0));
      const float centred = unit - n.mean[c];
      table[c][v] = centred / n.std[c];
    }
  }
  return table;
}

// A tile's three planes.
struct Tile {
  float* out;
  std::int64_t side;
  float* row(int channel, std::int64_t y) const { return out + (channel * side + y) * side; }
};

// Pixels [x0, x1) of a tile's row, read from `rgb` on; the rest of the row is black.
void write_row(const Tile& tile, std::int64_t y, std::int64_t x0, std::int64_t x1, const std::uint8_t* rgb,
               const Table& table) {
  for (int c = 0; c < 3; ++c) {
    const auto& values = table[static_cast<std::size_t>(c)];
    float* row = tile.row(c, y);
    std::fill(row, row + x0, values[0]);
    for (std::int64_t i = 0; i < x1 - x0; ++i) row[x0 + i] = values[rgb[3 * i + c]];
    std::fill(row + x1, row + tile.side, values[0]);
  }
}

// A picture that is exactly one tile.
void write_whole(const Image& image, const Tile& tile, const Table& table) {
  parallel_for(tile.side, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t y = begin; y < end; ++y) {
      write_row(tile, y, 0, tile.side, image.rgb.data() + 3 * y * image.width, table);
    }
  });
}

// The tiles of the canvas, row by row; `picture` lies at `place`, the rest is black.
void write_canvas(const Image& picture, const Placement& place, const Grid& grid, std::int64_t side, float* out,
                  const Table& table) {
  const std::int64_t tiles = grid.rows * grid.cols;
  parallel_for(tiles * side, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t t = i / side;
      const std::int64_t y = i % side;
      const Tile tile{out + t * 3 * side * side, side};
      const std::int64_t source_y = t / grid.cols * side + y - place.top;
      const std::int64_t left = t % grid.cols * side - place.left;  // picture column of the tile's first
      const bool inside = source_y >= 0 && source_y < picture.height;
      const std::int64_t x0 = inside ? std::clamp(-left, std::int64_t{0}, side) : side;
      const std::int64_t x1 = inside ? std::clamp(picture.width - left, x0, side) : side;
      const std::uint8_t* rgb = x0 < x1 ? picture.rgb.data() + 3 * (source_y * picture.width + left + x0) : nullptr;
      write_row(tile, y, x0, x1, rgb, table);
    }
  });
}

Image padded_square(const Image& image) {
  const std::int64_t side = std::max(image.width, image.height);
  Image square{side, side, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * side * side), kPadGrey)};
  const std::int64_t left = (side - image.width) / 2;
  const std::int64_t top = (side - image.height) / 2;
  for (std::int64_t y = 0; y < image.height; ++y) {
    std::copy_n(image.rgb.data() + 3 * y * image.width, 3 * image.width,
                square.rgb.data() + 3 * ((top + y) * side + left));
  }
  return square;
}

}  // namespace

std::size_t pixel_count(const MediaPlan& plan, const TilingConfig& tiling) {
  const std::int64_t tiles = plan.mode == MediaPlan::Mode::video ? 1 : plan.tiles;
  return static_cast<std::size_t>(tiles * 3 * tiling.tile_size * tiling.tile_size);
}

void write_tiles(const Image& image, const MediaPlan& plan, const TilingConfig& tiling, float* out,
                 const Normalisation& normalisation) {
  if (image.width != plan.width || image.height != plan.height) {
    throw Error(ErrorKind::internal, "write_tiles: the picture is " + std::to_string(image.width) + "x" +
                                         std::to_string(image.height) + ", its plan " + std::to_string(plan.width) +
                                         "x" + std::to_string(plan.height));
  }
  const Table table = normalised_bytes(normalisation);
  const std::int64_t side = tiling.tile_size;
  if (plan.mode == MediaPlan::Mode::pad && image.width != image.height) {
    write_whole(resize_bicubic(padded_square(image), side, side), {out, side}, table);
    return;
  }
  write_whole(resize_bicubic(image, side, side), {out, side}, table);
  if (plan.mode != MediaPlan::Mode::anyres) return;
  const Placement place = place_on_canvas(image.width, image.height, {plan.grid.cols * side, plan.grid.rows * side});
  write_canvas(resize_bicubic(image, place.width, place.height), place, plan.grid, side, out + 3 * side * side, table);
}

}  // namespace ov
