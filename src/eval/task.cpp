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
  task.data = joined(folder, fields.string("data"));
  if (task.data.empty()) fields.refuse("data", "the path of a data file");
  task.image_folder = joined(folder, fields.string_or("image_folder", ""));
  task.group = fields.string_or("group", "");
  task.metric = fields.choice("metric", {"exact", "contains", "relaxed", "relaxed_number", "choice"});
  task.max_new_tokens = fields.integer_or("max_new_tokens", task.max_new_tokens, 1, kMaxNewTokens);
  const YamlFields video = fields.object_or_empty("video");
  task.video_fps = video.number_or("fps", task.video_fps, 1e-3, kMaxFps);
  task.max_frames = video.integer_or("max_frames", task.max_frames, 1, kMaxFrames);
  fields.finish();
  return task;
}

}  // namespace

TrainingForm EvalTask::form() const {
  TrainingForm form;
  form.labels = LabelRule::clean;
  form.video_fps = video_fps;
  form.max_frames = max_frames;
  return form;
}

std::vector<EvalTask> parse_eval_tasks(std::string_view text, const std::string& path) {
  const YamlFields top = YamlFields::parse(text, path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  std::vector<EvalTask> tasks;
  std::set<std::string> names;
  for (const YamlFields& fields : top.objects("tasks")) {
    tasks.push_back(read_task(fields, folder));
    if (!names.insert(tasks.back().name).second) fields.refuse("name", "a name of its own");
  }
  top.finish();
  if (tasks.empty()) top.refuse("tasks", "a list with at least one task");
  return tasks;
}

std::vector<EvalTask> read_eval_tasks(const std::string& path) {
  return parse_eval_tasks(read_file(path, kMaxYamlBytes), path);
}

std::vector<EvalTask> select_tasks(const std::vector<EvalTask>& tasks, const std::vector<std::string>& names,
                                   const std::string& path) {
  if (names.empty()) return tasks;
  std::vector<std::string> known;
  for (const EvalTask& task : tasks) known.push_back(task.name);
  std::vector<EvalTask> selected;
  std::set<std::string> seen;
  for (const std::string& name : names) {
    const auto found = std::find(known.begin(), known.end(), name);
    if (found == known.end()) {
      throw Error(ErrorKind::usage, "--tasks: " + path + " has no task \"" + name + "\"" + nearest_name(name, known));
    }
    if (!seen.insert(name).second) throw Error(ErrorKind::usage, "--tasks: \"" + name + "\" is named twice");
    selected.push_back(tasks[static_cast<std::size_t>(found - known.begin())]);
  }
  return selected;
}

Json to_json(const EvalTask& task) {
  return {{"data", task.data},
          {"image_folder", task.image_folder},
          {"metric", task.metric},
          {"max_new_tokens", task.max_new_tokens},
          {"video", {{"fps", task.video_fps}, {"max_frames", task.max_frames}}}};
}

}  // namespace ov
