// How a sample calls its images, the same way in all its questions: "the second image", "image 2", "the right picture".
//
//   const ImageNames names(random, 2);
//   const std::string question = "Which image shows a cat" + names.which(), answer = names.answer(1);
#pragma once

#include <string>
#include <vector>

#include "synth/random_stream.h"

namespace ov {

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
