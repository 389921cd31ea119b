// A question in one of its phrasings, its short answer, and the same answer as a sentence.
//
//   add_question(random, writer, {"name", "What is shown in the picture?", "cat", "A cat is shown in the picture."});
#pragma once

#include <span>
#include <string>
#include <vector>

#include "synth/family.h"
#include "synth/random_stream.h"

namespace ov {

struct PosedQuestion {
  std::string kind;  // for set_kind
  std::string text;
  std::string answer;
  std::string in_words;  // the answer as a sentence; empty where `text` itself says how to answer
};

// The pattern with {0} and {1} replaced.
std::string filled(const std::string& pattern, const std::string& first, const std::string& second = "");
std::string phrase(RandomStream& random, std::span<const char* const> patterns, const std::string& first = "",
                   const std::string& second = "");

PosedQuestion choice_question(RandomStream& random, const std::string& kind, const std::string& text,
                              const std::string& right, const std::vector<std::string>& wrong);

// Two of three ask for a single word or phrase, the others are answered by the sentence.
void add_question(RandomStream& random, SampleWriter& writer, const PosedQuestion& question);

// Asks for a caption of one sentence, or for a description of everything, in the paper's words and others.
std::string caption_request(RandomStream& random);
std::string detail_request(RandomStream& random);

}  // namespace ov
