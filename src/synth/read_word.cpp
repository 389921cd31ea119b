// One word on a coloured ground, or letters without sense, upright or a little turned: what does it say?
#include <algorithm>

#include "synth/asking.h"
#include "synth/corpus_text.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/text_pieces.h"

namespace ov {
namespace {

constexpr std::int64_t kTurn = 12;  // degrees

std::string spelled(const std::string& word) {
  std::string text;
  for (const std::string& letter : letters_of(word)) text += (text.empty() ? "" : "-") + letter;
  return text;
}

void ask_reading(RandomStream& random, SampleWriter& writer, const std::string& word) {
  ask(random, writer,
      {"What does the text say?", "Read the word in the picture.", "What word is shown?", "What is written here?",
       "What is the text in the image?", "Which word can you read?", "Please read the text."},
      word, "The text says \"" + word + "\".");
}

void ask_about(RandomStream& random, SampleWriter& writer, const std::string& word, const std::string& colour) {
  const std::vector<std::string> letters = letters_of(word);
  const std::string &first = letters.front(), &last = letters.back(), length = std::to_string(letters.size());
  switch (random.below(5)) {
    case 0:
      return ask(random, writer,
                 {"How many letters does the word have?", "How many letters are there?", "Count the letters.",
                  "How long is the word in letters?", "What is the number of letters in the text?"},
                 length, "The word has " + length + " letters.");
    case 1:
      return ask(random, writer,
                 {"What is the first letter?", "Which letter does the word start with?", "What letter comes first?",
                  "Name the first letter of the text.", "The word begins with which letter?"},
                 first, "The first letter is " + first + ".");
    case 2:
      return ask(random, writer,
                 {"What is the last letter?", "Which letter does the word end with?", "What letter comes last?",
                  "Name the last letter of the text.", "The word ends with which letter?"},
                 last, "The last letter is " + last + ".");
    case 3:
      return ask(random, writer,
                 {"What color is the text?", "What is the color of the letters?", "Which color is the word?",
                  "In what color is the text written?", "Name the color of the writing."},
                 colour, "The text is " + colour + ".");
    default:
      writer.add_exchange(random.coin() ? "Spell the word in the picture." : "Read the word letter by letter.",
                          spelled(word));
  }
}

void draw_read_word(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Range sides = writer.setting("sides");
  const std::int64_t width = random.between(sides);
  const std::int64_t height = std::max(sides.low, width * random.between(5, 10) / 10);
  const bool real = random.below(10) < 7;
  const std::string plain = real ? random.pick(corpus_words(writer)) : random_letters(random, random.between(3, 6));
  const std::string word = in_random_case(random, plain);
  const Inks inks = legible_inks(random);
  Drawing drawing = ground_for_text(random, width, height, inks);
  const double room = 0.9 * static_cast<double>(width);
  const auto size = static_cast<double>(random.between(writer.setting("text")));
  const TextStyle style = fitting_style(random, writer, drawing, word, size, room);
  const Rect box = drawing.measure(style, word);
  const double angle = random.coin() ? 0 : static_cast<double>(random.between(-kTurn, kTurn));
  // A turned word is higher than a straight one by up to a fifth of its width.
  const Rect space{0, 0, box.width + 4, box.height + (angle == 0 ? 4 : 0.22 * box.width)};
  const Point corner = place_inside(random, drawing.all(), space);
  drawing.turned_text(style, word, {corner.x + space.width / 2, corner.y + space.height / 2}, angle, inks.ink);
  writer.add_picture(with_grain(random, drawing));
  const std::int64_t rounds = random.between(writer.setting("rounds"));
  const bool reading = index % 5 != 4;
  writer.set_kind(reading ? (real ? "word" : "letters") : "about");
  if (reading) ask_reading(random, writer, word);
  for (std::int64_t round = reading ? 1 : 0; round < rounds; ++round) ask_about(random, writer, word, inks.ink_name);
}

}  // namespace

Family read_word_family() {
  return {"read_word",
          "one word or a few letters to read",
          {{"sides", {96, 192}, {32, 1024}}, {"text", {14, 48}, {8, 200}}, {"rounds", {1, 3}, {1, 8}}},
          draw_read_word};
}

}  // namespace ov
