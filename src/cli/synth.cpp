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
#include "synth/corpus.h"
#include "synth/supplies.h"
#include "synth/synthesize.h"

namespace ov {
namespace {

struct SynthFlags {
  std::string out;
  std::string recipe;
  std::string assets;
  std::string corpus;
  std::uint64_t seed = 0;
  int threads = 0;
  bool json = false;
  bool quiet = false;
};

// The path that the option or else the recipe gives; a recipe's is relative to it. Empty where neither does.
std::string path_of(const SynthFlags& flags, const std::string& option, const std::string& in_recipe) {
  if (!option.empty() || in_recipe.empty()) return option;
  return (std::filesystem::path(flags.recipe).parent_path() / in_recipe).string();
}

std::optional<Assets> open_assets(const SynthFlags& flags, const SynthRecipe& recipe) {
  const std::string path = path_of(flags, flags.assets, recipe.assets);
  return path.empty() ? std::nullopt : std::optional(Assets::open(path));
}

std::optional<Corpus> open_corpus(const SynthFlags& flags, const SynthRecipe& recipe,
                                  const std::optional<Assets>& assets) {
  const std::string path = path_of(flags, flags.corpus, recipe.corpus);
  if (path.empty()) return std::nullopt;
  return Corpus::open(path, assets ? drawable_characters(*assets) : std::vector<bool>{});
}

Json corpus_json(const Corpus& corpus) {
  return {{"lines", corpus.num_lines(false) + corpus.num_lines(true)},
          {"test_lines", corpus.num_lines(true)},
          {"left_out", corpus.num_left_out()}};
}

std::string corpus_summary(const Corpus& corpus) {
  std::string text = "corpus: " + std::to_string(corpus.num_lines(false)) + " lines for training, " +
                     std::to_string(corpus.num_lines(true)) + " for tests";
  if (corpus.num_left_out() == 0) return text + "\n";
  return text + ", " + std::to_string(corpus.num_left_out()) + " left out (" + corpus.first_left_out() + ")\n";
}

int synth(const SynthFlags& flags) {
  set_num_threads(flags.threads);
  const SynthRecipe recipe = read_synth_recipe(flags.recipe);
  const std::optional<Assets> assets = open_assets(flags, recipe);
  const std::optional<Corpus> corpus = open_corpus(flags, recipe, assets);
  const auto start = std::chrono::steady_clock::now();
  SynthReport report;
  {
    ProgressBar bar("synth", 0, flags.quiet);
    SynthOptions options;
    options.seed = flags.seed;
    options.assets = assets ? &*assets : nullptr;
    options.corpus = corpus ? &*corpus : nullptr;
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
    Json result = {{"out", flags.out},
                   {"seed", flags.seed},
                   {"samples", report.samples},
                   {"pictures", report.pictures},
                   {"seconds", seconds},
                   {"samples_per_s", speed},
                   {"files", files}};
    if (corpus) result["corpus"] = corpus_json(*corpus);
    print_json(result);
    return 0;
  }
  if (corpus) print(corpus_summary(*corpus));
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
  command->add_option("--corpus", flags->corpus,
                      "Text file (UTF-8) instead of the recipe's: its words and lines stand on what is to be read");
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
