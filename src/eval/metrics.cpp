#include "eval/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "text/utf8.h"

namespace ov {
namespace {

constexpr double kTolerance = 0.05;  // of the target, ChartQA

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

// Without white space at both ends, and one blank for each run of it inside.
std::string squeeze(std::string_view text) {
  std::string out;
  bool space = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const bool white = is_white_space(next_code_point(text, at));
    if (!white && space && !out.empty()) out += ' ';
    if (!white) out += text.substr(begin, at - begin);
    space = white;
  }
  return out;
}

std::string strip_char(const std::string& text, char c) {
  const std::size_t begin = text.find_first_not_of(c), end = text.find_last_not_of(c);
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

void remove_prefix(std::string& text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.erase(0, prefix.size());
}

// As Python's float() reads it: a sign, "inf", "nan", exponents, underscores between digits.
std::optional<double> parse_python_float(std::string_view given) {
  std::string text = squeeze(given);
  for (std::size_t at = text.find('_'); at != text.npos; at = text.find('_', at)) {
    if (at == 0 || at + 1 == text.size() || !is_digit(text[at - 1]) || !is_digit(text[at + 1])) return std::nullopt;
    text.erase(at, 1);
  }
  if (text.starts_with('+') && !text.starts_with("+-")) text.erase(0, 1);
  if (text.find('(') != text.npos) return std::nullopt;  // nan(...) is of C only
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end != text.data() + text.size() || failed == std::errc::invalid_argument) return std::nullopt;
  return value;
}

std::optional<double> parse_share(std::string_view text) {
  if (!text.ends_with('%')) return parse_python_float(text);
  while (text.ends_with('%')) text.remove_suffix(1);
  const std::optional<double> percent = parse_python_float(text);
  return percent ? std::optional(*percent / 100) : std::nullopt;
}

// Thousands commas stand before three digits each: "1,000" and "12,345.6", not "1,2".
bool has_thousands_commas(const std::string& text) {
  std::size_t at = text.find(',');
  if (at == text.npos || at == 0 || at > 3) return false;
  while (at < text.size() && text[at] == ',') {
    if (at + 3 >= text.size() || !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                                              text.begin() + static_cast<std::ptrdiff_t>(at) + 4, is_digit)) {
      return false;
    }
    at += 4;
  }
  return at == text.size() || text[at] == '.' || text[at] == '%';
}

// A number as people write it: "$1,000", "-12.5 %", "14.".
std::optional<double> parse_written_number(std::string_view given) {
  std::string text = normalise_answer(given);
  const bool minus = text.starts_with('-');
  if (minus) text.erase(0, 1);
  for (const std::string_view sign : {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"})
    remove_prefix(text, sign);  // EUR GBP YEN
  text = squeeze(text);
  if (has_thousands_commas(text)) std::erase(text, ',');
  if (text.empty() || !(is_digit(text[0]) || text[0] == '.')) return std::nullopt;
  const std::optional<double> value = parse_share(text);
  return value && minus ? std::optional(-*value) : value;
}

bool is_close(std::optional<double> answer, std::optional<double> target, bool& compared) {
  compared = answer && target && *target != 0;
  return compared && std::abs(*answer - *target) / std::abs(*target) <= kTolerance;
}

bool is_relaxed(const std::string& answer, const std::string& target) {
  bool compared = false;
  const bool close = is_close(parse_share(answer), parse_share(target), compared);
  return compared ? close : lower(answer) == lower(target);
}

// Against a target of 0 a number is right when it is 0 too.
bool is_relaxed_number(const std::string& answer, const std::string& target) {
  const std::optional<double> a = parse_written_number(answer), t = parse_written_number(target);
  bool compared = false;
  const bool close = is_close(a, t, compared);
  if (compared) return close;
  return (a && t && *a == *t) || normalise_answer(answer) == normalise_answer(target);
}

bool contains_words(const std::string& text, const std::string& words) {
  if (words.empty()) return text.empty();
  for (std::size_t at = text.find(words); at != text.npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    const bool begins = at == 0 || !is_word(text[at - 1]) || !is_word(words.front());
    const bool ends = end == text.size() || !is_word(text[end]) || !is_word(words.back());
    if (begins && ends) return true;
  }
  return false;
}

// A letter that may be the chosen one. Of several the highest priority counts, then the last place.
struct Candidate {
  int priority = -1;
  std::size_t place = 0;
  char letter = 0;

  void improve(const Candidate& other) {
    if (std::pair(other.priority, other.place) > std::pair(priority, place)) *this = other;
  }
};

constexpr std::string_view kPhrases[] = {
    "the answer is",     "the correct answer is",
    "correct answer is", "correct option is",
    "answer is",         "answer:",
    "i choose",          "i select",
    "my answer is",      "\xE7\xAD\x94\xE6\xA1\x88\xE6\x98\xAF"};  // "the answer is" in Chinese

// `padded` has a blank on both sides of the stripped answer.
void find_letter(const std::string& padded, char letter, Candidate& best) {
  const auto improve_at = [&](std::size_t place, int priority) {
    if (place != std::string::npos) best.improve({priority, place, letter});
  };
  const std::string L(1, letter);
  improve_at(padded.rfind("(" + L + ")"), 6);
  improve_at(padded.rfind(L + "."), 5);
  improve_at(padded.rfind(L + ":"), 4);
  improve_at(padded.rfind(L + ")"), 3);
  improve_at(padded.rfind(L + " "), 2);
  const std::string small = lower(padded);
  for (const std::string_view phrase : kPhrases) {
    const std::size_t at = small.find(phrase);
    if (at != std::string::npos) improve_at(padded.find(letter, at + phrase.size()), 7);
  }
  const std::size_t last = padded.size() - 2;
  if (padded[1] == letter && !is_letter(padded[2])) improve_at(0, 10);
  if (padded[last] == letter && !is_letter(padded[last - 1])) improve_at(last, 9);
}

}  // namespace

const std::vector<std::string>& metric_names() {
  static const std::vector<std::string> names = {"exact", "contains", "relaxed", "relaxed_number", "choice"};
  return names;
}

Metric metric_of(const std::string& name) {
  const auto found = std::find(metric_names().begin(), metric_names().end(), name);
  if (found == metric_names().end()) throw Error(ErrorKind::internal, "unknown metric " + name);
  return static_cast<Metric>(found - metric_names().begin());
}

const std::string& metric_name(Metric metric) { return metric_names()[static_cast<std::size_t>(metric)]; }

std::string normalise_answer(std::string_view text) {
  std::string out = lower(squeeze(text));
  if (out.ends_with('.')) out.pop_back();
  return squeeze(out);
}

std::string choice_letters(std::string_view question) {
  std::string letters;
  for (std::size_t begin = 0; begin < question.size();) {
    const std::size_t end = std::min(question.find('\n', begin), question.size());
    const std::string line = squeeze(question.substr(begin, end - begin));
    begin = end + 1;
    const char next = static_cast<char>('A' + letters.size());
    const std::string L(1, next);
    if (line.starts_with(L + ".") || line.starts_with(L + ")") || line.starts_with(L + ":") ||
        line.starts_with("(" + L + ")")) {
      letters += next;
    }
    if (next == 'Z') break;
  }
  return letters.size() < 2 ? "ABCD" : letters;
}

std::string extract_choice(const std::string& answer, std::string_view letters) {
  std::string text = squeeze(answer);
  for (const char mark : {',', '.', '!', '?', ';', ':', '\'', '"'}) text = strip_char(text, mark);
  if (text.empty()) return "";
  Candidate best;
  for (const char letter : letters) find_letter(" " + text + " ", letter, best);
  if (best.priority < 0) {
    for (const char letter : letters) {
      const std::size_t at = text.rfind(letter);
      if (at != text.npos) best.improve({0, at, letter});
    }
  }
  return best.priority < 0 ? "" : std::string(1, best.letter);
}

double score_answer(Metric metric, std::string_view question, const std::string& answer, const std::string& target) {
  switch (metric) {
    case Metric::exact: return normalise_answer(answer) == normalise_answer(target);
    case Metric::contains: return contains_words(normalise_answer(answer), normalise_answer(target));
    case Metric::relaxed: return is_relaxed(answer, target);
    case Metric::relaxed_number: return is_relaxed_number(answer, target);
    case Metric::choice: {
      const std::string letters = choice_letters(question), chosen = extract_choice(answer, letters);
      return !chosen.empty() && chosen == extract_choice(target, letters);
    }
  }
  throw Error(ErrorKind::internal, "unknown metric");
}

}  // namespace ov
