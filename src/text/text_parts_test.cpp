// The parts below the tokenizer: UTF-8, NFC, the word pattern and BPE, each against facts of the
// Unicode standard, of Python, or against its slow twin.
#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "text/bpe.h"
#include "text/byte_letters.h"
#include "text/nfc.h"
#include "text/split_pattern.h"
#include "text/utf8.h"

namespace ov {
namespace {

const std::string kFffd = "\xEF\xBF\xBD";

TEST(Utf8, ReplacesLikePython) {
  // Left: bytes; right: bytes.decode("utf-8", errors="replace") with R for U+FFFD.
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"abc", "abc"},
      {"\x80", "R"},
      {"\xC0\xAF", "RR"},
      {"\xE2\x82", "R"},
      {"\xE2\x28\xA1", "R(R"},
      {"\xF0\x9F\x8D", "R"},
      {"\xF0\x9Fx", "Rx"},
      {"\xED\xA0\x80", "RRR"},
      {"\xF4\x90\x80\x80", "RRRR"},
      {"\xF0\x80\x80\x80", "RRRR"},
      {"\xE0\x80\xAF", "RRR"},
      {"\xF5\xFF", "RR"},
      {"\xE2\x82\xE2\x82\xAC", "R\xE2\x82\xAC"},
  };
  for (const auto& [bytes, expected] : cases) {
    std::string wanted;
    for (const char c : expected) wanted += c == 'R' ? kFffd : std::string(1, c);
    EXPECT_EQ(replace_invalid_utf8(bytes), wanted);
  }
}

TEST(Utf8, EveryCodePointThereAndBack) {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, c);
    ASSERT_EQ(first_invalid_utf8(text), text.size());
    std::size_t at = 0;
    ASSERT_EQ(next_code_point(text, at), c);
    ASSERT_EQ(at, text.size());
    for (std::size_t cut = 1; cut < text.size(); ++cut) ASSERT_EQ(truncated_utf8_tail(text.substr(0, cut)), cut);
    ASSERT_EQ(truncated_utf8_tail(text), 0U);
  }
}

TEST(Nfc, KnownForms) {
  const auto nfc = [](std::string_view text) { return to_nfc(text, {}).text; };
  EXPECT_EQ(nfc("e\xCC\x81"), "\xC3\xA9");
  EXPECT_EQ(nfc("\xE2\x84\xAB"), "\xC3\x85");                                // Angstrom sign
  EXPECT_EQ(nfc("a\xCC\x95\xCC\x80"), "\xC3\xA0\xCC\x95");                   // reordered, then composed
  EXPECT_EQ(nfc("\xE1\x84\x80\xE1\x85\xA1\xE1\x86\xA8"), "\xEA\xB0\x81");    // Hangul
  EXPECT_EQ(nfc("\xEA\xB0\x80\xE1\x86\xA7"), "\xEA\xB0\x80\xE1\x86\xA7");    // U+11A7 is no final
  EXPECT_EQ(nfc("\xE0\xA5\x98"), "\xE0\xA4\x95\xE0\xA4\xBC");                // excluded from composition
  EXPECT_EQ(nfc("e\xF0\x9E\x84\xB0\xCC\x81"), "e\xF0\x9E\x84\xB0\xCC\x81");  // U+1E130 is newer than 9
}

TEST(Nfc, ManyMarksAreQuick) {
  std::string text = "a";
  for (int i = 0; i < 250'000; ++i) text += "\xCC\x81\xCC\xA3";
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(to_nfc(text, {}).text.substr(0, 3), "\xE1\xBA\xA1");  // the dot below comes first
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(Nfc, RangesFollow) {
  const std::string text = "e\xCC\x81xyz\xCC\x88q";  // e + accent, x, y, z + diaeresis (no composite), q
  const NfcText result = to_nfc(text, {{1, 2}, {4, 6}});
  EXPECT_EQ(result.text, "\xC3\xA9xyz\xCC\x88q");
  EXPECT_EQ(result.literal, (std::vector<LiteralRange>{{0, 2}, {3, 5}}));
}

std::vector<std::string> words(std::string_view pattern, std::string_view text) {
  std::vector<std::string> result;
  SplitPattern(pattern, "test").split(text, [&](std::string_view word) { result.emplace_back(word); });
  return result;
}

TEST(SplitPattern, CutsLikeQwen2) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(words(kQwen2Pattern, "Don't stop 123!\n\n  x"),
            (Words{"Don", "'t", " stop", " ", "1", "2", "3", "!\n\n", " ", " x"}));
  EXPECT_EQ(words(kGpt2Pattern, "it'S 123 \xC2\x85"), (Words{"it", "'", "S", " 123", " \xC2\x85"}));
  EXPECT_EQ(words(kQwen2Pattern, "x'\xC5\xBFy"), (Words{"x", "'\xC5\xBF", "y"}));  // long s folds to s
  EXPECT_EQ(words(kQwen2Pattern, "\xE1\xA0\x8E "), (Words{"\xE1\xA0\x8E", " "}));  // U+180E is no space
  EXPECT_EQ(words("b+", "aabba"), (Words{"aa", "bb", "a"}));                       // stretches between
}

TEST(SplitPattern, RefusesWhatEnginesReadDifferently) {
  for (const char* pattern :
       {"",        "a*",          "\\w+",       "\\b",   "^a",      "a$",      "(?i)a",         "[a[b]]",
        "[a&&b]",  "[[:alpha:]]", "\\p{Greek}", "a{,2}", "a**",     "(?i:ss)", "(?i:\xC3\x9F)", "(a",
        "a)",      "\\",          "[a",         "\\K",   "(?<n>a)", "(*FAIL)", "\\1",           "a{2}+",
        "x{99999}"}) {
    EXPECT_THROW(SplitPattern(pattern, "test"), Error) << pattern;
  }
}

TEST(SplitPattern, GivesUpOnAHostilePattern) {
  const SplitPattern pattern("(?:a+)+b|(?:a|aa)+c|.", "test");
  try {
    pattern.split(std::string(200, 'a'), [](std::string_view) {});
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::input);
  }
}

TEST(Bpe, ScanAndHeapAgree) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    BpeMerges merges;
    std::int32_t next = 4;
    while (next < 60) {
      const auto a = static_cast<std::int32_t>(random() % static_cast<unsigned>(next));
      const auto b = static_cast<std::int32_t>(random() % static_cast<unsigned>(next));
      if (merges.add(a, b, next)) ++next;
    }
    EXPECT_FALSE(merges.add(0, 0, 1) && merges.add(0, 0, 1));
    std::vector<std::int32_t> ids(random() % 120), other;
    for (std::int32_t& id : ids) id = static_cast<std::int32_t>(random() % 4);
    other = ids;
    merges.apply_by_scan(ids);
    merges.apply_by_heap(other);
    EXPECT_EQ(ids, other);
  }
}

TEST(ByteLetters, AreGpt2s) {
  EXPECT_EQ(letter_of_byte(' '), "\xC4\xA0");
  EXPECT_EQ(letter_of_byte('\n'), "\xC4\x8A");
  EXPECT_EQ(letter_of_byte('A'), "A");
  EXPECT_EQ(letter_of_byte(0xAD), "\xC5\x83");
  EXPECT_EQ(bytes_of_letters("\xC4\xA0"
                             "A"),
            " A");
  EXPECT_EQ(bytes_of_letters("a b"), std::nullopt);
}

}  // namespace
}  // namespace ov
