// Small text at a random place of a large picture: legible at the size of its tiles, gone when the whole picture is
// shrunk to one. What AnyRes is for.
#include "synth/asking.h"
#include "synth/corpus_text.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/text_pieces.h"

namespace ov {
namespace {

std::string small_text(RandomStream& random, const SampleWriter& writer) {
  switch (random.below(6)) {
    case 0: return std::to_string(random.between(10, 9999));
    case 1: return random_price(random);
    case 2: return random_time(random);
    case 3:
      return joined(writer.corpus().lines.empty() ? random_words(random, corpus_words(writer), 2)
                                                  : running_words(random, writer.corpus(), 2));
    default: return in_random_case(random, random.pick(corpus_words(writer)));
  }
}

// A photo with a label on it, or an even ground.
Drawing draw_around(RandomStream& random, const SampleWriter& writer, std::int64_t side, const Inks& inks,
                    const Rect& text) {
  const Rect label = text.inset(-5);
  if (random.coin()) {
    Drawing drawing(side, side, inks.ground);
    drawing.cover(*pick_photo(random, writer).picture, drawing.all());
    drawing.fill_rounded(label, 3, inks.ground);
    return drawing;
  }
  Drawing drawing = ground_for_text(random, side, side, inks);
  const Rgb faint = mix(inks.ground, inks.ink, 0.35);
  if (random.coin()) drawing.frame(label, 1, faint);
  return drawing;
}

void draw_read_small(RandomStream& random, std::int64_t, SampleWriter& writer) {
  const std::int64_t side = random.between(writer.setting("sides"));
  const auto size = static_cast<double>(random.between(writer.setting("text")));
  const std::string text = small_text(random, writer);
  const TextStyle style{.font = pick_font(random, writer, FontKind::sans), .size = size, .bold = random.coin()};
  const Inks inks = random.coin() ? paper_inks(random) : legible_inks(random, 120);
  const Drawing probe(side, side, inks.ground);
  const Rect area = probe.all().inset(8), extent = probe.measure(style, text);
  const Point corner = place_inside(random, area, extent);
  const Rect box{corner.x, corner.y, extent.width, extent.height};
  Drawing drawing = draw_around(random, writer, side, inks, box);
  drawing.text(style, text, corner, inks.ink);
  const auto grain = static_cast<int>(random.between(0, 4));
  writer.add_picture(drawing.image(grain, random.next()));
  ask(random, writer,
      {"What does the small text say?", "Read the small text.", "What is written in the picture?",
       "What does the text say?", "What is the text in the image?", "Which text can you read?"},
      text, "The text says \"" + text + "\".");
}

}  // namespace

Family read_small_family() {
  return {"read_small",
          "small text somewhere on a large picture",
          {{"sides", {256, 384}, {128, 2048}}, {"text", {10, 12}, {6, 48}}},
          draw_read_small};
}

}  // namespace ov
