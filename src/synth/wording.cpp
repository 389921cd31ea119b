#include "synth/wording.h"

#include <algorithm>

namespace ov {

void ask(RandomStream& random, SampleWriter& writer, const std::vector<std::string>& wordings, const Answer& answer) {
  const std::string& question = random.pick(wordings);
  const bool brief = random.below(3) < 2 || writer.test();  // a sentence can be right in many ways
  if (brief || answer.full.empty())
    writer.add_exchange(question + (brief ? kShortAnswer : ""), answer.brief);
  else
    writer.add_exchange(question, answer.full);
}

void ask_choice(RandomStream& random, SampleWriter& writer, const std::vector<std::string>& wordings,
                const std::string& right, const std::vector<std::string>& wrong) {
  const Choice choice = make_choice(random, random.pick(wordings), right, wrong);
  writer.add_exchange(choice.question, choice.letter);
}

std::vector<std::string> near_numbers(RandomStream& random, std::int64_t right, std::int64_t count, std::int64_t low) {
  std::vector<std::int64_t> found;
  while (static_cast<std::int64_t>(found.size()) < count) {
    const std::int64_t number = random.between(std::max(low, right - count - 1), right + count + 1);
    if (number != right && std::find(found.begin(), found.end(), number) == found.end()) found.push_back(number);
  }
  std::vector<std::string> texts;
  for (const std::int64_t number : found) texts.push_back(std::to_string(number));
  return texts;
}

}  // namespace ov
