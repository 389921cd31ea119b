// onevision data: what the subcommands share. A source is a YAML mixture or a data file; several
// sources are one data set, in their order.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "prompt/processor.h"

namespace ov {

struct DataOptions {
  std::vector<std::string> sources;
  std::string model;  // "" is the model that comes with the program
  DatasetOptions dataset;
  TrainingForm form;
  Compat compat = Compat::exact;
  std::optional<AspectMode> image_mode;
  std::string pinpoints;  // "" are the model's
  std::optional<std::int64_t> max_tiles;
  std::int64_t batch_size = 512;
  std::int64_t epochs = 1;
  std::int64_t max_bad = 20;  // printed
  bool pixels = false;
  int threads = 0;  // 0: one per core
  bool json = false;
  bool quiet = false;
  std::int64_t index = 0;  // of view
  std::string out;         // of view: a PNG
};

Dataset open_data(const DataOptions& options);
// The model's tokenizer, and its tiling with what the options change.
std::unique_ptr<Processor> open_processor(const DataOptions& options);

// The commands; they return the exit code.
int check_data(const DataOptions& options);  // 3 when anything is bad
int show_data_stats(const DataOptions& options);
int view_data(const DataOptions& options);

}  // namespace ov
