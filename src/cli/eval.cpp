// onevision eval: scores of a model on held-out sets; eval list shows the tasks of a file, eval table puts runs
// side by side.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "base/file.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"
#include "eval/evaluate.h"
#include "eval/question.h"
#include "eval/results.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxResultBytes = 1 << 28;

struct EvalFlags {
  ModelOptions model;
  MediaOptions media;
  std::string task_file = "recipes/nano/heldout.yaml";
  std::vector<std::string> tasks;
  std::vector<std::string> folders;
  EvalOptions options;
  bool json = false;
};

// Tells weights apart without reading them: a folder that was trained anew has other times.
Json identity_of(const Session& session, const ModelOptions& options) {
  Json weights = Json::object();
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(session.folder())) {
    if (entry.path().extension() == ".safetensors") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    const auto modified = std::chrono::file_clock::to_sys(fs::last_write_time(file)).time_since_epoch();
    weights[file.filename().string()] = {
        {"bytes", fs::file_size(file)},
        {"modified_us", std::chrono::duration_cast<std::chrono::microseconds>(modified).count()}};
  }
  const std::map<at::ScalarType, std::string> dtypes = {
      {at::kFloat, "float32"}, {at::kBFloat16, "bfloat16"}, {at::kHalf, "float16"}};
  const char* compat[] = {"exact", "official", "hf"};
  return {{"folder", fs::weakly_canonical(session.folder()).string()},
          {"weights", weights},
          {"dtype", dtypes.at(session.dtype())},
          {"device", options.device},
          {"compat", compat[static_cast<int>(options.compat)]}};
}

int evaluate_tasks(EvalFlags& flags) {
  const std::vector<EvalTask> tasks = select_tasks(read_eval_tasks(flags.task_file), flags.tasks, flags.task_file);
  Session session(flags.model, flags.media);
  SamplingFlags greedy;
  greedy.temperature = 0, greedy.top_p = 1, greedy.top_k = 0, greedy.repetition_penalty = 1;
  EvalModel model;
  model.processor = &session.processor();
  model.engine = [&session]() -> const Engine& { return session.engine(); };
  model.generate = session.generate_options(greedy);
  model.identity = identity_of(session, flags.model);
  EvalOptions& options = flags.options;
  const fs::path folder = fs::weakly_canonical(session.folder());
  if (options.out.empty()) options.out = "runs/eval/" + folder.filename().string();
  options.quiet = flags.model.quiet;
  options.peak_rss = peak_rss_bytes;
  const Json results = evaluate(tasks, model, options);
  if (flags.json) {
    print_json(results);
  } else {
    print(read_file(options.out + "/table.md", kMaxResultBytes));
  }
  return 0;
}

int list_tasks(const EvalFlags& flags) {
  Json list = Json::array();
  for (const EvalTask& task : read_eval_tasks(flags.task_file)) {
    Json line = {{"name", task.name}, {"group", task.group}};
    line.update(to_json(task));
    try {
      line["records"] = QuestionFile(task).size();
    } catch (const Error& error) {
      line["problem"] = error.what();
    }
    list.push_back(line);
  }
  if (flags.json) {
    print_json({{"tasks", list}});
    return 0;
  }
  std::string text = "| task | group | metric | records |\n|---|---|---|---|\n";
  for (const Json& line : list) {
    const std::string records = line.contains("records") ? line.at("records").dump() : line.value("problem", "");
    text += "| " + line.value("name", "") + " | " + line.value("group", "") + " | " + line.value("metric", "") + " | " +
            records + " |\n";
  }
  print(text);
  return 0;
}

int show_table(const EvalFlags& flags) {
  std::vector<std::pair<std::string, Json>> runs;
  for (const std::string& folder : flags.folders) {
    const std::string path = folder + "/results.json";
    fs::path name = fs::path(folder).lexically_normal();
    if (!name.has_filename()) name = name.parent_path();
    runs.emplace_back(flags.folders.size() > 1 ? name.string() : name.filename().string(),
                      parse_json(read_file(path, kMaxResultBytes), path));
  }
  print(results_table(runs));
  return 0;
}

void add_list(CLI::App& group, const std::shared_ptr<EvalFlags>& flags, Run& run) {
  auto* command = group.add_subcommand("list", "The tasks of a task file, and whether their data are there");
  command->add_option("--task-file", flags->task_file, "YAML file of tasks")->capture_default_str();
  command->add_flag("--json", flags->json, "Print one JSON object");
  command->footer("Example: onevision eval list --task-file tasks.yaml");
  command->callback([flags, &run] {
    report_errors_as_json(flags->json);
    run = [flags] { return list_tasks(*flags); };
  });
}

void add_table(CLI::App& group, const std::shared_ptr<EvalFlags>& flags, Run& run) {
  auto* command = group.add_subcommand("table", "Results of several runs side by side, in Markdown");
  command->add_option("DIR", flags->folders, "Folders that eval wrote")->required();
  command->footer("Example: onevision eval table runs/eval/stage1 runs/eval/onevision");
  command->callback([flags, &run] { run = [flags] { return show_table(*flags); }; });
}

}  // namespace

void add_eval(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("eval", "Score a model on held-out sets");
  auto flags = std::make_shared<EvalFlags>();
  command->add_option("--tasks", flags->tasks, "Names of tasks, separated by commas (default: all of the task file)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--task-file", flags->task_file, "YAML file of tasks (docs/evaluation.md)")
      ->capture_default_str();
  add_model_options(*command, flags->model);
  command->add_option("--out", flags->options.out, "Folder of the results (default: runs/eval/<name of the model>)");
  command->add_option("--limit", flags->options.limit, "Ask only the first N records of each task; 0 asks all")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str();
  command
      ->add_option("--batch-size", flags->options.batch_size,
                   "Questions that decode together; changes speed, not answers")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--resume", flags->options.resume, "Keep the answers that are already in --out");
  command->add_flag("--json", flags->json, "Print one JSON object: the content of results.json");
  command->footer(
      "Examples: onevision eval --task-file tasks.yaml --tasks count,ocr --model runs/nano/onevision\n"
      "          onevision eval --task-file tasks.yaml --model DIR --out runs/eval/nano --resume\n"
      "Writes results.json, table.md and samples_<task>.jsonl. A run that was stopped goes on with --resume.");
  add_list(*command, flags, run);
  add_table(*command, flags, run);
  command->callback([command, flags, &run] {
    if (!command->get_subcommands().empty()) return;  // theirs was set before
    report_errors_as_json(flags->json);
    run = [flags] { return evaluate_tasks(*flags); };
  });
}

}  // namespace ov
