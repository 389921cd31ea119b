// onevision synth: drawn training and test data in the LLaVA data format, from a recipe and a seed.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/parallel.h"
#include "base/progress_bar.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"
#include "synth/assets.h"
#include "synth/synthesize.h"

namespace ov {
namespace {

struct SynthFlags {
  std::string out;
  std::string recipe;
  std::string assets;
  std::uint64_t seed = 0;
  int threads = 0;
  bool json = false;
  bool quiet = false;
};

// Where the option or else the recipe says; a recipe's path is relative to it.
std::optional<Assets> open_assets(const SynthFlags& flags, const SynthRecipe& recipe) {
  if (!flags.assets.empty()) return Assets::open(flags.assets);
  if (recipe.assets.empty()) return std::nullopt;
  return Assets::open((std::filesystem::path(flags.recipe).parent_path() / recipe.assets).string());
}

int synth(const SynthFlags& flags) {
  set_num_threads(flags.threads);
  const SynthRecipe recipe = read_synth_recipe(flags.recipe);
  const std::optional<Assets> assets = open_assets(flags, recipe);
  const auto start = std::chrono::steady_clock::now();
  SynthReport report;
  {
    ProgressBar bar("synth", 0, flags.quiet);
    SynthOptions options;
    options.seed = flags.seed;
    options.assets = assets ? &*assets : nullptr;
    options.progress = [&bar](std::int64_t done, std::int64_t total) {
      if (cancelled()) throw Error(ErrorKind::interrupted, "interrupted");
      bar.set(done, total);
    };
    report = synthesize(recipe, options, flags.out);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double speed = static_cast<double>(report.samples) / seconds;
  if (flags.json) {
    Json files = Json::array();
    for (const SynthFile& file : recipe.files) {
      files.push_back({{"path", flags.out + "/" + file.name + ".jsonl"},
                       {"family", file.family->name},
                       {"split", file.split},
                       {"samples", file.count}});
    }
    print_json({{"out", flags.out},
                {"seed", flags.seed},
                {"samples", report.samples},
                {"pictures", report.pictures},
                {"seconds", seconds},
                {"samples_per_s", speed},
                {"files", files}});
    return 0;
  }
  char numbers[160];
  std::snprintf(numbers, sizeof numbers, ": %lld samples with %lld pictures in %.1f s, %.0f samples/s\n",
                static_cast<long long>(report.samples), static_cast<long long>(report.pictures), seconds, speed);
  print(flags.out + numbers);
  return 0;
}

std::string family_list() {
  std::string list = "Families:\n";
  for (const Family& family : families()) {
    list += "  " + family.name + ": " + family.what + "; settings";
    for (const Setting& setting : family.settings) list += " " + setting.name;
    list += "\n";
  }
  return list;
}

}  // namespace

void add_synth(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("synth", "Draw training and test data from a recipe");
  auto flags = std::make_shared<SynthFlags>();
  command->add_option("OUT", flags->out, "Folder to make")->required();
  command->add_option("--recipe", flags->recipe, "YAML file: which samples to draw, and how many")->required();
  command->add_option("--assets", flags->assets,
                      "Folder with fonts and pictures instead of the recipe's (./run assets)");
  command->add_option("--seed", flags->seed, "Other seeds draw other samples")
      ->check(whole_number())
      ->capture_default_str();
  command->add_option("--threads", flags->threads, "Threads; the result does not depend on it (0: one per core)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command->add_flag("--json", flags->json, "Print one JSON object");
  command->add_flag("--quiet", flags->quiet, "No progress on stderr");
  command->footer(family_list() + "Example: onevision synth out --recipe recipes/micro/data.yaml --seed 7");
  command->callback([flags, &run] {
    report_errors_as_json(flags->json);
    run = [flags] { return synth(*flags); };
  });
}

}  // namespace ov
