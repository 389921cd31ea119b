// What one picture or frame shows: figures, which are plain shapes in named colours or pictures of things, on a light
// ground. A view is plain data, so that questions are answered from it and it is drawn afterwards.
//
//   const std::vector<Figure> figures = pick_figures(random, writer, wants_things(random, writer), 2);
//   View view = pick_ground(random, figures);
//   view.placed = {{figures[0], {10, 20, 40, 40}}, {figures[1], {55, 50, 40, 40}}};
//   writer.add_picture(draw_view(random, view, 128, 128));
//
// Boxes are hundredths of the picture's width and height.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "synth/drawing.h"
#include "synth/family.h"
#include "synth/palette.h"
#include "synth/random_stream.h"

namespace ov {

enum class Form { circle, square, triangle, star, heart, diamond, cross };
inline constexpr std::array kFormNames = {"circle", "square", "triangle", "star", "heart", "diamond", "cross"};

struct Figure {
  std::string noun;    // "circle", "cat"
  std::string plural;  // "circles", "cats"
  std::string colour;  // of a shape; a thing has none
  Rgb rgb;
  Form form = Form::circle;
  std::shared_ptr<const Picture> picture;  // of a thing; null for a shape

  bool is_shape() const { return picture == nullptr; }
  // "red circle", "cat"
  std::string words() const { return colour.empty() ? noun : colour + " " + noun; }
  // "a red circle", "two red circles"
  std::string counted(std::int64_t count) const;
  std::string plural_words() const { return colour.empty() ? plural : colour + " " + plural; }
};

struct Placed {
  Figure figure;
  Rect box;
  double angle = 0;
};

struct View {
  std::string ground;  // "light blue"
  Rgb ground_rgb;
  std::vector<Placed> placed;
};

// Colours by their place in thing_colours(). Some pairs of colour and form are for tests only.
bool for_tests_only(std::size_t colour, Form form);
Figure make_shape(RandomStream& random, std::size_t colour, Form form);
// A shape of a form or a colour that is not among those taken; `test` samples have the pairs that training lacks.
Figure pick_shape(RandomStream& random, bool test, const std::vector<Figure>& taken = {});
// The same form in another colour, the same colour in another form.
Figure recoloured(RandomStream& random, bool test, const Figure& shape);
Figure reshaped(RandomStream& random, bool test, const Figure& shape);

// Whether this sample draws things rather than shapes, by the family's setting "things" (percent).
bool wants_things(RandomStream& random, const SampleWriter& writer);
// With different nouns and, for shapes, different colours. Nameless ones must not be named in questions.
std::vector<Figure> pick_figures(RandomStream& random, const SampleWriter& writer, bool things, std::int64_t count,
                                 bool nameless = false);

// A ground that all the figures stand out against, with nothing on it.
View pick_ground(RandomStream& random, const std::vector<Figure>& figures);

// Four corners to stand in, with a little room to move: what is where has a name that is certain.
inline constexpr std::array kCorners = {"top left", "top right", "bottom left", "bottom right"};
Rect corner_box(RandomStream& random, std::size_t corner, double smallest = 34, double largest = 44);
// `count` places that do not touch, sides 24 to 40: one is large, many are small.
std::vector<Rect> free_boxes(RandomStream& random, std::int64_t count);

void draw_figure(Drawing& drawing, const Figure& figure, const Rect& box, double angle = 0);
Image draw_view(RandomStream& random, const View& view, std::int64_t width, std::int64_t height);

}  // namespace ov
