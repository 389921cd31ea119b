// What can be asked about one picture: the words of each question, its answer in a word and in a sentence, and wrong
// answers for lettered options. A family lists all queries of its picture; ask() picks some and words them.
//
//   ask(random, {{.kind = "title", .wordings = {"What is the title?"}, .answer = "Sales"}}, /*rounds=*/1, writer);
#pragma once

#include <string>
#include <vector>

#include "synth/family.h"
#include "synth/random_stream.h"

namespace ov {

struct Query {
  std::string kind;                   // "value", "title", ...: kinds are asked equally often
  std::vector<std::string> wordings;  // of the question
  std::string answer;                 // a word, a number or a phrase; empty where only a whole text answers
  std::string spoken;                 // the answer as a sentence, for a question without a formatting prompt
  std::vector<std::string> wrong;     // for lettered options, none of them right
};

// %1, %2, ... in the text become the first, second, ... value.
std::string fill(std::string text, const std::vector<std::string>& values);
std::vector<std::string> fill(std::vector<std::string> texts, const std::vector<std::string>& values);

// A yes-or-no query about whether `truth` holds.
Query yes_or_no(const std::string& kind, const std::vector<std::string>& wordings, bool truth,
                const std::string& spoken_yes, const std::string& spoken_no);

// Up to three different values that are not `right`, in random order.
std::vector<std::string> others(RandomStream& random, std::vector<std::string> values, const std::string& right);

// `rounds` exchanges, kinds in random order, none twice before all have been asked. The first one's kind is the
// sample's.
void ask(RandomStream& random, const std::vector<Query>& queries, std::int64_t rounds, SampleWriter& writer);

}  // namespace ov
