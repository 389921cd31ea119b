// Text together with figures and things: labels, charts, signs, windows.
#include <algorithm>

#include "synth/places.h"
#include "synth/polygons.h"
#include "synth/regions.h"
#include "synth/supplies.h"
#include "synth/text_pieces.h"
#include "synth/words.h"

namespace ov {
namespace {

Rgb ink_on(const Rgb& face) { return contrast(face, kWhite) > 300 ? kWhite : kBlack; }

// Different strong colours that stand out on the ground, as many of `count` as there are.
std::vector<NamedColour> some_colours(RandomStream& random, const Rgb& ground, std::int64_t count) {
  std::vector<NamedColour> colours;
  for (const NamedColour& colour : thing_colours()) {
    if (contrast(colour.rgb, ground) > 200) colours.push_back({colour.name, shade(random, colour.rgb, 8)});
  }
  random.shuffle(colours);
  colours.resize(std::min(colours.size(), static_cast<std::size_t>(count)));
  return colours;
}

void mention(MarkedDrawing& marked, const std::string& colour, const std::string& noun) {
  marked.mention(colour + " " + noun, colour + " " + noun + "s");
}

TextStyle small_style(RandomStream& random, const SampleWriter& writer) {
  const std::int64_t size = writer.setting("text").low + random.between(0, 4);
  return {.font = pick_font(random, writer), .size = static_cast<double>(size), .bold = random.below(3) == 0};
}

// A thing or figure in each cell with a word beneath.
MarkedDrawing draw_labelled(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& words = corpus_words(writer);
  const Inks inks = paper_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const TextStyle style = small_style(random, writer);
  const std::int64_t columns = random.between(1, 3), rows = random.between(1, 2);
  const double width = marked.all().width / static_cast<double>(columns);
  const double height = marked.all().height / static_cast<double>(rows), label = 1.4 * style.size;
  const bool named = random.coin();
  for (std::int64_t i = 0; i < columns * rows; ++i) {
    const Rect cell =
        Rect{width * static_cast<double>(i % columns), height * static_cast<double>(i / columns), width, height}.inset(
            2);
    const Motif motif = random.coin() ? pick_motifs(random, writer, true, 1).front()
                                      : make_shape(random, pick_paint(random, inks.ground, writer.test()));
    const double side = std::min(cell.width, cell.height - label);
    const double top = cell.middle().y - (side + label) / 2;
    marked.show(motif, {cell.middle().x - side / 2, top, side, side});
    const std::string word = named ? motif.noun : some_text(random, words, cell.width, style.size);
    marked.write_in(style, word, {cell.x, top + side, cell.width, label}, inks.ink);
  }
  return marked;
}

// Upright bars with a value above and a label below each.
MarkedDrawing draw_bars(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& words = corpus_words(writer);
  const Inks inks = paper_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const TextStyle style = small_style(random, writer);
  const std::vector<NamedColour> colours = some_colours(random, inks.ground, random.between(2, 6));
  const double line = 1.35 * style.size, floor = marked.all().height - line - 2, highest = floor - line - 4;
  const double step = (marked.all().width - 6) / static_cast<double>(colours.size());
  const double bar = step * static_cast<double>(random.between(45, 90)) / 100;
  for (std::size_t i = 0; i < colours.size(); ++i) {
    const std::int64_t value = random.between(10, 99);
    const double left = 3 + step * static_cast<double>(i), height = highest * static_cast<double>(value) / 100;
    const Rect box{left + (step - bar) / 2, floor - height, bar, height};
    marked.plain().fill(box, colours[i].rgb);
    marked.mark(box, {colours[i].name, "bar"});
    mention(marked, colours[i].name, "bar");
    marked.write_in(style, std::to_string(value), {left, box.y - line, step, line}, inks.ink);
    const std::string label = some_text(random, words, step, style.size);
    marked.write_in(style, label, {left + 1, floor + 2, step - 2, line}, inks.ink);
  }
  marked.plain().line({2, floor}, {marked.all().width - 2, floor}, 1.5, inks.ink);
  return marked;
}

// A pie at the left and what its colours mean at the right.
MarkedDrawing draw_pie(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& words = corpus_words(writer);
  const Inks inks = paper_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const TextStyle style = small_style(random, writer);
  const std::vector<NamedColour> colours = some_colours(random, inks.ground, random.between(2, 5));
  const double radius = std::min(0.29 * marked.all().width, 0.46 * marked.all().height), line = 1.4 * style.size;
  const Point middle{radius + 3, marked.all().middle().y};
  std::vector<double> sizes;
  double total = 0, from = static_cast<double>(random.below(360));
  for (std::size_t i = 0; i < colours.size(); ++i) {
    sizes.push_back(static_cast<double>(random.between(2, 8)));
    total += sizes.back();
  }
  double y = middle.y - line * static_cast<double>(colours.size()) / 2;
  for (std::size_t i = 0; i < colours.size(); ++i, y += line) {
    const double angle = 360 * sizes[i] / total;
    marked.plain().fill_sector(middle, radius, from, from + angle, colours[i].rgb);
    const Point inside = on_circle(middle, 0.6 * radius, from + angle / 2);
    const double side = radius * std::min(0.6, angle / 110);  // about the square that lies in the slice
    marked.mark({inside.x - side / 2, inside.y - side / 2, side, side}, {colours[i].name, "slice"});
    mention(marked, colours[i].name, "slice");
    const double left = 2 * radius + 10, dot = 0.6 * style.size;
    marked.plain().fill({left, y + (line - dot) / 2, dot, dot}, colours[i].rgb);
    const Rect room{left + dot + 4, y, marked.all().width - left - dot - 6, line};
    marked.write_in(style, some_text(random, words, room.width, style.size), room, inks.ink, Align::left);
    from += angle;
  }
  return marked;
}

// One or two lines over labelled steps; each piece of a line has its box.
MarkedDrawing draw_line_chart(RandomStream& random, const SampleWriter& writer) {
  const Inks inks = paper_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const TextStyle style = small_style(random, writer);
  const std::int64_t points = random.between(3, 5);
  const double line = 1.4 * style.size, left = 2.2 * style.size;
  const Rect plot{left, 6, marked.all().width - left - 8, marked.all().height - line - 8};
  const double step = plot.width / static_cast<double>(points - 1);
  for (const NamedColour& colour : some_colours(random, inks.ground, random.between(1, 2))) {
    std::vector<Point> path;
    for (std::int64_t i = 0; i < points; ++i)
      path.push_back({plot.x + step * static_cast<double>(i),
                      plot.y + plot.height * static_cast<double>(random.between(3, 97)) / 100});
    marked.plain().lines(path, static_cast<double>(random.between(2, 4)), colour.rgb);
    for (std::size_t i = 1; i < path.size(); ++i) {
      const double top = std::min(path[i - 1].y, path[i].y), bottom = std::max(path[i - 1].y, path[i].y);
      marked.mark({path[i - 1].x, top - 2, step, bottom - top + 4}, {colour.name, "line"});
    }
    mention(marked, colour.name, "line");
  }
  const double floor = plot.y + plot.height;
  marked.plain().lines({{plot.x, plot.y}, {plot.x, floor}, {plot.x + plot.width, floor}}, 1, inks.ink);
  const std::int64_t tick = random.between(1, 24), first = random.between(1, 90);
  for (std::int64_t i = 0; i < 4; ++i) {
    const double y = floor - plot.height * static_cast<double>(i) / 4 - line / 2;
    marked.write_in(style, std::to_string(i * tick), {0, y, left - 3, line}, inks.ink, Align::right);
  }
  for (std::int64_t i = 0; i < points; ++i) {
    const double x = plot.x + step * (static_cast<double>(i) - 0.4);
    marked.write_in(style, std::to_string(first + i), {x, floor + 2, 0.8 * step, line}, inks.ink);
  }
  return marked;
}

MarkedDrawing draw_window(RandomStream& random, const SampleWriter& writer) {
  static constexpr const char* kButtons[] = {"OK", "Cancel", "Save", "Open", "Close", "Help", "Yes",
                                             "No", "Next",   "Back", "Send", "Print", "Quit", "Apply"};
  const std::vector<std::string>& words = corpus_words(writer);
  const Inks inks = paper_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, {"", kBlack, random.pick(ground_colours()).rgb});
  const TextStyle style = small_style(random, writer);
  const Rect window = marked.all().inset(static_cast<double>(random.between(0, 8)));
  const double line = 1.5 * style.size;
  const Rgb bar = shade(random, random.pick(thing_colours()).rgb);
  marked.plain().fill(window, inks.ground);
  marked.plain().frame(window, 1, mix(inks.ink, inks.ground, 0.5));
  marked.plain().fill({window.x, window.y, window.width, line}, bar);
  const Rect title{window.x + 5, window.y, window.width - 10, line};
  marked.write_in({style.font, style.size, true}, capitalised(random.pick(words)), title, ink_on(bar), Align::left);
  const double bottom = window.y + window.height - line - 8;
  for (double y = window.y + line + 3; y + line <= bottom; y += line) {
    const Rect row{window.x + 6, y, window.width - 12, line};
    marked.write_in(style, some_text(random, words, row.width, style.size), row, inks.ink, Align::left);
  }
  const std::int64_t count = random.between(1, 3);
  const double step = (window.width - 4) / static_cast<double>(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const Rect button{window.x + 4 + step * static_cast<double>(i), bottom + 3, step - 4, line};
    const Rgb face = shade(random, random.coin() ? random.pick(thing_colours()).rgb : Rgb{225, 225, 225});
    marked.plain().fill_rounded(button, 3, face);
    marked.write_in(style, random.pick(kButtons), button.inset(2), ink_on(face));
  }
  return marked;
}

// Words on coloured signs.
MarkedDrawing draw_signs(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& words = corpus_words(writer);
  MarkedDrawing marked = marked_ground(random, writer, {"", kBlack, random.pick(ground_colours()).rgb});
  const std::int64_t rows = random.between(1, 4);
  const double height = marked.all().height / static_cast<double>(rows);
  for (std::int64_t i = 0; i < rows; ++i) {
    const Inks inks = legible_inks(random);
    const Rect row = Rect{0, height * static_cast<double>(i), marked.all().width, height}.inset(3);
    const double size = text_size(random, writer, row.height - 4);
    const std::string text = some_text(random, words, row.width, size);
    const TextStyle style = fitting_style(random, writer, marked.plain(), text, size, row.width - 12);
    const Rect drawn = marked.plain().measure(style, text);
    const Rect sign{0, 0, drawn.width + 10, std::min(drawn.height + 4, row.height)};
    const Point at = place_inside(random, row, sign);
    marked.plain().fill_rounded({at.x, at.y, sign.width, sign.height}, static_cast<double>(random.below(9)),
                                inks.ground);
    marked.write_in(style, text, {at.x + 4, at.y + 1, sign.width - 8, sign.height - 2}, inks.ink);
  }
  return marked;
}

constexpr RegionKind kKinds[] = {{"labelled", 4, draw_labelled}, {"bars", 3, draw_bars},
                                 {"pie", 2, draw_pie},           {"line_chart", 1, draw_line_chart},
                                 {"window", 3, draw_window},     {"signs", 2, draw_signs}};

}  // namespace

std::span<const RegionKind> mixed_kinds() { return kKinds; }

}  // namespace ov
