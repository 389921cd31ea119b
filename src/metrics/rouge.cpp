#include "metrics/rouge.h"

#include <algorithm>
#include <set>

namespace ov {
namespace {

constexpr std::size_t kMaxAnswer = 512;
constexpr double kTiny = 1e-8;

using Words = std::vector<TextView>;

// The pieces between periods as words at single blanks: a piece of white space is one empty word.
std::vector<Words> sentences(TextView text) {
  std::vector<Words> out;
  for (const TextView piece : split_at(text, U".")) {
    if (piece.empty()) continue;
    Words words = split_words(piece);
    if (words.empty()) words.emplace_back();
    out.push_back(words);
  }
  return out;
}

std::set<TextView> distinct(const std::vector<Words>& of) {
  std::set<TextView> words;
  for (const Words& sentence : of) words.insert(sentence.begin(), sentence.end());
  return words;
}

// Adds the words of one longest common subsequence; of several, the one that the reference walks back along.
void add_common(const Words& a, const Words& b, std::set<TextView>& common) {
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> lengths((a.size() + 1) * width, 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::uint32_t* above = &lengths[(i - 1) * width + j];
      lengths[i * width + j] = a[i - 1] == b[j - 1] ? above[-1] + 1 : std::max(above[0], lengths[i * width + j - 1]);
    }
  }
  for (std::size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
    if (a[i - 1] == b[j - 1]) {
      common.insert(a[i - 1]);
      --i;
      --j;
    } else if (lengths[(i - 1) * width + j] > lengths[i * width + j - 1]) {
      --i;
    } else {
      --j;
    }
  }
}

}  // namespace

double rouge_l(TextView answer, TextView reference) {
  const std::vector<Words> given = sentences(answer.substr(0, kMaxAnswer)), right = sentences(reference);
  if (given.empty() || right.empty()) return 0;
  std::set<TextView> common;
  for (const Words& r : right) {
    for (const Words& h : given) add_common(r, h, common);
  }
  const auto num_common = static_cast<double>(common.size());
  const double precision = num_common / static_cast<double>(distinct(given).size());
  const double recall = num_common / static_cast<double>(distinct(right).size());
  return 2 * (precision * recall / (precision + recall + kTiny));
}

}  // namespace ov
