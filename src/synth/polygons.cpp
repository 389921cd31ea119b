#include "synth/polygons.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace ov {
namespace {

constexpr const char* kFigures[] = {"circle", "square", "triangle", "star", "diamond", "hexagon", "heart", "cross"};

std::vector<Point> star(Point middle, double radius) {
  std::vector<Point> corners;
  for (int i = 0; i < 10; ++i) corners.push_back(on_circle(middle, i % 2 == 0 ? radius : 0.42 * radius, 36.0 * i));
  return corners;
}

std::vector<Point> cross(Point m, double r) {
  const double t = r / 3;
  return {{m.x - t, m.y - r}, {m.x + t, m.y - r}, {m.x + t, m.y - t}, {m.x + r, m.y - t},
          {m.x + r, m.y + t}, {m.x + t, m.y + t}, {m.x + t, m.y + r}, {m.x - t, m.y + r},
          {m.x - t, m.y + t}, {m.x - r, m.y + t}, {m.x - r, m.y - t}, {m.x - t, m.y - t}};
}

// The curve x = 16 sin^3 t, y = 13 cos t - 5 cos 2t - 2 cos 3t - cos 4t.
std::vector<Point> heart(Point middle, double radius) {
  std::vector<Point> corners;
  for (int i = 0; i < 60; ++i) {
    const double t = i * std::numbers::pi / 30;
    const double x = 16 * std::pow(std::sin(t), 3);
    const double y = 13 * std::cos(t) - 5 * std::cos(2 * t) - 2 * std::cos(3 * t) - std::cos(4 * t);
    corners.push_back({middle.x + x * radius / 17, middle.y - (y + 2.5) * radius / 17});
  }
  return corners;
}

}  // namespace

std::span<const char* const> figure_names() { return kFigures; }

void draw_figure(Drawing& drawing, const std::string& name, const Rect& box, const Rgb& colour) {
  const Point middle = box.middle();
  const double radius = std::min(box.width, box.height) / 2;
  if (name == "circle") {
    drawing.fill_ellipse({middle.x - radius, middle.y - radius, 2 * radius, 2 * radius}, colour);
  } else if (name == "square") {
    drawing.fill_polygon(regular_polygon(middle, 1.25 * radius, 4, 45), colour);
  } else if (name == "triangle") {
    drawing.fill_polygon({{middle.x, middle.y - radius},
                          {middle.x + radius, middle.y + 0.8 * radius},
                          {middle.x - radius, middle.y + 0.8 * radius}},
                         colour);
  } else if (name == "star") {
    drawing.fill_polygon(star(middle, radius), colour);
  } else if (name == "diamond") {
    drawing.fill_polygon({{middle.x, middle.y - radius},
                          {middle.x + 0.65 * radius, middle.y},
                          {middle.x, middle.y + radius},
                          {middle.x - 0.65 * radius, middle.y}},
                         colour);
  } else if (name == "hexagon") {
    drawing.fill_polygon(regular_polygon(middle, radius, 6, 30), colour);
  } else if (name == "heart") {
    drawing.fill_polygon(heart(middle, radius), colour);
  } else if (name == "cross") {
    drawing.fill_polygon(cross(middle, radius), colour);
  } else {
    throw Error(ErrorKind::internal, "no figure is called \"" + name + "\"");
  }
}

std::vector<Point> regular_polygon(Point middle, double radius, std::int64_t sides, double turn) {
  std::vector<Point> corners;
  for (std::int64_t i = 0; i < sides; ++i) {
    corners.push_back(on_circle(middle, radius, turn + 360.0 * static_cast<double>(i) / static_cast<double>(sides)));
  }
  return corners;
}

Point on_circle(Point middle, double radius, double angle) {
  const double radians = angle * std::numbers::pi / 180;
  return {middle.x + radius * std::sin(radians), middle.y - radius * std::cos(radians)};
}

}  // namespace ov
