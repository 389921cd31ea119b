// The rows of one benchmark as questions, read from the user's folder.
//
//   const BenchmarkData data = BenchmarkData::open(find_benchmark("docvqa"), "data", Protocol::paper);
//   for (std::int64_t i = 0; i < data.size(); ++i) ask(data.at(i));
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "benchmarks/benchmark.h"
#include "benchmarks/dataset_folder.h"
#include "data/table_rows.h"

namespace ov {

class BenchmarkData {
 public:
  // Throws input when the rows are not there, with the places that were looked at, or cannot be read.
  static BenchmarkData open(const Benchmark& benchmark, const std::string& data_folder, Protocol protocol);

  std::int64_t size() const { return rows_.empty() ? table_->size() : static_cast<std::int64_t>(rows_.size()); }

  // Throws input naming file and row for a row that is not as published, and for a picture or video that is not there.
  // Without `with_media` media have no bytes and paths, and subtitles are left out. May be called from several threads.
  BenchmarkQuestion at(std::int64_t index, bool with_media = true) const;

  const Benchmark& benchmark() const { return *benchmark_; }
  const DatasetFolder& folder() const { return folder_; }

 private:
  BenchmarkData(const Benchmark& benchmark, DatasetFolder folder, Protocol protocol);

  const Benchmark* benchmark_;
  DatasetFolder folder_;
  Protocol protocol_;
  std::unique_ptr<Table> table_;
  std::vector<std::int64_t> rows_;  // of the table, when only some are the benchmark's
};

// What `eval list` shows.
struct FoundBenchmark {
  bool present = false;  // all rows are there and the first one can be read
  std::string folder;
  std::vector<std::string> files;  // of rows
  std::int64_t rows = 0;
  std::int64_t bytes = 0;        // of those files
  std::int64_t videos = 0;       // files and folders in the media folders
  std::int64_t video_bytes = 0;  // of those files
  std::string missing;           // what is missing and where it was looked for; what is wrong with the first row
};
FoundBenchmark look_for(const Benchmark& benchmark, const std::string& data_folder, Protocol protocol);

}  // namespace ov
