#include "data/parquet_groups.h"

#include <arrow/util/byte_size.h>
#include <parquet/arrow/reader.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include <algorithm>

#include "data/arrow_cells.h"

namespace ov {
namespace {

constexpr std::int64_t kMaxGroupBytes = std::int64_t{2} << 30;

}  // namespace

RowGroupCache::Batch RowGroupCache::find(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.key == key; });
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return entries_.front().batch;
}

void RowGroupCache::keep(const Key& key, const Batch& batch, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  entries_.push_front({key, batch, bytes});
  bytes_ += bytes;
  while (bytes_ > max_bytes_ && entries_.size() > 1) {
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
}

void PictureColumn::add(int leaf, const ParquetLeaf& description) {
  leaves.push_back(leaf);
  in_list = description.is_in_list;
  const bool is_bytes = description.path == description.column() || description.path.ends_with(".bytes");
  if (is_bytes && !in_list) bytes = leaf;
  if (!is_bytes) without_bytes.push_back(leaf);
}

ParquetGroups::ParquetGroups(const std::string& path, std::shared_ptr<RowGroupCaches> caches)
    : path_(path), caches_(std::move(caches)) {
  try {
    parquet::arrow::FileReaderBuilder builder;
    const arrow::Status opened = builder.OpenFile(path, /*memory_map=*/true);
    if (!opened.ok()) refuse_record(path, "not a usable parquet file: " + opened.message());
    parquet::ArrowReaderProperties properties(/*use_threads=*/false);
    properties.set_pre_buffer(false);
    reader_ = value_of(builder.properties(properties)->Build(), path);
    const auto metadata = reader_->parquet_reader()->metadata();
    group_starts_.push_back(0);
    for (int group = 0; group < metadata->num_row_groups(); ++group) {
      const auto part = metadata->RowGroup(group);
      if (part->num_rows() < 0 || part->num_rows() > INT32_MAX || part->total_byte_size() > kMaxGroupBytes) {
        refuse_record(path, "row group " + std::to_string(group) + " is larger than 2 GiB or damaged");
      }
      group_starts_.push_back(group_starts_.back() + part->num_rows());
    }
    for (int i = 0; i < metadata->schema()->num_columns(); ++i) {
      const parquet::ColumnDescriptor& column = *metadata->schema()->Column(i);
      const bool bytes = column.physical_type() == parquet::Type::BYTE_ARRAY;
      const bool text = column.logical_type() != nullptr && column.logical_type()->is_string();
      leaves_.push_back({column.path()->ToDotString(), bytes && !text, column.max_repetition_level() > 0});
    }
  } catch (const parquet::ParquetException& problem) {
    refuse_record(path, std::string("not a usable parquet file: ") + problem.what());
  }
}

ParquetGroups::~ParquetGroups() = default;

std::shared_ptr<const arrow::Schema> ParquetGroups::schema() const {
  std::shared_ptr<arrow::Schema> schema;
  const std::lock_guard lock(mutex_);
  const arrow::Status read = reader_->GetSchema(&schema);
  if (!read.ok()) refuse_record(path_, "damaged parquet: " + read.message());
  return schema;
}

ParquetGroups::Place ParquetGroups::place(std::int64_t row) const {
  const auto after = std::upper_bound(group_starts_.begin(), group_starts_.end(), row);
  const auto group = after - group_starts_.begin() - 1;
  return {static_cast<int>(group), row - group_starts_[static_cast<std::size_t>(group)]};
}

RowGroupCache::Batch ParquetGroups::batch(int group, const std::vector<int>& leaves) const {
  return batch(group, leaves, caches_->text);
}

RowGroupCache::Batch ParquetGroups::batch(int group, const std::vector<int>& leaves, RowGroupCache& cache) const {
  const RowGroupCache::Key key{this, group, leaves.front()};
  if (auto kept = cache.find(key)) return kept;
  const std::string where = path_ + ": row group " + std::to_string(group);
  const std::lock_guard lock(mutex_);
  if (auto kept = cache.find(key)) return kept;
  const auto table = value_of(reader_->ReadRowGroup(group, leaves), where);
  RowGroupCache::Batch batch = value_of(table->CombineChunksToBatch(), where);
  const std::int64_t rows =
      group_starts_[static_cast<std::size_t>(group) + 1] - group_starts_[static_cast<std::size_t>(group)];
  if (batch->num_rows() != rows)
    refuse_record(where, "damaged parquet: its columns have not the number of rows it names");
  const arrow::Status valid = batch->Validate();
  if (!valid.ok()) refuse_record(where, "damaged parquet: " + valid.message());
  cache.keep(key, batch, arrow::util::TotalBufferSize(*batch));
  return batch;
}

// Skips whole pages by their headers; the file is mapped, so what is skipped is not read from the disk.
std::shared_ptr<const std::string> ParquetGroups::picture_bytes(int leaf, Place place) const {
  std::unique_ptr<parquet::PageReader> pages;
  const parquet::ColumnDescriptor* column = nullptr;
  {
    const std::lock_guard lock(mutex_);
    column = reader_->parquet_reader()->metadata()->schema()->Column(leaf);
    if (column->physical_type() != parquet::Type::BYTE_ARRAY) refuse_record(path_, "\"image.bytes\" is not binary");
    pages = reader_->parquet_reader()->RowGroup(place.group)->GetColumnPageReader(leaf);
  }
  std::int64_t next = 0, first = -1;  // row after the pages seen so far; first row of the page that is kept
  pages->set_data_page_filter([&](const parquet::DataPageStats& page) {
    const std::int64_t begin = next;
    next += page.num_values;
    if (begin > place.row || next <= place.row) return true;
    first = begin;
    return false;
  });
  const auto reader =
      std::static_pointer_cast<parquet::ByteArrayReader>(parquet::ColumnReader::Make(column, std::move(pages)));
  if (!reader->HasNext() || first < 0) refuse_record(path_, "damaged parquet: a row without its page");
  const std::int64_t skipped = reader->Skip(place.row - first);
  std::int16_t definition = 0, repetition = 0;
  std::int64_t num_read = 0;
  parquet::ByteArray value;
  const std::int64_t levels = reader->ReadBatch(1, &definition, &repetition, &value, &num_read);
  if (skipped != place.row - first || levels != 1) refuse_record(path_, "damaged parquet: a page with too few rows");
  if (num_read == 0) return nullptr;
  return std::make_shared<const std::string>(reinterpret_cast<const char*>(value.ptr), value.len);
}

bool ParquetGroups::fetched_before(int leaf, int group) const {
  const std::lock_guard lock(mutex_);
  const auto [last, is_new] = last_group_.try_emplace(leaf, group);
  return !is_new && std::exchange(last->second, group) == group;
}

std::vector<MediaSource> ParquetGroups::pictures(const PictureColumn& column, std::int64_t row, bool with_bytes) const {
  const std::string name = where(row);
  const Place at = place(row);
  const bool whole = column.without_bytes.empty() ||
                     (with_bytes && (column.bytes < 0 || fetched_before(column.bytes, at.group) ||
                                     caches_->pictures.find({this, at.group, column.leaves.front()}) != nullptr));
  const auto source =
      whole ? batch(at.group, column.leaves, caches_->pictures) : batch(at.group, column.without_bytes, caches_->text);
  const auto cells = source->GetColumnByName(column.name);
  std::vector<MediaSource> found;
  if (cells->IsNull(at.row)) return found;
  if (column.in_list) {
    const ListItems items = list_cell(*cells, at.row, name);
    for (std::int64_t i = items.begin; i < items.end; ++i) found.push_back(picture_cell(*items.values, i, name));
  } else {
    found.push_back(picture_cell(*cells, at.row, name));
    if (with_bytes && !whole) found[0].bytes = picture_bytes(column.bytes, at);
  }
  for (MediaSource& media : found) {
    if (with_bytes && media.bytes == nullptr && media.path.empty()) {
      refuse_record(name, "a picture with neither bytes nor path");
    }
    if (media.bytes != nullptr) media.path = name + (media.path.empty() ? "" : " (" + media.path + ")");
  }
  return found;
}

}  // namespace ov
