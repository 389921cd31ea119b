#include "eval/question.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "data/record_rules.h"
#include "metrics/letter_priority.h"

namespace ov {

QuestionFile::QuestionFile(const EvalTask& task) : metric_(task.metric), file_(RecordFile::open(task.data)) {
  std::string folder = task.image_folder;
  if (folder.empty()) folder = std::filesystem::path(task.data).parent_path().string();
  context_.image_folder = context_.video_folder = folder.empty() ? "." : folder;
}

Question QuestionFile::at(std::int64_t index, RecordParts parts) const {
  const Sample sample = file_->read(index, context_, parts);
  const std::vector<Turn>& turns = sample.turns;
  if (turns.size() != 2 || turns[0].role != "user" || turns[1].role != "assistant") {
    refuse_record(sample.where,
                  "found " + std::to_string(turns.size()) +
                      " turns; a task needs two a record, the question from human and the answer from gpt");
  }
  Question question{sample.id, turns[0].text, turns[1].text, sample.category, sample.where, sample.media};
  if (question.category.empty()) question.category = sample.source;
  if (metric_ == "choice" && extract_choice(question.target, choice_letters(question.text)).empty()) {
    refuse_record(sample.where, "the answer \"" + question.target.substr(0, 80) + "\" is none of the letters " +
                                    choice_letters(question.text) + "; the metric choice needs one");
  }
  return question;
}

Prompt question_prompt(const Question& question, const EvalTask& task, const Processor& processor) {
  TrainingForm form = task.form();
  form.max_length = processor.max_length();
  try {
    TrainingPrompt prepared =
        processor.prepare_training({{"user", question.text}, {"assistant", ""}}, question.media, form);
    // The empty answer is its end token alone, the first that is supervised.
    const auto answer = std::find_if(prepared.labels.begin(), prepared.labels.end(),
                                     [](std::int64_t label) { return label != kNotSupervised; });
    prepared.prompt.ids.resize(static_cast<std::size_t>(answer - prepared.labels.begin()));
    return std::move(prepared.prompt);
  } catch (const Error& error) {
    throw Error(error.kind(), question.where + ": " + error.what());
  }
}

}  // namespace ov
