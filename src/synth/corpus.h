// A user's own text for drawn data: UTF-8, in any language written with spaces, in Chinese, or both. One line in ten,
// by a hash of the line, is for tests only.
//
//   const Corpus corpus = Corpus::open("notes.txt", drawable_characters(assets));
//   for (const std::string& line : corpus.share(/*test=*/false).lines) ...
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ov {

constexpr std::size_t kMaxCorpusBytes = 64'000'000;
constexpr std::size_t kFewestCorpusWords = 20;   // different words, or different Chinese characters
constexpr std::int64_t kLongestCorpusWord = 12;  // letters

// Lines have single spaces, and no control characters. Where there is too little of a script, its lists are empty.
struct CorpusShare {
  std::vector<std::string> lines;          // without Chinese characters
  std::vector<std::string> words;          // of `lines`, each once: letters alone, 2 to 12 of them
  std::vector<std::string> chinese_lines;  // with Chinese characters
};

class Corpus {
 public:
  // Lines with a character outside `drawable`, indexed by code point, are left out, as are those that name <image> or
  // <video>, which stand for media in a record. An empty table allows all characters.
  // Throws input for a file that is missing or too large, format for one that is not UTF-8.
  static Corpus open(const std::string& path, const std::vector<bool>& drawable = {});
  static Corpus parse(std::string_view text, const std::string& where, const std::vector<bool>& drawable = {});

  // Throws format where it has too few words and too few Chinese characters.
  const CorpusShare& share(bool test) const;

  std::int64_t num_lines(bool test) const { return num_lines_[test ? 1 : 0]; }
  std::int64_t num_left_out() const { return num_left_out_; }
  const std::string& first_left_out() const { return first_left_out_; }  // "line 3: no font has U+1F600"

 private:
  friend class CorpusReader;

  std::string where_;
  std::array<CorpusShare, 2> shares_;
  std::array<std::string, 2> found_;  // how many words and characters, for share()
  std::array<std::int64_t, 2> num_lines_{};
  std::int64_t num_left_out_ = 0;
  std::string first_left_out_;
};

}  // namespace ov
