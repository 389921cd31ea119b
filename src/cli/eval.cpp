// onevision eval: scores of a model on published benchmarks and on sets of one's own; eval list shows what there is,
// eval table puts runs side by side and beside the paper's numbers.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "base/file.h"
#include "benchmarks/benchmark_data.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"
#include "eval/evaluate.h"
#include "judge/judge.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxResultBytes = 1 << 28;

struct JudgeFlags {
  std::string url;  // "none": requests are saved
  std::string model = "gpt-4o-2024-11-20";
  std::string cache;
  std::string batch;  // replies to saved requests
  int threads = 4;
};

struct EvalFlags {
  ModelOptions model;
  MediaOptions media;
  TaskChoice choice{"recipes/nano/heldout.yaml", {}};
  std::string protocol = "paper";
  JudgeFlags judge;
  std::vector<std::string> folders;
  EvalOptions options;
  bool no_report = false;
  bool json = false;

  TaskChoice tasks() const {
    TaskChoice chosen = choice;
    chosen.protocol = protocol == "paper" ? Protocol::paper : Protocol::current;
    return chosen;
  }
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

// Null without --judge.
std::unique_ptr<Judge> open_judge(const JudgeFlags& flags, const std::string& out) {
  if (flags.url.empty() && !flags.batch.empty()) {
    throw Error(ErrorKind::usage, "--judge-batch needs --judge too, an endpoint or none; without it nothing is judged");
  }
  if (flags.url.empty()) return nullptr;
  JudgeOptions options;
  if (flags.url != "none") {
    options.url = flags.url;
    options.key = judge_api_key();
  } else {
    options.requests = out + "/judge_requests.jsonl";
  }
  options.model = flags.model;
  options.cache = flags.cache.empty() ? out + "/judge_cache.jsonl" : flags.cache;
  options.threads = flags.threads;
  options.cancelled = [] { return cancelled().load(); };
  std::error_code failure;
  fs::create_directories(out, failure);
  if (failure) throw Error(ErrorKind::resource, out + ": cannot make the folder: " + failure.message());
  auto judge = std::make_unique<Judge>(std::move(options));
  if (!flags.batch.empty()) judge->add_batch(flags.batch);
  return judge;
}

int evaluate_tasks(EvalFlags& flags) {
  const std::vector<EvalTask> tasks = choose_tasks(flags.tasks());
  flags.media.max_video_minutes = kLongestVideo / 60;  // frames are read by the session's processor
  Session session(flags.model, flags.media);
  SamplingFlags greedy;
  greedy.temperature = 0, greedy.top_p = 1, greedy.top_k = 0, greedy.repetition_penalty = 1;
  EvalModel model;
  const Processor evaluated(session.folder(), session.config(), as_evaluated(session.processor().options()));
  model.processors = {&session.processor(), &evaluated};
  model.engine = [&session]() -> const Engine& { return session.engine(); };
  model.generate = session.generate_options(greedy);
  model.identity = identity_of(session, flags.model);
  EvalOptions& options = flags.options;
  const fs::path folder = fs::weakly_canonical(session.folder());
  if (options.out.empty()) options.out = "runs/eval/" + folder.filename().string();
  options.quiet = flags.model.quiet;
  options.peak_rss = peak_rss_bytes;
  options.report = !flags.no_report;
  const std::unique_ptr<Judge> judge = open_judge(flags.judge, options.out);
  options.judging = {judge.get(), flags.judge.model, flags.model.quiet, evaluated.options().limits};
  const Json results = evaluate(tasks, model, options);
  if (flags.json) {
    print_json(results);
  } else {
    print(read_file(options.out + "/table.md", kMaxResultBytes));
  }
  return 0;
}

Json own_tasks(const std::string& file) {
  Json list = Json::array();
  for (const EvalTask& task : read_eval_tasks(file)) {
    Json line = {{"name", task.name}, {"group", task.group}};
    line.update(to_json(task));
    try {
      line["records"] = Questions::open(task)->size();
    } catch (const Error& error) {
      line["problem"] = error.what();
    }
    list.push_back(line);
  }
  return list;
}

Json found_benchmarks(const TaskChoice& choice) {
  Json list = Json::array();
  for (const Benchmark& benchmark : benchmarks()) {
    const FoundBenchmark found = look_for(benchmark, choice.data, choice.protocol);
    Json line = {{"name", benchmark.name},   {"title", benchmark.title},
                 {"group", benchmark.group}, {"dataset", benchmark.dataset_id},
                 {"split", benchmark.split}, {"metric", benchmark.metric.of(choice.protocol)},
                 {"present", found.present}, {"bytes", found.bytes + found.video_bytes}};
    if (found.present) line["records"] = found.rows;
    if (!found.folder.empty()) line["folder"] = found.folder;
    if (!found.missing.empty()) line["problem"] = found.missing;
    list.push_back(line);
  }
  return list;
}

std::string list_table(const Json& lines, bool sizes) {
  std::string text = sizes ? "| benchmark | group | metric | records | size |\n|---|---|---|---|---|\n"
                           : "| task | group | metric | records |\n|---|---|---|---|\n";
  for (const Json& line : lines) {
    const std::string records = line.contains("records") ? line.at("records").dump() : "";
    std::string problem = line.value("problem", "");
    if (sizes && problem.size() > 100) problem = problem.substr(0, 100) + "...";
    text += "| " + line.value("name", "") + " | " + line.value("group", "") + " | " + line.value("metric", "") + " | " +
            records + (records.empty() || problem.empty() ? "" : "; ") + problem + " |";
    if (sizes) text += " " + (line.value("present", false) ? human_bytes(line.value("bytes", 0.0)) : "-") + " |";
    text += "\n";
  }
  return text;
}

int list_tasks(const EvalFlags& flags) {
  const TaskChoice choice = flags.tasks();
  const Json own = fs::exists(choice.task_file) ? own_tasks(choice.task_file) : Json::array();
  const Json published = found_benchmarks(choice);
  if (flags.json) {
    print_json({{"tasks", own}, {"benchmarks", published}});
    return 0;
  }
  std::string text;
  if (!own.empty()) text += "Tasks of " + choice.task_file + "\n\n" + list_table(own, false) + "\n";
  const auto found =
      std::count_if(published.begin(), published.end(), [](const Json& line) { return line["present"]; });
  text += "Benchmarks in " + choice.data + ": " + std::to_string(found) + " of " + std::to_string(published.size()) +
          " found\n\n" + list_table(published, true) + "\n--json says in full what is missing.\n";
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
  const std::string table = results_table(runs), paper = paper_comparison(runs);
  print(table + (paper.empty() ? "" : "\n" + paper));
  return 0;
}

void add_choice(CLI::App& command, EvalFlags& flags) {
  command.add_option("--task-file", flags.choice.task_file, "YAML file of tasks (docs/evaluation.md)")
      ->capture_default_str();
  command.add_option("--data", flags.choice.data, "Folder that the benchmarks' data sets lie in (docs/benchmarks.md)")
      ->capture_default_str();
  command
      .add_option("--protocol", flags.protocol,
                  "Prompts and rules of the benchmarks: as when the paper was written, or as they are today")
      ->check(CLI::IsMember({"paper", "current"}))
      ->capture_default_str();
}

void add_judge_options(CLI::App& command, JudgeFlags& flags) {
  command.add_option("--judge", flags.url,
                     "Endpoint that grades open answers (OpenAI's chat completions; key: $OPENAI_API_KEY), or none: "
                     "requests are saved. Without it such tasks get an offline proxy, labelled so");
  command.add_option("--judge-model", flags.model, "Its model")->capture_default_str();
  command.add_option("--judge-cache", flags.cache, "File of replies (default: judge_cache.jsonl in --out)");
  command.add_option("--judge-batch", flags.batch, "Replies to saved requests, as a batch job gives them back");
  command.add_option("--judge-threads", flags.threads, "Requests at a time")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
}

void add_list(CLI::App& group, const std::shared_ptr<EvalFlags>& flags, Run& run) {
  auto* command = group.add_subcommand("list", "Tasks and benchmarks, and whether their data are there");
  add_choice(*command, *flags);
  command->add_flag("--json", flags->json, "Print one JSON object");
  command->footer("Example: onevision eval list --data benchmarks");
  command->callback([flags, &run] {
    report_errors_as_json(flags->json);
    run = [flags] { return list_tasks(*flags); };
  });
}

void add_table(CLI::App& group, const std::shared_ptr<EvalFlags>& flags, Run& run) {
  auto* command =
      group.add_subcommand("table", "Results of several runs side by side, and beside the paper's, in Markdown");
  command->add_option("DIR", flags->folders, "Folders that eval wrote")->required();
  command->footer("Example: onevision eval table runs/eval/stage1 runs/eval/onevision");
  command->callback([flags, &run] { run = [flags] { return show_table(*flags); }; });
}

}  // namespace

void add_eval(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("eval", "Score a model on benchmarks and held-out sets");
  auto flags = std::make_shared<EvalFlags>();
  command
      ->add_option("--tasks", flags->choice.names,
                   "Names of tasks, benchmarks or groups of them, separated by commas (default: all of the task file)")
      ->delimiter(',')
      ->allow_extra_args(false);
  add_choice(*command, *flags);
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
  add_judge_options(*command, flags->judge);
  command->add_flag("--no-report", flags->no_report, "Do not write eval.html");
  command->add_flag("--resume", flags->options.resume, "Keep the answers that are already in --out");
  command->add_flag("--json", flags->json, "Print one JSON object: the content of results.json");
  command->footer(
      "Examples: onevision eval --tasks nano-single,nano-video\n"
      "          onevision eval --tasks docvqa,mmmu --data benchmarks --model DIR --limit 50\n"
      "          onevision eval --task-file tasks.yaml --model DIR --out runs/eval/mine --resume\n"
      "Writes results.json, table.md, eval.html and samples_<task>.jsonl. A run that was stopped goes on with "
      "--resume.");
  add_list(*command, flags, run);
  add_table(*command, flags, run);
  command->callback([command, flags, &run] {
    if (!command->get_subcommands().empty()) return;  // theirs was set before
    report_errors_as_json(flags->json);
    run = [flags] { return evaluate_tasks(*flags); };
  });
}

}  // namespace ov
