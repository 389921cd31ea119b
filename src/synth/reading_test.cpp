// Text to read, mathematics and language: answers by a second route, what is kept for tests, valid text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "synth/asking.h"
#include "synth/lettering.h"
#include "synth/lists.h"
#include "synth/polygons.h"
#include "synth/sums.h"
#include "synth/synthesize.h"
#include "synth/text_pieces.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Json> draw(const std::string& family, const std::string& split, int count) {
  const std::string folder = (fs::temp_directory_path() / ("ov-reading-" + std::to_string(::getpid()))).string();
  fs::remove_all(folder);
  const std::string recipe =
      "files: [{name: a, family: " + family + ", count: " + std::to_string(count) + ", split: " + split + "}]";
  synthesize(parse_synth_recipe(recipe, "data.yaml"), {.seed = 5}, folder);
  std::istringstream lines(read_file(folder + "/a.jsonl", 100'000'000));
  std::vector<Json> found;
  for (std::string line; std::getline(lines, line);) found.push_back(parse_json(line, folder));
  fs::remove_all(folder);
  return found;
}

struct Exchange {
  std::string question, answer;
};

std::vector<Exchange> exchanges(const std::vector<Json>& records) {
  std::vector<Exchange> found;
  for (const Json& record : records) {
    const Json& turns = record["conversations"];
    for (std::size_t i = 0; i + 1 < turns.size(); i += 2) {
      found.push_back({turns[i]["value"].get<std::string>(), turns[i + 1]["value"].get<std::string>()});
    }
  }
  return found;
}

std::int64_t last_number(const std::string& text) {
  static const std::regex kNumber("-?[0-9]+");
  std::int64_t number = -1;
  for (std::sregex_iterator at(text.begin(), text.end(), kNumber), end; at != end; ++at) number = std::stoll(at->str());
  return number;
}

TEST(Sums, KeptPairsAreForTestsOnly) {
  RandomStream random(1, "sums", 0);
  int kept = 0;
  for (int i = 0; i < 3000; ++i) {
    const Sum training = random_sum(random, false), test = random_sum(random, true);
    EXPECT_FALSE(kept_for_tests(training.left, training.right)) << training.whole();
    kept += kept_for_tests(test.left, test.right);
    for (const Sum& sum : {training, test}) {
      EXPECT_GE(sum.result(), 0);
      EXPECT_LE(sum.result(), kMaxResult);
    }
  }
  EXPECT_GT(kept, 1200);
}

TEST(Sums, KeptPairsDoNotDependOnTheirOrder) {
  int kept = 0;
  for (std::int64_t a = 0; a <= kMaxResult; ++a) {
    for (std::int64_t b = 0; b <= kMaxResult; ++b) {
      EXPECT_EQ(kept_for_tests(a, b), kept_for_tests(b, a));
      kept += kept_for_tests(a, b);
    }
  }
  EXPECT_NEAR(kept, 441 / 8, 20);
}

TEST(Sums, ResultsAreSpread) {
  RandomStream random(2, "sums", 0);
  std::map<std::int64_t, int> seen;
  for (int i = 0; i < 8000; ++i) ++seen[random_sum(random, false, '+').result()];
  EXPECT_GE(seen.size(), 18U);
  for (const auto& [result, count] : seen) EXPECT_LT(count, 900) << result;
}

TEST(Language, SumsAreRight) {
  static const std::regex kTask("(\\d+) (plus|minus|times|\\+|-|x) (\\d+)");
  int checked = 0;
  for (const Exchange& exchange : exchanges(draw("language", "train", 2000))) {
    std::smatch match;
    if (!std::regex_search(exchange.question, match, kTask)) continue;
    const std::int64_t a = std::stoll(match[1]), b = std::stoll(match[3]);
    const std::string sign = match[2];
    const bool plus = sign == "plus" || sign == "+", minus = sign == "minus" || sign == "-";
    EXPECT_EQ(last_number(exchange.answer), plus ? a + b : minus ? a - b : a * b) << exchange.question;
    EXPECT_FALSE(kept_for_tests(a, b)) << exchange.question;
    ++checked;
  }
  EXPECT_GT(checked, 100);
}

TEST(Language, SpellsAndCountsRight) {
  static const std::regex kSpell("Spell (?:the word )?\"?([a-z]+)\"?"),
      kCount("How many letters does the word ([a-z]+)");
  int checked = 0;
  for (const Exchange& exchange : exchanges(draw("language", "train", 2000))) {
    std::smatch match;
    if (std::regex_search(exchange.question, match, kSpell)) {
      EXPECT_EQ(std::regex_replace(exchange.answer, std::regex("-"), ""), match[1].str());
      ++checked;
    } else if (std::regex_search(exchange.question, match, kCount)) {
      EXPECT_EQ(last_number(exchange.answer), static_cast<std::int64_t>(match[1].length()));
      ++checked;
    }
  }
  EXPECT_GT(checked, 50);
}

TEST(Language, TestWordsAreNotInTrainingTexts) {
  const std::vector<std::string> kept = everyday_words(true);
  const std::set<std::string> test_words(kept.begin(), kept.end());
  static const std::regex kSpell("Spell the word ([a-z]+)\\.");
  for (const char* split : {"train", "test"}) {
    int checked = 0;
    for (const Exchange& exchange : exchanges(draw("language", split, 2000))) {
      std::smatch match;
      if (!std::regex_search(exchange.question, match, kSpell)) continue;
      EXPECT_EQ(test_words.count(match[1].str()) > 0, std::string(split) == "test") << match[1];
      ++checked;
    }
    EXPECT_GT(checked, 10);
  }
}

TEST(Language, AsksInManyWays) {
  std::set<std::string> kinds;
  for (const Json& record : draw("language", "train", 110)) kinds.insert(record["data_source"].get<std::string>());
  EXPECT_EQ(kinds.size(), 11U);
}

TEST(PlainText, IsLongVariedAndWithoutPictures) {
  std::set<std::string> starts;
  for (const Json& record : draw("plain_text", "train", 300)) {
    EXPECT_FALSE(record.contains("image"));
    ASSERT_EQ(record["conversations"].size(), 2U);
    const std::string text = record["conversations"][1]["value"];
    EXPECT_GE(text.size(), 120U);
    EXPECT_LT(text.size(), 700U);
    starts.insert(text.substr(0, 12));
  }
  EXPECT_GT(starts.size(), 120U);
}

TEST(PlainText, ItsSumsAndTotalsAreRight) {
  static const std::regex kSum("(\\d+) ([-+x]) (\\d+) = (\\d+)\\."),
      kTotal("\\$(\\d+), [a-z]+ \\$(\\d+), total \\$(\\d+)");
  int sums = 0, totals = 0;
  for (const Exchange& exchange : exchanges(draw("plain_text", "train", 600))) {
    const std::string& text = exchange.answer;
    for (std::sregex_iterator at(text.begin(), text.end(), kSum), end; at != end; ++at, ++sums) {
      const std::int64_t a = std::stoll((*at)[1]), b = std::stoll((*at)[3]);
      EXPECT_EQ(std::stoll((*at)[4]), (*at)[2] == "+" ? a + b : (*at)[2] == "-" ? a - b : a * b) << at->str();
    }
    for (std::sregex_iterator at(text.begin(), text.end(), kTotal), end; at != end; ++at, ++totals) {
      EXPECT_EQ(std::stoll((*at)[1]) + std::stoll((*at)[2]), std::stoll((*at)[3])) << at->str();
      EXPECT_FALSE(kept_for_tests(std::stoll((*at)[1]), std::stoll((*at)[2]))) << at->str();
    }
  }
  EXPECT_GT(sums, 50);
  EXPECT_GT(totals, 50);
}

TEST(Lists, ChineseThatIsDrawnIsInTheFonts) {
  const std::string known = read_file(std::string(OV_TESTDATA) + "/../tools/assets/common_han.txt", 1'000'000);
  const std::vector<std::string> characters = characters_of(known);
  const std::set<std::string> in_fonts(characters.begin(), characters.end());
  for (const char* list : {"chinese_characters", "chinese_words"}) {
    for (const std::string& text : text_list(list)) {
      for (const std::string& character : characters_of(text)) {
        EXPECT_EQ(character.size(), 3U) << text;
        EXPECT_EQ(in_fonts.count(character), 1U) << text;
      }
    }
  }
  EXPECT_EQ(text_list("chinese_characters").size(), 120U);
}

TEST(Lists, FactsHaveBothSides) {
  for (const char* list : {"opposites", "plurals", "sounds", "young", "colors", "legs", "capitals", "groups",
                           "definitions", "talk", "orders"}) {
    EXPECT_EQ(fact_list(list).size(), text_list(list).size()) << list;
    for (const Fact& fact : fact_list(list)) {
      EXPECT_FALSE(fact.about.empty()) << list;
      EXPECT_FALSE(fact.what.empty()) << list << " " << fact.about;
    }
  }
  EXPECT_THROW(text_list("colours"), Error);
  EXPECT_EQ(text_list("months").size(), 12U);
}

TEST(Lists, Plurals) {
  EXPECT_EQ(plural_of("cat"), "cats");
  EXPECT_EQ(plural_of("mouse"), "mice");
  EXPECT_EQ(plural_of("box"), "boxes");
  EXPECT_EQ(plural_of("library"), "libraries");
  EXPECT_EQ(plural_of("key"), "keys");
  EXPECT_EQ(plural_of("butterfly"), "butterflies");
  EXPECT_THAT(countable_things(), Not(Contains("milk")));
}

TEST(TextPieces, HaveTheirForms) {
  RandomStream random(3, "pieces", 0);
  for (int i = 0; i < 500; ++i) {
    EXPECT_TRUE(std::regex_match(random_price(random), std::regex("\\$\\d{1,2}\\.\\d\\d")));
    EXPECT_TRUE(std::regex_match(random_time(random), std::regex("\\d{1,2}:[0-5]\\d( [ap]m)?")));
    EXPECT_TRUE(std::regex_match(random_phone(random), std::regex("555-\\d{4}")));
    EXPECT_TRUE(std::regex_match(random_plate(random), std::regex("[A-Z]{2,3} \\d{3}")));
    EXPECT_TRUE(std::regex_match(
        random_date(random), std::regex("\\d{1,2} [A-Z][a-z]{2} \\d{4}|\\d{4}-\\d\\d-\\d\\d|[A-Z][a-z]{2} \\d{1,2}")));
  }
}

TEST(Lettering, InksAreFarApart) {
  RandomStream random(4, "inks", 0);
  std::set<std::string> names;
  for (int i = 0; i < 1000; ++i) {
    const Inks inks = legible_inks(random);
    EXPECT_GT(contrast(inks.ink, inks.ground), 180);  // shading takes some away
    names.insert(inks.ink_name);
    EXPECT_GT(contrast(paper_inks(random).ink, kWhite), 300);
  }
  EXPECT_GE(names.size(), 9U);
}

TEST(Asking, WrongNumbersAreWrongAndDifferent) {
  RandomStream random(6, "asking", 0);
  for (std::int64_t right = 0; right < 30; ++right) {
    const std::vector<std::string> wrong = near_numbers(random, right, 3);
    EXPECT_EQ(std::set<std::string>(wrong.begin(), wrong.end()).size(), 3U);
    EXPECT_THAT(wrong, Not(Contains(std::to_string(right))));
  }
}

// Two of three short answers are asked for by the prompt; in tests all, and sentences only where nothing else is.
TEST(Asking, PromptsInTwoOfThreeAndAlwaysInTests) {
  const std::map<std::string, Range> settings = {{"rounds", {1, 1}}};
  const Queries queries = {{"word", {"What is it?", "Name it."}, "cat", "It is a cat."},
                           in_a_sentence("story", {"Tell it.", "Say it."}, "A cat sits.")};
  for (const bool test : {false, true}) {
    const SampleContext context{"", "a", test, false, &settings, nullptr};
    int prompted = 0, stories = 0;
    for (std::uint64_t i = 0; i < 600; ++i) {
      RandomStream random(8, "asking", i);
      SampleWriter one(context, 0), some(context, 0);
      ask(random, one, queries[0]);
      const std::string text = one.record("asking").dump();
      const bool prompt = text.find("single word or phrase") != std::string::npos;
      EXPECT_NE(prompt, text.find("It is a cat.") != std::string::npos) << text;
      prompted += prompt;
      ask_some(random, some, queries);
      stories += some.record("asking").dump().find("A cat sits.") != std::string::npos;
    }
    EXPECT_NEAR(prompted, test ? 600 : 400, test ? 0 : 50);
    EXPECT_NEAR(stories, test ? 0 : 300, test ? 0 : 60);
  }
}

TEST(Figures, AllAreDrawnInsideTheirBoxes) {
  for (const char* name : figure_names()) {
    Drawing drawing(60, 60, kWhite);
    draw_figure(drawing, name, {10, 10, 40, 40}, kBlack);
    const Image image = drawing.image();
    int inside = 0;
    for (std::int64_t y = 0; y < 60; ++y) {
      for (std::int64_t x = 0; x < 60; ++x) {
        const bool dark = image.rgb[static_cast<std::size_t>(3 * (y * 60 + x))] < 128;
        inside += dark;
        EXPECT_TRUE(!dark || (x >= 8 && x < 52 && y >= 8 && y < 52)) << name << " " << x << " " << y;
      }
    }
    EXPECT_GT(inside, 400) << name;
  }
  Drawing drawing(8, 8, kWhite);
  EXPECT_THROW(draw_figure(drawing, "heptagon", {0, 0, 8, 8}, kBlack), Error);
}

TEST(Sequence, NeedsItsFonts) {
  try {
    draw("sequence", "train", 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("./run assets"));
  }
}

}  // namespace
}  // namespace ov
