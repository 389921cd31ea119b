// Pieces of a user's text as they stand in it: consecutive words, lines of a page, a few Chinese characters.
//
//   const CorpusShare& corpus = writer.corpus();
//   if (!corpus.lines.empty()) page.lines = running_lines(random, corpus.lines, 4, /*letters=*/24);
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "synth/corpus.h"
#include "synth/random_stream.h"

namespace ov {

constexpr std::int64_t kLongestPiece = 16;  // letters of a word with its punctuation

bool is_letter_or_mark(char32_t character);  // marks on letters included
bool is_chinese(char32_t character);
// What a reader calls letters: characters with the marks on them.
std::vector<std::string> letters_of(const std::string& text);
std::string in_lower_case(const std::string& text);
// Without the punctuation and signs around it.
std::string bare_word(const std::string& piece);

// A word with its punctuation, or a Chinese character with the punctuation behind it.
struct TextPiece {
  std::string text;
  std::int64_t width = 0;  // in letters; a Chinese character is as wide as two
  bool spaced = false;     // a space stands before it
};

// The pieces of one line, from a byte on.
std::optional<TextPiece> next_piece(std::string_view line, std::size_t& at);

// All take what is consecutive from a random place on, and go on at the first line behind the last.
// Up to `count` lines of up to `letters` letters, at least kLongestPiece; at least one line comes.
std::vector<std::string> running_lines(RandomStream& random, const std::vector<std::string>& lines, std::int64_t count,
                                       std::int64_t letters);
// 2 to `count` bare words, no two the same.
std::vector<std::string> running_words(RandomStream& random, const CorpusShare& corpus, std::int64_t count);
// 1 to `count` Chinese characters, without punctuation.
std::string running_chinese(RandomStream& random, const CorpusShare& corpus, std::int64_t count);

}  // namespace ov
