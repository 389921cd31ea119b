// One .parquet file of training records in the hub's layout, read row by row.
// Columns: conversations list<struct{from, value}>, image struct{bytes, path} or null, or images (or image)
// list<struct{bytes, path}>; id, data_source and video are text and may be absent.
// Every member may be called from several threads.
#pragma once

#include <string>
#include <vector>

#include "data/parquet_groups.h"

namespace ov {

class ParquetFile {
 public:
  // Throws input when the file is damaged or lacks a column.
  ParquetFile(const std::string& path, std::shared_ptr<RowGroupCaches> caches);

  std::int64_t size() const { return groups_.size(); }
  std::string where(std::int64_t row) const { return groups_.where(row); }

  // The row as its record. With RecordParts::text the pictures of the file have no bytes.
  RawRecord read(std::int64_t row, RecordParts parts) const;

 private:
  ParquetGroups groups_;
  std::vector<int> text_;   // leaves of all but the pictures
  PictureColumn pictures_;  // "image" or "images"; its name is "" without pictures
};

}  // namespace ov
