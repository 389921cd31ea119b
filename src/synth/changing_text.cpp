// A video whose frames show one large word or number after another.
#include <algorithm>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/palette.h"
#include "synth/supplies.h"

namespace ov {
namespace {

// Each is shown for one frame or two.
struct Texts {
  bool numbers = false;
  std::vector<std::string> shown;   // no text comes twice
  std::vector<std::size_t> frames;  // which of them each frame shows
};

Texts make_texts(RandomStream& random, bool test, std::int64_t frames) {
  Texts texts;
  texts.numbers = random.coin();
  std::vector<std::string> words;
  for (std::string& word : everyday_words(test))
    if (word.size() <= 5) words.push_back(std::move(word));
  for (std::int64_t left = frames; left > 0;) {
    const std::string text = texts.numbers ? std::to_string(random.between(1, 99)) : random.pick(words);
    if (std::find(texts.shown.begin(), texts.shown.end(), text) != texts.shown.end()) continue;
    const std::int64_t length = std::min(left, random.between(1, 2));
    texts.frames.insert(texts.frames.end(), static_cast<std::size_t>(length), texts.shown.size());
    texts.shown.push_back(text);
    left -= length;
  }
  return texts;
}

void show_texts(RandomStream& random, const Texts& texts, SampleWriter& writer) {
  const std::int64_t width = random.between(writer.setting("sides")), height = width * random.between(60, 100) / 100;
  const Rgb ground = shade(random, random.pick(ground_colours()).rgb, 4);
  const std::string font = pick_font(random, writer);
  const bool bold = random.coin();
  std::vector<Image> frames;
  for (const std::size_t text : texts.frames) {
    Drawing drawing(width, height, ground);
    drawing.text_in({.font = font, .size = static_cast<double>(height) * 0.7, .bold = bold}, texts.shown[text],
                    drawing.all().inset(static_cast<double>(width) * 0.04), kBlack);
    frames.push_back(drawing.image());
  }
  writer.add_video(frames);
}

// Words stand in quotes in questions, numbers do not.
std::string quoted(const Texts& texts, const std::string& text) { return texts.numbers ? text : "\"" + text + "\""; }

void ask_place(RandomStream& random, const Texts& texts, Queries& queries) {
  const std::string what = texts.numbers ? "number" : "word";
  queries.push_back({"first",
                     {"What is the first " + what + " in the video?", "Which " + what + " is shown first?",
                      "With which " + what + " does the video start?", "What does the video show first?",
                      "Read the first " + what + "."},
                     texts.shown.front()});
  queries.push_back({"last",
                     {"What is the last " + what + " in the video?", "Which " + what + " is shown last?",
                      "With which " + what + " does the video end?", "What does the video show at the end?",
                      "Read the last " + what + "."},
                     texts.shown.back()});
  const std::size_t at = random.below(texts.shown.size() - 1);
  const std::string one = quoted(texts, texts.shown[at]), next = quoted(texts, texts.shown[at + 1]);
  queries.push_back({"after",
                     {"Which " + what + " comes after " + one + "?", "What is shown right after " + one + "?",
                      "After " + one + ", which " + what + " follows?", "What comes next after " + one + "?",
                      "Which " + what + " follows " + one + "?"},
                     texts.shown[at + 1]});
  queries.push_back(
      {"before",
       {"Which " + what + " comes before " + next + "?", "What is shown right before " + next + "?",
        "Before " + next + ", which " + what + " is there?", "Which " + what + " does " + next + " follow?"},
       texts.shown[at]});
}

void ask_whole(RandomStream& random, bool test, const Texts& texts, Queries& queries) {
  const std::string what = texts.numbers ? "number" : "word";
  queries.push_back({"how_many",
                     {"How many different " + what + "s are shown?", "How many " + what + "s does the video show?",
                      "Count the different " + what + "s in the video.", "How many different " + what + "s are there?",
                      "What is the number of different " + what + "s?"},
                     std::to_string(texts.shown.size())});
  const bool shown = random.coin();
  std::string asked = random.pick(texts.shown);
  while (!shown && std::find(texts.shown.begin(), texts.shown.end(), asked) != texts.shown.end())
    asked = texts.numbers ? std::to_string(random.between(1, 99)) : random.pick(everyday_words(test));
  asked = quoted(texts, asked);
  queries.push_back(yes_or_no("shown",
                              {"Does the " + what + " " + asked + " appear?", "Is " + asked + " shown in the video?",
                               "Do you see the " + what + " " + asked + "?", "Does the video show " + asked + "?",
                               "Is there a frame with the " + what + " " + asked + "?"},
                              shown));
  queries.push_back(in_a_sentence(
      "all",
      {"Read all the " + what + "s of the video in order.",
       "Which " + what + "s does the video show? List them in order.",
       "List every " + what + " in the order in which it appears.", "Write down the " + what + "s one after another.",
       "What are the " + what + "s in the video, from first to last?"},
      [&] {
        std::string all;
        for (const std::string& text : texts.shown) all += (all.empty() ? "" : ", ") + text;
        return all;
      }()));
}

void draw_changing_text(RandomStream& random, std::int64_t, SampleWriter& writer) {
  const Texts texts = make_texts(random, writer.test(), random.between(writer.setting("frames")));
  show_texts(random, texts, writer);
  Queries queries;
  ask_place(random, texts, queries);
  ask_whole(random, writer.test(), texts, queries);
  ask_some(random, writer, queries);
}

}  // namespace

Family changing_text_family() {
  return {"changing_text",
          "a video of large words or numbers",
          {{"sides", {96, 160}, {48, 2048}}, {"frames", {4, 8}, {3, 64}}, {"rounds", {1, 1}, {1, 8}}},
          draw_changing_text};
}

}  // namespace ov
