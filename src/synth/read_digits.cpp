// One to four digits in a row on paper, written by hand (MNIST) or printed: the number, its digits' sum, the largest.
#include <algorithm>
#include <numeric>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/lettering.h"
#include "synth/sums.h"

namespace ov {
namespace {

// No zero in front of other digits: it would not be a number.
std::vector<int> random_digits(RandomStream& random, std::int64_t count) {
  std::vector<int> digits;
  for (std::int64_t i = 0; i < count; ++i) {
    digits.push_back(static_cast<int>(random.between(i == 0 && count > 1 ? 1 : 0, 9)));
  }
  return digits;
}

std::string number_of(const std::vector<int>& digits) {
  std::string text;
  for (const int digit : digits) text += std::to_string(digit);
  return text;
}

Image draw_written(RandomStream& random, const SampleWriter& writer, const std::vector<int>& digits, double size) {
  const auto count = static_cast<double>(digits.size());
  // The digits fill about 20 of the 28 pixels of their pictures: they may lie closer than these.
  const double step = 0.8 * size, row = step * (count - 1) + size;
  const std::int64_t width = static_cast<std::int64_t>(row) + random.between(20, 60);
  const std::int64_t height = static_cast<std::int64_t>(size) + random.between(16, 60);
  Drawing drawing = ground_for_text(random, width, height, paper_inks(random));
  const Point corner = place_inside(random, drawing.all().inset(3), {0, 0, row, size + 6});
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto lift = static_cast<double>(random.between(0, 6));
    const Rect box{corner.x + step * static_cast<double>(i), corner.y + lift, size, size};
    const auto angle = static_cast<double>(random.between(-8, 8));
    drawing.picture(*pick_digit(random, writer, digits[i]), box, {.angle = angle});
  }
  return with_grain(random, drawing);
}

Image draw_printed(RandomStream& random, const SampleWriter& writer, const std::vector<int>& digits, double size) {
  const std::string text = number_of(digits);
  const Inks inks = legible_inks(random);
  const Drawing probe(8, 8, kWhite);
  const TextStyle style = fitting_style(random, writer, probe, text, size, 170);
  const Rect box = probe.measure(style, text);
  const std::int64_t width = static_cast<std::int64_t>(box.width) + random.between(20, 60);
  const std::int64_t height = static_cast<std::int64_t>(box.height) + random.between(10, 60);
  Drawing drawing = ground_for_text(random, width, height, inks);
  drawing.text(style, text, place_inside(random, drawing.all().inset(3), box), inks.ink);
  return with_grain(random, drawing);
}

void ask_reading(RandomStream& random, SampleWriter& writer, const std::vector<int>& digits, bool written) {
  const std::string number = number_of(digits);
  const std::string how = written ? "written" : "shown";
  ask(random, writer,
      {"What number is " + how + "?", "Which number is " + how + " in the picture?", "Read the number.",
       "What is the number in the image?", "What number can you see?"},
      number, "The number is " + number + ".");
}

void ask_about(RandomStream& random, SampleWriter& writer, const std::vector<int>& digits) {
  const std::string largest = std::to_string(*std::max_element(digits.begin(), digits.end()));
  const std::string smallest = std::to_string(*std::min_element(digits.begin(), digits.end()));
  const std::string sum = std::to_string(std::accumulate(digits.begin(), digits.end(), 0));
  const std::string count = std::to_string(digits.size());
  switch (random.below(5)) {
    case 0: {
      std::vector<std::string> parts;
      std::string chain;
      for (const int digit : digits) chain += (chain.empty() ? "" : " + ") + std::to_string(digit);
      return ask(random, writer,
                 {"What is the sum of the digits?", "Add up the digits.", "What do the digits add up to?",
                  "What is the total of all digits?", "If you add the digits, what do you get?"},
                 sum, digits.size() > 1 ? chain + " = " + sum + "." : "");
    }
    case 1:
      return ask(random, writer,
                 {"What is the largest digit?", "Which digit is the biggest?", "Name the highest digit.",
                  "What is the greatest digit in the number?", "Which of the digits is largest?"},
                 largest, "The largest digit is " + largest + ".");
    case 2:
      return ask(random, writer,
                 {"What is the smallest digit?", "Which digit is the lowest?", "Name the smallest digit.",
                  "What is the lowest digit in the number?", "Which of the digits is smallest?"},
                 smallest, "The smallest digit is " + smallest + ".");
    case 3:
      return ask(random, writer,
                 {"How many digits are there?", "How many digits does the number have?", "Count the digits.",
                  "What is the number of digits?", "How many digits can you see?"},
                 count, "There " + std::string(digits.size() == 1 ? "is 1 digit." : "are " + count + " digits."));
    default: {
      const bool even = digits.back() % 2 == 0;
      return ask(random, writer,
                 {"Is the number even or odd?", "Is this an even or an odd number?", "Even or odd?",
                  "Is the number in the picture odd or even?", "Tell me whether the number is even or odd."},
                 even ? "Even" : "Odd", number_of(digits) + " is " + (even ? "even." : "odd."));
    }
  }
}

void draw_read_digits(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  std::vector<int> digits = random_digits(random, random.between(writer.setting("digits")));
  // Their sum may be asked for.
  while (!writer.test() && digits.size() == 2 && kept_for_tests(digits[0], digits[1]))
    digits = random_digits(random, 2);
  const bool written = index % 3 != 2;
  const auto size = static_cast<double>(random.between(writer.setting("text")));
  writer.add_picture(written ? draw_written(random, writer, digits, size) : draw_printed(random, writer, digits, size));
  const std::int64_t rounds = random.between(writer.setting("rounds"));
  const bool reading = index % 4 < 2;
  writer.set_kind(std::string(written ? "written" : "printed") + (reading ? "" : "_about"));
  if (reading) ask_reading(random, writer, digits, written);
  for (std::int64_t round = reading ? 1 : 0; round < rounds; ++round) ask_about(random, writer, digits);
}

}  // namespace

Family read_digits_family() {
  return {"read_digits",
          "numbers of a few digits, written by hand or printed",
          {{"digits", {1, 4}, {1, 8}}, {"text", {26, 44}, {12, 200}}, {"rounds", {1, 3}, {1, 8}}},
          draw_read_digits};
}

}  // namespace ov
