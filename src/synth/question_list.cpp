#include "synth/question_list.h"

#include <algorithm>

#include "synth/words.h"

namespace ov {
namespace {

constexpr const char* kOrdinals[] = {"first", "second", "third", "fourth"};

}  // namespace

void QuestionList::add(const std::string& kind, const Phrasings& phrasings, const std::string& answer) {
  const bool prompt = random_->below(3) > 0;
  entries_.push_back({kind, random_->pick(phrasings) + (prompt ? kShortAnswer : ""), answer});
}

void QuestionList::add_yes_no(const std::string& kind, const Phrasings& phrasings, bool yes) {
  add(kind, phrasings, yes ? "yes" : "no");
}

void QuestionList::add_sentence(const std::string& kind, const Phrasings& phrasings, const std::string& answer) {
  entries_.push_back({kind, random_->pick(phrasings), answer});
}

void QuestionList::add_choice(const std::string& kind, const Phrasings& phrasings, const std::string& right,
                              const std::vector<std::string>& wrong) {
  const Choice choice = make_choice(*random_, random_->pick(phrasings), right, wrong);
  entries_.push_back({kind, choice.question, choice.letter});
}

void QuestionList::ask(SampleWriter& writer) {
  random_->shuffle(entries_);
  const std::int64_t rounds = random_->between(writer.setting("rounds"));
  std::vector<std::string> asked;
  for (const Entry& entry : entries_) {
    if (static_cast<std::int64_t>(asked.size()) == rounds) return;
    if (std::find(asked.begin(), asked.end(), entry.kind) != asked.end()) continue;
    if (asked.empty()) writer.set_kind(entry.kind);
    asked.push_back(entry.kind);
    writer.add_exchange(entry.question, entry.answer);
  }
}

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
