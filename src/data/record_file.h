// A file of training records, opened for reading any of them: .json (one array), .jsonl (one object a
// line), .parquet or a folder with *.parquet files in the layout of the hub's LLaVA-OneVision-Data.
// Source: the loader of the authors' train.py and upload_data.py; the rules are in data/record_rules.h.
//
//   const auto file = RecordFile::open("blip558k.json");
//   const Sample sample = file->read(17, {.dataset = "blip558k", .image_folder = "images"});
// JSON is mapped and indexed once; a record is parsed when it is read. Indices and rows count from 0,
// lines from 1. Every member may be called from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "data/sample.h"

namespace ov {

struct RecordContext {
  std::string dataset;       // Sample::dataset, and Sample::source where the record names none
  std::string image_folder;  // where relative paths start and must stay; "" takes every path as it is
  std::string video_folder;
};

enum class RecordParts {
  all,
  text,  // pictures that lie inside the file are not loaded: their `bytes` stay null
};

class RecordFile {
 public:
  RecordFile() = default;
  virtual ~RecordFile() = default;
  RecordFile(const RecordFile&) = delete;
  RecordFile& operator=(const RecordFile&) = delete;

  // Throws input when the path is missing, of no known kind, damaged, or .parquet in a build without Arrow.
  static std::unique_ptr<RecordFile> open(const std::string& path);

  virtual std::int64_t size() const = 0;

  // Throws input naming where(index) when the record breaks a rule.
  virtual Sample read(std::int64_t index, const RecordContext& context, RecordParts parts = RecordParts::all) const = 0;

  // "caps.jsonl:17", "caps.json:120 (record 9)", "train-00000-of-00002.parquet: row 12"
  virtual std::string where(std::int64_t index) const = 0;
};

// The kinds behind RecordFile::open.
std::unique_ptr<RecordFile> open_json_records(const std::string& path, bool one_per_line);
std::unique_ptr<RecordFile> open_parquet_records(const std::string& path);
bool parquet_available();  // whether this build has Arrow

}  // namespace ov
