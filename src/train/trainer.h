// Runs a recipe: its stages in order, each from the model folder of the one before it. Everything that the
// run leaves is described in docs/training.md.
//
//   train(recipe, {.out = "runs/a"});
#pragma once

#include <c10/core/Device.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "train/recipe.h"

namespace ov {

struct TrainOptions {
  std::string out;
  bool resume = false;
  bool quiet = false;
  at::Device device = at::kCPU;                  // of the model; no part of the recipe
  int loader_threads = 0;                        // 0: one for each core but one, at least one
  const std::atomic<bool>* cancelled = nullptr;  // finishes the step, saves, and throws interrupted
  std::function<std::int64_t()> peak_rss;        // bytes
};

// Throws input for unusable data and for losses that are not finite (naming the samples), resource when the
// disk is full, interrupted on Ctrl-C; the last checkpoint stays whole in every case.
void train(const Recipe& recipe, const TrainOptions& options);

}  // namespace ov
