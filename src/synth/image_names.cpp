#include "synth/image_names.h"

#include "synth/words.h"

namespace ov {
namespace {

constexpr const char* kOrdinals[] = {"first", "second", "third", "fourth"};

}  // namespace

ImageNames::ImageNames(RandomStream& random, std::size_t count) : count_(count) {
  const std::uint64_t draw = random.below(count == 2 ? 5 : 4);
  way_ = draw == 4 ? Way::side : draw == 3 ? Way::number : Way::ordinal;
  noun_ = random.below(3) == 0 ? "picture" : "image";
  if (way_ == Way::ordinal && random.coin()) {
    which_ = "?";
    return;
  }
  std::vector<std::string> options;
  for (std::size_t i = 0; i < count; ++i) options.push_back((way_ == Way::number ? "" : "the ") + answer(i));
  which_ = ": " + listed(options, "or") + "?";
}

std::string ImageNames::the(std::size_t image) const {
  return way_ == Way::number ? answer(image) : "the " + answer(image) + " " + noun_;
}

std::string ImageNames::answer(std::size_t image) const {
  if (way_ == Way::number) return noun_ + " " + std::to_string(image + 1);
  return way_ == Way::side ? (image == 0 ? "left" : "right") : kOrdinals[image];
}

std::vector<std::string> ImageNames::other_answers(std::size_t image) const {
  std::vector<std::string> others;
  for (std::size_t i = 0; i < count_; ++i)
    if (i != image) others.push_back(answer(i));
  return others;
}

}  // namespace ov
