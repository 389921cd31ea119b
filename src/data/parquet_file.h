// One .parquet file of the hub's layout, read row by row: the text columns of a row group are decoded once
// and kept for a while. A picture is fetched by decoding only the page that it lies in, until a second one of
// the same row group is asked for: then all of the group's pictures are decoded and kept.
// Columns: conversations list<struct{from, value}>, image struct{bytes, path} or null, or images (or image)
// list<struct{bytes, path}>; id, data_source and video are text and may be absent.
// Every member may be called from several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "data/record_rules.h"

namespace arrow {
class RecordBatch;
}
namespace parquet::arrow {
class FileReader;
}

namespace ov {

// The row groups that were decoded last, over all files of a folder.
class RowGroupCache {
 public:
  using Batch = std::shared_ptr<const arrow::RecordBatch>;
  explicit RowGroupCache(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  Batch find(const void* file, int group);
  void keep(const void* file, int group, const Batch& batch, std::int64_t bytes);

 private:
  struct Entry {
    const void* file;
    int group;
    Batch batch;
    std::int64_t bytes;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;  // last used first
  std::int64_t bytes_ = 0;
  std::int64_t max_bytes_;
};

struct RowGroupCaches {
  RowGroupCache text{std::int64_t{128} << 20};
  RowGroupCache pictures{std::int64_t{256} << 20};
};

class ParquetFile {
 public:
  // Throws input when the file is damaged or lacks a column.
  ParquetFile(const std::string& path, std::shared_ptr<RowGroupCaches> caches);
  ~ParquetFile();

  std::int64_t size() const { return group_starts_.back(); }
  const std::string& path() const { return path_; }
  std::string where(std::int64_t row) const { return path_ + ": row " + std::to_string(row); }

  // The row as its record. With RecordParts::text the pictures of the file have no bytes.
  RawRecord read(std::int64_t row, RecordParts parts) const;

 private:
  struct Columns {
    std::vector<int> text;      // leaves of all but the pictures' bytes
    std::vector<int> pictures;  // leaves of the pictures' column
    std::string picture_name;   // "image", "images" or ""
    int bytes = -1;             // the leaf of a single picture's bytes, which can be fetched alone
    bool in_list = false;
  };
  void choose_columns();
  RowGroupCache::Batch batch(int group, bool pictures) const;
  void read_pictures(RawRecord& record, int group, std::int64_t row, std::int64_t in_group, RecordParts parts) const;
  std::shared_ptr<const std::string> picture_bytes(int group, std::int64_t in_group) const;

  std::string path_;
  std::shared_ptr<RowGroupCaches> caches_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  mutable std::mutex mutex_;                 // of reader_
  mutable std::atomic<int> last_group_{-1};  // whose picture was fetched last
  std::vector<std::int64_t> group_starts_;   // first row of each row group, then the number of rows
  Columns columns_;
};

}  // namespace ov
