// Lists of words and facts, from chinese.txt and facts.txt beside this file: a name and its items on each line.
//
//   const std::string& word = random.pick(text_list("chinese_words"));
//   const Fact& fact = random.pick(fact_list("capitals"));  // {"France", "Paris"}
#pragma once

#include <string>
#include <vector>

namespace ov {

struct Fact {
  std::string about, what;
};

// Both throw internal for a name that neither file has.
const std::vector<std::string>& text_list(const std::string& name);
const std::vector<Fact>& fact_list(const std::string& name);

// The characters of UTF-8 text, one by one.
std::vector<std::string> characters_of(const std::string& text);

// Everyday things of which there can be several, and how these are called: "cats", "mice", "boxes".
const std::vector<std::string>& countable_things();
std::string plural_of(const std::string& name);

}  // namespace ov
