#include "eval/task.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "config/yaml_fields.h"

namespace ov {
namespace {

constexpr std::int64_t kMaxNewTokens = 1'000'000;
constexpr std::int64_t kMaxFrames = 4096;
constexpr double kMaxFps = 1000;

std::string joined(const std::string& folder, const std::string& path) {
  return path.empty() ? "" : (std::filesystem::path(folder) / path).lexically_normal().string();
}

bool is_file_name(const std::string& name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !name.empty() && name.size() <= 100 && name[0] != '.' && std::all_of(name.begin(), name.end(), fits);
}

EvalTask read_task(const YamlFields& fields, const std::string& folder) {
  EvalTask task;
  task.name = fields.string("name");
  if (!is_file_name(task.name)) fields.refuse("name", "letters, digits, \"-\", \"_\" and \".\"");
  task.form = fields.has("rows") ? EvalTask::Form::rows : EvalTask::Form::records;
  const char* key = task.form == EvalTask::Form::rows ? "rows" : "data";
  task.data = joined(folder, fields.string(key));
  if (task.data.empty()) fields.refuse(key, "the path of a data file");
  task.image_folder = joined(folder, fields.string_or("image_folder", ""));
  task.group = fields.string_or("group", "");
  if (task.form == EvalTask::Form::rows) {
    task.metric = fields.choice("metric", answer_metrics());
    task.fallback = fields.choice_or("fallback", task.fallback, {"random", "wrong", "expected"});
  } else {
    task.metric = fields.choice("metric", {"exact", "contains", "relaxed", "relaxed_number", "choice"});
  }
  task.max_new_tokens = fields.integer_or("max_new_tokens", task.max_new_tokens, 1, kMaxNewTokens);
  if (task.form == EvalTask::Form::records) {
    const YamlFields video = fields.object_or_empty("video");
    task.video_fps = video.number_or("fps", task.video_fps, 1e-3, kMaxFps);
    task.max_frames = video.integer_or("max_frames", task.max_frames, 1, kMaxFrames);
  }
  fields.finish();
  return task;
}

}  // namespace

TrainingForm EvalTask::training_form() const {
  TrainingForm training;
  training.labels = LabelRule::clean;
  training.video_fps = video_fps;
  training.max_frames = max_frames;
  return training;
}

std::vector<EvalTask> parse_eval_tasks(std::string_view text, const std::string& path) {
  const YamlFields top = YamlFields::parse(text, path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const std::string data_from = top.string_or("data_from", "");
  std::vector<EvalTask> tasks;
  std::set<std::string> names;
  for (const YamlFields& fields : top.objects("tasks")) {
    tasks.push_back(read_task(fields, folder));
    tasks.back().data_from = data_from;
    if (!names.insert(tasks.back().name).second) fields.refuse("name", "a name of its own");
  }
  top.finish();
  if (tasks.empty()) top.refuse("tasks", "a list with at least one task");
  return tasks;
}

std::vector<EvalTask> read_eval_tasks(const std::string& path) {
  return parse_eval_tasks(read_file(path, kMaxYamlBytes), path);
}

EvalTask benchmark_task(const Benchmark& benchmark, const std::string& data, Protocol protocol) {
  EvalTask task;
  task.form = EvalTask::Form::benchmark;
  task.name = benchmark.name;
  task.data = data;
  task.group = benchmark.group;
  task.metric = benchmark.metric.of(protocol);
  task.max_new_tokens = benchmark.max_new_tokens.of(protocol);
  task.max_frames = kVideoFrames;
  task.benchmark = &benchmark;
  task.protocol = protocol;
  return task;
}

std::vector<EvalTask> choose_tasks(const TaskChoice& choice) {
  if (choice.names.empty()) return read_eval_tasks(choice.task_file);
  std::vector<EvalTask> known;
  for (const Benchmark& benchmark : benchmarks()) {
    known.push_back(benchmark_task(benchmark, choice.data, choice.protocol));
  }
  const auto fits = [](const EvalTask& task, const std::string& name) {
    return task.name == name || task.group == name;
  };
  const auto is_known = [&](const std::string& name) {
    return std::any_of(known.begin(), known.end(), [&](const EvalTask& task) { return fits(task, name); });
  };
  const bool has_file = std::filesystem::exists(choice.task_file);
  if (has_file && !std::all_of(choice.names.begin(), choice.names.end(), is_known)) {
    const std::vector<EvalTask> own = read_eval_tasks(choice.task_file);
    known.insert(known.begin(), own.begin(), own.end());
  }
  std::vector<EvalTask> chosen;
  for (const std::string& name : choice.names) {
    const std::size_t before = chosen.size();
    std::copy_if(known.begin(), known.end(), std::back_inserter(chosen),
                 [&](const EvalTask& task) { return fits(task, name); });
    if (chosen.size() > before) continue;
    std::set<std::string> names;
    for (const EvalTask& task : known) names.insert({task.name, task.group});
    const std::string file = choice.task_file + (has_file ? "" : " (which is not there)");
    throw Error(ErrorKind::usage, "--tasks: neither " + file + " nor the benchmarks have \"" + name + "\"" +
                                      nearest_name(name, {names.begin(), names.end()}) +
                                      "; `eval list` shows what there is");
  }
  std::set<std::string> seen;
  for (const EvalTask& task : chosen) {
    if (!seen.insert(task.name).second) throw Error(ErrorKind::usage, "--tasks: \"" + task.name + "\" is named twice");
  }
  return chosen;
}

Json to_json(const EvalTask& task) {
  Json json = {{"data", task.data}, {"metric", task.metric}, {"max_new_tokens", task.max_new_tokens}};
  if (task.form == EvalTask::Form::benchmark) {
    json["protocol"] = task.protocol == Protocol::paper ? "paper" : "current";
    json["dataset"] = task.benchmark->dataset_id;
    json["split"] = task.benchmark->split;
  } else {
    json["image_folder"] = task.image_folder;
  }
  if (task.form == EvalTask::Form::records) {
    json["video"] = {{"fps", task.video_fps}, {"max_frames", task.max_frames}};
  } else if (has_fallback(task.metric)) {
    json["fallback"] = task.fallback;
  }
  return json;
}

}  // namespace ov
