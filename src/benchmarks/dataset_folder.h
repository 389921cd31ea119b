// Where a benchmark's files lie under the user's folder DATA. For the data set lmms-lab/DocVQA these places are tried
// in order, and the first that has the rows counts:
//   DATA/lmms-lab/DocVQA  DATA/DocVQA  DATA/docvqa (the benchmark)  DATA/datasets--lmms-lab--DocVQA/snapshots/*
//   DATA/hub/datasets--...  DATA
// (with lmms-lab-encoder and lmms-eval for the organisation too: data sets have moved). In a place, rows are looked for
// in <subset>/ and data/<subset>/, or in data/, default/ and the place itself when there is no subset, as
// <split>-00000-of-0000N.parquet, <split>/*.parquet, <split>.parquet, <split>.jsonl or <split>.json.
//
//   const DatasetFolder folder(benchmark, "data");
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/benchmark.h"

namespace ov {

class DatasetFolder {
 public:
  DatasetFolder(const Benchmark& benchmark, const std::string& data);

  bool found() const { return !files_.empty(); }
  const std::string& path() const { return path_; }                 // of the data set
  const std::vector<std::string>& files() const { return files_; }  // of its rows, in order
  std::string missing() const;                                      // what was looked for, when nothing was found
  std::string parts_missing() const { return parts_missing_; }      // shards that are not there

  // The first existing file of `paths` in the media folders. Throws input naming `where` when a path leaves them.
  std::string find(const std::vector<std::string>& paths, const std::string& where) const;
  std::string find(const std::string& path, const std::string& where) const { return find(std::vector{path}, where); }
  const std::vector<std::string>& media_folders() const { return media_folders_; }  // existing or not
  std::string archives() const;  // a sentence on packed files that lie there, or ""

 private:
  void look_in(const std::string& place, const std::vector<std::string>& folders);
  void set_media_folders(const Benchmark& benchmark, const std::string& data);

  std::string path_;
  std::string split_;
  std::vector<std::string> wanted_files_;  // instead of the split's
  std::vector<std::string> files_;
  std::vector<std::string> looked_for_;
  std::string parts_missing_;
  std::vector<std::string> media_folders_;
};

}  // namespace ov
