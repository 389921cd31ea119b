// Two or three small pages, each with one large word or number between lines too small to read.
#include <algorithm>
#include <set>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/image_names.h"
#include "synth/palette.h"
#include "synth/supplies.h"

namespace ov {
namespace {

struct Pages {
  bool numbers = false;
  std::vector<std::string> texts;
};

Pages make_pages(RandomStream& random, bool test, std::size_t count, bool numbers) {
  Pages pages{numbers, {}};
  std::vector<std::string> words;
  for (std::string& word : everyday_words(test))
    if (word.size() <= 6) words.push_back(std::move(word));
  while (pages.texts.size() < count) {
    const std::string text = numbers ? std::to_string(random.between(1, 20)) : random.pick(words);
    if (std::find(pages.texts.begin(), pages.texts.end(), text) == pages.texts.end()) pages.texts.push_back(text);
  }
  return pages;
}

Image draw_page(RandomStream& random, const TextStyle& style, const std::string& text, std::int64_t side) {
  const std::int64_t width = side * random.between(85, 100) / 100;
  Drawing drawing(width, side, {225, 225, 228});
  const Rect paper = drawing.all().inset(static_cast<double>(side) * 0.03);
  drawing.fill(paper, kWhite);
  drawing.frame(paper, 1, {150, 150, 150});
  const Rgb accent = random.pick(thing_colours()).rgb, pale = mix(kBlack, kWhite, 0.7);
  const bool banner = random.coin();
  if (banner) drawing.fill({paper.x, paper.y, paper.width, paper.height * 0.14}, accent);
  const double left = paper.x + paper.width * 0.1, line = paper.height * 0.07;
  const double first = paper.y + paper.height * 0.72;
  for (int i = 0; i < 3; ++i) {
    const double length = paper.width * static_cast<double>(random.between(50, 80)) / 100;
    drawing.line({left, first + i * line}, {left + length, first + i * line}, 2, pale);
  }
  drawing.text_in(style, text,
                  {paper.x + paper.width * 0.04, paper.y + paper.height * 0.2, paper.width * 0.92, paper.height * 0.44},
                  banner && contrast(accent, kWhite) > 330 && random.coin() ? accent : kBlack);
  return drawing.image(1, random.next());
}

// Words stand in quotes in questions, numbers do not.
std::string quoted(const Pages& pages, const std::string& text) { return pages.numbers ? text : "\"" + text + "\""; }

void ask_texts(RandomStream& random, bool test, const Pages& pages, const ImageNames& names, Queries& queries) {
  const std::string what = pages.numbers ? "number" : "word";
  const std::size_t page = random.below(pages.texts.size());
  const std::string the = names.the(page), text = quoted(pages, pages.texts[page]);
  queries.push_back(
      {"says",
       {"What does " + the + " say?", "Which " + what + " is on " + the + "?", "Read the " + what + " in " + the + ".",
        "What is written in " + the + "?", "What " + what + " does " + the + " show?"},
       pages.texts[page]});
  queries.push_back(
      {"which",
       {"Which image says " + text + names.which(), "Which page shows the " + what + " " + text + names.which(),
        "Where can you read " + text + names.which(), "Which picture has the " + what + " " + text + names.which()},
       names.answer(page)});
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < pages.texts.size(); ++i)
    parts.push_back(names.the(i) + " says " + quoted(pages, pages.texts[i]));
  queries.push_back(
      in_a_sentence("sentence",
                    {"Read all the images.", "What do the images say?", "Say what is written in each image.",
                     "Read out the pages one by one.", "What does each of the pages say?"},
                    sentence(listed(parts))));
  const bool there = random.coin();
  std::string asked = random.pick(pages.texts);
  while (!there && std::find(pages.texts.begin(), pages.texts.end(), asked) != pages.texts.end())
    asked = pages.numbers ? std::to_string(random.between(1, 20)) : random.pick(everyday_words(test));
  asked = quoted(pages, asked);
  queries.push_back(
      yes_or_no("shown",
                {"Does one of the images say " + asked + "?", "Is " + asked + " written in one of the images?",
                 "Can you read " + asked + " in any of the images?", "Is there a page that says " + asked + "?"},
                there));
}

void ask_numbers(const Pages& pages, const ImageNames& names, Queries& queries) {
  std::vector<int> numbers;
  for (const std::string& text : pages.texts) numbers.push_back(std::stoi(text));
  int sum = 0;
  for (const int number : numbers) sum += number;
  queries.push_back({"sum",
                     {"What is the sum of the numbers?", "Add the numbers in the images. What do you get?",
                      "What do the numbers add up to?", "What is the total of the numbers on the pages?",
                      "If you add up all the numbers, what is the result?"},
                     std::to_string(sum)});
  const auto largest = std::max_element(numbers.begin(), numbers.end());
  const std::string which = names.which();
  queries.push_back({"largest",
                     {"Which image has the largest number" + which, "Which page shows the highest number" + which,
                      "Where is the largest number" + which, "In which image is the number the largest" + which},
                     names.answer(static_cast<std::size_t>(largest - numbers.begin()))});
  queries.push_back({"largest_number",
                     {"What is the largest number?", "What is the highest number on the pages?",
                      "Which number is the largest?", "Read the largest of the numbers."},
                     std::to_string(*largest)});
}

void draw_pages(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const std::size_t count = random.below(3) == 0 ? 3 : 2;
  Pages pages = make_pages(random, writer.test(), count, index % 2 == 1);
  const bool ask_same = count == 2 && random.below(4) == 0;
  if (ask_same && random.coin()) pages.texts[1] = pages.texts[0];
  const std::int64_t side = random.between(writer.setting("sides"));
  const std::string font = pick_font(random, writer);
  const TextStyle style{.font = font, .size = static_cast<double>(side) * 0.34, .bold = random.coin()};
  for (const std::string& text : pages.texts) writer.add_picture(draw_page(random, style, text, side));
  const ImageNames names(random, count);
  Queries queries;
  if (ask_same) {
    const std::string what = pages.numbers ? "number" : "word";
    queries.push_back(
        yes_or_no("same",
                  {"Do both images say the same " + what + "?", "Is it the same " + what + " on both pages?",
                   "Do the two pages show the same " + what + "?", "Is the same " + what + " written in both images?"},
                  pages.texts[0] == pages.texts[1]));
  } else {
    ask_texts(random, writer.test(), pages, names, queries);
    if (pages.numbers) ask_numbers(pages, names, queries);
  }
  ask_some(random, writer, queries);
}

}  // namespace

Family pages_family() {
  return {"pages",
          "two or three pages with one large word or number each",
          {{"sides", {112, 160}, {64, 2048}}, {"rounds", {1, 1}, {1, 8}}},
          draw_pages};
}

}  // namespace ov
