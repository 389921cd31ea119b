// Table over a .parquet file.
#include <parquet/exception.h>

#include "data/arrow_cells.h"
#include "data/parquet_groups.h"
#include "data/table_rows.h"

namespace ov {
namespace {

// Binary leaves and what lies beside them in their column are pictures; the others are read as JSON.
struct Columns {
  std::string names;      // with types, for messages
  std::vector<int> text;  // leaves
  std::map<std::string, PictureColumn> pictures;
};

Columns columns_of(const ParquetGroups& groups) {
  Columns columns;
  const auto schema = groups.schema();
  for (const auto& field : schema->fields()) {
    columns.names += (columns.names.empty() ? "" : ", ") + field->name() + " " + field->type()->ToString();
  }
  for (const ParquetLeaf& leaf : groups.leaves()) {
    if (leaf.is_binary) columns.pictures[leaf.column()].name = leaf.column();
  }
  for (std::size_t i = 0; i < groups.leaves().size(); ++i) {
    const ParquetLeaf& leaf = groups.leaves()[i];
    const auto picture = columns.pictures.find(leaf.column());
    if (picture != columns.pictures.end()) {
      picture->second.add(static_cast<int>(i), leaf);
    } else {
      columns.text.push_back(static_cast<int>(i));
    }
  }
  return columns;
}

class ParquetRow : public TableRow {
 public:
  ParquetRow(const ParquetGroups& groups, const Columns& columns, std::int64_t row, bool with_pictures)
      : TableRow(groups.path(), groups.where(row)),
        groups_(groups),
        columns_(columns),
        row_(row),
        with_pictures_(with_pictures) {
    const auto [group, in_group] = groups.place(row);
    in_group_ = in_group;
    if (!columns.text.empty()) text_ = groups.batch(group, columns.text);
  }

 protected:
  std::optional<Json> cell(const std::string& column) const override {
    if (columns_.pictures.contains(column)) {
      return pictures(column, false).empty() ? Json(nullptr) : Json::binary({});
    }
    const auto found = text_ == nullptr ? nullptr : text_->GetColumnByName(column);
    if (found == nullptr) return std::nullopt;
    return json_cell(*found, in_group_, where() + ": column \"" + column + "\"");
  }

  std::vector<MediaSource> pictures_of(const std::string& column) const override {
    if (!columns_.pictures.contains(column)) refuse(column, "is not a picture; expected struct{bytes, path}");
    std::vector<MediaSource> found = pictures(column, with_pictures_);
    if (!with_pictures_) {
      for (MediaSource& media : found) media.path = where() + " (" + media.path + ")";
    }
    return found;
  }

  std::string columns() const override { return columns_.names; }

 private:
  std::vector<MediaSource> pictures(const std::string& column, bool with_bytes) const {
    try {
      return groups_.pictures(columns_.pictures.at(column), row_, with_bytes);
    } catch (const parquet::ParquetException& problem) {
      refuse(column, std::string("damaged parquet: ") + problem.what());
    }
  }

  const ParquetGroups& groups_;
  const Columns& columns_;
  std::int64_t row_, in_group_ = 0;
  bool with_pictures_;
  RowGroupCache::Batch text_;
};

class ParquetTable : public Table {
 public:
  ParquetTable(const std::string& path, std::shared_ptr<RowGroupCaches> caches)
      : groups_(path, std::move(caches)), columns_(columns_of(groups_)) {}

  std::int64_t size() const override { return groups_.size(); }
  std::unique_ptr<TableRow> at(std::int64_t index, bool with_pictures) const override {
    try {
      return std::make_unique<ParquetRow>(groups_, columns_, index, with_pictures);
    } catch (const parquet::ParquetException& problem) {
      refuse_record(groups_.where(index), std::string("damaged parquet: ") + problem.what());
    }
  }

 private:
  ParquetGroups groups_;
  Columns columns_;
};

}  // namespace

std::unique_ptr<Table> open_parquet_table(const std::string& path, std::shared_ptr<RowGroupCaches> caches) {
  return std::make_unique<ParquetTable>(path, std::move(caches));
}

}  // namespace ov
