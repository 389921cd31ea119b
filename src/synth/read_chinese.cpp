// One to four common Chinese characters to read, with questions in English and in Chinese.
#include "synth/asking.h"
#include "synth/corpus_text.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/lists.h"
#include "synth/text_pieces.h"

namespace ov {
namespace {

std::string random_text(RandomStream& random, const SampleWriter& writer) {
  const CorpusShare& corpus = writer.corpus();
  if (!corpus.chinese_lines.empty()) return running_chinese(random, corpus, random.between(1, 4));
  if (random.coin()) return random.pick(text_list("chinese_words"));
  std::string text;
  for (std::int64_t left = random.between(1, 4); left > 0; --left) text += random.pick(text_list("chinese_characters"));
  return text;
}

void ask_in_chinese(RandomStream& random, SampleWriter& writer, const std::string& about, const std::string& answer) {
  writer.add_exchange(random.pick(text_list("chinese_" + about)), answer);
}

void ask_reading(RandomStream& random, SampleWriter& writer, const std::string& text) {
  if (random.coin()) return ask_in_chinese(random, writer, "read", text);
  ask(random, writer,
      {"What does the Chinese text say?", "Read the Chinese text.", "What is written in the picture?",
       "What does the text say?", "Which Chinese characters are shown?"},
      text);
}

void ask_about(RandomStream& random, SampleWriter& writer, const std::string& text) {
  const std::vector<std::string> characters = characters_of(text);
  const std::string count = std::to_string(characters.size());
  const bool chinese = random.coin();
  switch (random.below(3)) {
    case 0:
      if (chinese) return ask_in_chinese(random, writer, "count", count);
      return ask(random, writer,
                 {"How many Chinese characters are there?", "Count the characters.", "How many characters are shown?"},
                 count);
    case 1:
      if (chinese) return ask_in_chinese(random, writer, "first", characters.front());
      return ask(random, writer, {"What is the first character?", "Read the first character."}, characters.front());
    default:
      if (chinese) return ask_in_chinese(random, writer, "last", characters.back());
      return ask(random, writer, {"What is the last character?", "Read the last character."}, characters.back());
  }
}

void draw_read_chinese(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const std::string text = random_text(random, writer);
  const auto size = static_cast<double>(random.between(writer.setting("text")));
  const Inks inks = legible_inks(random);
  const Drawing probe(8, 8, kWhite);
  const TextStyle style = fitting_style(random, writer, probe, text, size, 176, FontKind::chinese);
  const Rect box = probe.measure(style, text);
  const std::int64_t width = static_cast<std::int64_t>(box.width) + random.between(16, 70);
  const std::int64_t height = static_cast<std::int64_t>(box.height) + random.between(10, 60);
  Drawing drawing = ground_for_text(random, width, height, inks);
  drawing.text(style, text, place_inside(random, drawing.all().inset(3), box), inks.ink);
  writer.add_picture(with_grain(random, drawing));
  const bool reading = index % 4 != 3;
  writer.set_kind(reading ? "read" : "about");
  if (reading) ask_reading(random, writer, text);
  const std::int64_t rounds = random.between(writer.setting("rounds"));
  for (std::int64_t round = reading ? 1 : 0; round < rounds; ++round) ask_about(random, writer, text);
}

}  // namespace

Family read_chinese_family() {
  return {"read_chinese",
          "a few Chinese characters to read",
          {{"text", {28, 48}, {12, 200}}, {"rounds", {1, 2}, {1, 8}}},
          draw_read_chinese};
}

}  // namespace ov
