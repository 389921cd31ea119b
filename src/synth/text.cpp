// No picture: sums and differences of small numbers, and copying a word for a colour.
#include <utility>

#include "synth/canvas.h"
#include "synth/family.h"

namespace ov {
namespace {

void draw_text(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const Range numbers = writer.setting("numbers");
  std::int64_t a = random.between(numbers), b = random.between(numbers);
  if (index % 3 == 0) {
    writer.add_exchange("What is " + std::to_string(a) + " plus " + std::to_string(b) + "?" + kShortAnswer,
                        std::to_string(a + b));
  } else if (index % 3 == 1) {
    if (a < b) std::swap(a, b);
    writer.add_exchange("What is " + std::to_string(a) + " minus " + std::to_string(b) + "?" + kShortAnswer,
                        std::to_string(a - b));
  } else {
    const std::string word = random.pick(shape_colours()).name;
    writer.add_exchange("Repeat the word " + word + "." + kShortAnswer, word);
  }
}

}  // namespace

Family text_family() {
  return {"text", "sums of small numbers, and words to repeat", {{"numbers", {0, 9}, {0, 1'000'000}}}, draw_text};
}

}  // namespace ov
