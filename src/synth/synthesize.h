// Draws the samples of a recipe into a new folder: <name>.jsonl in the LLaVA data format, pictures under
// images/, frames under videos/. The same recipe and seed give the same bytes on any number of threads.
//
//   const SynthReport report = synthesize(read_synth_recipe("data.yaml"), {.seed = 7}, "out");
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "synth/corpus.h"
#include "synth/synth_recipe.h"

namespace ov {

struct SynthOptions {
  std::uint64_t seed = 0;
  const Assets* assets = nullptr;  // for the families that need them
  const Corpus* corpus = nullptr;  // text to read instead of the built-in words
  // Called between pieces of work with samples done and in all; may throw to stop.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
};

struct SynthReport {
  std::int64_t samples = 0;
  std::int64_t pictures = 0;  // frames included
};

// The folder appears when everything is in it, or not at all. Throws input when it exists and is not
// empty, resource when it cannot be written, format when the corpus has too little text for a split.
SynthReport synthesize(const SynthRecipe& recipe, const SynthOptions& options, const std::string& folder);

}  // namespace ov
