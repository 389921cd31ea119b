// Text of many sorts, sizes, fonts and inks.
#include <algorithm>
#include <cmath>

#include "synth/corpus_text.h"
#include "synth/lettering.h"
#include "synth/lists.h"
#include "synth/regions.h"
#include "synth/supplies.h"
#include "synth/text_pieces.h"
#include "synth/words.h"

namespace ov {
namespace {

constexpr double kLetterWidth = 0.57, kLineHeight = 1.35;  // of the size, about

std::string random_code(RandomStream& random) {  // any characters of a keyboard
  std::string code;
  for (std::int64_t left = random.between(2, 9); left > 0; --left) code += static_cast<char>(random.between('!', '~'));
  return code;
}

std::string any_text(RandomStream& random, const std::vector<std::string>& words) {
  const auto word = [&] { return in_random_case(random, random.pick(words)); };
  switch (random.below(16)) {
    case 0: return random_sentence(random, words);
    case 1: return random_price(random);
    case 2: return random_date(random);
    case 3: return random_time(random);
    case 4: return random_phone(random);
    case 5: return random_plate(random);
    case 6: return random_measure(random);
    case 7: return with_commas(random.between(0, 99999));
    case 8: return random_code(random);
    case 9: return in_random_case(random, random_letters(random, random.between(2, 9)));
    case 10: return std::to_string(random.below(1000));
    case 11:
    case 12: return joined({word(), word()});
    case 13: return joined({word(), random.pick(words), random.pick(words)});
    default: return word();
  }
}

// At most `longest` letters.
std::string short_text(RandomStream& random, const std::vector<std::string>& words, double longest) {
  for (int tries = 0; tries < 8; ++tries) {
    std::string text = any_text(random, words);
    if (static_cast<double>(text.size()) <= longest) return text;
  }
  return std::to_string(random.below(longest < 2 ? 10 : 100));
}

// Pieces of text one after the other, as many as have room.
std::string filled(RandomStream& random, const std::vector<std::string>& words, double room, double size) {
  std::string text = some_text(random, words, room, size);
  for (int tries = 0; tries < 3; ++tries) {
    const double left = room - kLetterWidth * size * static_cast<double>(text.size() + 1);
    if (left < 3 * size) break;
    text += " " + some_text(random, words, left, size);
  }
  return text;
}

Rgb ink_near(RandomStream& random, const Inks& inks) {  // another legible ink now and then
  if (random.below(3) != 0) return inks.ink;
  const Rgb other = mix(inks.ink, random.pick(thing_colours()).rgb, 0.35);
  return contrast(other, inks.ground) > 250 ? other : inks.ink;
}

MarkedDrawing draw_lines(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& words = corpus_words(writer);
  const Inks inks = legible_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const Rect room = marked.all().inset(3);
  const auto smallest = static_cast<double>(writer.setting("text").low);
  const auto most = static_cast<std::int64_t>(room.height / (kLineHeight * smallest));
  const std::int64_t rows = std::clamp<std::int64_t>(most, 1, 8), count = random.between((rows + 1) / 2, rows);
  const double line = room.height / static_cast<double>(count);
  const bool one_font = random.coin(), at_left = random.below(3) == 0;
  TextStyle style;
  for (std::int64_t i = 0; i < count; ++i) {
    const double size = text_size(random, writer, line);
    const std::string text = filled(random, words, room.width, size);
    const TextStyle fresh = fitting_style(random, writer, marked.plain(), text, size, room.width);
    if (i == 0 || !one_font) style = fresh;
    style.size = size;
    const double width = marked.plain().measure(style, text).width;
    if (width > room.width) style.size *= room.width / width;
    const Rect row{room.x, room.y + line * static_cast<double>(i), room.width, line};
    Point at = place_inside(random, row, marked.plain().measure(style, text));
    if (at_left) at.x = room.x;
    marked.write(style, text, at, ink_near(random, inks));
  }
  return marked;
}

MarkedDrawing draw_word(RandomStream& random, const SampleWriter& writer) {
  const Inks inks = legible_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const Rect room = marked.all().inset(8);
  const auto largest = static_cast<double>(writer.setting("text").high);
  const double size = largest * static_cast<double>(random.between(80, 200)) / 100;
  const std::string text = short_text(random, corpus_words(writer), 10);
  const TextStyle style = fitting_style(random, writer, marked.plain(), text, size, room.width);
  const Point middle = marked.all().middle();
  if (random.coin()) {
    marked.write_turned(style, text, middle, static_cast<double>(random.between(-12, 12)), inks.ink);
  } else {
    marked.write(style, text, place_inside(random, room, marked.plain().measure(style, text)), inks.ink);
  }
  return marked;
}

// About this many letters.
std::string paragraph(RandomStream& random, const CorpusShare& corpus, const std::vector<std::string>& words,
                      std::int64_t letters) {
  if (!corpus.lines.empty()) return running_lines(random, corpus.lines, 1, std::max(letters, kLongestPiece))[0];
  std::string text = random_sentence(random, words);
  while (static_cast<std::int64_t>(text.size()) < letters) text += " " + any_text(random, words);
  return text;
}

MarkedDrawing draw_paragraph(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& words = corpus_words(writer);
  const Inks inks = random.coin() ? paper_inks(random) : legible_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const Rect room = marked.all().inset(4);
  const auto smallest = writer.setting("text").low;
  const TextStyle style{.font = pick_font(random, writer),
                        .size = static_cast<double>(smallest + random.between(0, 3)),
                        .bold = random.below(4) == 0};
  const double letters = room.width / (kLetterWidth * style.size) * (room.height / (kLineHeight * style.size));
  const double share = static_cast<double>(random.between(70, 100)) / 100;
  const auto enough = static_cast<std::int64_t>(std::ceil(share * letters));
  std::string text = paragraph(random, writer.corpus(), words, enough);
  while (marked.plain().measure(style, text, room.width).height > room.height && text.find(' ') != std::string::npos)
    text.resize(text.rfind(' '));
  marked.write(style, text, {room.x, room.y}, inks.ink, room.width);
  return marked;
}

// Names at the left, prices at the right.
MarkedDrawing draw_receipt(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& words = corpus_words(writer);
  const Inks inks = random.below(3) != 0 ? paper_inks(random) : legible_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const Rect room = marked.all().inset(static_cast<double>(random.between(4, 12)));
  TextStyle style{.font = pick_font(random, writer, random.coin() ? FontKind::mono : FontKind::any)};
  style.size = static_cast<double>(writer.setting("text").low + random.between(0, 4));
  const double line = kLineHeight * style.size;
  Rect row{room.x, room.y, room.width, line};
  if (random.coin()) {
    marked.write_in({style.font, 1.2 * style.size, true}, capitalised(random.pick(words)), row, inks.ink);
    row.y += line;
  }
  const bool total = random.coin();
  for (; row.y + line * (total ? 2 : 1) <= room.y + room.height; row.y += line) {
    const Rect name{row.x, row.y, 0.6 * row.width, line},
        price{row.x + 0.62 * row.width, row.y, 0.38 * row.width, line};
    marked.write_in(style, capitalised(random.pick(words)), name, inks.ink, Align::left);
    marked.write_in(style, random_price(random).substr(random.coin() ? 0 : 1), price, inks.ink, Align::right);
  }
  if (!total) return marked;
  marked.plain().line({row.x, row.y}, {row.x + row.width, row.y}, 1, inks.ink);
  marked.write_in(style, "Total " + random_price(random), row, inks.ink, Align::right);
  return marked;
}

MarkedDrawing draw_grid(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& words = corpus_words(writer);
  const Inks inks = legible_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const Rect room = marked.all().inset(static_cast<double>(random.between(2, 10)));
  const auto smallest = static_cast<double>(writer.setting("text").low);
  const auto most = static_cast<std::int64_t>(room.height / (1.5 * smallest));
  const std::int64_t rows = random.between(2, std::clamp<std::int64_t>(most, 2, 6)), columns = random.between(2, 3);
  const double width = room.width / static_cast<double>(columns), height = room.height / static_cast<double>(rows);
  const TextStyle style{.font = pick_font(random, writer), .size = text_size(random, writer, height)};
  const bool framed = random.coin();
  for (std::int64_t i = 0; i < rows * columns; ++i) {
    const Rect cell{room.x + width * static_cast<double>(i % columns),
                    room.y + height * static_cast<double>(i / columns), width, height};
    if (framed) marked.plain().frame({cell.x, cell.y, width + 1, height + 1}, 1, inks.ink);
    marked.write_in(style, some_text(random, words, width - 6, smallest), cell.inset(2), inks.ink);
  }
  return marked;
}

// White or coloured ink for the black of a written digit.
Picture inked(const Picture& digit, const Rgb& ink) {
  Picture picture = digit;
  for (std::uint32_t& pixel : picture.argb) {
    const std::uint32_t opacity = pixel >> 24;
    const auto part = [&](double value) { return static_cast<std::uint32_t>(value * opacity / 255); };
    pixel = opacity << 24 | part(ink.red) << 16 | part(ink.green) << 8 | part(ink.blue);
  }
  return picture;
}

MarkedDrawing draw_digits(RandomStream& random, const SampleWriter& writer) {
  const Inks inks = random.coin() ? paper_inks(random) : legible_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const auto side = static_cast<double>(random.between(18, 40));
  const auto columns = static_cast<std::int64_t>(marked.all().width / side);
  const auto rows = static_cast<std::int64_t>(marked.all().height / side);
  const double left = (marked.all().width - side * static_cast<double>(columns)) / 2;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::string number;
    for (std::int64_t column = 0; column < columns; ++column) {
      const bool needed = number.empty() && column + 1 == columns;  // every row has a digit
      if (!needed && random.below(10) == 0) continue;
      const auto digit = static_cast<int>(random.below(10));
      const Rect box{left + side * static_cast<double>(column), side * static_cast<double>(row), side, side};
      marked.plain().picture(inked(*pick_digit(random, writer, digit), inks.ink), box,
                             {.angle = static_cast<double>(random.between(-8, 8))});
      marked.mark(box.inset(4 * side / 28), {std::to_string(digit)});  // 20 of 28 pixels have ink
      number += std::to_string(digit);
    }
    if (!number.empty()) marked.mention_text(number);
  }
  return marked;
}

std::string chinese_text(RandomStream& random, const SampleWriter& writer) {
  const CorpusShare& corpus = writer.corpus();
  if (!corpus.chinese_lines.empty()) return running_chinese(random, corpus, random.between(1, 6));
  std::string text = random.coin() ? random.pick(text_list("chinese_words")) : "";
  for (std::int64_t left = random.between(1, 4); left > 0; --left) text += random.pick(text_list("chinese_characters"));
  return text;
}

MarkedDrawing draw_chinese(RandomStream& random, const SampleWriter& writer) {
  const Inks inks = legible_inks(random);
  MarkedDrawing marked = marked_ground(random, writer, inks);
  const Rect room = marked.all().inset(3);
  const std::int64_t count = random.between(1, 4);
  const double line = room.height / static_cast<double>(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const double size = std::min(line / 1.5, static_cast<double>(random.between(18, 52)));
    const std::string text = chinese_text(random, writer);
    const TextStyle style = fitting_style(random, writer, marked.plain(), text, size, room.width, FontKind::chinese);
    const Rect row{room.x, room.y + line * static_cast<double>(i), room.width, line};
    marked.write(style, text, place_inside(random, row, marked.plain().measure(style, text)), inks.ink);
  }
  return marked;
}

constexpr RegionKind kKinds[] = {{"lines", 20, draw_lines},    {"word", 4, draw_word}, {"paragraph", 8, draw_paragraph},
                                 {"receipt", 4, draw_receipt}, {"grid", 5, draw_grid}, {"digits", 4, draw_digits},
                                 {"chinese", 5, draw_chinese}};

}  // namespace

std::span<const RegionKind> text_kinds() { return kKinds; }

MarkedDrawing marked_ground(RandomStream& random, const SampleWriter& writer, const Inks& inks) {
  const std::int64_t width = random.between(writer.setting("sides")), height = random.between(writer.setting("sides"));
  return MarkedDrawing(ground_for_text(random, width, height, inks));
}

double text_size(RandomStream& random, const SampleWriter& writer, double line) {
  const Range& sizes = writer.setting("text");
  const auto largest = std::min(sizes.high, static_cast<std::int64_t>(line / kLineHeight));
  return static_cast<double>(random.between(sizes.low, std::max(sizes.low, largest)));
}

std::string some_text(RandomStream& random, const std::vector<std::string>& words, double width, double size) {
  return short_text(random, words, width / (kLetterWidth * size));
}

}  // namespace ov
