#include "synth/places.h"

#include <algorithm>
#include <cmath>

namespace ov {
namespace {

constexpr int kTries = 60;
constexpr double kGap = 2;  // pixels

double somewhere(RandomStream& random, double low, double high) {
  const auto steps = static_cast<std::int64_t>(std::max(0.0, std::floor(high - low)));
  return low + static_cast<double>(random.between(0, steps));
}

std::vector<Rect> in_cells(RandomStream& random, const Rect& area, std::int64_t count, double largest) {
  const double share = std::sqrt(static_cast<double>(count) * area.width / area.height);
  const auto columns = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(share)));
  const std::int64_t rows = (count + columns - 1) / columns;
  const double width = area.width / static_cast<double>(columns), height = area.height / static_cast<double>(rows);
  std::vector<std::int64_t> cells;
  for (std::int64_t i = 0; i < columns * rows; ++i) cells.push_back(i);
  random.shuffle(cells);
  std::vector<Rect> boxes;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t cell = cells[static_cast<std::size_t>(i)];
    const double side = std::max(1.0, std::min({largest, width, height}) - kGap);
    boxes.push_back({area.x + static_cast<double>(cell % columns) * width + (width - side) / 2,
                     area.y + static_cast<double>(cell / columns) * height + (height - side) / 2, side, side});
  }
  return boxes;
}

std::size_t third(double middle, double begin, double size) {
  return static_cast<std::size_t>(std::clamp(std::floor(3 * (middle - begin) / size), 0.0, 2.0));
}

}  // namespace

std::vector<Rect> scatter(RandomStream& random, const Rect& area, std::int64_t count, double smallest, double largest) {
  std::vector<Rect> boxes;
  for (int tries = 0; tries < kTries && static_cast<std::int64_t>(boxes.size()) < count; ++tries) {
    const double side = std::min({somewhere(random, smallest, largest), area.width, area.height});
    const Rect box{somewhere(random, area.x, area.x + area.width - side),
                   somewhere(random, area.y, area.y + area.height - side), side, side};
    const Rect grown = box.inset(-kGap);
    if (std::none_of(boxes.begin(), boxes.end(), [&](const Rect& other) { return grown.overlaps(other); })) {
      boxes.push_back(box);
    }
  }
  return static_cast<std::int64_t>(boxes.size()) == count ? boxes : in_cells(random, area, count, largest);
}

const char* place_name(const Rect& box, const Rect& area) {
  static constexpr const char* kPlaces[3][3] = {
      {"top left", "top", "top right"}, {"left", "center", "right"}, {"bottom left", "bottom", "bottom right"}};
  const Point middle = box.middle();
  return kPlaces[third(middle.y, area.y, area.height)][third(middle.x, area.x, area.width)];
}

}  // namespace ov
