// Questions that could be asked about the pictures or the video of one sample, of which some are asked.
//
//   QuestionList list(random);
//   list.add("count", {"How many cats are there?", "What is the number of cats?"}, "2");
//   list.add_yes_no("same", {"Are the images the same?"}, false);
//   list.ask(writer);
#pragma once

#include <string>
#include <vector>

#include "synth/family.h"
#include "synth/random_stream.h"

namespace ov {

class QuestionList {
 public:
  using Phrasings = std::vector<std::string>;

  explicit QuestionList(RandomStream& random) : random_(&random) {}

  // One of the phrasings, two of three times with the prompt for a single word or phrase.
  void add(const std::string& kind, const Phrasings& phrasings, const std::string& answer);
  void add_yes_no(const std::string& kind, const Phrasings& phrasings, bool yes);
  // Answered in a sentence, without a prompt.
  void add_sentence(const std::string& kind, const Phrasings& phrasings, const std::string& answer);
  // With lettered options.
  void add_choice(const std::string& kind, const Phrasings& phrasings, const std::string& right,
                  const std::vector<std::string>& wrong);

  // As many as the setting "rounds" says, in random order, no kind twice. The first gives the sample its kind.
  void ask(SampleWriter& writer);

 private:
  struct Entry {
    std::string kind, question, answer;
  };
  RandomStream* random_;
  std::vector<Entry> entries_;
};

// How a sample calls its images, the same way in all its questions: "the second image", "image 2", "the right picture".
class ImageNames {
 public:
  ImageNames(RandomStream& random, std::size_t count);

  std::string the(std::size_t image) const;     // "the second image"
  std::string answer(std::size_t image) const;  // "second"
  std::vector<std::string> other_answers(std::size_t image) const;
  // The end of a question for one of the images: "?" or ": the first, the second or the third?"
  std::string which() const { return which_; }

 private:
  enum class Way { ordinal, number, side };
  Way way_;
  std::string noun_;
  std::string which_;
  std::size_t count_;
};

}  // namespace ov
