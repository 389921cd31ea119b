#include "metrics/vqa.h"

#include <algorithm>
#include <map>

namespace ov {
namespace {

constexpr TextView kMarks = U";/[]\"{}()=+\\_-><@`,?!";
constexpr int kMaxPeriods = 32;  // a flag of the reference that is passed where a count belongs

// A word that lacks one apostrophe of these gets it back. The reference lists the pairs; its capital ones ("Im", "Ive",
// "Id've") cannot match a text in lower case.
constexpr TextView kContractions =
    U"ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd "
    U"he'd've "
    "he's how'd how'll how's isn't it'd it'd've it'll ma'am mightn't mightn't've might've mustn't must've needn't "
    "not've "
    "o'clock oughtn't 'ow's'at shan't she'd've should've shouldn't shouldn't've somebody'd've somebody'll somebody's "
    "someone'd someone'd've someone'll someone's something'd something'd've something'll that's there'd there'd've "
    "there're there's they'd they'd've they'll they're they've 'twas wasn't we'd've we've weren't what'll what're "
    "what's what've when's where'd where's where've who'd who'd've who'll who's who've why'll why're why's won't "
    "would've wouldn't wouldn't've y'all y'all'll y'all'd've you'd you'd've you'll you're you've";

const std::map<Text, Text, std::less<>>& replacements() {
  static const std::map<Text, Text, std::less<>> table = [] {
    std::map<Text, Text, std::less<>> words = {{U"somebody'd", U"somebodyd"},
                                               {U"none", U"0"},
                                               {U"zero", U"0"},
                                               {U"one", U"1"},
                                               {U"two", U"2"},
                                               {U"three", U"3"},
                                               {U"four", U"4"},
                                               {U"five", U"5"},
                                               {U"six", U"6"},
                                               {U"seven", U"7"},
                                               {U"eight", U"8"},
                                               {U"nine", U"9"},
                                               {U"ten", U"10"}};
    for (const TextView word : split_words(kContractions)) {
      for (std::size_t at = word.find(U'\''); at != word.npos; at = word.find(U'\'', at + 1)) {
        words.emplace(Text(word).erase(at, 1), word);
      }
    }
    return words;
  }();
  return table;
}

bool has_comma_between_digits(TextView text) {
  for (std::size_t at = text.find(U','); at != text.npos; at = text.find(U',', at + 1)) {
    if (at > 0 && at + 1 < text.size() && is_decimal(text[at - 1]) && is_decimal(text[at + 1])) return true;
  }
  return false;
}

Text remove_periods(TextView text) {
  Text out;
  int removed = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool before_digit = at + 1 < text.size() && is_decimal(text[at + 1]);
    if (text[at] == U'.' && !before_digit && removed < kMaxPeriods) {
      ++removed;
    } else {
      out += text[at];
    }
  }
  return out;
}

}  // namespace

Text remove_punctuation(TextView text) {
  const bool remove_all = has_comma_between_digits(text);
  Text removed;  // the marks that go away; the others become blanks
  for (const char32_t mark : kMarks) {
    if (remove_all || contains(text, Text{mark, U' '}) || contains(text, Text{U' ', mark})) removed += mark;
  }
  Text out;
  for (const char32_t c : text) {
    if (kMarks.find(c) == kMarks.npos) {
      out += c;
    } else if (removed.find(c) == removed.npos) {
      out += U' ';
    }
  }
  return remove_periods(out);
}

Text normalise_vqa(TextView given) {
  Text text = lower(given);
  std::erase_if(text, [](char32_t c) { return c == U',' || c == U'?'; });
  text = strip(replace_all(text, U"'s", U" 's"));
  std::replace_if(
      text.begin(), text.end(), [](char32_t c) { return c == U'\n' || c == U'\t'; }, U' ');
  text = remove_punctuation(strip(text));
  std::vector<TextView> words;
  for (const TextView word : split_words(text)) {
    const auto found = replacements().find(word);
    if (word != U"a" && word != U"an" && word != U"the") {
      words.push_back(found == replacements().end() ? word : TextView(found->second));
    }
  }
  return join(words);
}

double vqa_accuracy(const std::vector<Text>& human_answers, TextView answer) {
  const Text given = normalise_vqa(answer);
  std::vector<bool> equal;
  for (const Text& human : human_answers) equal.push_back(normalise_vqa(human) == given);
  const auto num_equal = std::count(equal.begin(), equal.end(), true);
  double sum = 0;
  for (const bool own : equal) sum += std::min(1.0, static_cast<double>(num_equal - (own ? 1 : 0)) / 3);
  return sum / static_cast<double>(human_answers.size());
}

}  // namespace ov
