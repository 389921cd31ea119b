// Replies of judges: whatever the text, every rubric gives a verdict within its bounds or none, and the same text in
// a sample makes a request that is valid JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "judge/replies.h"
#include "judge/rubrics.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  ov::JudgeSample sample;
  sample.question = sample.reference = sample.prediction = sample.context = sample.criteria = text;
  sample.pictures = {text};
  for (const ov::Rubric& rubric : ov::rubrics()) {
    const auto verdict = rubric.verdict(ov::without_reasoning(text));
    if (verdict &&
        !(verdict->value >= 0 && verdict->value <= 1 && verdict->reference >= 0 && verdict->reference <= 1)) {
      std::abort();
    }
    if (!rubric.sees_pictures) continue;  // three say what all would
    if (ov::parse_json(ov::dump_json(rubric.messages(sample)), "messages").size() != 2) std::abort();
  }
  return 0;
}
