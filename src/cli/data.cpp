// onevision data: training data read as training reads it, without training.
#include "cli/data.h"

#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"
#include "config/grid_pinpoints.h"

namespace ov {

Dataset open_data(const DataOptions& options) {
  std::vector<MixtureEntry> mixture;
  for (const std::string& source : options.sources) {
    for (MixtureEntry& entry : read_mixture(source)) mixture.push_back(std::move(entry));
  }
  return {std::move(mixture), options.dataset};
}

std::unique_ptr<Processor> open_processor(const DataOptions& options) {
  const std::string folder = options.model.empty() ? default_model_folder() : options.model;
  ModelConfig config = read_model_config(folder + "/config.json");
  TilingConfig& tiling = config.tiling;
  if (options.image_mode) {
    tiling.single_image_mode = *options.image_mode;
    // The stage with square pictures merges flat: it has no newline yet.
    if (*options.image_mode == AspectMode::square) tiling.newline = false;
  }
  if (!options.pinpoints.empty()) {
    tiling.pinpoints = parse_pinpoints(Json(options.pinpoints), Layout::official, tiling.tile_size, "--pinpoints");
  }
  if (options.max_tiles) tiling.max_tiles = *options.max_tiles;
  ProcessorOptions how;
  how.compat = options.compat;
  return std::make_unique<Processor>(folder, config, how);
}

namespace {

template <typename Value>
CLI::CheckedTransformer names(const std::map<std::string, Value>& values, const std::string& description) {
  CLI::CheckedTransformer transformer(values);
  transformer.description(description);
  return transformer;
}

void add_source_options(CLI::App& command, DataOptions& options) {
  command.add_option("--model", options.model,
                     "Folder whose tokenizer and tiling count (default: the model that comes with the program)");
  command.add_option("--image-folder", options.dataset.image_folder,
                     "Where picture paths start (default: the folder of the data file)");
  command.add_option("--video-folder", options.dataset.video_folder,
                     "Where video paths start (default: the image folder)");
  command.add_option("--seed", options.dataset.seed, "Of the strategy random:N")
      ->check(whole_number())
      ->capture_default_str();
  command.add_flag("--json", options.json, "Print one JSON object");
}

void add_form_options(CLI::App& command, DataOptions& options) {
  const std::map<std::string, PromptForm> forms = {{"plain", PromptForm::plain},
                                                   {"qwen_1_5", PromptForm::qwen_1_5},
                                                   {"text", PromptForm::text},
                                                   {"pair", PromptForm::pair}};
  const std::map<std::string, LabelRule> rules = {{"official", LabelRule::official}, {"clean", LabelRule::clean}};
  const std::map<std::string, AspectMode> modes = {
      {"anyres", AspectMode::anyres}, {"pad", AspectMode::pad}, {"square", AspectMode::square}};
  const std::map<std::string, Compat> compat = {
      {"exact", Compat::exact}, {"official", Compat::official}, {"hf", Compat::hf}};
  command
      .add_option("--prompt", options.form.form,
                  "Text form: qwen_1_5 (default), plain (stage 1), text, or pair (objectives contrastive and regions)")
      ->transform(names(forms, "{plain,qwen_1_5,text,pair}"));
  command.add_option("--labels", options.form.labels, "What is supervised: official or clean (default official)")
      ->transform(names(rules, "{official,clean}"));
  command.add_option("--max-length", options.form.max_length, "Tokens that one sample may have")
      ->check(CLI::Range(1, 100'000'000))
      ->capture_default_str();
  command
      .add_option("--image-mode", options.image_mode,
                  "How single pictures are tiled (default: as the model says); square means the flat tokens of stage 1")
      ->transform(names(modes, "{anyres,pad,square}"));
  command.add_option("--pinpoints", options.pinpoints,
                     "Canvases of anyres, as \"(1x1),...,(6x6)\" or \"[[384, 768], ...]\" (default: the model's)");
  command.add_option("--max-tiles", options.max_tiles, "Tiles above which the map is shrunk; 0 never shrinks")
      ->check(CLI::Range(0, 4096));
  command.add_option("--video-fps", options.form.video_fps, "Frames shown of each second")
      ->check(real_range(0.001, 1000))
      ->capture_default_str();
  command.add_option("--max-frames", options.form.max_frames, "Frames shown of one video; 0: no limit")
      ->check(CLI::Range(0, 100'000))
      ->capture_default_str();
  command.add_option("--compat", options.compat, "Rounding rules: exact, official or hf (default exact)")
      ->transform(names(compat, "{exact,official,hf}"));
}

void add_scan_options(CLI::App& command, DataOptions& options) {
  command.add_option("--batch-size", options.batch_size, "Samples of one step")
      ->check(CLI::Range(1, 1'000'000'000))
      ->capture_default_str();
  command.add_option("--epochs", options.epochs, "Times that the data are gone through")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command.add_option("--threads", options.threads, "Threads (0: one per core)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_flag("--quiet", options.quiet, "No progress on stderr");
}

CLI::App* add_command(CLI::App& group, Run& run, const std::shared_ptr<DataOptions>& options, const char* name,
                      const char* what, int (*action)(const DataOptions&)) {
  auto* command = group.add_subcommand(name, what);
  command->callback([options, &run, action] {
    report_errors_as_json(options->json);
    run = [options, action] {
      set_num_threads(options->threads);
      return action(*options);
    };
  });
  return command;
}

}  // namespace

void add_data(CLI::App& app, Run& run) {
  auto* group = app.add_subcommand("data", "Training data: check it, count it, look at one sample");
  group->require_subcommand(1);
  group->footer("Example: onevision data check mixture.yaml --image-folder images --batch-size 512");
  auto options = std::make_shared<DataOptions>();

  auto* check =
      add_command(*group, run, options, "check", "Read everything as training would; list what is bad", check_data);
  auto* stats = add_command(*group, run, options, "stats", "Counts and lengths of every data file", show_data_stats);
  for (CLI::App* command : {check, stats}) {
    command->add_option("SOURCE", options->sources, "YAML mixture, .json, .jsonl, .parquet or a folder of .parquet")
        ->required();
    add_source_options(*command, *options);
    add_form_options(*command, *options);
    add_scan_options(*command, *options);
  }
  check->add_flag("--pixels", options->pixels, "Decode every picture and video, not only its header");
  check->add_option("--max-bad", options->max_bad, "Bad records to print")
      ->check(CLI::Range(0, 1'000'000'000))
      ->capture_default_str();
  check->footer(
      "Exit code 3 when a data file is missing or a record is bad.\n"
      "Example: onevision data check blip558k.json --prompt plain --image-mode square --max-length 8192");
  stats->footer("Example: onevision data stats mixture.yaml --json");

  auto* view =
      add_command(*group, run, options, "view", "One sample as the model sees it, supervised text marked", view_data);
  view->add_option_function<std::string>(
          "SOURCE", [options](const std::string& source) { options->sources = {source}; },
          "YAML mixture, .json, .jsonl, .parquet or a folder of .parquet")
      ->required();
  view->add_option("N", options->index, "Number of the sample, from 0")->required()->check(whole_number());
  view->add_option("--out", options->out, "PNG to write: all tiles in their grid");
  add_source_options(*view, *options);
  add_form_options(*view, *options);
  view->footer("Example: onevision data view captions.jsonl 17 --out tiles.png");
}

}  // namespace ov
