#include "synth/arrangement.h"

#include <algorithm>
#include <cmath>

#include "synth/figures.h"
#include "synth/palette.h"
#include "synth/places.h"
#include "synth/supplies.h"
#include "synth/words.h"

namespace ov {
namespace {

constexpr int kTries = 40;                    // for one item, before all are made smaller
constexpr double kFromBorder = 0.05;          // of the picture: how far a middle stays from where another place begins
constexpr double kBig = 0.85, kSmall = 0.45;  // of the largest side: what is called big or small

void draw_texture(RandomStream& random, Drawing& drawing, const Rgb& colour) {
  const double step = static_cast<double>(random.between(8, 18));
  const double thick = static_cast<double>(random.between(1, 3));
  const std::uint64_t what = random.below(3);
  const auto width = static_cast<double>(drawing.width()), height = static_cast<double>(drawing.height());
  for (double x = step / 2; what != 1 && x < width; x += step) {
    if (what == 0) drawing.line({x, 0}, {x, height}, thick, colour);
    for (double y = step / 2; what == 2 && y < height; y += step) drawing.fill_ellipse({x, y, thick, thick}, colour);
  }
  for (double y = step / 2; what == 1 && y < height; y += step) drawing.line({0, y}, {width, y}, thick, colour);
}

// What a sort is drawn with.
struct Look {
  std::shared_ptr<const Picture> picture;  // of a thing
  Paint paint;                             // of a figure
  double side = 0;                         // share of the shorter side
};

struct Cast {
  std::vector<Sort> sorts;
  std::vector<Look> looks;
};

void add_thing(RandomStream& random, const SampleWriter& writer, bool nameless, Cast& cast) {
  for (;;) {
    const Thing thing = nameless ? pick_nameless_things(random, writer, 1).at(0) : pick_thing(random, writer);
    const bool seen =
        std::any_of(cast.sorts.begin(), cast.sorts.end(), [&](const Sort& sort) { return sort.name == thing.name; });
    if (seen || is_figure(thing.name)) continue;
    cast.sorts.push_back({thing.name, thing.plural, "", thing.group, ""});
    cast.looks.push_back({thing.picture, {}, 0});
    return;
  }
}

void add_figure(RandomStream& random, const Ground& ground, bool test, bool alike, Cast& cast) {
  const bool share = alike && !cast.sorts.empty() && cast.sorts[0].is_figure() && random.coin();
  for (;;) {
    const Paint paint = pick_paint(random, ground.rgb, test);
    const Figure& figure = figures()[paint.figure];
    const std::string colour = thing_colours()[paint.colour].name;
    const bool seen = std::any_of(cast.sorts.begin(), cast.sorts.end(),
                                  [&](const Sort& sort) { return sort.name == figure.name && sort.colour == colour; });
    if (seen || (share && figure.name != cast.sorts[0].name && colour != cast.sorts[0].colour)) continue;
    cast.sorts.push_back({figure.name, figure.plural, colour, "", ""});
    cast.looks.push_back({nullptr, paint, 0});
    return;
  }
}

Cast pick_cast(RandomStream& random, const SampleWriter& writer, const Ground& ground, const ArrangementForm& form) {
  Cast cast;
  const double largest = static_cast<double>(form.largest) / 100;
  for (std::size_t i = 0; i < form.counts.size(); ++i) {
    if (static_cast<std::int64_t>(random.below(100)) < form.figures)
      add_figure(random, ground, writer.test(), form.alike, cast);
    else
      add_thing(random, writer, form.nameless, cast);
    double share = static_cast<double>(random.between(62, 74)) / 100;
    const std::uint64_t size = form.sizes ? random.below(4) : 3;
    if (size == 0) share = static_cast<double>(random.between(90, 100)) / 100;
    if (size == 1) share = static_cast<double>(random.between(36, 42)) / 100;
    cast.looks.back().side = share * largest;
  }
  return cast;
}

// A middle that clearly lies in a ninth of the picture drawn by lot.
Point clear_middle(RandomStream& random, double width, double height) {
  const auto within = [&](double size) {
    const auto third = static_cast<double>(random.below(3));
    const auto share = static_cast<double>(random.between(0, 100)) / 100;
    return size * (third / 3 + kFromBorder + share * (1.0 / 3 - 2 * kFromBorder));
  };
  const double x = within(width), y = within(height);
  return {x, y};
}

// Boxes of the sides that lie in the picture and do not touch by more than a corner; empty where they do not fit.
std::vector<Rect> place_boxes(RandomStream& random, const std::vector<double>& sides, const Rect& all, double overlap) {
  std::vector<Rect> boxes;
  for (const double side : sides) {
    bool placed = false;
    for (int tries = 0; tries < kTries && !placed; ++tries) {
      const Point middle = clear_middle(random, all.width, all.height);
      const Rect box{middle.x - side / 2, middle.y - side / 2, side, side};
      const bool inside = box.x >= 0 && box.y >= 0 && box.x + side <= all.width && box.y + side <= all.height;
      placed = inside && std::none_of(boxes.begin(), boxes.end(), [&](const Rect& other) {
                 return box.inset(overlap * side).overlaps(other.inset(overlap * other.width));
               });
      if (placed) boxes.push_back(box);
    }
    if (!placed) return {};
  }
  return boxes;
}

std::vector<Placed> place_items(RandomStream& random, const Cast& cast, const ArrangementForm& form, const Rect& all) {
  std::vector<Placed> items;
  for (std::size_t i = 0; i < form.counts.size(); ++i)
    items.insert(items.end(), static_cast<std::size_t>(form.counts[i]), {i, {}, ""});
  std::stable_sort(items.begin(), items.end(),
                   [&](const Placed& a, const Placed& b) { return cast.looks[a.sort].side > cast.looks[b.sort].side; });
  std::vector<Rect> boxes;
  for (double scale = std::min(all.width, all.height); boxes.size() != items.size(); scale *= 0.93) {
    std::vector<double> sides;
    for (const Placed& item : items) sides.push_back(std::floor(scale * cast.looks[item.sort].side));
    boxes = place_boxes(random, sides, all, form.overlap);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].box = boxes[i];
    items[i].place = place_name(boxes[i], all);
  }
  return items;
}

// By what they are after they were made to fit.
void name_sizes(Arrangement& scene, double largest) {
  const double side = static_cast<double>(std::min(scene.width, scene.height));
  for (const Placed& item : scene.items) {
    const double share = item.box.width / side;
    scene.sorts[item.sort].size = share >= kBig * largest ? "big" : share <= kSmall * largest ? "small" : "";
  }
}

void draw_item(RandomStream& random, Drawing& drawing, const Look& look, const Rect& box, const Rgb& colour) {
  if (look.picture) {
    const double angle = random.below(3) == 0 ? static_cast<double>(random.between(-25, 25)) : 0;
    return drawing.picture(*look.picture, angle == 0 ? box : box.inset(box.width * 0.08), {angle, random.coin(), 1});
  }
  const double angle = random.coin() ? static_cast<double>(random.between(-10, 10)) : 0;
  draw_figure(drawing, look.paint.figure, box.inset(1), angle, colour);
}

}  // namespace

std::string Sort::counted(std::int64_t number) const {
  if (number == 1) return with_article(words());
  return number_word(number) + " " + (size.empty() ? "" : size + " ") + (colour.empty() ? "" : colour + " ") + plural;
}

std::int64_t Arrangement::count(std::size_t sort) const {
  return std::count_if(items.begin(), items.end(), [sort](const Placed& item) { return item.sort == sort; });
}

std::vector<std::size_t> Arrangement::sorts_in_order() const {
  std::vector<std::size_t> order;
  for (const Placed& item : items) {
    if (std::find(order.begin(), order.end(), item.sort) == order.end()) order.push_back(item.sort);
  }
  return order;
}

Ground draw_ground(RandomStream& random, const SampleWriter& writer) {
  const Range sides = writer.setting("sides");
  const std::int64_t width = random.between(sides);
  const bool even = random.coin();
  const std::int64_t other = random.between(sides);
  const std::int64_t height = even ? width : std::clamp(other, (width + 1) / 2, 2 * width);
  const NamedColour& colour = random.pick(ground_colours());
  const bool white = std::string(colour.name) == "white";
  const Rgb rgb = shade(random, colour.rgb, white ? 3 : 6), darker = mix(rgb, kBlack, white ? 0.03 : 0.08);
  Ground ground{colour.name, rgb, Drawing(width, height, rgb), 0};
  const std::uint64_t how = random.below(8);
  if (how < 2) ground.drawing.gradient(ground.drawing.all(), rgb, darker);
  if (how == 2) draw_texture(random, ground.drawing, mix(rgb, kBlack, 0.07));
  if (how == 3) ground.grain = static_cast<int>(random.between(3, 9));
  return ground;
}

Arrangement arrange(RandomStream& random, const SampleWriter& writer, const ArrangementForm& form) {
  Ground ground = draw_ground(random, writer);
  Arrangement scene{ground.drawing.width(), ground.drawing.height(), ground.name, {}, {}, {}};
  const Cast cast = pick_cast(random, writer, ground, form);
  scene.sorts = cast.sorts;
  scene.items = place_items(random, cast, form, ground.drawing.all());
  if (form.sizes) name_sizes(scene, static_cast<double>(form.largest) / 100);
  for (const Placed& item : scene.items) {
    const Look& look = cast.looks[item.sort];
    const Rgb colour = shade(random, thing_colours()[look.paint.colour].rgb, 8);
    draw_item(random, ground.drawing, look, item.box, colour);
  }
  const auto row = [&](const Placed& item) {
    return std::floor(3 * item.box.middle().y / static_cast<double>(scene.height));
  };
  std::sort(scene.items.begin(), scene.items.end(), [&](const Placed& a, const Placed& b) {
    return row(a) != row(b) ? row(a) < row(b) : a.box.middle().x < b.box.middle().x;
  });
  scene.picture = ground.drawing.image(ground.grain, random.next());
  return scene;
}

std::string where(const std::string& place) {
  if (place == "center") return "in the center";
  if (place == "top" || place == "bottom") return "at the " + place;
  return (place == "left" || place == "right" ? "on the " : "in the ") + place;
}

}  // namespace ov
