#include "synth/asking.h"

#include <algorithm>

#include "synth/words.h"

namespace ov {
namespace {

// Different kinds in random order; in tests those that only a sentence answers come last.
std::vector<std::string> kinds_in_turn(RandomStream& random, const Queries& queries, bool test) {
  std::vector<std::string> kinds;
  for (const Query& query : queries) {
    if (std::find(kinds.begin(), kinds.end(), query.kind) == kinds.end()) kinds.push_back(query.kind);
  }
  random.shuffle(kinds);
  const auto comparable = [&](const std::string& kind) {
    return std::any_of(queries.begin(), queries.end(),
                       [&](const Query& query) { return query.kind == kind && query.form != AnswerForm::sentence; });
  };
  if (test) std::stable_partition(kinds.begin(), kinds.end(), comparable);
  return kinds;
}

}  // namespace

Query yes_or_no(const std::string& kind, const std::vector<std::string>& wordings, bool truth,
                const std::string& spoken_yes, const std::string& spoken_no) {
  const std::string& spoken = truth ? spoken_yes : spoken_no;
  return {kind, wordings, truth ? "yes" : "no", spoken.empty() ? "" : (truth ? "Yes, " : "No, ") + spoken};
}

Query lettered(const std::string& kind, const std::vector<std::string>& wordings, const std::string& right,
               const std::vector<std::string>& wrong) {
  return {kind, wordings, right, "", wrong, AnswerForm::lettered};
}

Query in_a_sentence(const std::string& kind, const std::vector<std::string>& wordings, const std::string& answer) {
  return {kind, wordings, answer, "", {}, AnswerForm::sentence};
}

void ask(RandomStream& random, SampleWriter& writer, const Query& query) {
  const std::string& wording = random.pick(query.wordings);
  if (query.form == AnswerForm::text || query.form == AnswerForm::sentence)
    return writer.add_exchange(wording, query.answer);
  if (query.form == AnswerForm::lettered || (!query.wrong.empty() && random.below(6) == 0)) {
    const Choice choice = make_choice(random, wording, query.answer, query.wrong);
    return writer.add_exchange(choice.question, choice.letter);
  }
  if (random.below(3) < 2 || writer.test()) return writer.add_exchange(wording + kShortAnswer, query.answer);
  writer.add_exchange(wording, query.spoken.empty() ? query.answer : query.spoken);
}

void ask(RandomStream& random, SampleWriter& writer, const std::vector<std::string>& wordings,
         const std::string& answer, const std::string& spoken) {
  ask(random, writer, Query{"", wordings, answer, spoken});
}

void ask_some(RandomStream& random, SampleWriter& writer, const Queries& queries) {
  const std::vector<std::string> kinds = kinds_in_turn(random, queries, writer.test());
  if (kinds.empty()) return;
  writer.set_kind(kinds.front());
  const std::int64_t rounds = random.between(writer.setting("rounds"));
  std::vector<const Query*> asked;
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::string& kind = kinds[static_cast<std::size_t>(round) % kinds.size()];
    std::vector<const Query*> open;
    for (const Query& query : queries) {
      if (query.kind == kind && std::find(asked.begin(), asked.end(), &query) == asked.end()) open.push_back(&query);
    }
    if (open.empty()) continue;
    asked.push_back(random.pick(open));
    ask(random, writer, *asked.back());
  }
}

std::string fill(const std::string& text, const std::vector<std::string>& values) {
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

std::vector<std::string> others(RandomStream& random, std::vector<std::string> values, const std::string& right) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  std::erase(values, right);
  random.shuffle(values);
  if (values.size() > 3) values.resize(3);
  return values;
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

std::vector<std::string> caption_requests() {
  return {"Provide a one-sentence caption for the provided image.",
          "Please generate a short caption of the given image.",
          "Write a short caption for this picture.",
          "Describe the image concisely.",
          "Provide a brief description of the given image.",
          "Offer a succinct explanation of the picture presented.",
          "Summarize the visual content of the image.",
          "Give a short and clear explanation of the image.",
          "Share a concise interpretation of the image provided.",
          "What is in this picture? Answer with one short sentence."};
}

std::vector<std::string> detail_requests() {
  return {"Please generate detailed descriptions of the given image.",
          "Describe this image in detail.",
          "Describe the following image in detail.",
          "Give a detailed description of the picture.",
          "What do you see in the picture, and where is it?",
          "Describe everything in this picture.",
          "Explain the contents of the image in detail.",
          "Write a detailed description of this image."};
}

}  // namespace ov
