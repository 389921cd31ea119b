// What one picture or frame shows: motifs, which are plain shapes in named colours or pictures of things, on a light
// ground. A view is plain data, so that questions are answered from it and it is drawn afterwards.
//
//   const std::vector<Motif> motifs = pick_motifs(random, writer, wants_things(random, writer), 2);
//   View view = pick_ground(random, motifs);
//   view.placed = {{motifs[0], {10, 20, 40, 40}}, {motifs[1], {55, 50, 40, 40}}};
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
#include "synth/figures.h"
#include "synth/palette.h"
#include "synth/random_stream.h"

namespace ov {

struct Motif {
  std::string noun;                        // "circle", "cat"
  std::string plural;                      // "circles", "cats"
  std::string colour;                      // of a shape; a thing has none
  Rgb rgb;                                 // of a thing the mean
  Paint paint;                             // of a shape
  std::shared_ptr<const Picture> picture;  // of a thing; null for a shape

  bool is_shape() const { return picture == nullptr; }
  // "red circle", "cat"
  std::string words() const { return colour.empty() ? noun : colour + " " + noun; }
  // "a red circle", "two red circles"
  std::string counted(std::int64_t count) const;
  std::string plural_words() const { return colour.empty() ? plural : colour + " " + plural; }
};

struct PlacedMotif {
  Motif motif;
  Rect box;
  double angle = 0;
};

struct View {
  std::string ground;  // "light blue"
  Rgb ground_rgb;
  std::vector<PlacedMotif> placed;
};

Motif make_shape(RandomStream& random, const Paint& paint);
// A shape of a form and a colour that none of those taken has. Half of those for tests are pairs that training lacks.
Motif pick_shape(RandomStream& random, bool test, const std::vector<Motif>& taken = {});
// The same form in another colour, the same colour in another form.
Motif recoloured(RandomStream& random, bool test, const Motif& shape);
Motif reshaped(RandomStream& random, bool test, const Motif& shape);

// Whether this sample draws things rather than shapes, by the family's setting "things" (percent).
bool wants_things(RandomStream& random, const SampleWriter& writer);
// With different nouns and, for shapes, different colours. Nameless ones must not be named in questions.
std::vector<Motif> pick_motifs(RandomStream& random, const SampleWriter& writer, bool things, std::int64_t count,
                               bool nameless = false);

// A ground that all the motifs stand out against, with nothing on it.
View pick_ground(RandomStream& random, const std::vector<Motif>& motifs);

// Four corners to stand in, with a little room to move: what is where has a name that is certain.
inline constexpr std::array kCorners = {"top left", "top right", "bottom left", "bottom right"};
Rect corner_box(RandomStream& random, std::size_t corner, double smallest = 34, double largest = 44);
// `count` places that do not touch, sides 24 to 40: one is large, many are small.
std::vector<Rect> free_boxes(RandomStream& random, std::int64_t count);

void draw_motif(Drawing& drawing, const Motif& motif, const Rect& box, double angle = 0);
Image draw_view(RandomStream& random, const View& view, std::int64_t width, std::int64_t height);

}  // namespace ov
