// Pages of text: a heading, a few lines or points, perhaps a date, a signature and a page number.
#include <algorithm>
#include <cmath>

#include "synth/corpus_text.h"
#include "synth/documents.h"
#include "synth/palette.h"
#include "synth/word_pools.h"
#include "synth/words.h"

namespace ov {
namespace {

constexpr std::int64_t kMaxLetters = 30;  // of a line of the user's text

std::string some_line(RandomStream& random, bool test) {
  constexpr const char* kLines[] = {"The %1 is near the %2.", "Bring the %1 and the %2.", "We saw a %1 today.",
                                    "The %1 was too late.",   "%3 has a new %1.",         "%3 lives in %4.",
                                    "%3 likes the %1.",       "The %1 is for %3.",        "We meet in %4 at noon.",
                                    "Please call %3 today.",  "The %2 is in the %1.",     "No %1 this week."};
  const std::vector<std::string> words = everyday_words(test);
  return fill(random.pick(kLines), {random.pick(words), random.pick(words), random.pick(pool_words(Pool::names, test)),
                                    random.pick(pool_words(Pool::cities, test))});
}

std::string some_point(RandomStream& random, bool test) {
  return random.coin() ? made_up_name(random, 2, test) : random.pick(pool_words(Pool::foods, test));
}

}  // namespace

Page Page::make(RandomStream& random, bool test, const CorpusShare& corpus) {
  constexpr const char* kHeadings[] = {"Notes", "News", "Letter", "Plan", "Report", "To do", "Rules", "Shopping list"};
  Page page;
  page.bullets = random.below(3) == 0;
  page.heading = random.below(3) == 0 ? random.pick(kHeadings) : made_up_name(random, random.between(1, 3), test);
  const std::int64_t count = random.between(2, page.bullets ? 5 : 4);
  if (!corpus.lines.empty()) page.lines = running_lines(random, corpus.lines, count, page.bullets ? 20 : kMaxLetters);
  while (corpus.lines.empty() && static_cast<std::int64_t>(page.lines.size()) < count) {
    const std::string line = page.bullets ? some_point(random, test) : some_line(random, test);
    if (std::count(page.lines.begin(), page.lines.end(), line) == 0) page.lines.push_back(line);
  }
  if (random.coin()) page.date = made_up_date(random);
  if (random.below(3) == 0) page.signature = random.pick(pool_words(Pool::names, test));
  if (random.below(3) == 0) page.number = random.between(1, 60);
  return page;
}

Image Page::draw(RandomStream& random, const std::string& font) const {
  const TextStyle style{.font = font, .size = static_cast<double>(random.between(13, 16))};
  TextStyle head = style, signed_style = style;
  head.size *= 1.35;
  head.bold = true;
  signed_style.italic = true;
  const double gray = static_cast<double>(random.between(215, 253));
  const Rgb ground{gray, gray - static_cast<double>(random.between(0, 6)),
                   gray - static_cast<double>(random.between(0, 14))};
  const Rgb ink = mix(kBlack, ground, static_cast<double>(random.below(4)) / 12);
  Drawing ruler(8, 8, kWhite);
  double widest = ruler.measure(head, heading).width;
  for (const std::string& line : lines) widest = std::max(widest, ruler.measure(style, line).width + 18);
  const auto least = static_cast<std::int64_t>(std::clamp(widest + 34, 200.0, 384.0));
  const std::int64_t width = random.between(least, std::min<std::int64_t>(384, least + 50));
  const double row = std::round(ruler.measure(style, "Ag").height * static_cast<double>(random.between(11, 15)) / 10);
  const auto rows = static_cast<double>(lines.size()) + 2 + (date.empty() ? 0 : 1) + (signature.empty() ? 0 : 1.5) +
                    (number > 0 ? 1.3 : 0);
  const auto needed = static_cast<std::int64_t>(row * rows + 28);
  Drawing drawing(width, std::min<std::int64_t>(384, std::max<std::int64_t>(128, needed + random.between(0, 60))),
                  ground);
  const double left = 14, inner = static_cast<double>(width) - 28;
  double y = 12;
  const auto write = [&](const TextStyle& in, const std::string& text, double height, double indent, Align align) {
    drawing.text_in(in, text, {left + indent, y, inner - indent, height}, ink, align);
    y += height;
  };
  if (!date.empty()) write(style, date, row, 0, random.coin() ? Align::right : Align::left);
  write(head, heading, row * 1.5, 0, random.coin() ? Align::center : Align::left);
  y += row / 4;
  for (const std::string& line : lines) {
    if (bullets) drawing.fill_ellipse({left + 2, y + row / 2 - 2.5, 5, 5}, ink);
    write(style, line, row, bullets ? 14 : 0, Align::left);
  }
  if (!signature.empty()) {
    y += row / 2;
    write(signed_style, signature, row, inner / 2, Align::center);
    drawing.line({left + inner / 2, y}, {left + inner, y}, 1, ink);
  }
  if (number > 0) {
    y = static_cast<double>(drawing.height()) - row - 6;
    write(style, std::to_string(number), row, 0, Align::center);
  }
  return scanned(random, drawing, ground);
}

Queries Page::queries(RandomStream&) const {
  Queries queries = {
      {"heading",
       {"What is the heading of the page?", "What is the title of the page?",
        "What is written at the top in large letters?", "Read the heading.", "Which heading does the text have?"},
       heading,
       "The heading is " + heading + "."}};
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string place = ordinal(static_cast<std::int64_t>(i) + 1);
    const std::vector<std::string> lined = {"What does the %1 line below the heading say?",
                                            "Read the %1 line below the heading.",
                                            "What is written in the %1 line under the heading?"};
    const std::vector<std::string> pointed = {"What is the %1 point of the list?", "Read the %1 item of the list.",
                                              "What does the %1 bullet point say?"};
    queries.push_back({"line", fill(bullets ? pointed : lined, {place}), lines[i], "", {}, AnswerForm::text});
  }
  const std::string count = std::to_string(lines.size());
  if (bullets) {
    queries.push_back({"count",
                       {"How many bullet points are there?", "How many points does the list have?",
                        "How many items are in the list?", "Count the bullet points."},
                       count,
                       "There are " + count + " bullet points."});
  } else {
    queries.push_back({"count",
                       {"How many lines of text are below the heading?", "Count the lines of text under the heading."},
                       count,
                       "There are " + count + " lines."});
  }
  if (!date.empty()) {
    queries.push_back({"date",
                       {"What is the date on the page?", "Which date is written on the page?", "Read the date.",
                        "What date is on the page?"},
                       date,
                       "The date is " + date + "."});
  }
  if (!signature.empty()) {
    queries.push_back(
        {"signature",
         {"Who signed the page?", "Which name is on the signature line?", "Whose signature is it?", "Who has signed?"},
         signature,
         "It is signed by " + signature + "."});
  }
  if (number > 0) {
    queries.push_back(
        {"page number",
         {"What is the page number?", "Which page is this?", "What number is at the bottom?", "Read the page number."},
         std::to_string(number),
         "It is page " + std::to_string(number) + "."});
  }
  return queries;
}

std::string Page::read_out() const {
  std::string text = date.empty() ? "" : date + "\n";
  text += heading;
  for (const std::string& line : lines) text += "\n" + std::string(bullets ? "- " : "") + line;
  if (!signature.empty()) text += "\n" + signature;
  if (number > 0) text += "\n" + std::to_string(number);
  return text;
}

}  // namespace ov
