// What a stage needs before its first step: the start folder in the run's layout, its data, its plan and
// the processor with its tiling.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "data/dataset.h"
#include "prompt/processor.h"
#include "train/recipe.h"
#include "train/run_folder.h"
#include "train/step_stream.h"

namespace ov {

struct StageSetup {
  std::size_t number = 0;
  StageRecipe recipe;
  std::shared_ptr<const Checkpoint> start;
  ModelConfig config;  // with the stage's tiling
  SavedForm saved;
  std::unique_ptr<Processor> processor;
  std::unique_ptr<Dataset> data;
  Measured measured;
  std::vector<std::string> words;  // of the objective regions
  StagePlan plan;
  std::vector<SkippedSample> bad;  // records left out from the beginning
  std::string fingerprint;         // of data and order
};

// The folder that stage `number` starts from, made inside `out` where the recipe draws or assembles one or
// where it has another layout than the run's.
std::string start_folder(const Recipe& recipe, std::size_t number, const std::string& out, bool quiet);

// The stage whose start folder says what tiles are like where stage `number` leaves it open: itself or the
// last one before it that does not start from its predecessor. (A predecessor's own folder would hand on
// the tiling that suited it alone, such as the single tiles of stage 1.)
std::size_t tiling_origin(const Recipe& recipe, std::size_t number);

// Throws input for missing data and, unless the recipe skips them, one error that lists the bad records.
std::unique_ptr<StageSetup> prepare_stage(const Recipe& recipe, std::size_t number, const std::string& folder,
                                          const TilingConfig& tiling, bool quiet);

}  // namespace ov
