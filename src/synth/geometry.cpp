// Plane geometry: polygons and their sides, perimeter and area of a rectangle, the third angle of a triangle, lines to
// compare, kinds of angles, and clocks.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/polygons.h"
#include "synth/sums.h"

namespace ov {
namespace {

struct Sheet {
  Drawing drawing;
  Inks inks;
  TextStyle style;
  double side = 0;

  Point middle() const { return drawing.all().middle(); }
};

Sheet new_sheet(RandomStream& random, const SampleWriter& writer) {
  const std::int64_t side = random.between(writer.setting("sides"));
  const Inks inks = random.coin() ? paper_inks(random) : legible_inks(random);
  const auto size = static_cast<double>(random.between(15, 18));
  return {Drawing(side, side, inks.ground),
          inks,
          {.font = pick_font(random, writer, FontKind::sans), .size = size},
          static_cast<double>(side)};
}

void finish(RandomStream& random, SampleWriter& writer, const Sheet& sheet, const std::string& kind) {
  writer.add_picture(with_grain(random, sheet.drawing));
  writer.set_kind(kind);
}

// In the middle of the text's box.
void label(Sheet& sheet, const std::string& text, Point middle) {
  const Rect box = sheet.drawing.measure(sheet.style, text);
  sheet.drawing.text(sheet.style, text, {middle.x - box.width / 2, middle.y - box.height / 2}, sheet.inks.ink);
}

void ask_polygon(RandomStream& random, SampleWriter& writer) {
  static constexpr const char* kNames[] = {"triangle", "square", "pentagon", "hexagon", "octagon"};
  static constexpr std::int64_t kSides[] = {3, 4, 5, 6, 8};
  const std::size_t which = random.below(5);
  Sheet sheet = new_sheet(random, writer);
  const double radius = sheet.side * static_cast<double>(random.between(25, 44)) / 100;
  const double turn =
      which == 1 ? 45.0 + static_cast<double>(random.between(-15, 15)) : static_cast<double>(random.between(0, 359));
  const std::vector<Point> corners = regular_polygon(sheet.middle(), radius, kSides[which], turn);
  if (random.coin()) sheet.drawing.fill_polygon(corners, sheet.inks.ink);
  sheet.drawing.frame_polygon(corners, 3, sheet.inks.ink);
  finish(random, writer, sheet, "polygon");
  const std::string name = kNames[which], sides = std::to_string(kSides[which]);
  const std::string both = "A" + std::string(which == 4 ? "n " : " ") + name + " has " + sides;
  switch (random.below(4)) {
    case 0:
      return ask(random, writer,
                 {"How many sides does the shape have?", "Count the sides of the shape.", "How many edges are there?",
                  "What is the number of sides?", "This shape has how many sides?"},
                 sides, both + " sides.");
    case 1:
      return ask(random, writer,
                 {"How many corners does the shape have?", "Count the corners.", "How many vertices are there?",
                  "What is the number of corners?", "This shape has how many corners?"},
                 sides, both + " corners.");
    case 2: {
      std::vector<std::string> wrong;
      for (const char* const other : kNames) {
        if (other != name && wrong.size() < 3) wrong.emplace_back(other);
      }
      return ask(random, writer,
                 lettered("", {"What is this shape?", "Which polygon is shown?", "Name the shape."}, name, wrong));
    }
    default:
      ask(random, writer,
          {"What is the shape called?", "Which polygon is shown?", "Name this shape.", "What kind of polygon is this?",
           "What is the name of the shape?"},
          name, "It is " + with_article(name) + " with " + sides + " sides.");
  }
}

void ask_rectangle(RandomStream& random, SampleWriter& writer) {
  const auto [a, b] = random_pair(random, writer.test(), {2, 9});
  Sheet sheet = new_sheet(random, writer);
  const double unit = (sheet.side - 70) / static_cast<double>(std::max(a, b));
  // A side drawn at least this long leaves room for its label.
  const double width = std::max(30.0, unit * static_cast<double>(a)),
               height = std::max(24.0, unit * static_cast<double>(b));
  const Rect box{(sheet.side - width) / 2 - 8, (sheet.side - height) / 2 - 8, width, height};
  sheet.drawing.fill(box, mix(sheet.inks.ground, sheet.inks.ink, 0.2));
  sheet.drawing.frame(box, 2, sheet.inks.ink);
  label(sheet, std::to_string(a), {box.middle().x, box.y + height + 13});
  label(sheet, std::to_string(b), {box.x + width + 13, box.middle().y});
  const bool area = random.coin();
  finish(random, writer, sheet, area ? "area" : "perimeter");
  const std::string left = std::to_string(a), right = std::to_string(b);
  if (area) {
    const std::string size = std::to_string(a * b);
    return ask(random, writer,
               {"What is the area of the rectangle?", "Find the area.", "How large is the area of this rectangle?",
                "Calculate the area of the shape.", "What area does the rectangle cover?"},
               size, left + " x " + right + " = " + size + ", so the area is " + size + ".");
  }
  const std::string around = std::to_string(2 * (a + b)), half = std::to_string(a + b);
  ask(random, writer,
      {"What is the perimeter of the rectangle?", "Find the perimeter.", "How long is the way around the rectangle?",
       "Calculate the perimeter of the shape.", "What is the total length of all four sides?"},
      around, left + " + " + right + " = " + half + ", so the perimeter is " + around + ".");
}

// Angles of 30 to 110 degrees in steps of 10, drawn as they are.
void ask_triangle(RandomStream& random, SampleWriter& writer) {
  const std::int64_t first = 10 * random.between(3, 11);
  const std::int64_t second = 10 * random.between(3, std::min<std::int64_t>(11, 15 - first / 10));
  const std::int64_t third = 180 - first - second;
  Sheet sheet = new_sheet(random, writer);
  const double radius = 0.44 * sheet.side;
  const Point middle{sheet.middle().x, sheet.middle().y};
  // The angle at the circle is half of the arc across.
  const auto turn = static_cast<double>(random.between(0, 359));
  const double arcs[] = {0, 2.0 * static_cast<double>(third), 2.0 * static_cast<double>(third + first)};
  const std::vector<Point> corners = {on_circle(middle, radius, turn + arcs[0]),
                                      on_circle(middle, radius, turn + arcs[1]),
                                      on_circle(middle, radius, turn + arcs[2])};
  sheet.drawing.frame_polygon(corners, 2, sheet.inks.ink);
  const Point heart{(corners[0].x + corners[1].x + corners[2].x) / 3, (corners[0].y + corners[1].y + corners[2].y) / 3};
  const std::string degree = "\xC2\xB0";
  // Corner i looks at the arc between the other two.
  const std::string labels[] = {std::to_string(first) + degree, std::to_string(second) + degree, "?"};
  sheet.style.size = 14;
  for (std::size_t i = 0; i < 3; ++i) {
    const double share = i == 2 ? 0.4 : 0.48;
    label(sheet, labels[i],
          {corners[i].x + (heart.x - corners[i].x) * share, corners[i].y + (heart.y - corners[i].y) * share});
  }
  finish(random, writer, sheet, "triangle");
  const std::string answer = std::to_string(third), known = std::to_string(first + second);
  ask(random, writer,
      {"What is the missing angle in degrees?", "Find the angle with the question mark.",
       "How many degrees is the third angle?", "What is the size of the unknown angle?",
       "Calculate the missing angle of the triangle."},
      answer,
      std::to_string(first) + " + " + std::to_string(second) + " = " + known + ", so the angle is " + answer + ".");
}

void ask_lines(RandomStream& random, SampleWriter& writer) {
  Sheet sheet = new_sheet(random, writer);
  const double longest = sheet.side - 44;
  const double longer = longest * static_cast<double>(random.between(70, 100)) / 100;
  const double shorter = longer * static_cast<double>(random.between(30, 80)) / 100;
  const bool first_longer = random.coin(), named = random.coin(), upright = random.coin();
  std::vector<NamedColour> colours = {thing_colours().begin(), thing_colours().begin() + 6};  // red to purple
  random.shuffle(colours);
  sheet.drawing.fill(sheet.drawing.all(), kWhite);
  sheet.inks.ink = kBlack;
  for (int i = 0; i < 2; ++i) {
    const double length = (i == 0) == first_longer ? longer : shorter;
    const double across = sheet.side * (i == 0 ? 0.32 : 0.7), begin = 28 + static_cast<double>(random.between(0, 8));
    const Point from = upright ? Point{across, begin} : Point{begin, across};
    const Point to = upright ? Point{across, begin + length} : Point{begin + length, across};
    sheet.drawing.line(from, to, 5, named ? colours[static_cast<std::size_t>(i)].rgb : kBlack);
    if (!named) label(sheet, i == 0 ? "A" : "B", upright ? Point{across, 13} : Point{14, across});
  }
  finish(random, writer, sheet, "lines");
  const bool asks_longer = random.coin();
  const std::size_t right = asks_longer == first_longer ? 0 : 1;
  const std::string name = named        ? colours[right].name
                           : right == 0 ? "A"
                                        : "B",
                    much = asks_longer ? "longer" : "shorter";
  const std::string which = named ? "Which color is the " + much + " line?" : "Which line is " + much + ", A or B?";
  ask(random, writer,
      {which, "Which line is " + much + "?", "Name the " + much + " line.", "Which of the two lines is " + much + "?",
       "Tell me which line is " + much + "."},
      name, named ? "The " + name + " line is " + much + "." : "Line " + name + " is " + much + ".");
}

void ask_angle(RandomStream& random, SampleWriter& writer) {
  static constexpr const char* kKinds[] = {"acute", "right", "obtuse"};
  const std::size_t kind = random.below(3);
  const double opening = kind == 0   ? static_cast<double>(random.between(25, 70))
                         : kind == 1 ? 90
                                     : static_cast<double>(random.between(112, 160));
  Sheet sheet = new_sheet(random, writer);
  const double turn = kind == 1 && random.coin() ? 90.0 * static_cast<double>(random.below(4))
                                                 : static_cast<double>(random.between(0, 359));
  // The legs lie on both sides of the middle.
  const double leg = 0.46 * sheet.side, back = 0.5 * leg * std::cos(opening * std::numbers::pi / 360);
  const Point corner = on_circle(sheet.middle(), back, turn + opening / 2 + 180);
  for (const double angle : {turn, turn + opening}) {
    sheet.drawing.line(corner, on_circle(corner, leg, angle), 3, sheet.inks.ink);
  }
  sheet.drawing.fill_sector(corner, 14, turn, turn + opening, sheet.inks.ink);
  finish(random, writer, sheet, "angle");
  ask(random, writer,
      {"Is the angle acute, right or obtuse?", "What kind of angle is this, acute, right or obtuse?",
       "Which type of angle is shown: right, acute or obtuse?", "Name the kind of angle (acute, obtuse or right).",
       "Is this an acute, an obtuse or a right angle?"},
      kKinds[kind], "It is " + with_article(kKinds[kind]) + " angle.");
}

void ask_clock(RandomStream& random, SampleWriter& writer) {
  const std::int64_t hour = random.between(1, 12);
  const bool half = random.coin();
  Sheet sheet = new_sheet(random, writer);
  const Point middle = sheet.middle();
  const double radius = 0.45 * sheet.side;
  const Rect face{middle.x - radius, middle.y - radius, 2 * radius, 2 * radius};
  sheet.drawing.fill_ellipse(face, kWhite);
  sheet.drawing.frame_ellipse(face, 4, sheet.inks.ink);
  sheet.inks.ink = kBlack;
  sheet.style.size = 14;
  for (std::int64_t i = 1; i <= 12; ++i)
    label(sheet, std::to_string(i), on_circle(middle, 0.8 * radius, 30.0 * static_cast<double>(i)));
  const double turn = 30.0 * static_cast<double>(hour) + (half ? 15 : 0);
  sheet.drawing.line(middle, on_circle(middle, 0.42 * radius, turn), 5, kBlack);
  sheet.drawing.line(middle, on_circle(middle, 0.66 * radius, half ? 180 : 0), 3,
                     random.coin() ? kBlack : Rgb{214, 40, 40});
  sheet.drawing.fill_ellipse({middle.x - 4, middle.y - 4, 8, 8}, kBlack);
  finish(random, writer, sheet, "clock");
  const std::string time = std::to_string(hour) + (half ? ":30" : ":00");
  ask(random, writer,
      {"What time is it?", "What time does the clock show?", "Read the clock.", "Which time is shown on the clock?",
       "What is the time on this clock?"},
      time, "The clock shows " + time + ".");
}

void draw_geometry(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  static constexpr void (*kKinds[])(RandomStream&, SampleWriter&) = {ask_polygon, ask_rectangle, ask_triangle,
                                                                     ask_lines,   ask_angle,     ask_clock};
  kKinds[index % 6](random, writer);
}

}  // namespace

Family geometry_family() {
  return {"geometry",
          "polygons, rectangles, angles, lines and clocks",
          {{"sides", {120, 160}, {112, 1024}}},
          draw_geometry};
}

}  // namespace ov
