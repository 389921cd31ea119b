#include "synth/view.h"

#include <algorithm>

#include "synth/places.h"
#include "synth/supplies.h"

namespace ov {
namespace {

constexpr double kEnoughContrast = 200;

bool is_taken(const std::vector<Motif>& taken, const Motif& motif) {
  return std::any_of(taken.begin(), taken.end(),
                     [&](const Motif& other) { return other.noun == motif.noun || other.colour == motif.colour; });
}

// Of what is not transparent.
Rgb mean_colour(const Picture& picture) {
  double red = 0, green = 0, blue = 0, opacity = 1;
  for (const std::uint32_t pixel : picture.argb) {
    opacity += pixel >> 24;
    red += (pixel >> 16) & 255, green += (pixel >> 8) & 255, blue += pixel & 255;
  }
  return {255 * red / opacity, 255 * green / opacity, 255 * blue / opacity};
}

}  // namespace

std::string Motif::counted(std::int64_t count) const {
  return count == 1 ? with_article(words()) : number_word(count) + " " + plural_words();
}

Motif make_shape(RandomStream& random, const Paint& paint) {
  const Figure& figure = figures()[paint.figure];
  const NamedColour& colour = thing_colours()[paint.colour];
  return {figure.name, figure.plural, colour.name, shade(random, colour.rgb, 10), paint, nullptr};
}

Motif pick_shape(RandomStream& random, bool test, const std::vector<Motif>& taken) {
  for (;;) {
    Motif motif = make_shape(random, pick_paint(random, kWhite, test));
    if (!is_taken(taken, motif)) return motif;
  }
}

Motif recoloured(RandomStream& random, bool test, const Motif& shape) {
  for (;;) {
    const Paint paint{shape.paint.figure, random.below(thing_colours().size())};
    if (paint.colour != shape.paint.colour && (test || !kept_for_tests(paint))) return make_shape(random, paint);
  }
}

Motif reshaped(RandomStream& random, bool test, const Motif& shape) {
  for (;;) {
    const Paint paint{random.below(figures().size()), shape.paint.colour};
    if (paint.figure != shape.paint.figure && (test || !kept_for_tests(paint))) return make_shape(random, paint);
  }
}

bool wants_things(RandomStream& random, const SampleWriter& writer) {
  return random.between(1, 100) <= random.between(writer.setting("things"));
}

std::vector<Motif> pick_motifs(RandomStream& random, const SampleWriter& writer, bool things, std::int64_t count,
                               bool nameless) {
  std::vector<Motif> motifs;
  if (!things) {
    while (static_cast<std::int64_t>(motifs.size()) < count)
      motifs.push_back(pick_shape(random, writer.test(), motifs));
    return motifs;
  }
  for (const Thing& thing : nameless ? pick_nameless_things(random, writer, count) : pick_things(random, writer, count))
    motifs.push_back({thing.name, thing.plural, "", mean_colour(*thing.picture), {}, thing.picture});
  return motifs;
}

View pick_ground(RandomStream& random, const std::vector<Motif>& motifs) {
  const auto least_contrast = [&](const NamedColour& ground) {
    double least = kEnoughContrast;
    for (const Motif& motif : motifs) {
      const Rgb& rgb = motif.is_shape() ? thing_colours()[motif.paint.colour].rgb : motif.rgb;
      least = std::min(least, contrast(rgb, ground.rgb));
    }
    return least;
  };
  std::vector<const NamedColour*> best;
  for (const NamedColour& ground : ground_colours()) {
    const double least = least_contrast(ground), reached = best.empty() ? -1 : least_contrast(*best.front());
    if (least > reached) best.clear();
    if (least >= reached) best.push_back(&ground);
  }
  const NamedColour& ground = *random.pick(best);
  return {ground.name, shade(random, ground.rgb, 4), {}};
}

Rect corner_box(RandomStream& random, std::size_t corner, double smallest, double largest) {
  const double side =
      static_cast<double>(random.between(static_cast<std::int64_t>(smallest), static_cast<std::int64_t>(largest)));
  const std::int64_t room = std::max<std::int64_t>(0, static_cast<std::int64_t>(48 - side));
  return {static_cast<double>(corner % 2 * 50 + 1 + random.between(0, room)),
          static_cast<double>(corner / 2 * 50 + 1 + random.between(0, room)), side, side};
}

std::vector<Rect> free_boxes(RandomStream& random, std::int64_t count) {
  const double largest = count == 1 ? 80 : count == 2 ? 45 : count <= 4 ? 40 : 30;
  const double smallest = count == 1 ? 50 : count == 2 ? 36 : count <= 4 ? 30 : 24;
  return scatter(random, Rect{2, 2, 96, 96}, count, smallest, largest);
}

void draw_motif(Drawing& drawing, const Motif& motif, const Rect& box, double angle) {
  if (!motif.is_shape()) {
    drawing.picture(*motif.picture, box, {.angle = angle});
    return;
  }
  const double side = std::min(box.width, box.height);
  const Rect square{box.middle().x - side / 2, box.middle().y - side / 2, side, side};
  draw_figure(drawing, motif.paint.figure, square, angle, motif.rgb);
}

Image draw_view(RandomStream& random, const View& view, std::int64_t width, std::int64_t height) {
  Drawing drawing(width, height, view.ground_rgb);
  const double w = static_cast<double>(width) / 100, h = static_cast<double>(height) / 100;
  for (const PlacedMotif& placed : view.placed) {
    const Rect& box = placed.box;
    draw_motif(drawing, placed.motif, {box.x * w, box.y * h, box.width * w, box.height * h}, placed.angle);
  }
  return drawing.image(2, random.next());
}

}  // namespace ov
