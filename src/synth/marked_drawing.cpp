#include "synth/marked_drawing.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "synth/asking.h"
#include "synth/figures.h"
#include "synth/lettering.h"
#include "synth/text_pieces.h"
#include "synth/words.h"

namespace ov {
namespace {

constexpr double kEmptyRim = 0.07;  // of a thing's or figure's box: little but ground lies there

Rect without_rim(const Rect& box) {
  const double x = kEmptyRim * box.width, y = kEmptyRim * box.height;
  return {box.x + x, box.y + y, box.width - 2 * x, box.height - 2 * y};
}

// Where Drawing::picture() puts it.
Rect fitted(const Picture& picture, const Rect& box) {
  const double width = static_cast<double>(picture.width), height = static_cast<double>(picture.height);
  const double scale = std::min(box.width / width, box.height / height);
  return {box.middle().x - scale * width / 2, box.middle().y - scale * height / 2, scale * width, scale * height};
}

const std::vector<std::string>& reading_requests() {
  static const std::vector<std::string> kRequests = {"What does the text say?", "Read the text in the picture.",
                                                     "What is written here?", "Write down all the text you can see.",
                                                     "Please read everything in the image."};
  return kRequests;
}

}  // namespace

Rect MarkedDrawing::write(const TextStyle& style, const std::string& text, Point at, const Rgb& ink, double wrap) {
  for (const Letter& letter : drawing_.letters(style, text, at, wrap)) mark(letter.box, {letter.text});
  mention_text(text);
  return drawing_.text(style, text, at, ink, wrap);
}

void MarkedDrawing::write_in(TextStyle style, const std::string& text, const Rect& box, const Rgb& ink, Align align) {
  Rect size = drawing_.measure(style, text);
  const double ratio = std::min(box.width / std::max(size.width, 1.0), box.height / std::max(size.height, 1.0));
  if (ratio < 1) {
    style.size *= ratio;
    size = drawing_.measure(style, text);
  }
  const double room = box.width - size.width;
  const double left = align == Align::left ? 0 : align == Align::right ? room : room / 2;
  write(style, text, {box.x + left, box.y + (box.height - size.height) / 2}, ink);
}

void MarkedDrawing::write_turned(const TextStyle& style, const std::string& text, Point middle, double angle,
                                 const Rgb& ink) {
  const Rect size = drawing_.measure(style, text);
  const double turn = angle * std::numbers::pi / 180, sine = std::sin(turn), cosine = std::cos(turn);
  for (const Letter& letter : drawing_.letters(style, text, {-size.width / 2, -size.height / 2})) {
    const Point at = letter.box.middle();
    const Point turned{middle.x + at.x * cosine - at.y * sine, middle.y + at.x * sine + at.y * cosine};
    mark({turned.x - letter.box.width / 2, turned.y - letter.box.height / 2, letter.box.width, letter.box.height},
         {letter.text});
  }
  mention_text(text);
  drawing_.turned_text(style, text, middle, angle, ink);
}

void MarkedDrawing::show(const Motif& motif, const Rect& box, double angle) {
  draw_motif(drawing_, motif, box, angle);
  mention(motif.words(), motif.plural_words());
  if (!motif.is_shape()) return mark(without_rim(fitted(*motif.picture, box)), {motif.noun});
  mark(without_rim(figure_bounds(motif.paint.figure, box, angle)), {motif.colour, motif.noun});
}

void MarkedDrawing::mention(const std::string& one, const std::string& many) {
  const auto same = [&](const Mention& thing) { return thing.one == one; };
  const auto found = std::find_if(things_.begin(), things_.end(), same);
  if (found == things_.end()) return things_.push_back({one, many});
  ++found->count;
}

std::string MarkedDrawing::caption() const {
  const std::string text = joined(texts_);
  if (things_.empty()) return text;
  std::vector<std::string> parts;
  for (const Mention& thing : things_)
    parts.push_back(thing.count == 1 ? with_article(thing.one) : number_word(thing.count) + " " + thing.many);
  if (!texts_.empty()) parts.push_back("the text \"" + text + "\"");
  return sentence(listed(parts));
}

void MarkedDrawing::hand_over(RandomStream& random, SampleWriter& writer) const {
  writer.add_picture(with_grain(random, drawing_));
  for (const Region& region : regions_) writer.add_region(region.box, region.words);
  writer.add_exchange(random.pick(things_.empty() ? reading_requests() : caption_requests()), caption());
}

}  // namespace ov
