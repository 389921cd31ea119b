#include "synth/query.h"

#include <algorithm>

namespace ov {
namespace {

// Whole texts are asked for without a formatting prompt; so is one short answer in four that has a sentence, and one
// in six becomes a choice. Tests ask for sentences only where nothing shorter answers.
void ask_one(RandomStream& random, const Query& query, SampleWriter& writer) {
  const std::string& wording = random.pick(query.wordings);
  const std::uint64_t form = random.below(12);
  if (query.answer.empty() || (form < 3 && !query.spoken.empty() && !writer.test())) {
    writer.add_exchange(wording, query.spoken);
  } else if (form < 5 && !query.wrong.empty()) {
    const Choice choice = make_choice(random, wording, query.answer, query.wrong);
    writer.add_exchange(choice.question, choice.letter);
  } else {
    writer.add_exchange(wording + kShortAnswer, query.answer);
  }
}

}  // namespace

std::string fill(std::string text, const std::vector<std::string>& values) {
  std::string filled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool place = text[i] == '%' && i + 1 < text.size() && text[i + 1] >= '1' && text[i + 1] <= '9';
    if (!place) {
      filled += text[i];
      continue;
    }
    filled += values.at(static_cast<std::size_t>(text[++i] - '1'));
  }
  return filled;
}

std::vector<std::string> fill(std::vector<std::string> texts, const std::vector<std::string>& values) {
  for (std::string& text : texts) text = fill(text, values);
  return texts;
}

Query yes_or_no(const std::string& kind, const std::vector<std::string>& wordings, bool truth,
                const std::string& spoken_yes, const std::string& spoken_no) {
  return {kind, wordings, truth ? "Yes" : "No", truth ? "Yes, " + spoken_yes : "No, " + spoken_no, {}};
}

std::vector<std::string> others(RandomStream& random, std::vector<std::string> values, const std::string& right) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::erase(values, right);
  random.shuffle(values);
  if (values.size() > 3) values.resize(3);
  return values;
}

void ask(RandomStream& random, const std::vector<Query>& queries, std::int64_t rounds, SampleWriter& writer) {
  std::vector<std::string> kinds;
  for (const Query& query : queries) {
    if (std::find(kinds.begin(), kinds.end(), query.kind) == kinds.end()) kinds.push_back(query.kind);
  }
  random.shuffle(kinds);
  writer.set_kind(kinds.front());
  std::vector<const Query*> asked;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::string& kind = kinds[static_cast<std::size_t>(round) % kinds.size()];
    std::vector<const Query*> open;
    for (const Query& query : queries) {
      if (query.kind == kind && std::find(asked.begin(), asked.end(), &query) == asked.end()) open.push_back(&query);
    }
    if (open.empty()) continue;
    asked.push_back(random.pick(open));
    ask_one(random, *asked.back(), writer);
  }
}

}  // namespace ov
