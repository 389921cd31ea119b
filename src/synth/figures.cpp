#include "synth/figures.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "synth/palette.h"

namespace ov {
namespace {

constexpr Figure kFigures[] = {{"circle", "circles"}, {"square", "squares"},      {"triangle", "triangles"},
                               {"star", "stars"},     {"diamond", "diamonds"},    {"heart", "hearts"},
                               {"cross", "crosses"},  {"rectangle", "rectangles"}};
constexpr double kLeastContrast = 200;  // of a figure and what is behind it, see contrast()

// Corners in a square from -1 to 1.
std::vector<Point> star() {
  std::vector<Point> corners;
  for (int i = 0; i < 10; ++i) {
    const double radius = i % 2 == 0 ? 1 : 0.42, angle = std::numbers::pi * i / 5;
    corners.push_back({radius * std::sin(angle), -radius * std::cos(angle)});
  }
  return corners;
}

std::vector<Point> heart() {
  std::vector<Point> corners;
  for (int i = 0; i < 48; ++i) {
    const double t = 2 * std::numbers::pi * i / 48, sine = std::sin(t);
    corners.push_back({sine * sine * sine,
                       -(13 * std::cos(t) - 5 * std::cos(2 * t) - 2 * std::cos(3 * t) - std::cos(4 * t) + 2.5) / 15});
  }
  return corners;
}

std::vector<Point> cross() {
  constexpr double kArm = 0.36;
  return {{-kArm, -1}, {kArm, -1}, {kArm, -kArm}, {1, -kArm}, {1, kArm},   {kArm, kArm},
          {kArm, 1},   {-kArm, 1}, {-kArm, kArm}, {-1, kArm}, {-1, -kArm}, {-kArm, -kArm}};
}

std::vector<Point> outline(const std::string& name) {
  if (name == "square") return {{-0.86, -0.86}, {0.86, -0.86}, {0.86, 0.86}, {-0.86, 0.86}};
  if (name == "triangle") return {{0, -0.9}, {1, 0.85}, {-1, 0.85}};
  if (name == "star") return star();
  if (name == "diamond") return {{0, -1}, {0.7, 0}, {0, 1}, {-0.7, 0}};
  if (name == "heart") return heart();
  if (name == "cross") return cross();
  return {{-1, -0.5}, {1, -0.5}, {1, 0.5}, {-1, 0.5}};
}

std::vector<Point> turned_outline(const std::string& name, const Rect& box, double angle) {
  const double turn = angle * std::numbers::pi / 180, sine = std::sin(turn), cosine = std::cos(turn);
  std::vector<Point> corners = outline(name);
  for (Point& corner : corners) {
    const Point at{corner.x * box.width / 2, corner.y * box.height / 2};
    corner = {box.middle().x + at.x * cosine - at.y * sine, box.middle().y + at.x * sine + at.y * cosine};
  }
  return corners;
}

}  // namespace

std::span<const Figure> figures() { return kFigures; }

bool is_figure(const std::string& name) {
  return std::any_of(std::begin(kFigures), std::end(kFigures), [&](const Figure& f) { return f.name == name; });
}

bool kept_for_tests(const Paint& paint) { return (paint.figure * 7 + paint.colour * 3) % 8 == 0; }

Paint pick_paint(RandomStream& random, const Rgb& ground, bool test) {
  const bool unseen = test && random.coin();
  for (;;) {
    const Paint paint{random.below(figures().size()), random.below(thing_colours().size())};
    if (contrast(thing_colours()[paint.colour].rgb, ground) < kLeastContrast) continue;
    if (kept_for_tests(paint) == unseen) return paint;
  }
}

Rect figure_bounds(std::size_t figure, const Rect& box, double angle) {
  const std::string name = figures()[figure].name;
  if (name == "circle") return box;
  Point low = box.middle(), high = low;
  for (const Point& corner : turned_outline(name, box, angle)) {
    low = {std::min(low.x, corner.x), std::min(low.y, corner.y)};
    high = {std::max(high.x, corner.x), std::max(high.y, corner.y)};
  }
  return {low.x, low.y, high.x - low.x, high.y - low.y};
}

void draw_figure(Drawing& drawing, std::size_t figure, const Rect& box, double angle, const Rgb& colour) {
  const std::string name = figures()[figure].name;
  if (name == "circle") return drawing.fill_ellipse(box, colour);
  drawing.fill_polygon(turned_outline(name, box, angle), colour);
}

}  // namespace ov
