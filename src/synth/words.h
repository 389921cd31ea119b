// Pieces of sentences, and the paper's formatting prompts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "synth/random_stream.h"

namespace ov {

// "a red circle", "an orange bar"
std::string with_article(const std::string& words);
// The first letter large and a full stop.
std::string sentence(std::string words);
std::string capitalised(std::string words);
// "a", "a and b", "a, b and c"
std::string listed(const std::vector<std::string>& words, const char* last = "and");
// "one" to "twelve", digits beyond.
std::string number_word(std::int64_t number);
// "1st", "2nd", "3rd", "4th"
std::string ordinal(std::int64_t number);
// "1,234"
std::string with_commas(std::int64_t number);

// Ends of questions that say how to answer, as LLaVA-1.5's data words them (recipes/prompts.yaml).
extern const char* const kShortAnswer;   // a single word or phrase
extern const char* const kLetterAnswer;  // the option's letter

// A question with lettered options in random order.
struct Choice {
  std::string question;  // options and kLetterAnswer included
  std::string letter;
};
Choice make_choice(RandomStream& random, const std::string& question, const std::string& right,
                   std::vector<std::string> wrong);

// Everyday English words of three to nine small letters. One in eight is for tests only.
std::vector<std::string> everyday_words(bool test);

}  // namespace ov
