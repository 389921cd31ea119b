// Drawn arithmetic: a printed sum, a sum of things to count, a missing number, two numbers to compare.
#include <algorithm>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/places.h"
#include "synth/sums.h"

namespace ov {
namespace {

std::string text_of(std::int64_t number) { return std::to_string(number); }

// The sum as a schoolbook prints it: "x" is a cross.
std::string printed(std::string task) {
  std::replace(task.begin(), task.end(), 'x', '*');
  const std::size_t at = task.find('*');
  if (at != std::string::npos) task.replace(at, 1, "\xC3\x97");
  return task;
}

Image draw_line(RandomStream& random, const SampleWriter& writer, const std::string& text) {
  const std::int64_t width = random.between(writer.setting("sides"));
  const std::int64_t height = width * random.between(5, 9) / 10;
  const Inks inks = random.coin() ? paper_inks(random) : legible_inks(random);
  Drawing drawing = ground_for_text(random, width, height, inks);
  const auto size = static_cast<double>(random.between(20, 36));
  const FontKind kind = random.coin() ? FontKind::sans : FontKind::serif;
  const TextStyle style = fitting_style(random, writer, drawing, text, size, static_cast<double>(width) - 12, kind);
  drawing.text(style, text, place_inside(random, drawing.all().inset(4), drawing.measure(style, text)), inks.ink);
  return with_grain(random, drawing);
}

void ask_printed(RandomStream& random, SampleWriter& writer) {
  const Sum sum = random_sum(random, writer.test());
  static constexpr const char* kEnds[] = {" = ?", " =", " = __", ""};
  writer.add_picture(draw_line(random, writer, printed(sum.task()) + random.pick(kEnds)));
  writer.set_kind(kept_for_tests(sum.left, sum.right) ? "printed_new" : "printed");
  const std::string right = text_of(sum.result());
  const std::vector<std::string> wordings = {"What is the result?",       "Solve the problem in the picture.",
                                             "What is the answer?",       "Calculate what is shown.",
                                             "What does the sum give?",   "Work out the answer.",
                                             "What number should follow?"};
  if (random.below(5) == 0)
    return ask(random, writer, lettered("", wordings, right, near_numbers(random, sum.result(), 3)));
  ask(random, writer, wordings, right, sum.whole() + ".");
}

void ask_missing(RandomStream& random, SampleWriter& writer) {
  const Sum sum = random_sum(random, writer.test(), random.coin() ? '+' : '-');
  const bool first = random.coin();
  const std::string left = first ? "?" : text_of(sum.left), right = first ? text_of(sum.right) : "?";
  const std::string sign = " " + std::string(1, sum.sign) + " ";
  writer.add_picture(draw_line(random, writer, left + sign + right + " = " + text_of(sum.result())));
  writer.set_kind("missing");
  const std::string missing = text_of(first ? sum.left : sum.right);
  ask(random, writer,
      {"Which number is missing?", "What number should replace the question mark?", "Find the missing number.",
       "What is the value of the question mark?", "Which number makes this true?"},
      missing, sum.whole() + ", so the missing number is " + missing + ".");
}

void draw_group(RandomStream& random, Drawing& drawing, const Rect& area, const Thing& thing, std::int64_t count) {
  for (const Rect& box : scatter(random, area, count, 20, 28)) drawing.picture(*thing.picture, box);
}

// Two groups of the same thing with a sign between them, or of two things that are put together.
void ask_things(RandomStream& random, SampleWriter& writer) {
  const auto [a, b] = random_pair(random, writer.test(), {1, 6});
  const bool minus = a > b && random.coin();
  const Sum sum{a, b, minus ? '-' : '+'};
  const Thing thing = pick_thing(random, writer);
  const std::int64_t width = random.between(170, 200), height = random.between(90, 128);
  const Inks inks = paper_inks(random);
  Drawing drawing(width, height, shade(random, random.pick(ground_colours()).rgb, 5));
  const double half = static_cast<double>(width) / 2, high = static_cast<double>(height) - 8;
  draw_group(random, drawing, {4, 4, half - 20, high}, thing, a);
  draw_group(random, drawing, {half + 16, 4, half - 20, high}, thing, b);
  const TextStyle style{.font = pick_font(random, writer, FontKind::sans), .size = 30, .bold = true};
  drawing.text_in(style, minus ? "\xE2\x88\x92" : "+", {half - 15, high / 2 - 16, 30, 40}, inks.ink);
  writer.add_picture(with_grain(random, drawing));
  writer.set_kind("things");
  const std::string right = text_of(sum.result()), left_words = text_of(a) + " " + (a == 1 ? thing.name : thing.plural);
  const std::string sentence_of_sum = left_words + (minus ? " minus " : " and ") + text_of(b) + " make " + right + ".";
  ask(random, writer,
      {"What is the result?", "Count the things and solve the problem.", "How many " + thing.plural + " is that?",
       "What is the answer to this picture sum?", "Count on both sides and calculate."},
      right, minus ? sum.whole() + "." : sentence_of_sum);
}

std::vector<std::int64_t> different_numbers(RandomStream& random, std::size_t count) {
  const std::int64_t highest = random.coin() ? 9 : 99;
  std::vector<std::int64_t> numbers;
  while (numbers.size() < count) {
    const std::int64_t number = random.between(highest == 9 ? 0 : 10, highest);
    if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
  }
  return numbers;
}

// Two to four numbers side by side.
void ask_compare(RandomStream& random, SampleWriter& writer) {
  const std::vector<std::int64_t> numbers = different_numbers(random, static_cast<std::size_t>(random.between(2, 4)));
  std::string text;
  for (const std::int64_t number : numbers) text += (text.empty() ? "" : "    ") + text_of(number);
  writer.add_picture(draw_line(random, writer, text));
  writer.set_kind("compare");
  const bool two = numbers.size() == 2, largest = random.coin();
  const auto [low, high] = std::minmax_element(numbers.begin(), numbers.end());
  const std::string right = text_of(largest ? *high : *low),
                    much = largest ? (two ? "larger" : "largest") : (two ? "smaller" : "smallest");
  if (two && random.below(3) == 0) {
    const bool left = (largest ? high : low) == numbers.begin();
    return ask(random, writer,
               {"Is the " + much + " number on the left or on the right?", "On which side is the " + much + " number?",
                "Which side has the " + much + " number, left or right?"},
               left ? "Left" : "Right", "The " + much + " number is on the " + (left ? "left." : "right."));
  }
  ask(random, writer,
      {"Which number is " + much + "?", "What is the " + much + " number?", "Find the " + much + " number.",
       "Name the " + much + " of the numbers.", "Which of these numbers is " + much + "?"},
      right, "The " + much + " number is " + right + ".");
}

void draw_arithmetic(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  switch (index % 5) {
    case 0:
    case 1: return ask_printed(random, writer);
    case 2: return ask_things(random, writer);
    case 3: return ask_missing(random, writer);
    default: return ask_compare(random, writer);
  }
}

}  // namespace

Family arithmetic_family() {
  return {"arithmetic",
          "sums, things to add, missing numbers and numbers to compare",
          {{"sides", {110, 176}, {64, 1024}}},
          draw_arithmetic};
}

}  // namespace ov
