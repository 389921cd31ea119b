// onevision train: runs a recipe, or shows what it would do.
#include <memory>

#include "base/parallel.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "model/load.h"
#include "train/dry_run.h"
#include "train/trainer.h"

namespace ov {
namespace {

struct TrainCommand {
  std::string recipe;
  std::vector<std::string> sets;
  TrainOptions options;
  std::string device = "cpu";
  int threads = 0;
  bool dry_run = false;
  bool run_largest = false;
};

std::vector<std::pair<std::string, std::string>> split_sets(const std::vector<std::string>& sets) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const std::string& set : sets) {
    const std::size_t at = set.find('=');
    if (at == std::string::npos || at == 0) {
      throw Error(ErrorKind::usage, "--set " + set + ": expected a.b.c=value, as in --set stages.0.epochs=2");
    }
    result.emplace_back(set.substr(0, at), set.substr(at + 1));
  }
  return result;
}

int run_train(TrainCommand& command) {
  const Recipe recipe = read_recipe(command.recipe, split_sets(command.sets));
  set_num_threads(command.threads);
  command.options.device = choose_device(command.device);
  if (command.dry_run || command.run_largest) {
    print(dry_run(recipe, {command.run_largest, command.options.quiet, command.options.device, peak_rss_bytes}));
    return 0;
  }
  if (command.options.out.empty()) command.options.out = "runs/" + recipe.name;
  command.options.cancelled = &cancelled();
  command.options.peak_rss = peak_rss_bytes;
  train(recipe, command.options);
  return 0;
}

}  // namespace

void add_train(CLI::App& app, Run& run) {
  auto command = std::make_shared<TrainCommand>();
  CLI::App* train = app.add_subcommand("train", "Train a model through the stages of a recipe");
  train->footer(
      "Example: onevision train recipes/micro/recipe.yaml --out runs/micro\n"
      "         onevision train recipes/micro/recipe.yaml --out runs/micro --resume --set stages.0.epochs=2\n"
      "Ctrl-C finishes the step, saves and leaves; --resume goes on from there. docs/training.md explains recipes.");
  train->add_option("RECIPE", command->recipe, "The recipe, a YAML file")->required();
  train->add_option("--set", command->sets, "Change a value of the recipe: a.b.c=value (may be repeated)")
      ->allow_extra_args(false);
  train->add_option("--out", command->options.out, "Folder of the run (default: runs/<name of the recipe>)");
  train->add_flag("--resume", command->options.resume, "Go on from the run's last checkpoint");
  train->add_option("--device", command->device, "cpu, cuda or cuda:N; a run may go on with --resume on another")
      ->capture_default_str();
  train->add_option("--threads", command->threads, "CPU threads (0: one per core)")->check(CLI::Range(0, 1024));
  train
      ->add_option("--loader-threads", command->options.loader_threads,
                   "Threads that read and decode ahead (0: one less than cores, at least one)")
      ->check(CLI::Range(0, 1024));
  train->add_flag("--dry-run", command->dry_run,
                  "Print the resolved recipe, steps, tokens, parameters, memory and largest step; train nothing");
  train->add_flag("--run-largest", command->run_largest, "With --dry-run: run each stage's largest step once");
  train->add_flag("--quiet", command->options.quiet, "No live line and no progress");
  train->callback([command, &run] { run = [command] { return run_train(*command); }; });
}

}  // namespace ov
