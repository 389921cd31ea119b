// A line of text or two: words, a sentence, a price, a date, a time, a phone number or a plate, on a picture as wide as
// the text. Questions: what it says, which word comes after another, how many words, the first and the last.
#include <algorithm>
#include <cmath>

#include "synth/asking.h"
#include "synth/corpus_text.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/text_pieces.h"

namespace ov {
namespace {

constexpr std::int64_t kLongestSentence = 28;  // letters

struct Line {
  std::string kind;
  std::vector<std::string> words;  // of one piece where the words of a text do not matter
  std::vector<std::string> wordings;
  bool countable = false;  // its words may be asked for
};

Line words_line(RandomStream& random, const SampleWriter& writer) {
  const CorpusShare& corpus = writer.corpus();
  const std::int64_t count = random.between(2, 5);
  Line line{
      "words",
      corpus.lines.empty() ? random_words(random, corpus_words(writer), count) : running_words(random, corpus, count),
      {},
      true};
  if (random.below(3) == 0) line.words.insert(line.words.begin() + 1, random_letters(random, random.between(3, 5)));
  const bool title = random.below(3) == 0;
  for (std::string& word : line.words) {
    if (title || (&word == &line.words.front() && random.coin())) word = capitalised(word);
  }
  return line;
}

Line special_line(RandomStream& random, const SampleWriter& writer) {
  const std::vector<std::string>& own = writer.corpus().lines;
  switch (random.below(7)) {
    case 0:
      return {"sentence",
              {own.empty() ? random_sentence(random, corpus_words(writer))
                           : running_lines(random, own, 1, kLongestSentence)[0]},
              {},
              false};
    case 1:
      return {
          "measure", {random_measure(random)}, {"Which number and unit are shown?", "What amount is written?"}, false};
    case 2: return {"price", {random_price(random)}, {"What is the price?", "How much does it cost?"}, false};
    case 3: return {"date", {random_date(random)}, {"What is the date?", "Which date is shown?"}, false};
    case 4: return {"time", {random_time(random)}, {"What time is shown?", "What is the time?"}, false};
    case 5: return {"phone", {random_phone(random)}, {"What is the phone number?", "Which number can I call?"}, false};
    default: return {"plate", {random_plate(random)}, {"What is on the plate?", "What is the plate number?"}, false};
  }
}

// Black on white or on yellow in a frame.
Image draw_plate(RandomStream& random, const SampleWriter& writer, const std::string& text, double size) {
  const bool yellow = random.below(3) == 0;
  const Inks inks{"black", kBlack, yellow ? Rgb{246, 205, 40} : kWhite};
  Drawing probe(8, 8, kWhite);
  TextStyle style{.font = pick_font(random, writer, FontKind::sans), .size = size, .bold = true};
  const Rect box = probe.measure(style, text);
  const auto width = static_cast<std::int64_t>(box.width) + random.between(24, 70);
  const auto height = static_cast<std::int64_t>(box.height) + random.between(20, 44);
  Drawing drawing(width, height, shade(random, {130, 130, 135}, 60));
  const Rect plate{(static_cast<double>(width) - box.width) / 2 - 8, (static_cast<double>(height) - box.height) / 2 - 5,
                   box.width + 16, box.height + 10};
  drawing.fill_rounded(plate, 4, kBlack);
  drawing.fill_rounded(plate.inset(1.5), 3, inks.ground);
  drawing.text(style, text, {plate.x + 8, plate.y + 5}, inks.ink);
  return with_grain(random, drawing);
}

Image draw_text(RandomStream& random, const SampleWriter& writer, const std::vector<std::string>& words, double size) {
  const bool two = words.size() > 2 && random.below(3) == 0;
  const auto middle = words.begin() + static_cast<std::ptrdiff_t>((words.size() + 1) / 2);
  const std::string text = two ? joined({words.begin(), middle}) + "\n" + joined({middle, words.end()}) : joined(words);
  const Range widest = writer.setting("sides");
  const Drawing probe(8, 8, kWhite);
  const double room = static_cast<double>(widest.high) - 16;
  const TextStyle style = fitting_style(random, writer, probe, text, size, room);
  const Rect box = probe.measure(style, text);
  const auto needed_width = static_cast<std::int64_t>(std::ceil(box.width)) + 12;
  const auto needed_height = static_cast<std::int64_t>(std::ceil(box.height)) + 10;
  const std::int64_t width = std::max(widest.low, std::min(widest.high, needed_width + random.between(0, 60)));
  const std::int64_t height = std::max<std::int64_t>(needed_height, random.between(40, 96));
  const Inks inks = legible_inks(random);
  Drawing drawing = ground_for_text(random, width, height, inks);
  drawing.text(style, text, place_inside(random, drawing.all().inset(4), box), inks.ink);
  return with_grain(random, drawing);
}

void ask_reading(RandomStream& random, SampleWriter& writer, const Line& line) {
  std::vector<std::string> wordings = {"What does the text say?", "Read the text.", "What is written in the picture?",
                                       "What is the text in the image?", "Read out the line of text."};
  if (!line.wordings.empty() && random.coin()) wordings = line.wordings;
  const std::string text = joined(line.words);
  ask(random, writer, wordings, text, line.countable ? "The text says \"" + text + "\"." : "");
}

void ask_about_words(RandomStream& random, SampleWriter& writer, const std::vector<std::string>& words) {
  const std::size_t at = random.below(words.size() - 1);
  const std::string &before = words[at], &after = words[at + 1], count = std::to_string(words.size());
  switch (random.below(5)) {
    case 0:
      return ask(random, writer,
                 {"Which word comes after \"" + before + "\"?", "What word follows \"" + before + "\"?",
                  "What is the word right after \"" + before + "\"?", "Which word stands after \"" + before + "\"?",
                  "After the word \"" + before + "\", what comes next?"},
                 after, "The word after \"" + before + "\" is \"" + after + "\".");
    case 1:
      return ask(random, writer,
                 {"Which word comes before \"" + after + "\"?", "What word is in front of \"" + after + "\"?",
                  "What is the word right before \"" + after + "\"?", "Which word stands before \"" + after + "\"?",
                  "Just before the word \"" + after + "\", what is written?"},
                 before, "The word before \"" + after + "\" is \"" + before + "\".");
    case 2:
      return ask(random, writer,
                 {"How many words are there?", "Count the words.", "How many words does the text have?",
                  "What is the number of words?", "How many words can you read?"},
                 count, "There are " + count + " words.");
    case 3:
      return ask(random, writer,
                 {"What is the first word?", "Which word comes first?", "With which word does the text start?",
                  "Read the first word.", "The text begins with which word?"},
                 words.front(), "The first word is \"" + words.front() + "\".");
    default:
      return ask(random, writer,
                 {"What is the last word?", "Which word comes last?", "With which word does the text end?",
                  "Read the last word.", "The text ends with which word?"},
                 words.back(), "The last word is \"" + words.back() + "\".");
  }
}

void draw_read_line(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Line line = index % 2 == 0 ? words_line(random, writer) : special_line(random, writer);
  const auto size = static_cast<double>(random.between(writer.setting("text")));
  writer.add_picture(line.kind == "plate" ? draw_plate(random, writer, line.words[0], size)
                                          : draw_text(random, writer, line.words, size));
  const std::int64_t rounds = random.between(writer.setting("rounds"));
  const bool reading = !line.countable || index % 4 == 0;
  writer.set_kind(reading ? line.kind : "about");
  if (reading) ask_reading(random, writer, line);
  if (!line.countable) return;
  for (std::int64_t round = reading ? 1 : 0; round < rounds; ++round) ask_about_words(random, writer, line.words);
}

}  // namespace

Family read_line_family() {
  return {"read_line",
          "a line of text, a price, a date or the like to read",
          {{"sides", {96, 384}, {96, 2048}}, {"text", {13, 24}, {8, 100}}, {"rounds", {1, 3}, {1, 8}}},
          draw_read_line};
}

}  // namespace ov
