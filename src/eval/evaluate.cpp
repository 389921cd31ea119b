#include "eval/evaluate.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <deque>
#include <filesystem>

#include "base/error.h"
#include "base/file.h"
#include "base/progress_bar.h"
#include "eval/results.h"
#include "eval/task_report.h"
#include "report/jsonl_file.h"
#include "text/template_value.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxWaiting = 4096;  // finished answers behind one that still decodes
constexpr std::size_t kMaxRunBytes = 1 << 24;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string samples_path(const std::string& folder, const EvalTask& task) {
  return folder + "/samples_" + task.name + ".jsonl";
}

std::string stripped(const std::string& text) {
  const auto [begin, end] = stripped_range(text, true, true);
  return text.substr(begin, end - begin);
}

// One task: its answers decode together, and are written in the order of the records.
class TaskRun {
 public:
  TaskRun(const EvalTask& task, const EvalModel& model, const EvalOptions& options)
      : task_(task),
        model_(model),
        options_(options),
        questions_(Questions::open(task)),
        path_(samples_path(options.out, task)) {
    result_.task = task;
    result_.records = questions_->size();
    total_ = options.limit > 0 ? std::min(options.limit, questions_->size()) : questions_->size();
    for (std::int64_t i = 0; i < total_; ++i) check_scorable(task, questions_->at(i, RecordParts::text), i);
  }

  // To be called once the folder is known to be of this run.
  void read_kept() {
    result_.samples = read_samples(path_, *questions_);
    next_ = static_cast<std::int64_t>(result_.samples.size());
    for (const AnsweredSample& sample : result_.samples) count(sample);
    if (next_ <= total_) return;
    throw Error(ErrorKind::usage, path_ + " has " + std::to_string(next_) + " answers, more than --limit " +
                                      std::to_string(options_.limit) + "; choose another --out");
  }

  TaskResult run() {
    const auto start = std::chrono::steady_clock::now();
    JsonlFile file(path_);
    ProgressBar bar(task_.name, total_, options_.quiet);
    const std::int64_t kept = next_;
    while (next_ < total_ || !waiting_.empty()) {
      while (next_ < total_ && active().size() < static_cast<std::size_t>(options_.batch_size) &&
             waiting_.size() < kMaxWaiting) {
        ask(next_++);
        write_finished(file);
      }
      if (const std::vector<Sequence*> sequences = active(); !sequences.empty()) model_.engine().step(sequences);
      write_finished(file);
      show(bar);
    }
    result_.answered_now = total_ - kept;
    result_.seconds = seconds_since(start);
    score_samples(task_, *questions_, options_.judging, result_);
    if (task_.has_judge()) write_judged();
    return std::move(result_);
  }

  const Questions& questions() const { return *questions_; }

 private:
  struct Waiting {
    AnsweredSample sample;
    Question question;  // without its media
    std::unique_ptr<Sequence> sequence;
  };

  void ask(std::int64_t index) {
    Question question = questions_->at(index);
    const Prompt prompt = questions_->prompt(question, model_.processors);
    Waiting waiting;
    waiting.sample = {index, question.id, question.text, question.target, "", std::nullopt, question.category};
    GenerateOptions generate = model_.generate;
    generate.max_new_tokens = question.max_new_tokens;
    try {
      waiting.sequence = model_.engine().start(prompt, generate);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;
      throw Error(error.kind(), question.where + ": " + error.what());  // a picture that cannot be decoded
    }
    question.media.clear();
    waiting.question = std::move(question);
    waiting_.push_back(std::move(waiting));
  }

  std::vector<Sequence*> active() {
    std::vector<Sequence*> sequences;
    for (Waiting& waiting : waiting_) {
      if (!waiting.sequence->done()) sequences.push_back(waiting.sequence.get());
    }
    return sequences;
  }

  void write_finished(JsonlFile& file) {
    while (!waiting_.empty() && waiting_.front().sequence->done()) {
      AnsweredSample sample = std::move(waiting_.front().sample);
      const Question question = std::move(waiting_.front().question);
      sample.answer = stripped(waiting_.front().sequence->take().text);
      if (!question.reference.answers.empty() && question.rubric().empty()) {
        sample.score = judge_by_rule(task_, question, sample.index, sample.answer).value;
      }
      waiting_.pop_front();
      count(sample);
      file.add(to_json(sample));
      result_.samples.push_back(std::move(sample));
    }
    file.flush();
  }

  // A judge speaks when all answers are there.
  void write_judged() const {
    std::string lines;
    for (const AnsweredSample& sample : result_.samples) lines += dump_json(to_json(sample)) + "\n";
    write_file_atomic(path_, lines);
  }

  void show(ProgressBar& bar) const {
    char text[40];
    std::snprintf(text, sizeof text, "score %.1f %%", counted_ > 0 ? 100 * sum_ / static_cast<double>(counted_) : 0);
    if (counted_ > 0) bar.note(text);
    bar.set(static_cast<std::int64_t>(result_.samples.size()), total_);
  }

  void count(const AnsweredSample& sample) {
    if (!sample.score) return;
    sum_ += *sample.score;
    ++counted_;
  }

  const EvalTask& task_;
  const EvalModel& model_;
  const EvalOptions& options_;
  std::unique_ptr<Questions> questions_;
  std::string path_;
  std::int64_t total_ = 0, next_ = 0, counted_ = 0;
  double sum_ = 0;
  std::deque<Waiting> waiting_;  // in the order of the records
  TaskResult result_;
};

// Two runs that append to the same files would ruin both. File systems without locks go unguarded.
class FolderLock {
 public:
  explicit FolderLock(const std::string& folder) {
    std::error_code failure;
    fs::create_directories(folder, failure);
    if (failure) throw Error(ErrorKind::resource, folder + ": cannot make the folder: " + failure.message());
    file_ = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file_ < 0 || ::flock(file_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
    ::close(file_);
    throw Error(ErrorKind::usage, folder + ": another run is writing here; wait for it, or choose another --out");
  }
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_ = -1;
};

// run.json: what the answers in a folder depend on. Tasks may be added by later runs.
void claim_folder(const std::vector<EvalTask>& tasks, const EvalModel& model, const EvalOptions& options) {
  const std::string path = options.out + "/run.json";
  Json run = {{"model", model.identity}, {"tasks", Json::object()}};
  if (fs::exists(path)) {
    if (!options.resume) {
      throw Error(ErrorKind::usage, options.out + " has a run; go on with it by --resume, or choose another --out");
    }
    run = parse_json(read_file(path, kMaxRunBytes), path);
    const Fields fields(run, path);
    fields.object("tasks");  // throws when it is not there
    if (fields.at("model") != model.identity) {
      throw Error(ErrorKind::format, path + ": its answers are of " + dump_json(fields.at("model")) + ", not of " +
                                         dump_json(model.identity) + "; choose another --out");
    }
  }
  for (const EvalTask& task : tasks) {
    const std::string samples = samples_path(options.out, task);
    if (!run["tasks"].contains(task.name) && fs::exists(samples)) {
      throw Error(ErrorKind::format, samples + ": is there, but not in " + path + "; choose another --out");
    }
    const Json settings = to_json(task);
    const Json before = run["tasks"].value(task.name, settings);
    if (before != settings) {
      throw Error(ErrorKind::format, path + ": task " + task.name + " was asked with " + dump_json(before) + ", not " +
                                         dump_json(settings) + "; choose another --out");
    }
    run["tasks"][task.name] = settings;
  }
  write_file_atomic(path, dump_json(run, 2) + "\n");
}

void write_page(const std::vector<TaskResult>& results, const std::deque<TaskRun>& runs, const EvalModel& model,
                const EvalOptions& options) {
  EvalReport report;
  report.name = fs::path(options.out).lexically_normal().filename().string();
  report.subtitle = std::to_string(results.size()) + (results.size() == 1 ? " task" : " tasks");
  for (std::size_t i = 0; i < results.size(); ++i) {
    report.tasks.push_back(task_report(results[i], runs[i].questions(), options.judging.limits));
  }
  for (const auto& [key, value] : model.identity.items()) {
    if (value.is_string()) report.settings.emplace_back(key, value.get<std::string>());
  }
  write_file_atomic(options.out + "/eval.html", eval_report_page(report));
}

}  // namespace

Json evaluate(const std::vector<EvalTask>& tasks, const EvalModel& model, const EvalOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  std::deque<TaskRun> runs;
  for (const EvalTask& task : tasks) runs.emplace_back(task, model, options);
  const FolderLock lock(options.out);
  claim_folder(tasks, model, options);
  for (TaskRun& run : runs) run.read_kept();
  std::vector<TaskResult> results;
  for (TaskRun& run : runs) results.push_back(run.run());
  const Json limit = options.limit > 0 ? Json(options.limit) : Json();
  const Json json = results_json(results, {{"model", model.identity},
                                           {"limit", limit},
                                           {"batch_size", options.batch_size},
                                           {"seconds", seconds_since(start)},
                                           {"peak_rss_bytes", options.peak_rss()}});
  write_file_atomic(options.out + "/results.json", dump_json(json, 2) + "\n");
  const std::vector<std::pair<std::string, Json>> table = {
      {fs::path(options.out).lexically_normal().filename().string(), json}};
  const std::string paper = paper_comparison(table);
  write_file_atomic(options.out + "/table.md", results_table(table) + (paper.empty() ? "" : "\n" + paper));
  if (options.report) write_page(results, runs, model, options);
  return json;
}

}  // namespace ov
