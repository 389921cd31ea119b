// Pieces of text that stand on signs, labels and pages: words, sentences, prices, dates, times, phone numbers, plates.
//
//   const std::string price = random_price(random);  // "$12.50"
#pragma once

#include <string>
#include <vector>

#include "synth/family.h"
#include "synth/random_stream.h"

namespace ov {

// The words that texts are made of: of the user's text if there is one, else everyday words, of the sample's split.
const std::vector<std::string>& corpus_words(const SampleWriter& writer);

// Small letters, capitals or a capital first; other letters than English ones stay as they are.
std::string in_random_case(RandomStream& random, const std::string& word);
// Letters without sense, `length` of them: they are read, not guessed.
std::string random_letters(RandomStream& random, std::int64_t length);
// `count` different words.
std::vector<std::string> random_words(RandomStream& random, const std::vector<std::string>& words, std::int64_t count);
std::string joined(const std::vector<std::string>& parts, const std::string& between = " ");

std::string random_sentence(RandomStream& random, const std::vector<std::string>& words);
std::string random_measure(RandomStream& random);  // "45 km", "12 kg", "80%"
std::string random_price(RandomStream& random);    // "$12.50"
std::string random_date(RandomStream& random);     // "12 May 2024", "2024-05-12", "May 12"
std::string random_time(RandomStream& random);     // "10:45", "3:30 pm"
std::string random_phone(RandomStream& random);    // "555-0142"
std::string random_plate(RandomStream& random);    // "KLM 482"

}  // namespace ov
