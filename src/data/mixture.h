// A mixture: which data files a stage learns from and how much of each. Source: the YAML that the authors'
// train.py reads ("datasets: - json_path, sampling_strategy"); the other keys are ours and optional.
//
//   for (const MixtureEntry& entry : read_mixture("stage1.yaml")) ...
// A data file (.json, .jsonl, .parquet, a folder of them, dir/{a,b}.json) is a mixture of itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ov {

class PythonRandom;

// all | first:N | first:P% | end:N | end:P% | random:N | random:P%, with N from 1 and P from 1 to 100.
// P% takes ceil(P * rows / 100). More rows than there are means all of them, as in the authors' code.
// Unlike there, an unknown strategy is refused (they take everything) and so is N = 0 (end:0 takes
// everything there).
struct Sampling {
  enum class Kind { all, first, end, random };
  Kind kind = Kind::all;
  std::int64_t amount = 0;
  bool percent = false;

  std::int64_t rows_of(std::int64_t rows) const;
};

// Throws format naming `where`.
Sampling parse_sampling(const std::string& text, const std::string& where);

// The rows that a strategy takes of a file with `rows` rows, in order. Only `random` draws from `random`:
// a shuffle of all rows, of which the first are taken. That equals Python's global generator when one
// PythonRandom goes through a mixture's entries in order.
std::vector<std::uint32_t> sampled_rows(const Sampling& sampling, std::int64_t rows, PythonRandom& random);

struct MixtureEntry {
  std::string name;  // default: the file's or folder's name without its ending
  std::string path;  // of the data file or folder, the mixture file's folder in front where relative
  Sampling sampling;
  std::string strategy = "all";  // as written
  std::string image_folder;      // resolved like path; "" = not given
  std::string video_folder;
  std::optional<std::int64_t> rows;   // what the published source says it has
  std::vector<std::int64_t> prompts;  // formatting prompts of recipes/prompts.yaml
  std::string source;                 // where it comes from
  bool released = true;
  std::string note;
  std::string where;  // "stage1.yaml:7"; "" for a bare data file
};

// Throws format for a malformed YAML mixture, with file, line and the nearest known key.
std::vector<MixtureEntry> parse_mixture(std::string_view text, const std::string& path);

// .yaml and .yml are mixtures; anything else is taken as a data file (which need not exist).
std::vector<MixtureEntry> read_mixture(const std::string& path);

// "dir/{a,b}.json" -> dir/a.json, dir/b.json; a path without braces is itself. Throws format naming `where`.
std::vector<std::string> expand_braces(const std::string& path, const std::string& where);

}  // namespace ov
