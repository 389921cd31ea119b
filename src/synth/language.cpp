// No picture: arithmetic in words, opposites, plurals, spelling, small facts, orders to follow, and talk. One to a few
// exchanges in a conversation.
#include <algorithm>
#include <cctype>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/lists.h"
#include "synth/sums.h"
#include "synth/text_pieces.h"

namespace ov {
namespace {

std::string upper(std::string text) {
  for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return text;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

void ask_sum(RandomStream& random, SampleWriter& writer) {
  const Sum sum = random_sum(random, writer.test());
  const std::string a = std::to_string(sum.left), b = std::to_string(sum.right), right = std::to_string(sum.result());
  const std::string full = sum.whole() + ".";
  if (sum.sign == '+') {
    const std::string& name = random.pick(text_list("names"));
    return ask(random, writer,
               {"What is " + a + " plus " + b + "?", "What is " + a + " + " + b + "?", "Add " + a + " and " + b + ".",
                name + " has " + a + " apples and gets " + b + " more. How many apples does " + name + " have now?",
                "How much is " + a + " and " + b + " together?", a + " + " + b + " = ?"},
               right, full);
  }
  if (sum.sign == '-') {
    const std::string& name = random.pick(text_list("names"));
    return ask(
        random, writer,
        {"What is " + a + " minus " + b + "?", "What is " + a + " - " + b + "?", "Take " + b + " away from " + a + ".",
         name + " has " + a + " coins and gives away " + b + ". How many coins are left?",
         "Subtract " + b + " from " + a + ".", a + " - " + b + " = ?"},
        right, full);
  }
  ask(random, writer,
      {"What is " + a + " times " + b + "?", "What is " + a + " x " + b + "?", "Multiply " + a + " by " + b + ".",
       "There are " + a + " boxes with " + b + " pens in each. How many pens are there?", a + " x " + b + " = ?"},
      right, full);
}

void ask_bigger_number(RandomStream& random, SampleWriter& writer) {
  const std::int64_t a = random.between(0, 100);
  std::int64_t b = random.between(0, 99);
  if (b >= a) ++b;
  const bool bigger = random.coin();
  const std::string much = bigger ? "bigger" : "smaller";
  const std::string one = std::to_string(a), other = std::to_string(b);
  const std::string right = std::to_string(bigger ? std::max(a, b) : std::min(a, b));
  ask(random, writer,
      {"Which number is " + much + ", " + one + " or " + other + "?", "Is " + one + " or " + other + " " + much + "?",
       "Which is " + much + ": " + one + " or " + other + "?",
       "Name the " + much + " number: " + one + ", " + other + ".",
       "Out of " + one + " and " + other + ", which is " + much + "?"},
      right, right + " is " + much + ".");
}

void ask_bigger_thing(RandomStream& random, SampleWriter& writer) {
  const bool weight = random.coin(), more = random.coin();
  const std::vector<std::string>& things = text_list(weight ? "by_weight" : "by_size");
  const std::size_t first = random.below(things.size());
  std::size_t second = random.below(things.size() - 1);
  if (second >= first) ++second;
  const std::string much = weight ? (more ? "heavier" : "lighter") : (more ? "bigger" : "smaller");
  const std::string &a = things[first], &b = things[second];
  const std::string& right = things[more ? std::max(first, second) : std::min(first, second)];
  ask(random, writer,
      {"Which is " + much + ", " + with_article(a) + " or " + with_article(b) + "?",
       "What is " + much + ": " + with_article(a) + " or " + with_article(b) + "?",
       "Is " + with_article(a) + " or " + with_article(b) + " " + much + "?",
       "Name the " + much + " one: " + a + ", " + b + ".",
       "Which one is " + much + ", the " + a + " or the " + b + "?"},
      right, sentence(with_article(right) + " is " + much));
}

void ask_opposite(RandomStream& random, SampleWriter& writer) {
  const Fact& fact = random.pick(fact_list("opposites"));
  const std::string& word = fact.about;
  ask(random, writer,
      {"What is the opposite of " + word + "?", "What is the opposite of the word " + quoted(word) + "?",
       "Give the opposite of " + word + ".", "Which word means the opposite of " + word + "?",
       "The opposite of " + word + " is what?"},
      fact.what, "The opposite of " + word + " is " + fact.what + ".");
}

void ask_plural(RandomStream& random, SampleWriter& writer) {
  const bool irregular = random.coin();
  const std::string name = irregular ? random.pick(fact_list("plurals")).about : random.pick(countable_things());
  const std::string plural = plural_of(name);
  ask(random, writer,
      {"What is the plural of " + name + "?", "Give the plural of " + quoted(name) + ".", "One " + name + ", two ...?",
       "How do you say more than one " + name + "?", "Write the plural form of " + name + "."},
      plural, "The plural of " + name + " is " + plural + ".");
}

void ask_spelling(RandomStream& random, SampleWriter& writer) {
  const std::string word = random.pick(everyday_words(writer.test()));
  const std::string first(1, word.front()), last(1, word.back()), count = std::to_string(word.size());
  std::string letters;
  for (const char letter : word) letters += (letters.empty() ? "" : "-") + std::string(1, letter);
  switch (random.below(5)) {
    case 0:
      return writer.add_exchange(
          random.coin() ? "Spell the word " + word + "." : "Spell " + quoted(word) + " letter by letter.", letters);
    case 1:
      return ask(random, writer,
                 {"What is the first letter of " + quoted(word) + "?", "With which letter does " + word + " start?"},
                 first, quoted(word) + " starts with " + first + ".");
    case 2:
      return ask(random, writer,
                 {"What is the last letter of " + quoted(word) + "?", "With which letter does " + word + " end?"}, last,
                 quoted(word) + " ends with " + last + ".");
    case 3:
      return ask(random, writer,
                 {"How many letters does the word " + word + " have?", "Count the letters of " + quoted(word) + "."},
                 count, quoted(word) + " has " + count + " letters.");
    default:
      writer.add_exchange(
          random.coin() ? "Which word is spelled " + letters + "?" : "Put the letters together: " + letters, word);
  }
}

void ask_rewriting(RandomStream& random, SampleWriter& writer) {
  const std::vector<std::string> words = random_words(random, everyday_words(writer.test()), random.between(1, 3));
  const std::string text = joined(words);
  switch (random.below(4)) {
    case 0: return writer.add_exchange("Write in upper case: " + text, upper(text));
    case 1: return writer.add_exchange("Write in lower case: " + upper(text), text);
    case 2: return writer.add_exchange((random.coin() ? "Repeat: " : "Say after me: ") + text, text);
    default: {
      std::vector<std::string> backwards(words.rbegin(), words.rend());
      writer.add_exchange("Write the words in reverse order: " + text, joined(backwards));
    }
  }
}

// What follows or comes before in the days, the months, the seasons or the numbers; or a list to go on with.
void ask_order(RandomStream& random, SampleWriter& writer) {
  static constexpr const char* kLists[] = {"days", "months", "seasons", "numbers"};
  const std::size_t which = random.below(4);
  const std::vector<std::string>& list = text_list(kLists[which]);
  const std::size_t at = random.below(list.size() - (which == 3 ? 3 : 0));
  const auto item = [&](std::size_t i) { return list[i % list.size()]; };
  static constexpr const char* kOne[] = {"day", "month", "season", "number"};
  const std::string one = kOne[which];
  if (random.below(3) == 0) {
    return ask(
        random, writer,
        {"Complete the list: " + item(at) + ", " + item(at + 1) + ", ...",
         "What comes next: " + item(at) + ", " + item(at + 1) + "?", "Continue: " + item(at) + ", " + item(at + 1)},
        item(at + 2));
  }
  const bool after = random.coin();
  const std::string side = after ? "after " : "before ", known = after ? item(at) : item(at + 1),
                    right = after ? item(at + 1) : item(at);
  ask(random, writer,
      {"Which " + one + " comes " + side + known + "?", "What is the " + one + " " + side + known + "?",
       "Name the " + one + " " + side + known + ".", "Which " + one + " is right " + side + known + "?",
       "What comes " + side + known + "?"},
      right, sentence(right + " comes " + side + known));
}

void ask_fact(RandomStream& random, SampleWriter& writer) {
  struct Kind {
    const char *list, *first, *second, *third, *says;  // {} stands for what the fact is about
  };
  static constexpr Kind kKinds[] = {
      {"sounds", "What sound does a {} make?", "How does a {} sound?", "Which sound comes from a {}?",
       "The sound of a {} is"},
      {"young", "What is a young {} called?", "What do you call the baby of a {}?", "Name the young of a {}.",
       "A young {} is called a"},
      {"colors", "What is the usual color of {}?", "Which color goes with the word {}?",
       "What color comes to mind for {}?", "The usual color of {} is"},
      {"legs", "How many legs does a {} have?", "What is the number of legs of a {}?", "A {} has how many legs?",
       "The number of legs of a {} is"},
      {"capitals", "What is the capital of {}?", "Which city is the capital of {}?", "Name the capital of {}.",
       "The capital of {} is"},
      {"groups", "What kind of thing is {}: fruit, animal, vehicle or something else?",
       "To which group does the word {} belong?", "Name the group of things that {} belongs to.", "The group of {} is"},
  };
  const Kind& kind = random.pick(kKinds);
  const Fact& fact = random.pick(fact_list(kind.list));
  const auto filled = [&](std::string text) {
    const std::size_t at = text.find("{}");
    text.replace(at, 2, fact.about);
    const bool vowel = std::string("aeiou").find(fact.about[0]) != std::string::npos;
    if (vowel && at > 1 && (text.substr(at - 2, 2) == "a " || text.substr(at - 2, 2) == "A ") &&
        (at == 2 || text[at - 3] == ' '))
      text.insert(at - 1, "n");
    return text;
  };
  ask(random, writer, {filled(kind.first), filled(kind.second), filled(kind.third)}, fact.what,
      filled(kind.says) + " " + fact.what + ".");
}

void ask_definition(RandomStream& random, SampleWriter& writer) {
  const Fact& fact = random.pick(fact_list("definitions"));
  if (random.below(3) == 0) {
    return ask(random, writer,
               {"What do you call " + fact.what + "?", "Which word means " + fact.what + "?",
                "Name this: " + fact.what + ".", "What is this: " + fact.what + "?"},
               fact.about);
  }
  writer.add_exchange(
      random.pick(std::vector<std::string>{
          "What does the word " + fact.about + " mean?", "Explain the word " + quoted(fact.about) + ".",
          "Define " + fact.about + " in one sentence.", "Tell me what the word " + fact.about + " means.",
          "What is meant by " + quoted(fact.about) + "?"}),
      sentence(fact.what));
}

void talk(RandomStream& random, SampleWriter& writer) {
  const Fact& fact = random.pick(fact_list(random.coin() ? "talk" : "orders"));
  writer.add_exchange(fact.about, fact.what);
}

void draw_language(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  struct Kind {
    const char* name;
    void (*ask)(RandomStream&, SampleWriter&);
  };
  static constexpr Kind kKinds[] = {{"sum", ask_sum},
                                    {"number", ask_bigger_number},
                                    {"size", ask_bigger_thing},
                                    {"opposite", ask_opposite},
                                    {"plural", ask_plural},
                                    {"spelling", ask_spelling},
                                    {"rewrite", ask_rewriting},
                                    {"order", ask_order},
                                    {"fact", ask_fact},
                                    {"define", ask_definition},
                                    {"talk", talk}};
  const Kind& first = kKinds[static_cast<std::size_t>(index) % std::size(kKinds)];
  writer.set_kind(first.name);
  first.ask(random, writer);
  for (std::int64_t more = random.between(writer.setting("rounds")) - 1; more > 0; --more)
    random.pick(kKinds).ask(random, writer);
}

}  // namespace

Family language_family() {
  return {"language",
          "conversations without a picture: sums, words, small facts, orders, talk",
          {{"rounds", {1, 4}, {1, 12}}},
          draw_language};
}

}  // namespace ov
