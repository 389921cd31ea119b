#include "synth/text_pieces.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "synth/corpus.h"

namespace ov {
namespace {

constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr const char* kUnits[] = {"km", "kg", "cm", "mm", "m", "g", "ml", "L", "mph", "min", "pages", "days"};

std::string two_digits(std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string upper(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

}  // namespace

const std::vector<std::string>& corpus_words(const SampleWriter& writer) {
  static const std::array<std::vector<std::string>, 2> kEveryday = {everyday_words(false), everyday_words(true)};
  const std::vector<std::string>& own = writer.corpus().words;
  return own.empty() ? kEveryday[writer.test() ? 1 : 0] : own;
}

std::string in_random_case(RandomStream& random, const std::string& word) {
  const bool english = std::all_of(word.begin(), word.end(), [](char letter) { return letter >= 0; });
  switch (random.below(4)) {
    case 0: return english ? upper(word) : word;
    case 1: return capitalised(word);
    default: return word;
  }
}

std::string random_letters(RandomStream& random, std::int64_t length) {
  std::string text;
  for (std::int64_t i = 0; i < length; ++i) text += static_cast<char>('a' + random.below(26));
  return text;
}

std::vector<std::string> random_words(RandomStream& random, const std::vector<std::string>& words, std::int64_t count) {
  std::vector<std::string> shuffled = words;
  random.shuffle(shuffled);
  shuffled.resize(static_cast<std::size_t>(count));
  return shuffled;
}

std::string joined(const std::vector<std::string>& parts, const std::string& between) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) text += (i > 0 ? between : "") + parts[i];
  return text;
}

std::string random_sentence(RandomStream& random, const std::vector<std::string>& words) {
  const std::string& first = random.pick(words);
  const std::string& second = random.pick(words);
  switch (random.below(6)) {
    case 0: return "Please keep the " + first + " closed";
    case 1: return "Welcome to the " + first + " " + second;
    case 2: return "My " + first + " is " + second;
    case 3: return "No " + first + " on the " + second;
    case 4: return "We like the " + first + ".";
    default: return capitalised(first) + " and " + second + " today!";
  }
}

std::string random_measure(RandomStream& random) {
  const std::int64_t number = random.coin() ? random.between(1, 99) : random.between(100, 999);
  if (random.below(4) == 0) return std::to_string(number % 100) + "%";
  return std::to_string(number) + " " + random.pick(kUnits);
}

std::string random_price(RandomStream& random) {
  const std::int64_t whole = random.between(0, 99),
                     cents = random.coin() ? 5 * random.between(0, 19) : random.between(0, 99);
  return "$" + std::to_string(whole) + "." + two_digits(cents);
}

std::string random_date(RandomStream& random) {
  const std::int64_t year = random.between(1990, 2030), month = random.between(1, 12), day = random.between(1, 28);
  const std::string name = kMonths[month - 1];
  switch (random.below(3)) {
    case 0: return std::to_string(day) + " " + name + " " + std::to_string(year);
    case 1: return std::to_string(year) + "-" + two_digits(month) + "-" + two_digits(day);
    default: return name + " " + std::to_string(day);
  }
}

std::string random_time(RandomStream& random) {
  const std::string minutes = two_digits(random.between(0, 59));
  if (random.coin()) return two_digits(random.between(0, 23)) + ":" + minutes;
  const std::int64_t hour = random.between(1, 12);
  return std::to_string(hour) + ":" + minutes + (random.coin() ? " am" : " pm");
}

std::string random_phone(RandomStream& random) {
  std::string text = "555-";
  for (int i = 0; i < 4; ++i) text += static_cast<char>('0' + random.below(10));
  return text;
}

std::string random_plate(RandomStream& random) {
  const std::string letters = upper(random_letters(random, random.between(2, 3)));
  return letters + " " + std::to_string(random.between(100, 999));
}

}  // namespace ov
