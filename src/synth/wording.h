// How questions are put: one of several wordings, mostly with the paper's formatting prompt for a short answer, else
// with a whole sentence as the answer.
//
//   ask(random, writer, {"What does the text say?", "Read the text."}, {"apple", "The text says \"apple\"."});
#pragma once

#include <string>
#include <vector>

#include "synth/family.h"
#include "synth/random_stream.h"

namespace ov {

struct Answer {
  std::string brief;
  std::string full;  // empty: the brief one always
};

// Two of three samples ask for the brief answer.
void ask(RandomStream& random, SampleWriter& writer, const std::vector<std::string>& wordings, const Answer& answer);

// A question with lettered options.
void ask_choice(RandomStream& random, SampleWriter& writer, const std::vector<std::string>& wordings,
                const std::string& right, const std::vector<std::string>& wrong);

// `count` different whole numbers near `right`, not below `low`.
std::vector<std::string> near_numbers(RandomStream& random, std::int64_t right, std::int64_t count,
                                      std::int64_t low = 0);

}  // namespace ov
