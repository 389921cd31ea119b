// A page in the spirit of SynthDoG (Kim et al. 2022): lines of words, or of the user's text, on textured paper, a
// little turned, with a photo or a ground behind it; English or Chinese. Answered line by line.
#include <cmath>
#include <numbers>

#include "synth/asking.h"
#include "synth/corpus_text.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/lists.h"
#include "synth/text_pieces.h"

namespace ov {
namespace {

struct Page {
  std::vector<std::string> lines;
  bool chinese = false;
};

constexpr std::int64_t kMaxLetters = 24;  // of an English line

std::string english_line(RandomStream& random, const std::vector<std::string>& corpus) {
  std::string line = random.pick(corpus);
  for (std::int64_t more = random.between(1, 4); more > 0; --more) {
    const std::string& word = random.pick(corpus);
    if (static_cast<std::int64_t>(line.size() + 1 + word.size()) <= kMaxLetters) line += " " + word;
  }
  return line;
}

// Consecutive lines of the user's text, of the script that more of them have more often.
Page corpus_page(RandomStream& random, const CorpusShare& corpus) {
  Page page;
  page.chinese = random.below(corpus.lines.size() + corpus.chinese_lines.size()) >= corpus.lines.size();
  const std::int64_t count = random.between(2, page.chinese ? 4 : 5);
  const std::int64_t letters = random.between(kLongestPiece, page.chinese ? kLongestPiece : kMaxLetters);
  page.lines = running_lines(random, page.chinese ? corpus.chinese_lines : corpus.lines, count, letters);
  return page;
}

Page random_page(RandomStream& random, const SampleWriter& writer) {
  Page page;
  page.chinese = random.below(4) == 0;
  const std::vector<std::string>& corpus = corpus_words(writer);
  // A Chinese character is two or three tokens of a small vocabulary: 60 tokens in all.
  for (std::int64_t left = random.between(2, page.chinese ? 4 : 5); left > 0; --left) {
    std::string line = english_line(random, corpus);
    if (page.chinese) {
      line.clear();
      while (characters_of(line).size() < 3) line += random.pick(text_list("chinese_words"));
    } else if (page.lines.empty() && random.coin()) {
      line = capitalised(line);
    }
    page.lines.push_back(line);
  }
  return page;
}

// Turns points about the middle of the paper.
class Turn {
 public:
  Turn(Point middle, double angle) : middle_(middle), angle_(angle) {}

  Point operator()(double x, double y) const {
    const double radians = angle_ * std::numbers::pi / 180, sine = std::sin(radians), cosine = std::cos(radians);
    return {middle_.x + x * cosine - y * sine, middle_.y + x * sine + y * cosine};
  }

 private:
  Point middle_;
  double angle_;
};

void draw_behind(RandomStream& random, const SampleWriter& writer, Drawing& drawing) {
  if (random.coin()) return drawing.cover(*pick_photo(random, writer).picture, drawing.all());
  const Rgb ground = shade(random, random.pick(thing_colours()).rgb);
  drawing.gradient(drawing.all(), ground, mix(ground, kBlack, 0.3));
}

void draw_paper(RandomStream& random, Drawing& drawing, const Turn& turn, const Rect& size, const Inks& inks) {
  const double x = size.width / 2, y = size.height / 2;
  const auto sheet = [&](double by) {
    return std::vector<Point>{turn(-x + by, -y + by), turn(x + by, -y + by), turn(x + by, y + by),
                              turn(-x + by, y + by)};
  };
  drawing.fill_polygon(sheet(3), mix(kBlack, inks.ground, 0.25));
  drawing.fill_polygon(sheet(0), inks.ground);
  for (std::int64_t i = static_cast<std::int64_t>(size.width * size.height) / 120; i > 0; --i) {
    const auto across = static_cast<double>(random.between(-100, 99)) / 100,
               down = static_cast<double>(random.between(-100, 99)) / 100;
    const Point at = turn(across * (x - 2), down * (y - 2));
    drawing.fill_ellipse({at.x, at.y, 1.5, 1.5}, mix(inks.ground, inks.ink, 0.07));
  }
}

Image draw_page(RandomStream& random, const SampleWriter& writer, const Page& page) {
  const auto text = static_cast<double>(random.between(writer.setting("text")));
  const Drawing probe(8, 8, kWhite);
  const TextStyle style{.font = pick_font(random, writer, page.chinese ? FontKind::chinese : FontKind::any),
                        .size = text + (page.chinese ? 4 : 0)};
  double widest = 0, step = 0;
  for (const std::string& line : page.lines) {
    const Rect box = probe.measure(style, line);
    widest = std::max(widest, box.width);
    step = std::max(step, 1.15 * box.height);
  }
  const auto margin = static_cast<double>(random.between(8, 18));
  const Rect paper{0, 0, widest + 2 * margin, step * static_cast<double>(page.lines.size()) + 2 * margin};
  const std::int64_t around = random.between(16, 50);
  Drawing drawing(static_cast<std::int64_t>(paper.width) + around, static_cast<std::int64_t>(paper.height) + around,
                  kWhite);
  draw_behind(random, writer, drawing);
  const double angle = static_cast<double>(random.between(-30, 30)) / 10;
  const Turn turn(drawing.all().middle(), angle);
  const Inks inks = paper_inks(random);
  draw_paper(random, drawing, turn, paper, inks);
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    const Rect box = probe.measure(style, page.lines[i]);
    const double left = -paper.width / 2 + margin, top = -paper.height / 2 + margin + step * static_cast<double>(i);
    drawing.turned_text(style, page.lines[i], turn(left + box.width / 2, top + step / 2), angle, inks.ink);
  }
  return with_grain(random, drawing);
}

void ask_page(RandomStream& random, SampleWriter& writer, const Page& page) {
  static const std::vector<std::string> kWordings = {
      "Read the text on the page line by line.", "What does the page say?", "Read all the text in the image.",
      "Transcribe the text of this document.", "Write down the text that you see."};
  const bool chinese = page.chinese && random.coin();
  writer.add_exchange(random.pick(chinese ? text_list("chinese_page") : kWordings), joined(page.lines, "\n"));
}

void ask_line(RandomStream& random, SampleWriter& writer, const Page& page) {
  const std::size_t at = random.below(page.lines.size());
  const std::string number = ordinal(static_cast<std::int64_t>(at) + 1), count = std::to_string(page.lines.size());
  if (random.below(4) == 0) {
    return ask(random, writer,
               {"How many lines of text are there?", "Count the lines of text.", "How many lines does the page have?"},
               count, "There are " + count + " lines.");
  }
  const bool last = at + 1 == page.lines.size();
  const std::string which = last && random.coin() ? "last" : number;
  ask(random, writer,
      {"What does the " + which + " line say?", "Read the " + which + " line.",
       "What is written on the " + which + " line?", "Which text stands on the " + which + " line?",
       "Read out only the " + which + " line."},
      page.lines[at]);
}

void draw_synth_page(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const CorpusShare& corpus = writer.corpus();
  const bool own = !corpus.lines.empty() || !corpus.chinese_lines.empty();
  const Page page = own ? corpus_page(random, corpus) : random_page(random, writer);
  writer.add_picture(draw_page(random, writer, page));
  const bool whole = index % 2 == 0;
  writer.set_kind(std::string(page.chinese ? "chinese_" : "") + (whole ? "page" : "line"));
  if (whole) ask_page(random, writer, page);
  const std::int64_t rounds = random.between(writer.setting("rounds"));
  for (std::int64_t round = whole ? 1 : 0; round < rounds; ++round) ask_line(random, writer, page);
}

}  // namespace

Family synth_page_family() {
  return {"synth_page",
          "a page of text on textured paper, read line by line",
          {{"text", {13, 17}, {8, 48}}, {"rounds", {1, 3}, {1, 8}}},
          draw_synth_page};
}

}  // namespace ov
