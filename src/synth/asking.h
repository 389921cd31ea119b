// Questions about a sample: what may be asked, in several wordings, and how it is answered. A short answer is asked
// for with the paper's formatting prompt in two of three questions, else given as a sentence; in tests, which compare
// words, the prompt always stands.
//
//   ask(random, writer, {"What does the text say?", "Read the text."}, "apple", "The text says \"apple\".");
//   ask_some(random, writer, {{"title", {"What is the title?", "Read the title."}, "Sales"},
//                             yes_or_no("legend", {"Is there a legend?", "Do you see a legend?"}, true)});
#pragma once

#include <span>
#include <string>
#include <vector>

#include "synth/family.h"
#include "synth/random_stream.h"

namespace ov {

enum class AnswerForm {
  brief,     // a word, a number or a phrase; with options now and then where there are wrong answers
  lettered,  // always with options
  text,      // longer, to the letter: no prompt
  sentence,  // longer, right in many ways: no prompt, and in tests only where nothing else can be asked
};

struct Query {
  std::string kind;                   // "value", "title", ...: kinds are asked equally often
  std::vector<std::string> wordings;  // of the question
  std::string answer;
  std::string spoken = {};              // a brief answer as a sentence; may be empty
  std::vector<std::string> wrong = {};  // for options, none of them right
  AnswerForm form = AnswerForm::brief;
};
using Queries = std::vector<Query>;

Query yes_or_no(const std::string& kind, const std::vector<std::string>& wordings, bool truth,
                const std::string& spoken_yes = "", const std::string& spoken_no = "");  // behind "Yes, " and "No, "
Query lettered(const std::string& kind, const std::vector<std::string>& wordings, const std::string& right,
               const std::vector<std::string>& wrong);
Query in_a_sentence(const std::string& kind, const std::vector<std::string>& wordings, const std::string& answer);

void ask(RandomStream& random, SampleWriter& writer, const Query& query);
void ask(RandomStream& random, SampleWriter& writer, const std::vector<std::string>& wordings,
         const std::string& answer, const std::string& spoken = "");
// As many as the setting "rounds" says: kinds in random order, none twice before all have been asked, no query twice.
// The first one's kind is the sample's.
void ask_some(RandomStream& random, SampleWriter& writer, const Queries& queries);

// %1, %2, ... in the text become the first, second, ... value.
std::string fill(const std::string& text, const std::vector<std::string>& values);
std::vector<std::string> fill(std::vector<std::string> texts, const std::vector<std::string>& values);

// Up to three different values that are not `right`, in random order.
std::vector<std::string> others(RandomStream& random, std::vector<std::string> values, const std::string& right);
// `count` different whole numbers near `right`, not below `low`.
std::vector<std::string> near_numbers(RandomStream& random, std::int64_t right, std::int64_t count,
                                      std::int64_t low = 0);

// For a caption of one sentence, and for a description of everything, in the paper's words and others.
std::vector<std::string> caption_requests();
std::vector<std::string> detail_requests();

}  // namespace ov
