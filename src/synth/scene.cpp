#include "synth/scene.h"

#include <algorithm>
#include <numeric>

namespace ov {
namespace {

struct Cells {
  std::int64_t columns = 1;
  std::int64_t rows = 1;
};

Cells cells_for(std::int64_t width, std::int64_t height, std::int64_t shapes) {
  if (width >= 2 * height) return {shapes, 1};
  if (height >= 2 * width) return {1, shapes};
  return shapes == 1 ? Cells{1, 1} : Cells{2, 2};
}

// A square of 50 to 80 percent of the cell, anywhere in it.
Box box_in(RandomStream& random, const Box& cell) {
  const std::int64_t room = std::min(cell.width, cell.height);
  const std::int64_t side = std::max<std::int64_t>(room * random.between(50, 80) / 100, 3);
  return {cell.x + random.between(0, std::max<std::int64_t>(cell.width - side, 0)),
          cell.y + random.between(0, std::max<std::int64_t>(cell.height - side, 0)), side, side};
}

// 0, 1 or 2: in which third of `whole` the middle of a box lies.
std::int64_t third(std::int64_t begin, std::int64_t size, std::int64_t whole) {
  return std::clamp<std::int64_t>(3 * (2 * begin + size) / (2 * whole), 0, 2);
}

std::string place_of(const Box& box, std::int64_t width, std::int64_t height) {
  static constexpr const char* kPlaces[3][3] = {
      {"top left", "top", "top right"}, {"left", "center", "right"}, {"bottom left", "bottom", "bottom right"}};
  return kPlaces[third(box.y, box.height, height)][third(box.x, box.width, width)];
}

}  // namespace

Scene draw_scene(RandomStream& random, std::int64_t width, std::int64_t height, const SceneForm& form) {
  Scene scene;
  scene.background = &random.pick(background_colours());
  scene.picture = blank_picture(width, height, *scene.background);
  const Cells cells = cells_for(width, height, form.shapes);
  std::vector<std::int64_t> free(static_cast<std::size_t>(cells.columns * cells.rows));
  std::iota(free.begin(), free.end(), 0);
  random.shuffle(free);
  free.resize(static_cast<std::size_t>(form.shapes));
  std::sort(free.begin(), free.end());
  std::vector<Shape> kinds(std::begin(kShapes), std::end(kShapes));
  random.shuffle(kinds);
  std::vector<const Colour*> colours;
  for (const Colour& colour : shape_colours()) colours.push_back(&colour);
  random.shuffle(colours);
  for (std::size_t i = 0; i < free.size(); ++i) {
    Item item;
    item.shape = form.distinct ? kinds[i] : random.pick(kShapes);
    item.colour = form.distinct ? colours[i] : random.pick(colours);
    const std::int64_t cell_width = width / cells.columns, cell_height = height / cells.rows;
    item.box = box_in(
        random, {free[i] % cells.columns * cell_width, free[i] / cells.columns * cell_height, cell_width, cell_height});
    item.place = place_of(item.box, width, height);
    draw_shape(scene.picture, item.shape, item.box, *item.colour);
    scene.items.push_back(std::move(item));
  }
  return scene;
}

}  // namespace ov
