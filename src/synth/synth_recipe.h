// Which samples to draw: a YAML list of files, each with its family, count and settings.
//
//   files:
//     - {name: align, family: caption, count: 200, sides: [56, 84]}    # -> OUT/align.jsonl
//     - {name: align_test, family: caption, count: 20, split: test}
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "synth/family.h"

namespace ov {

struct SynthFile {
  std::string name;  // letters, digits, '-' and '_'
  const Family* family = nullptr;
  std::int64_t count = 0;
  // "train", "test" or "unseen" (a test with pictures that training never shows): the same file of another split has
  // other samples.
  std::string split;
  std::map<std::string, Range> settings;  // all of the family's
};

struct SynthRecipe {
  std::string assets;  // folder with fonts and pictures (assets.h); "" where no family needs it
  std::string corpus;  // text file (corpus.h); "" for the built-in words
  std::vector<SynthFile> files;
};

constexpr std::int64_t kMaxSynthSamples = 10'000'000;  // of one file

// Throws format, with line and nearest name, for keys, families and values that are not known, and
// for names that are given twice.
SynthRecipe parse_synth_recipe(std::string_view text, const std::string& where);
SynthRecipe read_synth_recipe(const std::string& path);

}  // namespace ov
