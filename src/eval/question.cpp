#include "eval/question.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "benchmarks/benchmark_data.h"
#include "data/record_rules.h"
#include "data/table_rows.h"
#include "metrics/letter_priority.h"

namespace ov {
namespace {

constexpr std::string_view kMark = "<image>";
constexpr std::size_t kLetters = 26;
constexpr std::int64_t kMaxPrecision = 20;

std::size_t count_marks(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(kMark); at != text.npos; at = text.find(kMark, at + kMark.size())) ++count;
  return count;
}

std::string folder_of(const EvalTask& task) {
  std::string folder = task.image_folder;
  if (folder.empty()) folder = std::filesystem::path(task.data).parent_path().string();
  return folder.empty() ? "." : folder;
}

class RecordQuestions : public Questions {
 public:
  explicit RecordQuestions(const EvalTask& task) : task_(task), file_(RecordFile::open(task.data)) {
    context_.image_folder = context_.video_folder = folder_of(task);
  }

  std::int64_t size() const override { return file_->size(); }

  Question at(std::int64_t index, RecordParts parts) const override {
    const Sample sample = file_->read(index, context_, parts);
    const std::vector<Turn>& turns = sample.turns;
    if (turns.size() != 2 || turns[0].role != "user" || turns[1].role != "assistant") {
      refuse_record(sample.where,
                    "found " + std::to_string(turns.size()) +
                        " turns; a task needs two a record, the question from human and the answer from gpt");
    }
    Question question;
    question.id = sample.id, question.where = sample.where, question.media = sample.media;
    question.text = turns[0].text, question.target = turns[1].text;
    question.category = sample.category.empty() ? sample.source : sample.category;
    question.reference = {.answers = {question.target}, .question = question.text};
    question.metric = task_.metric;
    question.max_new_tokens = task_.max_new_tokens;
    if (!question.category.empty()) question.tags["category"] = {question.category};
    if (question.metric == "choice") check_choice(question);
    return question;
  }

 protected:
  Prompt make_prompt(const Question& question, const EvalProcessors& processors) const override {
    TrainingForm form = task_.training_form();
    form.max_length = processors.as_trained->max_length();
    TrainingPrompt prepared =
        processors.as_trained->prepare_training({{"user", question.text}, {"assistant", ""}}, question.media, form);
    // The empty answer is its end token alone, the first that is supervised.
    const auto answer = std::find_if(prepared.labels.begin(), prepared.labels.end(),
                                     [](std::int64_t label) { return label != kNotSupervised; });
    prepared.prompt.ids.resize(static_cast<std::size_t>(answer - prepared.labels.begin()));
    return std::move(prepared.prompt);
  }

 private:
  static void check_choice(const Question& question) {
    const std::string letters = choice_letters(question.text);
    if (!extract_choice(question.target, letters).empty()) return;
    refuse_record(question.where, "the answer \"" + question.target.substr(0, 80) + "\" is none of the letters " +
                                      letters + "; the metric choice needs one");
  }

  EvalTask task_;
  RecordContext context_;
  std::unique_ptr<RecordFile> file_;
};

// What rows of one's own and benchmarks have in common: they are asked as the authors evaluate.
class EvaluatedQuestions : public Questions {
 protected:
  Prompt make_prompt(const Question& question, const EvalProcessors& processors) const override {
    Conversation talk;
    talk.media = question.media;
    if (question.turns.empty()) {
      talk.messages.push_back(message_of({"user", question.text}, question.media));
    } else {
      auto next = question.media.begin();
      for (const Turn& turn : question.turns) {
        const auto marks = static_cast<std::ptrdiff_t>(count_marks(turn.text));
        if (turn.role != "user" && marks > 0)
          throw Error(ErrorKind::input, "an <image> in a turn that is not the user's");
        talk.messages.push_back(message_of(turn, {next, next + marks}));
        next += marks;
      }
    }
    return processors.as_evaluated->prepare(talk);
  }

 private:
  static Message message_of(const Turn& turn, const std::vector<MediaSource>& media) {
    Message message{turn.role, {}, !media.empty()};
    std::size_t from = 0;
    for (const MediaSource& source : media) {
      const std::size_t at = turn.text.find(kMark, from);
      if (at > from) message.parts.push_back({ChatPart::Kind::text, turn.text.substr(from, at - from)});
      message.parts.push_back({source.is_video ? ChatPart::Kind::video : ChatPart::Kind::image, ""});
      from = at + kMark.size();
    }
    if (from < turn.text.size()) message.parts.push_back({ChatPart::Kind::text, turn.text.substr(from)});
    return message;
  }
};

class RowQuestions : public EvaluatedQuestions {
 public:
  explicit RowQuestions(const EvalTask& task) : task_(task), table_(Table::open({task.data})) {}

  std::int64_t size() const override { return table_->size(); }

  Question at(std::int64_t index, RecordParts parts) const override {
    const auto row = table_->at(index, parts == RecordParts::all);
    Question question;
    question.where = row->where();
    question.id = row->text_or("id", std::to_string(index));
    question.media = media_of(*row);
    question.text = row->text("prompt");
    const std::size_t marks = count_marks(question.text);
    if (marks == 0 && !question.media.empty()) {
      std::string lead;
      for (std::size_t i = 0; i < question.media.size(); ++i) lead += (i == 0 ? "" : " ") + std::string(kMark);
      question.text = lead + "\n" + question.text;
    } else if (marks != question.media.size()) {
      refuse_record(question.where, "the prompt has " + std::to_string(marks) + " <image> marks, but the row has " +
                                        std::to_string(question.media.size()) + " pictures or videos");
    }
    question.reference.answers = row->texts("answers");
    if (question.reference.answers.empty()) refuse_record(question.where, "\"answers\" is empty");
    question.reference.choices = row->texts_or_none("choices");
    if (question.reference.choices.size() > kLetters) row->refuse("choices", "has more options than there are letters");
    question.reference.question = row->text("prompt");
    question.reference.answer_type = row->text_or("answer_type", "");
    const std::int64_t precision = row->has("precision") ? row->integer("precision") : 0;
    if (precision < 0 || precision > kMaxPrecision) row->refuse("precision", "should be from 0 to 20 digits");
    question.reference.precision = static_cast<int>(precision);
    question.target = question.reference.answers[0];
    question.category = row->text_or("category", "");
    if (!question.category.empty()) question.tags["category"] = {question.category};
    question.cluster_id = row->text_or("cluster", "");
    question.metric = task_.metric;
    question.max_new_tokens = task_.max_new_tokens;
    return question;
  }

 private:
  std::vector<MediaSource> media_of(const TableRow& row) const {
    std::vector<MediaSource> media;
    const std::string folder = folder_of(task_);
    if (row.has("video")) media.push_back(MediaSource::video(media_path(folder, row.text("video"), row.where())));
    if (!row.has("images")) return media;
    if (!media.empty()) refuse_record(row.where(), "a row has either \"images\" or \"video\"");
    media = row.pictures("images");
    for (MediaSource& source : media) {
      if (!source.bytes) source.path = media_path(folder, source.path, row.where());
    }
    return media;
  }

  EvalTask task_;
  std::unique_ptr<Table> table_;
};

class BenchmarkQuestions : public EvaluatedQuestions {
 public:
  explicit BenchmarkQuestions(const EvalTask& task)
      : data_(BenchmarkData::open(*task.benchmark, task.data, task.protocol)) {}

  std::int64_t size() const override { return data_.size(); }

  Question at(std::int64_t index, RecordParts parts) const override {
    BenchmarkQuestion row = data_.at(index, parts == RecordParts::all);
    Question question;
    question.id = std::move(row.id), question.where = std::move(row.where);
    question.text = std::move(row.prompt), question.turns = std::move(row.turns);
    for (const Turn& turn : question.turns) question.text += turn.role + ": " + turn.text + "\n";
    question.media = std::move(row.media);
    question.reference = std::move(row.reference);
    if (!question.reference.answers.empty()) question.target = question.reference.answers[0];
    question.metric = std::move(row.metric);
    question.judge_context = std::move(row.judge_context), question.judge_criteria = std::move(row.judge_criteria);
    question.group_id = std::move(row.group_id), question.cluster_id = std::move(row.cluster_id);
    question.tags = std::move(row.tags);
    question.max_new_tokens = row.max_new_tokens;
    return question;
  }

 private:
  BenchmarkData data_;
};

}  // namespace

ProcessorOptions as_evaluated(ProcessorOptions options) {
  options.num_frames = kVideoFrames;
  options.as_evaluated = true;
  options.limits.max_video_seconds = kLongestVideo;
  return options;
}

std::unique_ptr<Questions> Questions::open(const EvalTask& task) {
  if (!task.data_from.empty() && !std::filesystem::exists(task.data)) {
    throw Error(ErrorKind::input, task.data + ": is not there; the task file says how to get it: " + task.data_from);
  }
  switch (task.form) {
    case EvalTask::Form::records: return std::make_unique<RecordQuestions>(task);
    case EvalTask::Form::rows: return std::make_unique<RowQuestions>(task);
    case EvalTask::Form::benchmark: return std::make_unique<BenchmarkQuestions>(task);
  }
  throw Error(ErrorKind::internal, "unknown form of a task");
}

Prompt Questions::prompt(const Question& question, const EvalProcessors& processors) const {
  try {
    return make_prompt(question, processors);
  } catch (const Error& error) {
    throw Error(error.kind(), question.where + ": " + error.what());
  }
}

}  // namespace ov
