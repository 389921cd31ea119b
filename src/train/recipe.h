// A recipe: one YAML file that is a whole training run, shaped like the paper's table of stages. Every
// key is visited once in recipe_fields.h; reading, --set and the resolved copy come from that list.
// docs/training.md explains the keys.
//
//   const Recipe recipe = read_recipe("recipes/0.5b/recipe.yaml", {{"seed", "7"}});
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/model_config.h"
#include "data/order.h"
#include "prompt/labels.h"
#include "report/run_log.h"

namespace ov {

enum class Objective {
  answers,      // the next token of what a conversation answers, or of a caption
  text,         // the next token of plain text
  contrastive,  // SigLIP's sigmoid loss of pictures and captions
  regions,      // a sigmoid loss of every place of a picture and what is there
};
enum class LossRule {
  micro_batch_mean,  // the authors': mean within a micro-batch, then over micro-batches
  token_mean,        // every supervised token of a step weighs the same
};
enum class Batching { packed, padded };

enum class OnBad { error, skip };

// What a stage says about tiles; what it leaves open is as in the model's folder.
struct StageTiling {
  std::optional<AspectMode> mode;
  Json pinpoints;  // null, [[width, height], ...] or "(1x1),...,(6x6)"
  std::optional<std::int64_t> max_tiles;
  bool newline = true;
};

// The text tower that an objective contrastive trains beside the vision tower, whose sizes it has by default.
struct ContrastiveRecipe {
  double learning_rate = 1e-3;  // of all that is dropped after the stage
  std::int64_t max_tokens = 64;
  std::optional<std::int64_t> width, layers, heads;
};

// The head that an objective regions trains beside the vision tower.
struct RegionsRecipe {
  double learning_rate = 1e-3;
  std::int64_t cells = 2;  // along each side of a patch: places that are told apart
};

// Held-out questions that the model is asked while it trains, and at the end of the stage.
struct ScoringRecipe {
  std::string task_file;  // docs/evaluation.md; with neither this nor `tasks` none are asked
  std::string tasks;      // names separated by commas, of benchmarks too; "": all of the file
  std::string data;       // folder of the benchmarks' data sets
  std::int64_t every = 0;
  std::int64_t limit = 0;  // of each task; 0: all
  std::int64_t batch_size = 8;

  bool is_on() const { return !task_file.empty() || !tasks.empty(); }
};

struct StageRecipe {
  std::string name;
  std::string start;  // "": the stage before it
  std::string data;
  std::string image_folder;  // "": the folder of `data`
  std::string video_folder;  // "": image_folder
  Objective objective = Objective::answers;
  ContrastiveRecipe contrastive;
  RegionsRecipe regions;
  PromptForm prompt = PromptForm::qwen_1_5;
  LabelRule labels = LabelRule::official;
  StageTiling tiling;
  double video_fps = 1;
  std::int64_t max_frames = 32;
  PartRates learning_rates;
  std::int64_t epochs = 1;
  std::int64_t batch_size = 0;
  std::int64_t micro_batch = 1;
  LossRule loss = LossRule::micro_batch_mean;
  Batching batching = Batching::packed;
  std::int64_t pack_tokens = 8192;
  OrderKind order = OrderKind::random;
  bool drop_last = true;
  std::int64_t max_length = 32768;
  OnBad long_samples = OnBad::error;
  OnBad bad_records = OnBad::error;
  std::int64_t max_bad_records = 100;
  double warmup_ratio = 0.03;
  double weight_decay = 0;
  double max_grad_norm = 1;
  double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;
  bool activation_checkpointing = true;
  std::string cache_features;
  std::int64_t save_every = 1000;
  std::int64_t keep = 1;
  ScoringRecipe scoring;
  std::int64_t sample_every = 0;
  std::int64_t sample_count = 4;

  // Whether only the vision tower learns, from one tile a picture, beside weights that are dropped.
  bool trains_tower_alone() const { return objective == Objective::contrastive || objective == Objective::regions; }

  TrainingForm form() const {
    const PromptForm said = objective == Objective::text ? PromptForm::text
                            : trains_tower_alone()       ? PromptForm::pair
                                                         : prompt;
    return {said, labels, video_fps, max_frames, max_length};
  }
};

// Where the first stage starts: one of a complete folder, drawn weights of a named shape with a
// tokenizer, or a language model and a vision tower.
struct ModelStart {
  std::string folder;
  std::string shape, tokenizer;
  std::string language_model, vision_tower;
};

struct Recipe {
  std::string name;
  std::uint64_t seed = 42;
  ModelStart model;
  Layout output_layout = Layout::official;
  std::string output_dtype = "bfloat16";
  std::string dtype = "bfloat16";
  std::vector<StageRecipe> stages;

  std::string resolved;  // this recipe in full, as YAML
};

// `sets` are --set paths and values. Relative paths are taken from the recipe's folder, those given by
// --set from the working folder. Throws input when the file is missing, format naming file and line for
// unknown keys and bad values, usage for a --set that does not fit.
Recipe read_recipe(const std::string& path, const std::vector<std::pair<std::string, std::string>>& sets);

}  // namespace ov
