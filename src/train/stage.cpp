#include "train/stage.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/progress_bar.h"
#include "base/sha256.h"
#include "checkpoint/assemble.h"
#include "checkpoint/convert.h"
#include "checkpoint/random.h"
#include "config/grid_pinpoints.h"
#include "train/regions.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

Dtype output_dtype(const Recipe& recipe) { return recipe.output_dtype == "float32" ? Dtype::f32 : Dtype::bf16; }

// The first stage's model, where the recipe does not name a complete folder.
std::string make_start(const Recipe& recipe, const std::string& out) {
  const std::string folder = out + "/start";
  if (fs::exists(folder)) return folder;
  if (recipe.model.shape.empty()) {
    AssembleSpec spec;
    spec.language_model = recipe.model.language_model;
    spec.vision_tower = recipe.model.vision_tower;
    spec.layout = recipe.output_layout;
    spec.dtype = output_dtype(recipe);
    spec.seed = recipe.seed;
    write_assembled_checkpoint(spec, folder);
    return folder;
  }
  RandomSpec spec;
  spec.preset = recipe.model.shape;
  spec.layout = recipe.output_layout;
  spec.dtype = output_dtype(recipe);
  spec.seed = recipe.seed;
  spec.tokenizer_folder = recipe.model.tokenizer;
  write_random_checkpoint(spec, folder);
  return folder;
}

// The start's configuration with what the stage says about tiles.
ModelConfig stage_config(const ModelConfig& start, const TilingConfig& origin, const StageRecipe& stage) {
  ModelConfig config = start;
  TilingConfig& tiling = config.tiling;
  tiling.single_image_mode = origin.single_image_mode;
  tiling.pinpoints = origin.pinpoints;
  tiling.max_tiles = origin.max_tiles;
  if (stage.tiling.mode) tiling.single_image_mode = *stage.tiling.mode;
  if (stage.tiling.max_tiles) tiling.max_tiles = *stage.tiling.max_tiles;
  tiling.newline = stage.tiling.newline;
  if (!stage.tiling.pinpoints.is_null()) {
    tiling.pinpoints = parse_pinpoints(stage.tiling.pinpoints, Layout::official, tiling.tile_size,
                                       "stage " + stage.name + ", tiling.pinpoints");
  }
  return config;
}

// What the saved folder says: an official one the stage's own tiling; llava-hf cannot say all of it, and
// keeps the start's.
ModelConfig saved_config(const ModelConfig& start, const ModelConfig& stage) {
  ModelConfig config = start;
  if (start.layout == Layout::official) config.tiling = stage.tiling;
  return config;
}

void refuse_bad(const StageSetup& setup) {
  constexpr std::size_t kShown = 10;
  if (setup.measured.bad.empty()) return;
  const bool skips = setup.recipe.bad_records == OnBad::skip;
  const auto count = static_cast<std::int64_t>(setup.measured.bad.size());
  if (skips && count <= setup.recipe.max_bad_records) return;
  std::string message = "stage " + setup.recipe.name + ": " + std::to_string(count) + " bad records";
  if (skips) message += ", max_bad_records is " + std::to_string(setup.recipe.max_bad_records);
  for (std::size_t i = 0; i < std::min(kShown, setup.measured.bad.size()); ++i) {
    message += "\n  " + setup.measured.bad[i].message;
  }
  if (setup.measured.bad.size() > kShown) message += "\n  ...";
  throw Error(ErrorKind::input, message + "\nmend them, or leave them out with bad_records: skip");
}

std::string fingerprint_of(const StageSetup& setup) {
  std::string text;
  for (const DatasetEntry& entry : setup.data->entries()) {
    text += entry.mixture.name + " " + std::to_string(entry.rows) + " " + std::to_string(entry.taken) + "\n";
  }
  const auto add = [&](const auto& values) {
    text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
  };
  add(setup.measured.words);
  add(setup.plan.order);
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

}  // namespace

std::string start_folder(const Recipe& recipe, std::size_t number, const std::string& out, bool quiet) {
  const StageRecipe& stage = recipe.stages[number];
  std::string folder = stage.start;
  if (folder.empty() && number > 0) return out + "/" + recipe.stages[number - 1].name;
  if (folder.empty()) folder = recipe.model.folder;
  if (folder.empty()) return make_start(recipe, out);
  if (Checkpoint::open(folder).config().layout == recipe.output_layout) return folder;
  const std::string converted = out + "/start-" + stage.name;
  if (fs::exists(converted)) return converted;
  ProgressBar progress("convert the start", 0, quiet);
  ConvertOptions options;
  options.progress = [&](std::uint64_t done, std::uint64_t total) {
    progress.set(static_cast<std::int64_t>(done), static_cast<std::int64_t>(total));
  };
  convert_checkpoint(folder, converted, recipe.output_layout, options);
  return converted;
}

std::size_t tiling_origin(const Recipe& recipe, std::size_t number) {
  while (number > 0 && recipe.stages[number].start.empty()) --number;
  return number;
}

std::unique_ptr<StageSetup> prepare_stage(const Recipe& recipe, std::size_t number, const std::string& folder,
                                          const TilingConfig& tiling, bool quiet) {
  auto setup = std::make_unique<StageSetup>();
  setup->number = number;
  setup->recipe = recipe.stages[number];
  const StageRecipe& stage = setup->recipe;
  setup->start = std::make_shared<const Checkpoint>(Checkpoint::open(folder));
  setup->config = stage_config(setup->start->config(), tiling, stage);
  setup->saved = {saved_config(setup->start->config(), setup->config), output_dtype(recipe), setup->start};
  setup->processor = std::make_unique<Processor>(folder, setup->config, ProcessorOptions{});
  setup->data = std::make_unique<Dataset>(read_mixture(stage.data),
                                          DatasetOptions{stage.image_folder, stage.video_folder, recipe.seed});
  setup->data->require_complete();
  {
    ProgressBar progress("stage " + stage.name + ": read the records", setup->data->size(), quiet);
    setup->measured = measure(*setup->data, [&](std::int64_t done, std::int64_t all) { progress.set(done, all); });
  }
  refuse_bad(*setup);
  for (const BadRecord& bad : setup->measured.bad) {
    SkippedSample skipped;
    skipped.index = bad.index, skipped.reason = bad.message, skipped.where = setup->data->where(bad.index);
    skipped.dataset = setup->data->entries()[setup->data->entry_of(bad.index)].mixture.name;
    setup->bad.push_back(std::move(skipped));
  }
  if (stage.objective == Objective::regions) setup->words = region_words(*setup->data);
  setup->plan = plan_stage(setup->measured, stage, recipe.seed, number);
  setup->fingerprint = fingerprint_of(*setup);
  return setup;
}

}  // namespace ov
