// Text for next-token pretraining of the language model: paragraphs of the kinds of sentences that the other families
// answer with. The text is the answer; the request before it says nothing about it.
#include <algorithm>
#include <functional>

#include "synth/family.h"
#include "synth/lists.h"
#include "synth/palette.h"
#include "synth/sums.h"
#include "synth/text_pieces.h"

namespace ov {
namespace {

// The random pieces of sentences; each call draws anew, so that calls stand in statements of their own.
class Pieces {
 public:
  Pieces(RandomStream& random, const SampleWriter& writer)
      : random_(random), test_(writer.test()), words_(everyday_words(writer.test())) {}

  std::string item(const std::string& list) { return random_.pick(text_list(list)); }
  const Fact& fact(const std::string& list) { return random_.pick(fact_list(list)); }
  std::string thing() { return random_.pick(countable_things()); }
  std::string colour() { return random_.pick(thing_colours()).name; }
  std::string ground() { return random_.pick(ground_colours()).name; }
  std::string coloured() {
    const std::string first = colour();
    return first + " " + thing();
  }
  std::string word() { return random_.pick(words_); }
  std::string number(std::int64_t low, std::int64_t high) { return std::to_string(random_.between(low, high)); }
  // Different items of a list.
  std::vector<std::string> some(const std::string& list, std::int64_t count) {
    return random_words(random_, text_list(list), count);
  }
  NumberPair pair(const Range& numbers) { return random_pair(random_, test_, numbers); }
  Sum sum() { return random_sum(random_, test_); }
  RandomStream& random() { return random_; }

 private:
  RandomStream& random_;
  bool test_;
  std::vector<std::string> words_;
};

std::string caption(Pieces& p) {
  std::vector<std::string> things = {with_article(p.coloured())};
  for (std::int64_t more = p.random().between(0, 2); more > 0; --more) things.push_back(with_article(p.coloured()));
  return sentence(listed(things) + " on a " + p.ground() + " background");
}

std::string description(Pieces& p) {
  const std::int64_t count = p.random().between(2, 3);
  std::string text = "The image shows " + number_word(count) + " things on a " + p.ground() + " background.";
  for (const std::string& place : p.some("places", count)) {
    text += " " + sentence(with_article(p.coloured()) + " is " + place);
  }
  return text;
}

std::string chart(Pieces& p) {
  const std::vector<std::string> labels = p.some(p.random().coin() ? "months" : "days", 3);
  std::vector<std::int64_t> values;
  std::vector<std::string> parts;
  for (const std::string& label : labels) {
    values.push_back(p.random().between(1, 99));
    parts.push_back(label + " is " + std::to_string(values.back()));
  }
  const auto at = static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  const std::string kind = p.random().coin() ? "bar" : "line";
  return "The " + kind + " chart shows that " + listed(parts) + ". The largest value is " + std::to_string(values[at]) +
         " for " + labels[at] + ".";
}

std::string table(Pieces& p) {
  std::string text = "The table has the columns name and age.";
  for (const std::string& name : p.some("names", 2)) text += " " + name + " is " + p.number(5, 80) + ".";
  return text;
}

std::string receipt(Pieces& p) {
  const NumberPair prices = p.pair({1, 20});
  std::string text = "Receipt:";
  for (const std::int64_t price : {prices.first, prices.second}) {
    text += " " + p.thing() + " $" + std::to_string(price) + ",";
  }
  return text + " total $" + std::to_string(prices.first + prices.second) + ".";
}

std::string counting(Pieces& p) {
  const auto [a, b] = p.pair({1, 9});
  const std::string one = p.thing();
  const auto group = [&](std::int64_t n) { return std::to_string(n) + " " + (n == 1 ? one : plural_of(one)); };
  return (a == 1 ? "There is " : "There are ") + group(a) + " on the left and " + group(b) +
         " on the right, so there are " + group(a + b) + " in all.";
}

std::string colour_question(Pieces& p) {
  const std::string thing = p.thing(), colour = p.colour();
  return "What color is the " + thing + "? The " + thing + " is " + colour + ".";
}

std::string count_question(Pieces& p) {
  const std::string things = plural_of(p.thing()), number = p.number(2, 9);
  return "How many " + things + " are there? There are " + number + " " + things + ".";
}

std::string place_question(Pieces& p) {
  const std::string thing = p.thing();
  return "Where is the " + thing + "? The " + thing + " is " + p.item("places") + ".";
}

std::string definition(Pieces& p) {
  const Fact& fact = p.fact("definitions");
  return "What does the word " + fact.about + " mean? " + sentence(fact.what);
}

std::string number_fact(Pieces& p) {
  const std::int64_t a = p.random().between(1, 99);
  const std::string sum = p.sum().whole() + ".";
  return sum + " " + std::to_string(a + p.random().between(1, 9)) + " is larger than " + std::to_string(a) + ".";
}

std::string calendar(Pieces& p) {
  static constexpr const char* kLists[] = {"days", "months", "seasons"};
  const std::vector<std::string>& list = text_list(p.random().pick(kLists));
  const std::size_t at = p.random().below(list.size());
  return sentence(list[(at + 1) % list.size()] + " comes after " + list[at]);
}

std::string fact(Pieces& p) {
  switch (p.random().below(6)) {
    case 0: {
      const Fact& f = p.fact("opposites");
      return "The opposite of " + f.about + " is " + f.what + ".";
    }
    case 1: {
      const Fact& f = p.fact("capitals");
      return "The capital of " + f.about + " is " + f.what + ".";
    }
    case 2: {
      const Fact& f = p.fact("sounds");
      return "The sound of " + with_article(f.about) + " is " + f.what + ".";
    }
    case 3: {
      const Fact& f = p.fact("young");
      return "A young " + f.about + " is called a " + f.what + ".";
    }
    case 4: {
      const Fact& f = p.fact("colors");
      return "The usual color of " + f.about + " is " + f.what + ".";
    }
    default: {
      const Fact& f = p.fact("plurals");
      return "One " + f.about + ", two " + f.what + ".";
    }
  }
}

std::string reading(Pieces& p) {
  const std::string first = p.word(), second = p.word();
  switch (p.random().below(4)) {
    case 0: return "The text says \"" + first + " " + second + "\".";
    case 1: return "The first word is \"" + first + "\" and the last word is \"" + second + "\".";
    case 2: return "What does the sign say? It says \"" + first + "\".";
    default: {
      std::string letters;
      for (const char letter : first) letters += (letters.empty() ? "" : "-") + std::string(1, letter);
      return "The word " + first + " has " + std::to_string(first.size()) + " letters: " + letters + ".";
    }
  }
}

std::string figures(Pieces& p) {
  RandomStream& random = p.random();
  switch (random.below(4)) {
    case 0: return "The price is " + random_price(random) + ".";
    case 1: return "The date is " + random_date(random) + ".";
    case 2: return "The clock shows " + random_time(random) + ".";
    default: return "The phone number is " + random_phone(random) + ".";
  }
}

std::string several_pictures(Pieces& p) {
  const std::string thing = p.thing(), other = p.thing();
  switch (p.random().below(3)) {
    case 0:
      return sentence("the first picture shows " + with_article(thing) + ", but the second shows " +
                      with_article(other));
    case 1: return "Only the second picture has " + with_article(thing) + ".";
    default: {
      const std::string colour = p.colour();
      return "The difference is that the " + thing + " is " + colour + " in the second picture.";
    }
  }
}

std::string video(Pieces& p) {
  static constexpr const char* kWays[] = {"from left to right", "from right to left", "up", "down"};
  const std::string thing = p.coloured();
  switch (p.random().below(3)) {
    case 0: return "The " + thing + " moves " + p.random().pick(kWays) + ".";
    case 1: return "First " + with_article(thing) + " appears, then " + with_article(p.thing()) + ".";
    default: return "The " + thing + " blinks " + p.number(2, 6) + " times.";
  }
}

std::string story(Pieces& p) {
  const std::string name = p.item("names"), verb = p.item("verbs");
  return name + " " + verb + " near the " + p.thing() + ".";
}

std::string chinese(Pieces& p) {
  if (p.random().coin()) return p.item("chinese_phrases");
  const std::string question = p.item("chinese_read");
  return question + p.item("chinese_words");
}

void draw_plain_text(RandomStream& random, std::int64_t, SampleWriter& writer) {
  static constexpr std::string (*kKinds[])(Pieces&) = {
      caption,    description, chart,    table, receipt, counting, colour_question, count_question, place_question,
      definition, number_fact, calendar, fact,  fact,    fact,     reading,         figures,        several_pictures,
      video,      story,       chinese};
  Pieces pieces(random, writer);
  std::string text;
  // A sentence has about 12 tokens.
  const auto letters = static_cast<std::size_t>(random.between(writer.setting("letters")));
  while (text.size() < letters) {
    if (!text.empty()) text += random.below(4) == 0 ? "\n" : " ";
    text += random.pick(kKinds)(pieces);
  }
  static constexpr const char* kRequests[] = {"Write something.", "Write a few sentences.", "Tell me something.",
                                              "Go on.", "Write a short text."};
  writer.add_exchange(random.pick(kRequests), text);
}

}  // namespace

Family plain_text_family() {
  return {"plain_text",
          "paragraphs for pretraining the language model",
          {{"letters", {120, 320}, {20, 100'000}}},  // of the paragraph, at least
          draw_plain_text};
}

}  // namespace ov
