// Rows of figures or numbers that follow a pattern: what comes next, which is the odd one out.
#include <algorithm>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/polygons.h"

namespace ov {
namespace {

struct Symbol {
  std::size_t colour = 0;
  std::size_t figure = 0;
  bool operator==(const Symbol&) const = default;
  std::string words() const { return std::string(thing_colours()[colour].name) + " " + figure_names()[figure]; }
};

constexpr std::size_t kColours = 6;  // red to purple

// One pair in eight is for tests.
bool kept_for_tests(const Symbol& symbol) { return (7 * symbol.colour + 3 * symbol.figure) % 8 == 0; }

// `count` symbols with different colours and different figures.
std::vector<Symbol> different_symbols(RandomStream& random, bool test, std::size_t count) {
  std::vector<Symbol> symbols;
  while (symbols.size() < count) {
    const Symbol symbol{random.below(kColours), random.below(figure_names().size())};
    const bool known = std::any_of(symbols.begin(), symbols.end(), [&](const Symbol& other) {
      return other.colour == symbol.colour || other.figure == symbol.figure;
    });
    if (!known && (test || !kept_for_tests(symbol))) symbols.push_back(symbol);
  }
  return symbols;
}

class Row {
 public:
  Row(RandomStream& random, const SampleWriter& writer, std::size_t cells, double rows)
      : cell_(static_cast<double>(random.between(26, 34))),
        spare_(random.between(12, 40)),
        drawing_(static_cast<std::int64_t>(cell_ * static_cast<double>(cells)) + 8,
                 static_cast<std::int64_t>(cell_ * rows) + spare_, shade(random, random.pick(ground_colours()).rgb, 4)),
        top_((static_cast<double>(drawing_.height()) - cell_ * rows) / 2),
        style_{.font = pick_font(random, writer, FontKind::sans), .size = 24, .bold = true} {}

  Rect cell(std::size_t at, double down = 0) const {
    return {4 + cell_ * static_cast<double>(at), top_ + cell_ * down, cell_, cell_};
  }
  void symbol(const Symbol& symbol, const Rect& cell) {
    draw_figure(drawing_, figure_names()[symbol.figure], cell.inset(4), thing_colours()[symbol.colour].rgb);
  }
  void text(const std::string& text, const Rect& cell, double size = 24) {
    TextStyle style = style_;
    style.size = size;
    drawing_.text_in(style, text, cell, kBlack);
  }
  Drawing& drawing() { return drawing_; }

 private:
  double cell_;
  std::int64_t spare_;
  Drawing drawing_;
  double top_;
  TextStyle style_;
};

// Indices into the symbols that repeat: ABAB, ABCABC, AABAAB, ABBABB.
std::vector<std::size_t> random_pattern(RandomStream& random, std::size_t length) {
  static const std::vector<std::size_t> kUnits[] = {{0, 1}, {0, 1, 2}, {0, 0, 1}, {0, 1, 1}};
  const std::vector<std::size_t>& unit = random.pick(kUnits);
  std::vector<std::size_t> pattern;
  for (std::size_t i = 0; i < length; ++i) pattern.push_back(unit[i % unit.size()]);
  return pattern;
}

void ask_next_symbol(RandomStream& random, SampleWriter& writer) {
  const bool options = random.below(3) == 0;
  const auto shown = static_cast<std::size_t>(random.between(5, 6));
  std::vector<Symbol> symbols = different_symbols(random, writer.test(), 3);
  const std::vector<std::size_t> pattern = random_pattern(random, shown + 1);
  Row row(random, writer, shown + 1, options ? 3.2 : 1);
  for (std::size_t i = 0; i < shown; ++i) row.symbol(symbols[pattern[i]], row.cell(i));
  row.text("?", row.cell(shown));
  const Symbol right = symbols[pattern[shown]];
  if (options) {
    random.shuffle(symbols);
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      row.symbol(symbols[i], row.cell(2 * i, 1.3));
      row.text(std::string(1, static_cast<char>('A' + i)), row.cell(2 * i, 2.2), 18);
    }
    const auto at = std::find(symbols.begin(), symbols.end(), right) - symbols.begin();
    writer.add_picture(with_grain(random, row.drawing()));
    writer.set_kind("choice");
    const std::string question =
        random.coin() ? "Which option comes next in the row?" : "Which letter replaces the question mark?";
    return writer.add_exchange(question + kLetterAnswer, std::string(1, static_cast<char>('A' + at)));
  }
  writer.add_picture(with_grain(random, row.drawing()));
  writer.set_kind("next");
  const std::string full = "The next shape is " + with_article(right.words()) + ".";
  switch (random.below(3)) {
    case 0:
      return ask(random, writer,
                 {"Which color comes next?", "What color should replace the question mark?",
                  "What is the color of the next shape?", "Which color continues the pattern?",
                  "The pattern goes on with which color?"},
                 thing_colours()[right.colour].name, full);
    case 1:
      return ask(random, writer,
                 {"Which shape comes next?", "What shape should replace the question mark?",
                  "What kind of shape follows in the row?", "Which shape continues the pattern?",
                  "The pattern goes on with which shape?"},
                 figure_names()[right.figure], full);
    default:
      ask(random, writer,
          {"What comes next, with its color?", "Which colored shape replaces the question mark?",
           "Name the color and shape that come next.", "What color and shape continue the pattern?",
           "Describe the next shape and its color."},
          right.words(), full);
  }
}

std::vector<std::int64_t> number_row(RandomStream& random, std::size_t length) {
  const std::int64_t kind = random.between(0, 4), start = random.between(1, 9), step = random.between(1, 5);
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 0; i < length; ++i) {
    const auto at = static_cast<std::int64_t>(i);
    if (kind == 4)
      numbers.push_back((start % 3 + 1) * (1LL << at));
    else if (kind == 3)
      numbers.push_back(start + step * (static_cast<std::int64_t>(length) - 1 - at));
    else
      numbers.push_back(start + step * at);
  }
  return numbers;
}

void ask_next_number(RandomStream& random, SampleWriter& writer) {
  const std::vector<std::int64_t> numbers = number_row(random, 5);
  Row row(random, writer, 5, 1);
  const std::size_t gap = random.below(3) == 0 ? 1 + random.below(3) : 4;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    row.text(i == gap ? "?" : std::to_string(numbers[i]), row.cell(i).inset(3));
  }
  writer.add_picture(with_grain(random, row.drawing()));
  writer.set_kind("number");
  const std::string right = std::to_string(numbers[gap]);
  std::vector<std::string> wordings = {"Which number replaces the question mark?", "What is the missing number?",
                                       "Find the number that continues the pattern.",
                                       "What number should stand at the question mark?",
                                       "Complete the row of numbers."};
  if (gap == 4) wordings.emplace_back("Which number comes next?");
  if (random.below(4) == 0)
    return ask(random, writer, lettered("", wordings, right, near_numbers(random, numbers[gap], 3)));
  std::string all;
  for (const std::int64_t number : numbers) all += (all.empty() ? "" : ", ") + std::to_string(number);
  ask(random, writer, wordings, right, "The row is " + all + ", so the number is " + right + ".");
}

// All alike but one, with letters or asked for by place.
void ask_odd_one(RandomStream& random, SampleWriter& writer) {
  const std::vector<Symbol> symbols = different_symbols(random, writer.test(), 2);
  const auto count = static_cast<std::size_t>(random.between(4, 6));
  const std::size_t odd = random.below(count);
  Symbol other = symbols[0];
  // In colour, in figure, or in both.
  const std::uint64_t how = random.below(3);
  if (how != 1) other.colour = symbols[1].colour;
  if (how != 0) other.figure = symbols[1].figure;
  if (!writer.test() && kept_for_tests(other)) other = symbols[1];
  Row row(random, writer, count, 2);
  for (std::size_t i = 0; i < count; ++i) {
    row.symbol(i == odd ? other : symbols[0], row.cell(i));
    row.text(std::string(1, static_cast<char>('A' + i)), row.cell(i, 1), 20);
  }
  writer.add_picture(with_grain(random, row.drawing()));
  writer.set_kind("odd");
  const std::string letter(1, static_cast<char>('A' + odd)), place = ordinal(static_cast<std::int64_t>(odd) + 1);
  if (random.coin()) {
    const std::string question = random.coin() ? "Which one is different from the others?" : "Find the odd one out.";
    return writer.add_exchange(question + kLetterAnswer, letter);
  }
  ask(random, writer,
      {"What is the odd one out, with its color?", "Which colored shape does not belong here?",
       "Describe the shape that differs.", "What color and shape is the different one?",
       "Name the color and shape of the odd one out."},
      other.words(), "The " + place + " one differs: it is " + with_article(other.words()) + ".");
}

void draw_sequence(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  switch (index % 4) {
    case 0:
    case 1: return ask_next_symbol(random, writer);
    case 2: return ask_next_number(random, writer);
    default: return ask_odd_one(random, writer);
  }
}

}  // namespace

Family sequence_family() { return {"sequence", "patterns to continue and odd ones out", {}, draw_sequence}; }

}  // namespace ov
