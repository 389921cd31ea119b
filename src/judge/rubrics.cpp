#include "judge/rubrics.h"

#include <cmath>
#include <map>
#include <sstream>

#include "judge/replies.h"
#include "judge/rubric_messages.h"

namespace ov {
namespace {

using MaybeVerdict = std::optional<Verdict>;

MaybeVerdict share_of(std::optional<double> value, double whole) {
  if (!value) return std::nullopt;
  return Verdict{.value = *value / whole};
}

MaybeVerdict actnet_verdict(std::string_view reply) {
  const auto same = dictionary_field(reply, "pred");
  const auto score = number_field(reply, "score", 0, 5);
  if (!same || (*same != "yes" && *same != "no") || !score) return std::nullopt;
  return Verdict{.value = *same == "yes" ? 1.0 : 0.0, .reference = *score / 5};
}

MaybeVerdict aspect_verdict(std::string_view reply) { return share_of(number_field(reply, "score", 0, 5), 5); }

MaybeVerdict pair_verdict(std::string_view reply) {
  const auto pair = number_pair(reply, 0, 10);
  if (!pair) return std::nullopt;
  return Verdict{.value = pair->second / 10, .reference = pair->first / 10};
}

MaybeVerdict mmvet_verdict(std::string_view reply) { return share_of(leading_number(reply, 0, 1), 1); }

MaybeVerdict text_verdict(std::string_view reply) {
  constexpr std::string_view kLabel = "Extracted answer:";
  if (reply.starts_with(kLabel)) reply = without_reasoning(reply.substr(kLabel.size()));
  if (reply.empty()) return std::nullopt;
  return Verdict{.text = std::string(reply)};
}

MaybeVerdict binary_verdict(std::string_view reply) {
  const auto agrees = zero_or_one(reply);
  if (!agrees) return std::nullopt;
  return Verdict{.value = *agrees ? 1.0 : 0.0};
}

MaybeVerdict letter_verdict(std::string_view reply) {
  const auto letter = option_letter(reply);
  if (!letter) return std::nullopt;
  return Verdict{.text = std::string(1, *letter)};
}

MaybeVerdict livebench_verdict(std::string_view reply) {
  const std::size_t open = reply.find('{'), close = reply.rfind('}');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  try {
    const Json object = parse_json(reply.substr(open, close - open + 1), "reply");
    const auto rating = object.find("Rating");
    if (rating == object.end()) return std::nullopt;
    const std::string text = rating->is_string() ? rating->get<std::string>() : dump_json(*rating);
    const auto value = plain_number(text);
    return value && *value >= 0 && *value <= 10 ? share_of(value, 10) : std::nullopt;
  } catch (const Error&) {
    return std::nullopt;
  }
}

MaybeVerdict vibe_verdict(std::string_view reply) {
  const auto rating = labelled_number(reply, "Rating", 1, 5);
  if (!rating || *rating != std::floor(*rating)) return std::nullopt;
  return Verdict{.value = (*rating - 1) / 4};
}

MaybeVerdict dc100_verdict(std::string_view reply) {
  return share_of(labelled_number(reply, "Final Score", 0, 100), 100);
}

Rubric aspect(const std::string& name, Json (*messages)(const JudgeSample&)) {
  return {.name = name,
          .paper_judge = "gpt-3.5-turbo-0613",
          .max_tokens = 64,
          .tries = 3,
          .proxy = Proxy::rouge_l,
          .scale = 5,
          .failure_value = 0,
          .messages = messages,
          .verdict = aspect_verdict};
}

std::vector<Rubric> video_rubrics() {
  return {{.name = "actnet",
           .paper_judge = "gpt-3.5-turbo-0613",
           .max_tokens = 64,
           .tries = 3,
           .proxy = Proxy::token_f1,
           .failure_value = 0,
           .messages = actnet_messages,
           .verdict = actnet_verdict},
          aspect("vcg_correct", vcg_correct_messages),
          aspect("vcg_detail", vcg_detail_messages),
          aspect("vcg_context", vcg_context_messages),
          aspect("vcg_temporal", vcg_temporal_messages),
          aspect("vcg_consistency", vcg_consistency_messages)};
}

std::vector<Rubric> answer_rubrics() {
  return {{.name = "wilder",
           .paper_judge = "gpt-4-vision-preview",
           .sees_pictures = true,
           .max_tokens = 1024,
           .tries = 3,
           .proxy = Proxy::rouge_l,
           .failure_value = -0.1,
           .messages = wilder_messages,
           .verdict = pair_verdict},
          {.name = "llava_w",
           .paper_judge = "gpt-4-0613",
           .temperature = 0.2,
           .max_tokens = 1024,
           .tries = 3,
           .proxy = Proxy::rouge_l,
           .failure_value = -0.1,
           .messages = llava_w_messages,
           .verdict = pair_verdict},
          {.name = "mmvet",
           .paper_judge = "gpt-4-0613",
           .max_tokens = 128,
           .tries = 5,
           .temperature_step = 0.5,
           .proxy = Proxy::rouge_l,
           .failure_value = 0,
           .messages = mmvet_messages,
           .verdict = mmvet_verdict},
          {.name = "livebench",
           .paper_judge = "gpt-4o",
           .sees_pictures = true,
           .json_reply = true,
           .max_tokens = 1024,
           .tries = 3,
           .proxy = Proxy::rouge_l,
           .messages = livebench_messages,
           .verdict = livebench_verdict},
          {.name = "vibe",
           .paper_judge = "reka-core",
           .temperature = 0.4,
           .max_tokens = 1024,
           .tries = 3,
           .proxy = Proxy::rouge_l,
           .failure_value = -0.25,
           .messages = vibe_messages,
           .verdict = vibe_verdict},
          {.name = "dc100",
           .paper_judge = "gpt-4-vision-preview",
           .sees_pictures = true,
           .max_tokens = 1024,
           .tries = 3,
           .failure_value = 0,
           .messages = dc100_messages,
           .verdict = dc100_verdict}};
}

std::vector<Rubric> extraction_rubrics() {
  return {{.name = "mathvista_extract",
           .paper_judge = "gpt-3.5-turbo",
           .max_tokens = 256,
           .tries = 3,
           .failure_value = 0,
           .messages = mathvista_extract_messages,
           .verdict = text_verdict},
          {.name = "mathverse_extract",
           .paper_judge = "gpt-3.5-turbo",
           .max_tokens = 256,
           .tries = 3,
           .messages = mathverse_extract_messages,
           .verdict = text_verdict},
          {.name = "mathverse_judge",
           .paper_judge = "gpt-3.5-turbo",
           .max_tokens = 8,
           .tries = 3,
           .messages = mathverse_judge_messages,
           .verdict = binary_verdict},
          {.name = "mmbench_match",
           .paper_judge = "gpt-3.5-turbo-0613",
           .max_tokens = 256,
           .tries = 3,
           .messages = mmbench_match_messages,
           .verdict = letter_verdict}};
}

}  // namespace

double token_f1(std::string_view prediction, std::string_view reference) {
  std::map<std::string, std::int64_t> left;
  std::int64_t predicted = 0, expected = 0, common = 0;
  std::istringstream reference_words{std::string(reference)}, predicted_words{std::string(prediction)};
  for (std::string word; reference_words >> word; ++expected) ++left[word];
  for (std::string word; predicted_words >> word; ++predicted) common += left[word]-- > 0;
  return common == 0 ? 0 : 2.0 * static_cast<double>(common) / static_cast<double>(predicted + expected);
}

const std::vector<Rubric>& rubrics() {
  static const std::vector<Rubric> all = [] {
    std::vector<Rubric> list = video_rubrics();
    for (Rubric& rubric : answer_rubrics()) list.push_back(std::move(rubric));
    for (Rubric& rubric : extraction_rubrics()) list.push_back(std::move(rubric));
    return list;
  }();
  return all;
}

const Rubric& rubric_of(const std::string& name) {
  std::string known;
  for (const Rubric& rubric : rubrics()) {
    if (rubric.name == name) return rubric;
    known += (known.empty() ? "" : ", ") + rubric.name;
  }
  throw Error(ErrorKind::usage, "no rubric \"" + name + "\"; there are: " + known);
}

}  // namespace ov
