// One .parquet file by its row groups: chosen columns of a group are decoded once and kept for a while. A single
// picture is fetched by decoding only the page that it lies in, until a second one of the same row group is asked
// for: then all of the group's pictures are decoded and kept.
//   const auto [group, row] = file.place(17);
//   const auto batch = file.batch(group, leaves);
// A leaf is a primitive column of the file: "id", "image.bytes", "options.list.element".
// Every member may be called from several threads.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "data/record_rules.h"

namespace arrow {
class RecordBatch;
class Schema;
}  // namespace arrow
namespace parquet::arrow {
class FileReader;
}

namespace ov {

// The row groups that were decoded last, over all files of a folder.
class RowGroupCache {
 public:
  using Batch = std::shared_ptr<const arrow::RecordBatch>;
  explicit RowGroupCache(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  struct Key {
    const void* file;
    int group;
    int first_leaf;
    bool operator==(const Key&) const = default;
  };
  Batch find(const Key& key);
  void keep(const Key& key, const Batch& batch, std::int64_t bytes);

 private:
  struct Entry {
    Key key;
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

struct ParquetLeaf {
  std::string path;        // "image.bytes"
  bool is_binary = false;  // bytes that are not marked as text
  bool is_in_list = false;
  std::string column() const { return path.substr(0, path.find('.')); }
};

// A column of pictures: struct{bytes, path}, or a list of them.
struct PictureColumn {
  std::string name;
  std::vector<int> leaves;
  std::vector<int> without_bytes;  // the leaves that are cheap to read
  int bytes = -1;                  // the leaf of a single picture's bytes, which can be fetched alone
  bool in_list = false;

  void add(int leaf, const ParquetLeaf& description);
};

class ParquetGroups {
 public:
  // Throws input when the file is damaged.
  ParquetGroups(const std::string& path, std::shared_ptr<RowGroupCaches> caches);
  ~ParquetGroups();

  std::int64_t size() const { return group_starts_.back(); }
  const std::string& path() const { return path_; }
  std::string where(std::int64_t row) const { return path_ + ": row " + std::to_string(row); }
  const std::vector<ParquetLeaf>& leaves() const { return leaves_; }
  std::shared_ptr<const arrow::Schema> schema() const;

  struct Place {
    int group;
    std::int64_t row;  // within the group
  };
  Place place(std::int64_t row) const;

  // Columns of a group, of which only the given leaves are read. Throws input for damage.
  RowGroupCache::Batch batch(int group, const std::vector<int>& leaves) const;

  // Empty for a null cell. The media have a name in place of a path when they lie in the file. Without `with_bytes`
  // their bytes are left alone; with them a picture that has neither bytes nor path is refused.
  std::vector<MediaSource> pictures(const PictureColumn& column, std::int64_t row, bool with_bytes) const;

 private:
  RowGroupCache::Batch batch(int group, const std::vector<int>& leaves, RowGroupCache& cache) const;
  std::shared_ptr<const std::string> picture_bytes(int leaf, Place place) const;
  bool fetched_before(int leaf, int group) const;

  std::string path_;
  std::shared_ptr<RowGroupCaches> caches_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  mutable std::mutex mutex_;                // of reader_ and last_group_
  mutable std::map<int, int> last_group_;   // of each leaf of pictures: whose picture was fetched last
  std::vector<std::int64_t> group_starts_;  // first row of each row group, then the number of rows
  std::vector<ParquetLeaf> leaves_;
};

}  // namespace ov
