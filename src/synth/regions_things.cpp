// Figures and pictures of things on plain, patterned and photographed grounds.
#include <algorithm>

#include "synth/places.h"
#include "synth/regions.h"
#include "synth/supplies.h"

namespace ov {
namespace {

// The smallest and the largest side of so many boxes, percent of the picture's.
Range sides_for(std::int64_t count) {
  if (count == 1) return {25, 90};
  if (count == 2) return {20, 48};
  if (count <= 4) return {14, 42};
  return {12, 30};
}

// Side by side, a little out of line: the more there is in a picture, the more a tower learns from it.
std::vector<Rect> crowd(RandomStream& random, const Rect& all) {
  const std::int64_t columns = random.between(3, 6), rows = random.between(3, 6);
  const double width = all.width / static_cast<double>(columns), height = all.height / static_cast<double>(rows);
  std::vector<Rect> boxes;
  for (std::int64_t i = 0; i < columns * rows; ++i) {
    const double side = std::min(width, height) * static_cast<double>(random.between(70, 98)) / 100;
    const double x = width * static_cast<double>(i % columns), y = height * static_cast<double>(i / columns);
    const auto share = [&](double room) { return room * static_cast<double>(random.between(0, 100)) / 100; };
    boxes.push_back({all.x + x + share(width - side), all.y + y + share(height - side), side, side});
  }
  return boxes;
}

std::vector<Rect> boxes_for(RandomStream& random, const Rect& all) {
  if (random.below(10) < 7) return crowd(random, all);
  const std::int64_t count = random.coin() ? random.between(1, 3) : random.between(2, 9);
  const double side = std::min(all.width, all.height) / 100;
  const Range sides = sides_for(count);
  return scatter(random, all.inset(1), count, side * static_cast<double>(sides.low),
                 side * static_cast<double>(sides.high));
}

Motif some_thing(RandomStream& random, const SampleWriter& writer) {
  return pick_motifs(random, writer, /*things=*/true, 1).front();
}

Motif some_figure(RandomStream& random, const SampleWriter& writer, const Rgb& ground) {
  return make_shape(random, pick_paint(random, ground, writer.test()));
}

MarkedDrawing draw_scattered(RandomStream& random, const SampleWriter& writer, std::int64_t figures) {
  const Rgb ground =
      shade(random, random.below(3) != 0 ? random.pick(ground_colours()).rgb : random.pick(thing_colours()).rgb, 6);
  MarkedDrawing marked = marked_ground(random, writer, {"", contrast(ground, kWhite) > 380 ? kWhite : kBlack, ground});
  for (const Rect& box : boxes_for(random, marked.all())) {
    const bool figure = random.between(1, 100) <= figures;
    const Motif motif = figure ? some_figure(random, writer, ground) : some_thing(random, writer);
    marked.show(motif, box, static_cast<double>(random.between(-15, 15)));
  }
  return marked;
}

MarkedDrawing draw_figures(RandomStream& random, const SampleWriter& writer) {
  return draw_scattered(random, writer, 100);
}
MarkedDrawing draw_things(RandomStream& random, const SampleWriter& writer) {
  return draw_scattered(random, writer, 0);
}
MarkedDrawing draw_both(RandomStream& random, const SampleWriter& writer) { return draw_scattered(random, writer, 50); }

// Figures have a white or black edge here: what is behind them may have any colour.
MarkedDrawing draw_on_photo(RandomStream& random, const SampleWriter& writer) {
  MarkedDrawing marked = marked_ground(random, writer, {"", kBlack, kWhite});
  marked.plain().cover(*pick_photo(random, writer).picture, marked.all(), {.mirrored = random.coin()});
  for (const Rect& box : boxes_for(random, marked.all())) {
    const bool figure = random.coin();
    const Motif motif = figure ? some_figure(random, writer, kWhite) : some_thing(random, writer);
    const auto angle = static_cast<double>(random.between(-15, 15));
    if (figure)
      draw_figure(marked.plain(), motif.paint.figure, box.inset(-1.5), angle, random.coin() ? kWhite : kBlack);
    marked.show(motif, box, angle);
  }
  return marked;
}

constexpr RegionKind kFigures[] = {{"figures", 1, draw_figures}};
constexpr RegionKind kThings[] = {{"things", 2, draw_things}, {"both", 1, draw_both}, {"on_photo", 1, draw_on_photo}};

}  // namespace

std::span<const RegionKind> figure_kinds() { return kFigures; }
std::span<const RegionKind> thing_kinds() { return kThings; }

}  // namespace ov
