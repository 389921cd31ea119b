// A picture under construction: lines, shapes, text and other pictures, smoothed, through cairo and pango. Text is set
// in fonts given as files and in no other, without hinting, so that the same versions of both draw the same everywhere.
//
//   Drawing drawing(224, 112, {255, 255, 255});
//   drawing.text({.font = "Lato", .size = 20}, "Total: 12", {8, 8}, {0, 0, 0});
//   drawing.picture(*load_picture("objects/cat/1.png"), {120, 10, 90, 90});
//   const Image image = drawing.image();
//
// Lengths are pixels, x to the right and y down, angles degrees clockwise.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "media/image.h"

namespace ov {

struct Rgb {
  double red = 0, green = 0, blue = 0;  // 0 to 255
  bool operator==(const Rgb&) const = default;
};

struct Point {
  double x = 0, y = 0;
};

struct Rect {
  double x = 0, y = 0, width = 0, height = 0;

  Point middle() const { return {x + width / 2, y + height / 2}; }
  Rect inset(double by) const { return {x + by, y + by, width - 2 * by, height - 2 * by}; }
  bool overlaps(const Rect& other) const {
    return x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height;
  }
};

enum class Align { left, center, right };

struct TextStyle {
  std::string font;  // a family name that use_font() gave
  double size = 16;  // height of the line without leading
  bool bold = false;
  bool italic = false;
};

// A picture to draw with: four bytes a pixel as cairo keeps them, colours times opacity.
struct Picture {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::vector<std::uint32_t> argb;  // [height, width]
};

// From a file, PNG with its transparency, other formats without; kept for the next call. For use from any thread.
// Throws as read_file and decode_image do.
std::shared_ptr<const Picture> load_picture(const std::string& path);
Picture picture_of(const Image& image);

// Makes a font file known and returns its family name; the same file twice is one. For use from any thread.
// Throws format for a file that is not a font.
std::string use_font(const std::string& path);

struct Letter {
  std::string text;  // one character, UTF-8
  Rect box;          // as wide as the step to the next letter, as high as the ink of its line
};

struct PictureStyle {
  double angle = 0;
  bool mirrored = false;  // left and right change places
  double opacity = 1;
};

class Drawing {
 public:
  Drawing(std::int64_t width, std::int64_t height, const Rgb& background);
  ~Drawing();
  Drawing(Drawing&&) noexcept;

  std::int64_t width() const { return width_; }
  std::int64_t height() const { return height_; }
  Rect all() const { return {0, 0, static_cast<double>(width_), static_cast<double>(height_)}; }

  void fill(const Rect& box, const Rgb& colour);
  void fill_rounded(const Rect& box, double radius, const Rgb& colour);
  void frame(const Rect& box, double line, const Rgb& colour);  // its line lies inside the box
  void fill_ellipse(const Rect& box, const Rgb& colour);
  void frame_ellipse(const Rect& box, double line, const Rgb& colour);
  void fill_polygon(const std::vector<Point>& corners, const Rgb& colour);
  void frame_polygon(const std::vector<Point>& corners, double line, const Rgb& colour);
  // A piece of a pie from `from` to `to` degrees, 0 at twelve o'clock.
  void fill_sector(Point middle, double radius, double from, double to, const Rgb& colour);
  void line(Point from, Point to, double width, const Rgb& colour);
  void lines(const std::vector<Point>& points, double width, const Rgb& colour);
  void gradient(const Rect& box, const Rgb& top, const Rgb& bottom);

  // Width and height of the text as it would be drawn, in one line or broken at `wrap` pixels.
  Rect measure(const TextStyle& style, const std::string& text, double wrap = 0) const;
  // Draws with the left upper corner at `at` and returns the box.
  Rect text(const TextStyle& style, const std::string& text, Point at, const Rgb& colour, double wrap = 0);
  // Where text() puts each character, in order, without the spaces.
  std::vector<Letter> letters(const TextStyle& style, const std::string& text, Point at, double wrap = 0) const;
  // One line in a box, in its middle from top to bottom, made smaller where it would not fit.
  Rect text_in(const TextStyle& style, const std::string& text, const Rect& box, const Rgb& colour,
               Align align = Align::center);
  // Turned about the middle of its box.
  Rect turned_text(const TextStyle& style, const std::string& text, Point middle, double angle, const Rgb& colour);

  // The whole picture inside the box, as large as fits, in its middle.
  void picture(const Picture& picture, const Rect& box, const PictureStyle& placement = {});
  // The box covered: what sticks out is cut off.
  void cover(const Picture& picture, const Rect& box, const PictureStyle& placement = {});

  // Adds to every byte a number from -amount to amount that depends on `key` alone: a grain like a camera's.
  Image image(int grain = 0, std::uint64_t key = 0) const;

 private:
  struct Surface;
  std::int64_t width_, height_;
  std::unique_ptr<Surface> surface_;
};

}  // namespace ov
