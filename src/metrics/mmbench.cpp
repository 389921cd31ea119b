#include "metrics/mmbench.h"

#include <algorithm>
#include <set>

namespace ov {
namespace {

constexpr TextView kLetters = U"ABCDE";  // E is none of them
constexpr std::pair<TextView, TextView> kAffixes[] = {{U"", U"."},  {U"", U","},  {U"", U":"},   {U"", U")"},
                                                      {U"", U")."}, {U"(", U")"}, {U"(", U")."}, {U":", U""},
                                                      {U":", U","}, {U":", U"."}, {U":", U")"},  {U":", U")."}};

using Words = std::set<TextView>;

// The one letter that stands among the words with the affixes; "" for none or several.
Text only_letter(const Words& words, TextView prefix, TextView suffix) {
  Text found;
  for (const char32_t letter : kLetters) {
    Text word(prefix);
    word += letter;
    word += suffix;
    if (words.contains(word)) found += letter;
  }
  return found.size() == 1 ? found : U"";
}

Text only_text(TextView answer, const std::vector<Text>& choices) {
  const Text small = lower(answer);
  Text found;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (contains(small, lower(choices[i]))) found += option_letter(i);
  }
  return found.size() == 1 ? found : U"";
}

}  // namespace

Text circular_letter(TextView answer, const std::vector<Text>& choices) {
  const std::vector<TextView> in_order = split_words(answer);
  const Words words(in_order.begin(), in_order.end());
  const bool may_be_article = words.contains(U"A") && in_order.size() > 3;
  Text letter = only_letter(words, U"", U"");
  if (!letter.empty() && !may_be_article) return letter;
  for (const auto& [prefix, suffix] : kAffixes) {
    letter = only_letter(words, prefix, suffix);
    if (!letter.empty()) return letter;
  }
  return only_text(answer, choices);
}

}  // namespace ov
