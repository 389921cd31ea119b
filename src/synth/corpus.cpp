#include "synth/corpus.h"

#include <utf8proc.h>

#include <cstdio>
#include <map>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "synth/corpus_text.h"
#include "synth/random_stream.h"
#include "text/nfc.h"
#include "text/utf8.h"

namespace ov {
namespace {

// One line in ten, whatever stands around it.
bool kept_for_tests(const std::string& line) { return RandomStream(0, line, 0).below(10) == 0; }

bool ends_line(char32_t c) { return (c >= '\n' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029; }

std::string named(char32_t character) {
  char name[16];
  std::snprintf(name, sizeof name, "U+%04X", static_cast<unsigned>(character));
  return name;
}

bool has_chinese(std::string_view line) {
  for (std::size_t at = 0; at < line.size();) {
    if (is_chinese(next_code_point(line, at))) return true;
  }
  return false;
}

// What one share gathers.
struct Gathered {
  std::map<std::string, std::string> words;  // by the word in small letters
  std::set<char32_t> characters;             // Chinese ones
};

}  // namespace

class CorpusReader {
 public:
  CorpusReader(const std::string& where, const std::vector<bool>& drawable) : drawable_(drawable) {
    corpus_.where_ = where;
  }

  Corpus read(std::string_view text) {
    const std::size_t bad = first_invalid_utf8(text);
    if (bad != text.size()) {
      throw Error(ErrorKind::format,
                  corpus_.where_ + ": byte " + std::to_string(bad) + " is not UTF-8; save the text as UTF-8");
    }
    const std::string normal = may_change_in_nfc(text) ? to_nfc(text, {}).text : std::string(text);
    for (std::size_t at = 0; at < normal.size();) {
      const char32_t character = next_code_point(normal, at);
      if (ends_line(character))
        finish_line();
      else
        add(character);
      if (character == '\n') ++number_;
    }
    finish_line();
    for (const bool test : {false, true}) finish_share(test);
    return std::move(corpus_);
  }

 private:
  void add(char32_t character) {
    const utf8proc_category_t kind = utf8proc_category(static_cast<utf8proc_int32_t>(character));
    if (is_white_space(character) || kind == UTF8PROC_CATEGORY_CC) {
      space_ = !line_.empty();
      return;
    }
    // Marks of direction, soft hyphens and the like are not seen; joiners change letters.
    const bool joiner = character == 0x200C || character == 0x200D;
    if (kind == UTF8PROC_CATEGORY_CF && !joiner) return;
    const bool seen = drawable_.empty() || joiner || (character < drawable_.size() && drawable_[character]);
    const bool assigned = kind != UTF8PROC_CATEGORY_CN && kind != UTF8PROC_CATEGORY_CO;
    if (problem_.empty() && !(seen && assigned)) problem_ = "no font has " + named(character);
    if (space_) line_ += ' ';
    space_ = false;
    append_utf8(line_, character);
  }

  void finish_line() {
    for (const char* const media : {"<image>", "<video>"}) {
      if (line_.find(media) != std::string::npos) problem_ = std::string(media) + " stands for media in a record";
    }
    if (!problem_.empty()) {
      if (corpus_.num_left_out_++ == 0) corpus_.first_left_out_ = "line " + std::to_string(number_) + ": " + problem_;
    } else if (!line_.empty()) {
      keep();
    }
    line_.clear(), problem_.clear();
    space_ = false;
  }

  void keep() {
    const std::size_t split = kept_for_tests(line_) ? 1 : 0;
    CorpusShare& share = corpus_.shares_[split];
    Gathered& gathered = gathered_[split];
    ++corpus_.num_lines_[split];
    if (has_chinese(line_)) {
      for (std::size_t at = 0; at < line_.size();) {
        const char32_t character = next_code_point(line_, at);
        if (is_chinese(character)) gathered.characters.insert(character);
      }
      share.chinese_lines.push_back(line_);
      return;
    }
    std::size_t at = 0;
    while (const auto piece = next_piece(line_, at)) keep_word(gathered, *piece);
    share.lines.push_back(line_);
  }

  // In small letters if it stands anywhere so, else as it stands first.
  static void keep_word(Gathered& gathered, const TextPiece& piece) {
    if (piece.width > kLongestPiece) return;
    const std::string word = bare_word(piece.text);
    for (std::size_t at = 0; at < word.size();) {
      if (!is_letter_or_mark(next_code_point(word, at))) return;
    }
    const auto letters = static_cast<std::int64_t>(letters_of(word).size());
    if (letters < 2 || letters > kLongestCorpusWord) return;
    const std::string lower = in_lower_case(word);
    const auto [at, fresh] = gathered.words.emplace(lower, word);
    if (!fresh && word == lower) at->second = word;
  }

  void finish_share(bool test) {
    CorpusShare& share = corpus_.shares_[test ? 1 : 0];
    const Gathered& gathered = gathered_[test ? 1 : 0];
    for (const auto& [lower, word] : gathered.words) share.words.push_back(word);
    corpus_.found_[test ? 1 : 0] = std::to_string(gathered.words.size()) + " different words of 2 to " +
                                   std::to_string(kLongestCorpusWord) + " letters and " +
                                   std::to_string(gathered.characters.size()) + " different Chinese characters";
    if (gathered.words.size() < kFewestCorpusWords) share.lines.clear(), share.words.clear();
    if (gathered.characters.size() < kFewestCorpusWords) share.chinese_lines.clear();
  }

  Corpus corpus_;
  const std::vector<bool>& drawable_;
  std::array<Gathered, 2> gathered_;
  std::string line_, problem_;
  bool space_ = false;
  std::int64_t number_ = 1;
};

Corpus Corpus::open(const std::string& path, const std::vector<bool>& drawable) {
  return parse(read_file(path, kMaxCorpusBytes), path, drawable);
}

Corpus Corpus::parse(std::string_view text, const std::string& where, const std::vector<bool>& drawable) {
  return CorpusReader(where, drawable).read(text);
}

const CorpusShare& Corpus::share(bool test) const {
  const CorpusShare& share = shares_[test ? 1 : 0];
  if (!share.lines.empty() || !share.chinese_lines.empty()) return share;
  std::string message = where_ + ": " + found_[test ? 1 : 0] + " in its " + std::to_string(num_lines(test)) +
                        " lines for " + (test ? "tests, which are one in ten" : "training") + "; at least " +
                        std::to_string(kFewestCorpusWords) + " of either are needed";
  if (num_left_out_ > 0) message += " (" + std::to_string(num_left_out_) + " lines left out; " + first_left_out_ + ")";
  throw Error(ErrorKind::format, message);
}

}  // namespace ov
