#include "report/chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "report/html.h"

namespace ov {
namespace {

// In units of the view box; the page scales it to the width of its column.
constexpr double kWidth = 480, kHeight = 236;
constexpr double kLeft = 54, kRight = 468, kTop = 26, kBottom = 196;
constexpr double kLetterWidth = 7.2;  // of the largest font that the page uses
constexpr std::size_t kMaxPoints = 2000;
constexpr std::size_t kHoverSlots = 80;
constexpr std::size_t kMaxGapMarks = 20;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  std::string digits = text;
  if (digits.ends_with(".0")) digits.resize(digits.size() - 2);
  return digits;
}

std::string attribute(const char* name, double value) { return std::string(" ") + name + "=\"" + number(value) + "\""; }

std::string rect(const std::string& classes, double x, double width, const std::string& title) {
  return "<rect class=\"" + classes + "\"" + attribute("x", x) + attribute("y", kTop) + attribute("width", width) +
         attribute("height", kBottom - kTop) + "><title>" + html(title) + "</title></rect>";
}

std::string text(const std::string& classes, double x, double y, const std::string& content) {
  return "<text class=\"" + classes + "\"" + attribute("x", x) + attribute("y", y) + ">" + html(content) + "</text>";
}

std::string rule(const std::string& classes, double x1, double y1, double x2, double y2) {
  return "<path class=\"" + classes + "\" d=\"M" + number(x1) + " " + number(y1) + "L" + number(x2) + " " + number(y2) +
         "\"/>";
}

struct Frame {
  const Chart& chart;
  Axis x;

  double at_x(double value) const { return kLeft + (kRight - kLeft) * x.position(value); }
  double at_y(double value) const { return kBottom - (kBottom - kTop) * chart.y.position(value); }
};

std::string draw_axes(const Frame& frame) {
  std::string svg;
  const Axis& y = frame.chart.y;
  for (std::size_t i = 0; i < y.ticks.size(); ++i) {
    const double at = frame.at_y(y.ticks[i]);
    svg += rule("grid", kLeft, at, kRight, at) + text("tick end", kLeft - 6, at + 4, y.labels[i]);
  }
  double free_from = 0;
  for (std::size_t i = 0; i < frame.x.ticks.size(); ++i) {
    const double at = frame.at_x(frame.x.ticks[i]);
    const double half = kLetterWidth * static_cast<double>(frame.x.labels[i].size()) / 2;
    svg += rule("axis", at, kBottom, at, kBottom + 4);
    if (at - half < free_from) continue;
    // A label at the right edge ends there instead of being cut.
    const bool at_edge = at + half > kWidth;
    svg += text(at_edge ? "tick end" : "tick mid", at_edge ? kWidth : at, kBottom + 18, frame.x.labels[i]);
    free_from = at + half + kLetterWidth;
  }
  svg += rule("axis", kLeft, kBottom, kRight, kBottom);
  svg += text("unit", 0, 12, frame.chart.y_unit);
  return svg + text("unit mid", (kLeft + kRight) / 2, kHeight - 4, frame.chart.x_unit);
}

// Names where all fit, else their numbers: the page lists the stages in the same order.
std::string draw_bands(const Frame& frame) {
  if (frame.chart.bands.size() < 2) return "";
  const auto fits = [&](const ChartBand& band) {
    const double room = frame.at_x(band.end) - frame.at_x(band.begin);
    return static_cast<double>(band.name.size()) * kLetterWidth < room;
  };
  const bool names = std::all_of(frame.chart.bands.begin(), frame.chart.bands.end(), fits);
  std::string svg;
  for (std::size_t i = 0; i < frame.chart.bands.size(); ++i) {
    const ChartBand& band = frame.chart.bands[i];
    const double begin = frame.at_x(band.begin), end = frame.at_x(band.end);
    svg += rect(i % 2 == 0 ? "band even" : "band", begin, end - begin, band.name);
    svg += text("stage mid", (begin + end) / 2, kTop - 5, names ? band.name : std::to_string(i + 1));
  }
  return svg;
}

// Pieces between gaps; a piece of one point becomes a dot, because a line without length is not drawn.
std::string draw_line(const Frame& frame, const ChartLine& line) {
  const std::vector<Point> points = thin(line.points, kMaxPoints);
  std::string path;
  bool open = false;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!std::isfinite(points[i].y)) {
      open = false;
      continue;
    }
    const bool alone = !open && (i + 1 == points.size() || !std::isfinite(points[i + 1].y));
    path += (open ? "L" : "M") + number(frame.at_x(points[i].x)) + " " + number(frame.at_y(points[i].y));
    if (alone) path += "h0.1";
    open = true;
  }
  return "<path class=\"line " + line.classes + "\" d=\"" + path + "\"/>";
}

std::string draw_gap_marks(const Frame& frame) {
  std::string svg;
  std::size_t marks = 0;
  for (const Point& point : frame.chart.lines[0].points) {
    if (std::isfinite(point.y) || ++marks > kMaxGapMarks) continue;
    const double at = frame.at_x(point.x);
    svg += "<path class=\"gap\" d=\"M" + number(at - 4) + " " + number(kTop) + "h8l-4 7z\"><title>" +
           html(frame.chart.x_text(point.x) + ": not a number") + "</title></path>";
  }
  return svg;
}

// Invisible columns that say on hover what is there.
std::string draw_hover(const Frame& frame) {
  const std::size_t count = frame.chart.lines[0].points.size();
  const std::size_t slots = std::min(count, kHoverSlots);
  const double width = (kRight - kLeft) / static_cast<double>(slots);
  std::string svg;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    // The last slot shows the last point, which people look for.
    const std::size_t i = slots == 1 ? 0 : slot * (count - 1) / (slots - 1);
    const double at = frame.at_x(frame.chart.lines[0].points[i].x);
    std::string title = frame.chart.x_text(frame.chart.lines[0].points[i].x);
    for (const ChartLine& line : frame.chart.lines) {
      title += "\n" + line.name + " " + frame.chart.y_text(line.points[i].y);
    }
    const double begin = std::max(kLeft, at - width / 2), end = std::min(kRight, at + width / 2);
    svg += rect("hover", begin, end - begin, title);
  }
  return svg;
}

}  // namespace

std::string chart_svg(const Chart& chart) {
  const std::vector<Point>& first = chart.lines.at(0).points;
  const double begin = chart.bands.empty() ? first.front().x : chart.bands.front().begin;
  const double end = chart.bands.empty() ? first.back().x : chart.bands.back().end;
  const Frame frame{chart, step_axis(begin, end, 6)};
  std::string svg = "<svg viewBox=\"0 0 " + number(kWidth) + " " + number(kHeight) + "\" role=\"img\" aria-label=\"" +
                    html(chart.about) + "\">";
  svg += draw_bands(frame) + draw_axes(frame);
  for (const ChartLine& line : chart.lines) svg += draw_line(frame, line);
  return svg + draw_gap_marks(frame) + draw_hover(frame) + "</svg>";
}

}  // namespace ov
