#include "synth/view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "synth/places.h"
#include "synth/supplies.h"

namespace ov {
namespace {

constexpr double kEnoughContrast = 200;
constexpr std::size_t kForms = kFormNames.size();

// Corners of a shape that is not round, on a square from -1 to 1.
std::vector<Point> outline(Form form) {
  if (form == Form::square) return {{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}};
  if (form == Form::triangle) return {{0, -0.95}, {1, 0.85}, {-1, 0.85}};
  if (form == Form::diamond) return {{0, -1}, {0.75, 0}, {0, 1}, {-0.75, 0}};
  if (form == Form::cross)
    return {{-0.32, -1}, {0.32, -1}, {0.32, -0.32}, {1, -0.32}, {1, 0.32},   {0.32, 0.32},
            {0.32, 1},   {-0.32, 1}, {-0.32, 0.32}, {-1, 0.32}, {-1, -0.32}, {-0.32, -0.32}};
  std::vector<Point> points;
  const double step = std::numbers::pi / (form == Form::star ? 5 : 32);
  for (int i = 0; i < (form == Form::star ? 10 : 64); ++i) {
    const double t = step * i;
    if (form == Form::star) {
      const double radius = i % 2 == 0 ? 1 : 0.45;
      points.push_back({radius * std::sin(t), 0.06 - radius * std::cos(t)});
    } else if (form == Form::heart) {
      const double y = 13 * std::cos(t) - 5 * std::cos(2 * t) - 2 * std::cos(3 * t) - std::cos(4 * t);
      points.push_back({std::pow(std::sin(t), 3), -(y + 2.5) / 15});
    } else {
      points.push_back({std::sin(t), std::cos(t)});
    }
  }
  return points;
}

bool is_taken(const std::vector<Figure>& taken, const Figure& figure) {
  return std::any_of(taken.begin(), taken.end(),
                     [&](const Figure& other) { return other.form == figure.form || other.colour == figure.colour; });
}

std::size_t colour_number(const std::string& name) {
  std::size_t number = 0;
  while (thing_colours()[number].name != name) ++number;
  return number;
}

}  // namespace

std::string Figure::counted(std::int64_t count) const {
  return count == 1 ? with_article(words()) : number_word(count) + " " + plural_words();
}

bool for_tests_only(std::size_t colour, Form form) {
  return (colour * 7 + static_cast<std::size_t>(form) * 3) % 8 == 0;
}

Figure make_shape(RandomStream& random, std::size_t colour, Form form) {
  const std::string noun = kFormNames[static_cast<std::size_t>(form)];
  return {.noun = noun,
          .plural = noun + (form == Form::cross ? "es" : "s"),
          .colour = thing_colours()[colour].name,
          .rgb = shade(random, thing_colours()[colour].rgb, 10),
          .form = form,
          .picture = nullptr};
}

Figure pick_shape(RandomStream& random, bool test, const std::vector<Figure>& taken) {
  const bool kept_out = test && random.coin();
  for (int tries = 0;; ++tries) {
    const std::size_t colour = random.below(thing_colours().size());
    const auto form = static_cast<Form>(random.below(kForms));
    const bool only_tests = for_tests_only(colour, form);
    if (test ? kept_out && !only_tests && tries < 100 : only_tests) continue;
    Figure figure = make_shape(random, colour, form);
    if (!is_taken(taken, figure)) return figure;
  }
}

Figure recoloured(RandomStream& random, bool test, const Figure& shape) {
  for (;;) {
    const std::size_t colour = random.below(thing_colours().size());
    if (thing_colours()[colour].name == shape.colour || (!test && for_tests_only(colour, shape.form))) continue;
    return make_shape(random, colour, shape.form);
  }
}

Figure reshaped(RandomStream& random, bool test, const Figure& shape) {
  const std::size_t colour = colour_number(shape.colour);
  for (;;) {
    const auto form = static_cast<Form>(random.below(kForms));
    if (form == shape.form || (!test && for_tests_only(colour, form))) continue;
    return make_shape(random, colour, form);
  }
}

bool wants_things(RandomStream& random, const SampleWriter& writer) {
  return random.between(1, 100) <= random.between(writer.setting("things"));
}

std::vector<Figure> pick_figures(RandomStream& random, const SampleWriter& writer, bool things, std::int64_t count,
                                 bool nameless) {
  std::vector<Figure> figures;
  if (!things) {
    while (static_cast<std::int64_t>(figures.size()) < count)
      figures.push_back(pick_shape(random, writer.test(), figures));
    return figures;
  }
  for (const Thing& thing : nameless ? pick_nameless_things(random, writer, count) : pick_things(random, writer, count))
    figures.push_back({.noun = thing.name, .plural = thing.plural, .colour = "", .rgb = {}, .picture = thing.picture});
  return figures;
}

View pick_ground(RandomStream& random, const std::vector<Figure>& figures) {
  std::vector<const NamedColour*> fitting;
  for (const NamedColour& ground : ground_colours()) {
    if (std::all_of(figures.begin(), figures.end(), [&](const Figure& figure) {
          return !figure.is_shape() ||
                 contrast(thing_colours()[colour_number(figure.colour)].rgb, ground.rgb) >= kEnoughContrast;
        }))
      fitting.push_back(&ground);
  }
  const NamedColour& ground = *random.pick(fitting);
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

void draw_figure(Drawing& drawing, const Figure& figure, const Rect& box, double angle) {
  if (!figure.is_shape()) {
    drawing.picture(*figure.picture, box, {.angle = angle});
    return;
  }
  const double turn = angle * std::numbers::pi / 180, half = std::min(box.width, box.height) / 2;
  std::vector<Point> points = outline(figure.form);
  for (Point& point : points) {
    const double x = point.x * std::cos(turn) - point.y * std::sin(turn);
    const double y = point.x * std::sin(turn) + point.y * std::cos(turn);
    point = {box.middle().x + half * x, box.middle().y + half * y};
  }
  drawing.fill_polygon(points, figure.rgb);
}

Image draw_view(RandomStream& random, const View& view, std::int64_t width, std::int64_t height) {
  Drawing drawing(width, height, view.ground_rgb);
  const double w = static_cast<double>(width) / 100, h = static_cast<double>(height) / 100;
  for (const Placed& placed : view.placed) {
    const Rect& box = placed.box;
    draw_figure(drawing, placed.figure, {box.x * w, box.y * h, box.width * w, box.height * h}, placed.angle);
  }
  return drawing.image(2, random.next());
}

}  // namespace ov
