#include "synth/drawing.h"

#include <cairo.h>
#include <pango/pangoft2.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "synth/fonts.h"
#include "synth/random_stream.h"

namespace ov {
namespace {

constexpr double kDegree = std::numbers::pi / 180;

void set_colour(cairo_t* cairo, const Rgb& colour) {
  cairo_set_source_rgb(cairo, colour.red / 255, colour.green / 255, colour.blue / 255);
}

void add_corners(cairo_t* cairo, const std::vector<Point>& points) {
  for (const Point& point : points) cairo_line_to(cairo, point.x, point.y);
}

void add_ellipse(cairo_t* cairo, const Rect& box) {
  cairo_save(cairo);
  cairo_translate(cairo, box.x + box.width / 2, box.y + box.height / 2);
  cairo_scale(cairo, std::max(box.width, 1e-3) / 2, std::max(box.height, 1e-3) / 2);
  cairo_new_path(cairo);
  cairo_arc(cairo, 0, 0, 1, 0, 2 * std::numbers::pi);
  cairo_restore(cairo);
}

void stroke(cairo_t* cairo, double width, const Rgb& colour) {
  set_colour(cairo, colour);
  cairo_set_line_width(cairo, width);
  cairo_stroke(cairo);
}

struct LayoutDelete {
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
};
using Layout = std::unique_ptr<PangoLayout, LayoutDelete>;

Layout make_layout(const TextStyle& style, const std::string& text, double wrap) {
  Layout layout(pango_layout_new(font_context()));
  PangoFontDescription* font = pango_font_description_new();
  pango_font_description_set_family(font, style.font.c_str());
  pango_font_description_set_absolute_size(font, style.size * PANGO_SCALE);
  if (style.bold) pango_font_description_set_weight(font, PANGO_WEIGHT_BOLD);
  if (style.italic) pango_font_description_set_style(font, PANGO_STYLE_ITALIC);
  pango_layout_set_font_description(layout.get(), font);
  pango_font_description_free(font);
  pango_layout_set_text(layout.get(), text.c_str(), static_cast<int>(text.size()));
  if (wrap > 0) {
    pango_layout_set_width(layout.get(), static_cast<int>(wrap * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  }
  return layout;
}

Rect size_of(PangoLayout* layout) {
  int width = 0, height = 0;
  pango_layout_get_size(layout, &width, &height);
  return {0, 0, static_cast<double>(width) / PANGO_SCALE, static_cast<double>(height) / PANGO_SCALE};
}

// The text as one byte of ink a pixel, its left upper corner at (kMargin, kMargin) and the fraction of a pixel.
class Ink {
 public:
  Ink(PangoLayout* layout, double x_fraction, double y_fraction) {
    PangoRectangle drawn, logical;
    pango_layout_get_pixel_extents(layout, &drawn, &logical);
    const int width = std::max(drawn.x + drawn.width, logical.x + logical.width) + 2 * kMargin;
    const int height = std::max(drawn.y + drawn.height, logical.y + logical.height) + 2 * kMargin;
    mask_ = cairo_image_surface_create(CAIRO_FORMAT_A8, width, height);
    FT_Bitmap bitmap{};
    bitmap.width = static_cast<unsigned>(width), bitmap.rows = static_cast<unsigned>(height);
    bitmap.pitch = cairo_image_surface_get_stride(mask_), bitmap.buffer = cairo_image_surface_get_data(mask_);
    bitmap.num_grays = 256, bitmap.pixel_mode = FT_PIXEL_MODE_GRAY;
    pango_ft2_render_layout_subpixel(&bitmap, layout, static_cast<int>((kMargin + x_fraction) * PANGO_SCALE),
                                     static_cast<int>((kMargin + y_fraction) * PANGO_SCALE));
    cairo_surface_mark_dirty(mask_);
  }
  ~Ink() { cairo_surface_destroy(mask_); }
  Ink(const Ink&) = delete;
  Ink& operator=(const Ink&) = delete;

  void paint(cairo_t* cairo, double x, double y, const Rgb& colour) const {
    set_colour(cairo, colour);
    cairo_mask_surface(cairo, mask_, x - kMargin, y - kMargin);
  }

 private:
  static constexpr int kMargin = 4;  // for what sticks out of a letter's box to the left and above
  cairo_surface_t* mask_;
};

}  // namespace

struct Drawing::Surface {
  cairo_surface_t* surface = nullptr;
  cairo_t* cairo = nullptr;

  Surface(std::int64_t width, std::int64_t height)
      : surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height))),
        cairo(cairo_create(surface)) {}
  ~Surface() {
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
  }
};

Drawing::Drawing(std::int64_t width, std::int64_t height, const Rgb& background)
    : width_(width), height_(height), surface_(std::make_unique<Surface>(width, height)) {
  set_colour(surface_->cairo, background);
  cairo_paint(surface_->cairo);
}

Drawing::~Drawing() = default;
Drawing::Drawing(Drawing&&) noexcept = default;

void Drawing::fill(const Rect& box, const Rgb& colour) {
  set_colour(surface_->cairo, colour);
  cairo_rectangle(surface_->cairo, box.x, box.y, box.width, box.height);
  cairo_fill(surface_->cairo);
}

void Drawing::fill_rounded(const Rect& box, double radius, const Rgb& colour) {
  cairo_t* cairo = surface_->cairo;
  const double r = std::min({radius, box.width / 2, box.height / 2});
  cairo_new_path(cairo);
  cairo_arc(cairo, box.x + box.width - r, box.y + r, r, -90 * kDegree, 0);
  cairo_arc(cairo, box.x + box.width - r, box.y + box.height - r, r, 0, 90 * kDegree);
  cairo_arc(cairo, box.x + r, box.y + box.height - r, r, 90 * kDegree, 180 * kDegree);
  cairo_arc(cairo, box.x + r, box.y + r, r, 180 * kDegree, 270 * kDegree);
  set_colour(cairo, colour);
  cairo_fill(cairo);
}

void Drawing::frame(const Rect& box, double line, const Rgb& colour) {
  const Rect middle = box.inset(line / 2);
  cairo_rectangle(surface_->cairo, middle.x, middle.y, middle.width, middle.height);
  stroke(surface_->cairo, line, colour);
}

void Drawing::fill_ellipse(const Rect& box, const Rgb& colour) {
  add_ellipse(surface_->cairo, box);
  set_colour(surface_->cairo, colour);
  cairo_fill(surface_->cairo);
}

void Drawing::frame_ellipse(const Rect& box, double line, const Rgb& colour) {
  add_ellipse(surface_->cairo, box.inset(line / 2));
  stroke(surface_->cairo, line, colour);
}

void Drawing::fill_polygon(const std::vector<Point>& corners, const Rgb& colour) {
  cairo_new_path(surface_->cairo);
  add_corners(surface_->cairo, corners);
  set_colour(surface_->cairo, colour);
  cairo_fill(surface_->cairo);
}

void Drawing::frame_polygon(const std::vector<Point>& corners, double line, const Rgb& colour) {
  cairo_new_path(surface_->cairo);
  add_corners(surface_->cairo, corners);
  cairo_close_path(surface_->cairo);
  stroke(surface_->cairo, line, colour);
}

void Drawing::fill_sector(Point middle, double radius, double from, double to, const Rgb& colour) {
  cairo_t* cairo = surface_->cairo;
  cairo_new_path(cairo);
  cairo_move_to(cairo, middle.x, middle.y);
  cairo_arc(cairo, middle.x, middle.y, radius, (from - 90) * kDegree, (to - 90) * kDegree);
  set_colour(cairo, colour);
  cairo_fill(cairo);
}

void Drawing::line(Point from, Point to, double width, const Rgb& colour) { lines({from, to}, width, colour); }

void Drawing::lines(const std::vector<Point>& points, double width, const Rgb& colour) {
  cairo_new_path(surface_->cairo);
  add_corners(surface_->cairo, points);
  stroke(surface_->cairo, width, colour);
}

void Drawing::gradient(const Rect& box, const Rgb& top, const Rgb& bottom) {
  cairo_pattern_t* pattern = cairo_pattern_create_linear(0, box.y, 0, box.y + box.height);
  cairo_pattern_add_color_stop_rgb(pattern, 0, top.red / 255, top.green / 255, top.blue / 255);
  cairo_pattern_add_color_stop_rgb(pattern, 1, bottom.red / 255, bottom.green / 255, bottom.blue / 255);
  cairo_set_source(surface_->cairo, pattern);
  cairo_rectangle(surface_->cairo, box.x, box.y, box.width, box.height);
  cairo_fill(surface_->cairo);
  cairo_pattern_destroy(pattern);
}

Rect Drawing::measure(const TextStyle& style, const std::string& text, double wrap) const {
  return size_of(make_layout(style, text, wrap).get());
}

Rect Drawing::text(const TextStyle& style, const std::string& text, Point at, const Rgb& colour, double wrap) {
  const Layout layout = make_layout(style, text, wrap);
  const double x = std::floor(at.x), y = std::floor(at.y);
  Ink(layout.get(), at.x - x, at.y - y).paint(surface_->cairo, x, y, colour);
  const Rect size = size_of(layout.get());
  return {at.x, at.y, size.width, size.height};
}

std::vector<Letter> Drawing::letters(const TextStyle& style, const std::string& text, Point at, double wrap) const {
  const Layout layout = make_layout(style, text, wrap);
  const auto pixels = [](int units) { return static_cast<double>(units) / PANGO_SCALE; };
  std::vector<Letter> found;
  PangoLayoutIter* iter = pango_layout_get_iter(layout.get());
  do {
    const char* begin = text.c_str() + pango_layout_iter_get_index(iter);
    if (*begin == ' ' || *begin == '\0') continue;
    PangoRectangle step, line;
    pango_layout_iter_get_char_extents(iter, &step);
    pango_layout_iter_get_line_extents(iter, &line, nullptr);
    found.push_back({std::string(begin, static_cast<std::size_t>(g_utf8_next_char(begin) - begin)),
                     {at.x + pixels(step.x), at.y + pixels(line.y), pixels(step.width), pixels(line.height)}});
  } while (pango_layout_iter_next_char(iter) != 0);
  pango_layout_iter_free(iter);
  return found;
}

Rect Drawing::text_in(const TextStyle& style, const std::string& text, const Rect& box, const Rgb& colour,
                      Align align) {
  TextStyle fitting = style;
  Rect size = measure(fitting, text);
  const double ratio = std::min(box.width / std::max(size.width, 1.0), box.height / std::max(size.height, 1.0));
  if (ratio < 1) {
    fitting.size *= ratio;
    size = measure(fitting, text);
  }
  const double room = box.width - size.width;
  const double left = align == Align::left ? 0 : align == Align::right ? room : room / 2;
  return this->text(fitting, text, {box.x + left, box.y + (box.height - size.height) / 2}, colour);
}

Rect Drawing::turned_text(const TextStyle& style, const std::string& text, Point middle, double angle,
                          const Rgb& colour) {
  cairo_t* cairo = surface_->cairo;
  const Layout layout = make_layout(style, text, 0);
  const Rect size = size_of(layout.get());
  cairo_save(cairo);
  cairo_translate(cairo, middle.x, middle.y);
  cairo_rotate(cairo, angle * kDegree);
  Ink(layout.get(), 0, 0).paint(cairo, -size.width / 2, -size.height / 2, colour);
  cairo_restore(cairo);
  const double sine = std::abs(std::sin(angle * kDegree)), cosine = std::abs(std::cos(angle * kDegree));
  const double width = size.width * cosine + size.height * sine, height = size.width * sine + size.height * cosine;
  return {middle.x - width / 2, middle.y - height / 2, width, height};
}

namespace {

// `scale` pixels of the drawing for one of the picture, its middle in the middle of the box.
void paint(cairo_t* cairo, const Picture& picture, const Rect& box, double scale, const PictureStyle& placement) {
  // Its own surface over the shared pixels: a surface is not for several threads, its pixels are only read.
  auto* bytes = reinterpret_cast<unsigned char*>(const_cast<std::uint32_t*>(picture.argb.data()));
  cairo_surface_t* source =
      cairo_image_surface_create_for_data(bytes, CAIRO_FORMAT_ARGB32, static_cast<int>(picture.width),
                                          static_cast<int>(picture.height), static_cast<int>(4 * picture.width));
  cairo_save(cairo);
  cairo_translate(cairo, box.x + box.width / 2, box.y + box.height / 2);
  cairo_rotate(cairo, placement.angle * kDegree);
  cairo_scale(cairo, placement.mirrored ? -scale : scale, scale);
  cairo_set_source_surface(cairo, source, -static_cast<double>(picture.width) / 2,
                           -static_cast<double>(picture.height) / 2);
  cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_GOOD);
  cairo_paint_with_alpha(cairo, placement.opacity);
  cairo_restore(cairo);
  cairo_surface_destroy(source);
}

}  // namespace

void Drawing::picture(const Picture& picture, const Rect& box, const PictureStyle& placement) {
  const double scale =
      std::min(box.width / static_cast<double>(picture.width), box.height / static_cast<double>(picture.height));
  paint(surface_->cairo, picture, box, scale, placement);
}

void Drawing::cover(const Picture& picture, const Rect& box, const PictureStyle& placement) {
  const double scale =
      std::max(box.width / static_cast<double>(picture.width), box.height / static_cast<double>(picture.height));
  cairo_save(surface_->cairo);
  cairo_rectangle(surface_->cairo, box.x, box.y, box.width, box.height);
  cairo_clip(surface_->cairo);
  paint(surface_->cairo, picture, box, scale, placement);
  cairo_restore(surface_->cairo);
}

Image Drawing::image(int grain, std::uint64_t key) const {
  cairo_surface_flush(surface_->surface);
  const unsigned char* rows = cairo_image_surface_get_data(surface_->surface);
  const int stride = cairo_image_surface_get_stride(surface_->surface);
  RandomStream noise(key, "grain", 0);
  Image image{width_, height_, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width_ * height_))};
  std::uint8_t* to = image.rgb.data();
  for (std::int64_t y = 0; y < height_; ++y) {
    const auto* row = reinterpret_cast<const std::uint32_t*>(rows + y * stride);
    for (std::int64_t x = 0; x < width_; ++x, to += 3) {
      const std::uint32_t pixel = row[x];
      const int shift = grain > 0 ? static_cast<int>(noise.between(-grain, grain)) : 0;
      for (int c = 0; c < 3; ++c) {
        to[c] = static_cast<std::uint8_t>(std::clamp(static_cast<int>(pixel >> (16 - 8 * c) & 255) + shift, 0, 255));
      }
    }
  }
  return image;
}

}  // namespace ov
