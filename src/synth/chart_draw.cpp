#include "synth/chart_draw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ov {
namespace {

constexpr double kGap = 4;
constexpr double kTickLength = 4;
constexpr Rgb kDarkGround{32, 36, 44}, kLightInk{235, 235, 235}, kShade{232, 232, 236};

class ChartDrawing {
 public:
  ChartDrawing(const ChartData& data, const ChartLook& look, std::int64_t width, std::int64_t height)
      : data_(data),
        look_(look),
        ink_(look.dark ? kLightInk : kBlack),
        drawing_(width, height, look.dark ? kDarkGround : kWhite),
        room_(drawing_.all().inset(6)),
        style_{.font = look.font, .size = look.text} {}

  Drawing take() {
    draw_title();
    if (data_.kind == ChartKind::pie) {
      draw_pie();
    } else {
      if (data_.series.size() > 1) draw_legend(series_names());
      place_plot();
      draw_ground();
      if (data_.kind == ChartKind::line) {
        for (std::size_t s = 0; s < data_.series.size(); ++s) draw_line(s);
      } else {
        draw_bars();
      }
      draw_frame();
    }
    return std::move(drawing_);
  }

 private:
  bool lying() const { return data_.kind == ChartKind::rows; }
  double line_height() const { return drawing_.measure(style_, "Ag").height; }
  Rgb faint() const { return mix(ink_, look_.dark ? kDarkGround : kWhite, 0.8); }

  std::vector<std::string> series_names() const {
    std::vector<std::string> names;
    for (const ChartSeries& series : data_.series) names.push_back(series.name);
    return names;
  }

  void cut_top(double by) {
    room_.y += by;
    room_.height -= by;
  }

  void draw_title() {
    if (data_.title.empty()) return;
    TextStyle style = style_;
    style.size *= 1.15;
    style.bold = look_.bold_title;
    const double height = drawing_.measure(style, data_.title).height;
    drawing_.text_in(style, data_.title, {room_.x, room_.y, room_.width, height}, ink_,
                     look_.title_left ? Align::left : Align::center);
    cut_top(height + kGap);
  }

  // Squares of colour with their names, in a row or one under the other, and the room that is left.
  void draw_legend(const std::vector<std::string>& names) {
    const double height = line_height(), square = std::floor(height * 0.7);
    std::vector<double> widths;
    for (const std::string& name : names) widths.push_back(square + kGap + drawing_.measure(style_, name).width);
    const bool beside = look_.legend == Legend::right || data_.kind == ChartKind::pie;
    double total = 0;
    for (const double width : widths) total += width + 3 * kGap;
    const double widest = *std::ranges::max_element(widths);
    Point at{room_.x + (room_.width - total) / 2, room_.y};
    if (beside) {
      at = {room_.x + room_.width - widest, room_.y + kGap};
      room_.width -= widest + 2 * kGap;
    } else if (look_.legend == Legend::bottom) {
      room_.height -= height + kGap;
      at.y = room_.y + room_.height + kGap;
    } else {
      cut_top(height + kGap);
    }
    for (std::size_t i = 0; i < names.size(); ++i) {
      drawing_.fill({at.x, at.y + (height - square) / 2, square, square}, look_.colours[i].rgb);
      drawing_.text(style_, names[i], {at.x + square + kGap, at.y}, ink_);
      (beside ? at.y : at.x) += beside ? height + kGap : widths[i] + 3 * kGap;
    }
  }

  // The ticks of the value axis start at zero.
  void scale() {
    const auto largest = static_cast<double>(data_.largest_value());
    const auto tick = static_cast<double>(data_.tick);
    const bool room_for_numbers = data_.printed && !look_.inside;
    top_ = look_.tight ? largest * 1.05 : std::ceil(largest / tick) * tick;
    if (room_for_numbers) top_ = std::max(top_, largest * 1.2);
  }

  void place_plot() {
    scale();
    const double height = line_height();
    double widest = 0, numbers = 0;
    for (const std::string& label : data_.labels) widest = std::max(widest, drawing_.measure(style_, label).width);
    if (look_.axis_numbers) {
      numbers = drawing_.measure(style_, std::to_string(static_cast<std::int64_t>(top_))).width + kGap;
    }
    const double tick = look_.ticks ? kTickLength : 0;
    const std::string& left_name = lying() ? data_.label_axis : data_.value_axis;
    const std::string& lower_name = lying() ? data_.value_axis : data_.label_axis;
    double left = (lying() ? widest + kGap : numbers) + tick, below = tick + kGap;
    if (!left_name.empty()) left += height + kGap / 2;
    if (!lower_name.empty()) below += height;
    const double slot = (room_.width - left) / static_cast<double>(data_.labels.size());
    angle_ = lying() ? 0 : look_.label_angle;
    if (!lying() && angle_ == 0 && widest + kGap > slot) angle_ = slot > 1.8 * height ? -45 : -90;
    const double turn = std::abs(angle_) * std::numbers::pi / 180;
    if (lying()) {
      below += look_.axis_numbers ? height : 0;
    } else {
      below += widest * std::sin(turn) + height * std::cos(turn);
    }
    const double above = look_.axis_numbers && !lying() ? height / 2 : kGap;
    const double right = lying() && look_.axis_numbers ? numbers / 2 + kGap : kGap;
    plot_ = {std::round(room_.x + left), std::round(room_.y + above), std::round(room_.width - left - right),
             std::round(room_.height - below - above)};
    name_axes(left_name, lower_name, height);
  }

  void name_axes(const std::string& left, const std::string& lower, double height) {
    if (!left.empty()) {
      drawing_.turned_text(style_, left, {room_.x + height / 2, plot_.middle().y}, -90, ink_);
    }
    if (!lower.empty()) {
      const double width = drawing_.measure(style_, lower).width;
      drawing_.text(style_, lower, {plot_.middle().x - width / 2, room_.y + room_.height - height}, ink_);
    }
  }

  double slot() const { return (lying() ? plot_.height : plot_.width) / static_cast<double>(data_.labels.size()); }
  double slot_middle(std::size_t i) const {
    return (lying() ? plot_.y : plot_.x) + slot() * (static_cast<double>(i) + 0.5);
  }
  // Where a value lies along its axis, pixels.
  double along(double value) const {
    return lying() ? plot_.x + plot_.width * value / top_ : plot_.y + plot_.height * (1 - value / top_);
  }

  void draw_ground() {
    const double right = plot_.x + plot_.width, bottom = plot_.y + plot_.height;
    if (look_.grid == ChartGrid::shaded) drawing_.fill(plot_, kShade);
    const Rgb grid = look_.grid == ChartGrid::shaded ? kWhite : faint();
    const double height = line_height();
    for (std::int64_t value = 0; static_cast<double>(value) <= top_ + 1e-6; value += data_.tick) {
      const double at = std::round(along(static_cast<double>(value))) + 0.5;
      const std::string number = std::to_string(value);
      const double width = drawing_.measure(style_, number).width;
      if (look_.grid != ChartGrid::none) {
        drawing_.line(lying() ? Point{at, plot_.y} : Point{plot_.x, at}, lying() ? Point{at, bottom} : Point{right, at},
                      1, grid);
      }
      if (!look_.axis_numbers) continue;
      const double tick = look_.ticks ? kTickLength : 0;
      if (look_.ticks) {
        drawing_.line(lying() ? Point{at, bottom} : Point{plot_.x - tick, at},
                      lying() ? Point{at, bottom + tick} : Point{plot_.x, at}, 1, ink_);
      }
      drawing_.text(style_, number,
                    lying() ? Point{at - width / 2, bottom + tick + 1}
                            : Point{plot_.x - tick - kGap / 2 - width, at - height / 2},
                    ink_);
    }
    for (std::size_t i = 0; i < data_.labels.size(); ++i) draw_label(i, grid);
  }

  void draw_label(std::size_t i, const Rgb& grid) {
    const double at = std::round(slot_middle(i)) + 0.5, bottom = plot_.y + plot_.height;
    const double tick = look_.ticks ? kTickLength : 0;
    const Rect size = drawing_.measure(style_, data_.labels[i]);
    if (look_.grid == ChartGrid::both && !lying()) drawing_.line({at, plot_.y}, {at, bottom}, 1, grid);
    if (look_.ticks) {
      drawing_.line(lying() ? Point{plot_.x - tick, at} : Point{at, bottom},
                    lying() ? Point{plot_.x, at} : Point{at, bottom + tick}, 1, ink_);
    }
    if (lying()) {
      drawing_.text(style_, data_.labels[i], {plot_.x - tick - kGap / 2 - size.width, at - size.height / 2}, ink_);
      return;
    }
    const double turn = std::abs(angle_) * std::numbers::pi / 180;
    const double high = size.width * std::sin(turn) + size.height * std::cos(turn);
    // A slanted label ends under its tick.
    const double back = angle_ == -45 ? size.width * std::cos(turn) / 2 - kGap : 0;
    drawing_.turned_text(style_, data_.labels[i], {at - back, bottom + tick + 1 + high / 2}, angle_, ink_);
  }

  void draw_bars() {
    const double share = slot() * look_.bar_share, width = share / static_cast<double>(data_.series.size());
    for (std::size_t i = 0; i < data_.labels.size(); ++i) {
      for (std::size_t s = 0; s < data_.series.size(); ++s) {
        const double from = std::round(slot_middle(i) - share / 2 + width * static_cast<double>(s));
        const double to = std::round(slot_middle(i) - share / 2 + width * static_cast<double>(s + 1));
        const std::int64_t value = data_.series[s].values[i];
        const double end = along(static_cast<double>(value));
        const Rect bar = lying() ? Rect{plot_.x, from, end - plot_.x, to - from}
                                 : Rect{from, end, to - from, plot_.y + plot_.height - end};
        const Rgb& colour = look_.colours[look_.colour_each ? i : s].rgb;
        drawing_.fill(bar, colour);
        if (look_.outlined) drawing_.frame(bar, 1, mix(colour, kBlack, 0.6));
        if (data_.printed) print_value(std::to_string(value), bar, colour);
      }
    }
  }

  void print_value(const std::string& number, const Rect& bar, const Rgb& colour) {
    const Rect size = drawing_.measure(style_, number);
    const bool inside = look_.inside && size.width + 2 < bar.width && size.height < bar.height;
    const Point middle = bar.middle();
    Point at{middle.x - size.width / 2, inside ? bar.y + 1 : bar.y - size.height};
    if (lying()) {
      const double end = bar.x + bar.width;
      at = {inside ? end - size.width - 2 : end + kGap, middle.y - size.height / 2};
    }
    const bool dark = contrast(colour, kWhite) > contrast(colour, kBlack) - 120;
    drawing_.text(style_, number, at, inside ? (dark ? kWhite : kBlack) : ink_);
  }

  void draw_line(std::size_t series) {
    const Rgb& colour = look_.colours[series].rgb;
    const std::vector<std::int64_t>& values = data_.series[series].values;
    std::vector<Point> points;
    for (std::size_t i = 0; i < values.size(); ++i) {
      points.push_back({slot_middle(i), along(static_cast<double>(values[i]))});
    }
    drawing_.lines(points, 2, colour);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const Rect dot{points[i].x - 4, points[i].y - 4, 8, 8};
      if (look_.markers) series == 0 ? drawing_.fill_ellipse(dot, colour) : drawing_.fill(dot.inset(0.5), colour);
      if (!data_.printed) continue;
      // Below the point where the line comes down to it from both sides, but not over the axis.
      const bool valley =
          (i == 0 || values[i - 1] > values[i]) && (i + 1 == values.size() || values[i + 1] > values[i]);
      const double below = dot.y + dot.height + line_height();
      const double end = valley && below < plot_.y + plot_.height ? below : dot.y;
      print_value(std::to_string(values[i]), {dot.x, end, dot.width, 0}, colour);
    }
  }

  void draw_frame() {
    const double right = plot_.x + plot_.width, bottom = plot_.y + plot_.height;
    if (look_.frame == ChartFrame::box) {
      drawing_.frame({plot_.x, plot_.y, plot_.width + 1, plot_.height + 1}, 1, ink_);
    } else if (look_.frame != ChartFrame::none) {
      drawing_.line({plot_.x, bottom + 0.5}, {right, bottom + 0.5}, 1, ink_);
    }
    if (look_.frame == ChartFrame::corner) drawing_.line({plot_.x + 0.5, plot_.y}, {plot_.x + 0.5, bottom}, 1, ink_);
  }

  void draw_pie() {
    double margin = kGap;
    if (look_.slices_named) {
      for (const std::string& label : data_.labels) margin = std::max(margin, drawing_.measure(style_, label).width);
      margin += kGap;
    } else {
      draw_legend(data_.labels);
    }
    const double height = look_.slices_named ? line_height() + kGap : kGap;
    const double radius = std::min(room_.width / 2 - margin, room_.height / 2 - height);
    const Point middle = room_.middle();
    double from = look_.first_angle;
    for (std::size_t i = 0; i < data_.labels.size(); ++i) {
      const double to = from + 3.6 * static_cast<double>(data_.values()[i]);
      drawing_.fill_sector(middle, radius, from, to, look_.colours[i].rgb);
      name_slice(i, middle, radius, (from + to) / 2 * std::numbers::pi / 180);
      from = to;
    }
  }

  void name_slice(std::size_t i, Point middle, double radius, double angle) {
    const double right = std::sin(angle), down = -std::cos(angle);
    if (data_.printed) {
      const std::string share = std::to_string(data_.values()[i]) + "%";
      const Rect size = drawing_.measure(style_, share);
      const Rgb& colour = look_.colours[i].rgb;
      const bool dark = contrast(colour, kWhite) > contrast(colour, kBlack) - 120;
      drawing_.text(
          style_, share,
          {middle.x + 0.68 * radius * right - size.width / 2, middle.y + 0.68 * radius * down - size.height / 2},
          dark ? kWhite : kBlack);
    }
    if (!look_.slices_named) return;
    const Rect size = drawing_.measure(style_, data_.labels[i]);
    const Point edge{middle.x + (radius + kGap) * right, middle.y + (radius + kGap) * down};
    drawing_.text(style_, data_.labels[i],
                  {edge.x - size.width * (1 - right) / 2, edge.y - size.height * (1 - down) / 2}, ink_);
  }

  const ChartData& data_;
  const ChartLook& look_;
  Rgb ink_;
  Drawing drawing_;
  Rect room_, plot_;
  TextStyle style_;
  double top_ = 1;    // of the value axis
  double angle_ = 0;  // of the labels
};

}  // namespace

Drawing draw_chart(const ChartData& data, const ChartLook& look, std::int64_t width, std::int64_t height) {
  return ChartDrawing(data, look, width, height).take();
}

}  // namespace ov
