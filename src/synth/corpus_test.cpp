// A user's text: what is read of it, what is kept for tests, what is refused, and samples that show nothing else.
#include "synth/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/error.h"
#include "synth/corpus_text.h"
#include "synth/documents.h"
#include "synth/text_pieces.h"
#include "text/utf8.h"

namespace ov {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// Lines of words like "kaba" that no list of ours has: "kaba word0 keba word1".
std::string made_up_text(int lines) {
  std::string text;
  for (int i = 0; i < lines; ++i) {
    for (int j = 0; j < 6; ++j) {
      const int n = i * 6 + j;
      for (const int part : {n / 400, n / 20 % 20, n % 20})
        text += std::string(1, "bdfgklmnprstvwxzchjq"[part]) + "aeiou"[part % 5];
      text += j < 5 ? " " : ".\n";
    }
  }
  return text;
}

std::string message_of(const std::function<void()>& act, ErrorKind kind) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return "";
}

std::set<std::string> bare_words(const std::vector<std::string>& lines) {
  std::set<std::string> words;
  for (const std::string& line : lines) {
    std::size_t at = 0;
    while (const auto piece = next_piece(line, at)) words.insert(in_lower_case(bare_word(piece->text)));
  }
  return words;
}

TEST(Corpus, KeepsOneLineInTenForTests) {
  const Corpus corpus = Corpus::parse(made_up_text(1000), "t.txt");
  EXPECT_EQ(corpus.num_lines(false) + corpus.num_lines(true), 1000);
  EXPECT_NEAR(static_cast<double>(corpus.num_lines(true)), 100, 30);
  const std::set<std::string> training = bare_words(corpus.share(false).lines);
  for (const std::string& word : bare_words(corpus.share(true).lines)) EXPECT_EQ(training.count(word), 0) << word;
  // A line stays where it is, whatever stands around it.
  const Corpus longer = Corpus::parse("First of all.\n" + made_up_text(1200), "t.txt");
  const auto& tests = longer.share(true).lines;
  for (const std::string& line : corpus.share(true).lines) EXPECT_THAT(tests, Contains(line));
}

TEST(Corpus, CleansLines) {
  const Corpus corpus =
      Corpus::parse("\xEF\xBB\xBF" + made_up_text(1000) +
                        "  one\ttwo\x01three \r\nso\xC2\xADup\xE2\x80\xAE end\rcafe\xCC\x81 au lait\n",
                    "t.txt");
  std::vector<std::string> lines = corpus.share(false).lines;
  const std::vector<std::string>& tests = corpus.share(true).lines;
  lines.insert(lines.end(), tests.begin(), tests.end());
  EXPECT_THAT(lines, AllOf(Contains("one two three"), Contains("soup end"), Contains("caf\xC3\xA9 au lait")));
  for (const std::string& line : lines) {
    EXPECT_TRUE(std::none_of(line.begin(), line.end(), [](unsigned char c) { return c < ' ' || c == 127; })) << line;
  }
}

TEST(Corpus, WordsAreLettersAlone) {
  const Corpus corpus = Corpus::parse(
      "Paris, \"paris\" don't Berlin 42 b2b x \xC3\xA9t\xC3\xA9! incomprehensibly\n" + made_up_text(1000), "t.txt");
  std::vector<std::string> words = corpus.share(false).words;
  const std::vector<std::string>& tests = corpus.share(true).words;
  words.insert(words.end(), tests.begin(), tests.end());
  EXPECT_THAT(words, AllOf(Contains("paris"), Contains("Berlin"), Contains("\xC3\xA9t\xC3\xA9"), Not(Contains("Paris")),
                           Not(Contains("don't")), Not(Contains("42")), Not(Contains("b2b")), Not(Contains("x")),
                           Not(Contains("incomprehensibly"))));
}

TEST(Corpus, LeavesOutWhatCannotBeDrawnOrMeansMedia) {
  std::vector<bool> drawable(128, true);
  const Corpus corpus = Corpus::parse(
      "a caf\xC3\xA9\nshow <image> here\n" + made_up_text(100) + "smile \xF0\x9F\x98\x80\n", "t.txt", drawable);
  EXPECT_EQ(corpus.num_left_out(), 3);
  EXPECT_EQ(corpus.first_left_out(), "line 1: no font has U+00E9");
  EXPECT_EQ(corpus.num_lines(false) + corpus.num_lines(true), 100);
}

TEST(Corpus, RefusesWhatIsNoText) {
  EXPECT_THAT(message_of(
                  [] {
                    Corpus::parse(
                        "good\nb\xFF"
                        "d",
                        "t.txt");
                  },
                  ErrorKind::format),
              AllOf(HasSubstr("t.txt"), HasSubstr("byte 6"), HasSubstr("UTF-8")));
  EXPECT_THAT(message_of([] { Corpus::parse("", "t.txt").share(false); }, ErrorKind::format),
              AllOf(HasSubstr("t.txt"), HasSubstr("0 different words"), HasSubstr("at least 20")));
  EXPECT_THAT(message_of([] { Corpus::parse("only a few words\n", "t.txt").share(false); }, ErrorKind::format),
              HasSubstr("different words"));
  EXPECT_THAT(message_of([] { Corpus::open("/none/t.txt"); }, ErrorKind::input), HasSubstr("/none/t.txt"));
  // Training has enough, tests have not.
  const Corpus corpus = Corpus::parse(made_up_text(8), "t.txt");
  EXPECT_THAT(message_of([&] { corpus.share(true); }, ErrorKind::format), HasSubstr("lines for tests"));
}

TEST(CorpusText, LinesAreConsecutiveAndFit) {
  const Corpus corpus = Corpus::parse(made_up_text(200), "t.txt");
  const std::vector<std::string>& lines = corpus.share(false).lines;
  const std::string all = joined(lines) + " " + joined(lines);
  for (std::uint64_t i = 0; i < 200; ++i) {
    RandomStream random(3, "lines", i);
    const std::vector<std::string> found = running_lines(random, lines, 4, 24);
    ASSERT_THAT(found, SizeIs(4));
    for (const std::string& line : found) EXPECT_LE(line.size(), 24U);
    EXPECT_THAT(all, HasSubstr(joined(found)));
    const std::vector<std::string> words = running_words(random, corpus.share(false), 5);
    EXPECT_GE(words.size(), 2U);
    EXPECT_EQ(std::set<std::string>(words.begin(), words.end()).size(), words.size());
  }
}

TEST(CorpusText, ChineseStandsWithoutSpaces) {
  const std::string line =
      "\xE4\xBB\x8A\xE5\xA4\xA9\xEF\xBC\x8C\xE6\x88\x91\xE7\x94\xA8 Python \xE5\x86\x99\xE3\x80\x82";
  std::vector<std::string> pieces;
  std::size_t at = 0;
  while (const auto piece = next_piece(line, at)) pieces.push_back((piece->spaced ? "_" : "") + piece->text);
  EXPECT_THAT(pieces, ::testing::ElementsAre("\xE4\xBB\x8A", "\xE5\xA4\xA9\xEF\xBC\x8C", "\xE6\x88\x91", "\xE7\x94\xA8",
                                             "_Python", "_\xE5\x86\x99\xE3\x80\x82"));
}

TEST(CorpusText, ChineseWordsComeFromTheText) {
  std::string text;
  for (int i = 0; i < 200; ++i) {  // lines of three characters from U+4E00 on, a comma and one more
    for (int j = 0; j < 4; ++j) {
      append_utf8(text, static_cast<char32_t>(0x4E00 + i * 4 + j));
      if (j == 2) text += "\xEF\xBC\x8C";
    }
    text += "\n";
  }
  const Corpus corpus = Corpus::parse(text, "t.txt");
  EXPECT_THAT(corpus.share(false).words, IsEmpty());
  const std::string all = joined(corpus.share(false).chinese_lines, "");
  for (std::uint64_t i = 0; i < 100; ++i) {
    RandomStream random(3, "chinese", i);
    const std::string found = running_chinese(random, corpus.share(false), 4);
    EXPECT_FALSE(found.empty());
    EXPECT_THAT(all + all, HasSubstr(found));
  }
}

TEST(CorpusText, LettersWithTheirMarks) {
  EXPECT_THAT(letters_of("a\xC3\xA9o\xCC\xA7"), SizeIs(3));
  EXPECT_THAT(letters_of("dog"), ::testing::ElementsAre("d", "o", "g"));
}

TEST(CorpusText, PagesShowLinesOfTheText) {
  const Corpus corpus = Corpus::parse(made_up_text(200), "t.txt");
  const std::set<std::string> known = bare_words(corpus.share(false).lines);
  for (std::uint64_t i = 0; i < 50; ++i) {
    RandomStream random(3, "page", i);
    const Page page = Page::make(random, false, corpus.share(false));
    EXPECT_GE(page.lines.size(), 2U);
    for (const std::string& word : bare_words(page.lines)) EXPECT_EQ(known.count(word), 1) << word;
  }
}

}  // namespace
}  // namespace ov
