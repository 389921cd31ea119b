#include "synth/corpus_text.h"

#include <utf8proc.h>

#include <algorithm>

#include "synth/text_pieces.h"
#include "text/utf8.h"

namespace ov {
namespace {

utf8proc_category_t category(char32_t character) { return utf8proc_category(static_cast<utf8proc_int32_t>(character)); }

bool is_punctuation(char32_t character) {
  const utf8proc_category_t kind = category(character);
  return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool opens(char32_t character) {
  const utf8proc_category_t kind = category(character);
  return kind == UTF8PROC_CATEGORY_PS || kind == UTF8PROC_CATEGORY_PI;
}

// Written without spaces between: Chinese characters and kana.
bool stands_alone(char32_t c) { return is_chinese(c) || (c >= 0x3040 && c <= 0x30FF); }

std::int64_t width_of(char32_t c) { return utf8proc_charwidth(static_cast<utf8proc_int32_t>(c)); }

char32_t code_point_at(std::string_view text, std::size_t at) { return next_code_point(text, at); }

// The words of consecutive lines, each line at most once more than the one that it starts in.
class Walk {
 public:
  Walk(RandomStream& random, const std::vector<std::string>& lines) : lines_(lines), line_(random.below(lines.size())) {
    const std::string& line = lines_[line_];
    if (random.coin()) return;
    at_ = random.below(line.size());
    while (at_ > 0 && (static_cast<unsigned char>(line[at_]) & 0xC0U) == 0x80U) --at_;
    if (at_ > 0 && line[at_ - 1] != ' ') next_piece(line, at_);  // the end of a word
  }

  // Nothing when all lines have been passed.
  std::optional<TextPiece> next() {
    while (passed_ <= lines_.size()) {
      if (auto piece = next_piece(lines_[line_], at_)) return piece;
      line_ = (line_ + 1) % lines_.size();
      at_ = 0;
      ++passed_;
    }
    return std::nullopt;
  }

 private:
  const std::vector<std::string>& lines_;
  std::size_t line_, at_ = 0, passed_ = 0;
};

}  // namespace

bool is_letter_or_mark(char32_t character) {
  const utf8proc_category_t kind = category(character);
  return kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_ME;
}

bool is_chinese(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF) || c == 0x3005 || c == 0x3007;
}

std::vector<std::string> letters_of(const std::string& text) {
  std::vector<std::string> letters;
  utf8proc_int32_t state = 0;
  char32_t before = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t character = next_code_point(text, at);
    const bool fresh =
        letters.empty() || utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(before),
                                                            static_cast<utf8proc_int32_t>(character), &state);
    if (fresh) letters.emplace_back();
    letters.back() += text.substr(begin, at - begin);
    before = character;
  }
  return letters;
}

std::string in_lower_case(const std::string& text) {
  std::string lower;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = static_cast<utf8proc_int32_t>(next_code_point(text, at));
    append_utf8(lower, static_cast<char32_t>(utf8proc_tolower(character)));
  }
  return lower;
}

std::string bare_word(const std::string& piece) {
  const auto counts = [](char32_t c) { return is_letter_or_mark(c) || category(c) == UTF8PROC_CATEGORY_ND; };
  std::size_t begin = piece.size(), end = 0;
  for (std::size_t at = 0; at < piece.size();) {
    const std::size_t start = at;
    if (!counts(next_code_point(piece, at))) continue;
    begin = std::min(begin, start);
    end = at;
  }
  return begin < end ? piece.substr(begin, end - begin) : "";
}

std::optional<TextPiece> next_piece(std::string_view line, std::size_t& at) {
  TextPiece piece;
  const std::size_t before = at;
  while (at < line.size() && line[at] == ' ') ++at;
  if (at == line.size()) return std::nullopt;
  const std::size_t begin = at;
  const auto take = [&] {
    const char32_t character = next_code_point(line, at);
    piece.width += width_of(character);
    return character;
  };
  char32_t main = take();
  while (opens(main) && at < line.size() && line[at] != ' ' && piece.width < kLongestPiece / 2) main = take();
  const bool alone = stands_alone(main);
  while (at < line.size() && line[at] != ' ') {
    const char32_t next = code_point_at(line, at);
    // No line begins with a closing mark, unless there is a long row of them.
    const bool closes = is_punctuation(next) && !opens(next) && piece.width < kLongestPiece - 2;
    if (alone ? !closes : stands_alone(next)) break;
    take();
  }
  piece.text = line.substr(begin, at - begin);
  piece.spaced = begin > before || (begin == 0 && !alone);
  return piece;
}

std::vector<std::string> running_lines(RandomStream& random, const std::vector<std::string>& lines, std::int64_t count,
                                       std::int64_t letters) {
  Walk walk(random, lines);
  std::vector<std::string> found;
  std::string line;
  std::int64_t width = 0;
  while (static_cast<std::int64_t>(found.size()) < count) {
    const std::optional<TextPiece> piece = walk.next();
    if (piece && piece->width > letters) continue;  // such as a long address
    const bool gap = piece && piece->spaced && !line.empty();
    if (!piece || width + (gap ? 1 : 0) + piece->width > letters) {
      if (!line.empty()) found.push_back(line);
      if (!piece) break;
      line = piece->text;
      width = piece->width;
      continue;
    }
    line += (gap ? " " : "") + piece->text;
    width += (gap ? 1 : 0) + piece->width;
  }
  return found;
}

std::vector<std::string> running_words(RandomStream& random, const CorpusShare& corpus, std::int64_t count) {
  Walk walk(random, corpus.lines);
  std::vector<std::string> words, seen;
  while (static_cast<std::int64_t>(words.size()) < count) {
    const std::optional<TextPiece> piece = walk.next();
    const std::string word = piece && piece->width <= kLongestPiece ? bare_word(piece->text) : "";
    const std::string lower = in_lower_case(word);
    if (!word.empty() && std::find(seen.begin(), seen.end(), lower) == seen.end()) {
      words.push_back(word);
      seen.push_back(lower);
    } else if (!piece || words.size() > 1) {
      break;
    } else {
      words.clear(), seen.clear();
    }
  }
  return words.size() > 1 ? words : random_words(random, corpus.words, 2);
}

std::string running_chinese(RandomStream& random, const CorpusShare& corpus, std::int64_t count) {
  Walk walk(random, corpus.chinese_lines);
  std::string text;
  for (std::int64_t found = 0; found < count;) {
    const std::optional<TextPiece> piece = walk.next();
    if (!piece) break;
    const std::string bare = bare_word(piece->text);
    const bool chinese = !bare.empty() && is_chinese(code_point_at(bare, 0));
    if (!chinese && found > 0) break;
    if (!chinese) continue;
    text += bare;
    ++found;
    if (bare != piece->text) break;  // punctuation follows
  }
  return text;
}

}  // namespace ov
