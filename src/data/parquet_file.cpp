#include "data/parquet_file.h"

#include <arrow/api.h>
#include <arrow/util/byte_size.h>
#include <parquet/arrow/reader.h>
#include <parquet/column_reader.h>
#include <parquet/exception.h>
#include <parquet/file_reader.h>

#include <algorithm>
#include <optional>

#include "text/utf8.h"

namespace ov {
namespace {

constexpr std::int64_t kMaxGroupBytes = std::int64_t{2} << 30;

template <class T>
T value_of(arrow::Result<T> result, const std::string& where) {
  if (!result.ok()) refuse_record(where, "damaged parquet: " + result.status().message());
  return std::move(result).ValueUnsafe();
}

// The bytes of a text or binary cell; null for a null cell.
std::optional<std::string_view> cell(const arrow::Array& column, std::int64_t row, const std::string& where) {
  if (column.IsNull(row)) return std::nullopt;
  switch (column.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return static_cast<const arrow::BinaryArray&>(column).GetView(row);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY: return static_cast<const arrow::LargeBinaryArray&>(column).GetView(row);
    default: refuse_record(where, "a column of type " + column.type()->ToString() + ", expected text");
  }
}

std::optional<std::string> text_cell(const arrow::Array& column, std::int64_t row, const std::string& where) {
  const auto found = cell(column, row, where);
  if (!found) return std::nullopt;
  if (first_invalid_utf8(*found) != found->size()) refuse_record(where, "a text that is not valid UTF-8");
  return std::string(*found);
}

// The items of a list cell as a range of rows of `values`.
struct Items {
  std::shared_ptr<arrow::Array> values;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
Items list_cell(const arrow::Array& column, std::int64_t row, const std::string& where) {
  Items items;
  if (column.type_id() == arrow::Type::LIST) {
    const auto& list = static_cast<const arrow::ListArray&>(column);
    items = {list.values(), list.value_offset(row), list.value_offset(row + 1)};
  } else if (column.type_id() == arrow::Type::LARGE_LIST) {
    const auto& list = static_cast<const arrow::LargeListArray&>(column);
    items = {list.values(), list.value_offset(row), list.value_offset(row + 1)};
  } else {
    refuse_record(where, "a column of type " + column.type()->ToString() + ", expected a list");
  }
  if (items.begin < 0 || items.end < items.begin || items.end > items.values->length()) {
    refuse_record(where, "damaged parquet: a list outside its column");
  }
  return items;
}

const arrow::StructArray& struct_of(const arrow::Array& column, const std::string& where) {
  if (column.type_id() != arrow::Type::STRUCT) {
    refuse_record(where, "a column of type " + column.type()->ToString() + ", expected a struct");
  }
  return static_cast<const arrow::StructArray&>(column);
}

std::vector<Turn> turns_of(const arrow::Array& column, std::int64_t row, const std::string& where) {
  if (column.IsNull(row)) refuse_record(where, "\"conversations\" is null");
  const Items items = list_cell(column, row, where);
  const arrow::StructArray& turns = struct_of(*items.values, where);
  auto role = turns.GetFieldByName("from"), text = turns.GetFieldByName("value");
  if (!role && !text) {
    role = turns.GetFieldByName("role");
    text = turns.GetFieldByName("content");
  }
  if (!role || !text) {
    refuse_record(where, "the turns should have \"from\" and \"value\", or else \"role\" and \"content\"");
  }
  std::vector<Turn> found;
  for (std::int64_t i = items.begin; i < items.end; ++i) {
    const auto from = text_cell(*role, i, where), value = text_cell(*text, i, where);
    if (!from || !value) refuse_record(where, "turn " + std::to_string(found.size()) + " has a null");
    found.push_back({*from, *value});
  }
  return found;
}

// A picture by its struct {bytes, path}. Bytes may be absent from `pictures` because they were not read.
MediaSource picture_of(const arrow::StructArray& pictures, std::int64_t at, const std::string& where) {
  MediaSource media;
  if (const auto path = pictures.GetFieldByName("path")) media.path = text_cell(*path, at, where).value_or("");
  if (const auto bytes = pictures.GetFieldByName("bytes")) {
    if (const auto found = cell(*bytes, at, where)) media.bytes = std::make_shared<const std::string>(*found);
  }
  return media;
}

// Leaves are named "image.bytes" or "images.list.element.bytes".
std::string first_name(const std::string& leaf) { return leaf.substr(0, leaf.find('.')); }
bool ends_with(const std::string& leaf, const std::string& end) {
  return leaf.size() >= end.size() && leaf.compare(leaf.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

RowGroupCache::Batch RowGroupCache::find(const void* file, int group) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) { return entry.file == file && entry.group == group; });
  if (found == entries_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found);
  return entries_.front().batch;
}

void RowGroupCache::keep(const void* file, int group, const Batch& batch, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  entries_.push_front({file, group, batch, bytes});
  bytes_ += bytes;
  while (bytes_ > max_bytes_ && entries_.size() > 1) {
    bytes_ -= entries_.back().bytes;
    entries_.pop_back();
  }
}

ParquetFile::ParquetFile(const std::string& path, std::shared_ptr<RowGroupCaches> caches)
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
    choose_columns();
  } catch (const parquet::ParquetException& problem) {
    refuse_record(path, std::string("not a usable parquet file: ") + problem.what());
  }
}

ParquetFile::~ParquetFile() = default;

void ParquetFile::choose_columns() {
  const parquet::SchemaDescriptor& schema = *reader_->parquet_reader()->metadata()->schema();
  bool turns = false;
  std::string names;
  for (int i = 0; i < schema.num_columns(); ++i) {
    const std::string leaf = schema.Column(i)->path()->ToDotString();
    const std::string name = first_name(leaf);
    names += (names.empty() ? "" : ", ") + leaf;
    turns = turns || name == "conversations";
    if (name == "image" || name == "images") {
      if (!columns_.picture_name.empty() && columns_.picture_name != name) {
        refuse_record(path_, "both \"image\" and \"images\"; expected one of them");
      }
      columns_.picture_name = name;
      columns_.in_list = schema.Column(i)->max_repetition_level() > 0;
      columns_.pictures.push_back(i);
      if (ends_with(leaf, ".bytes") && !columns_.in_list) columns_.bytes = i;
      if (!ends_with(leaf, ".bytes")) columns_.text.push_back(i);
    } else if (name == "conversations" || name == "id" || name == "data_source" || name == "video") {
      columns_.text.push_back(i);
    }
  }
  if (!turns) refuse_record(path_, "no column \"conversations\"; it has " + names);
  if (!columns_.picture_name.empty() && columns_.pictures.size() != 2) {
    refuse_record(path_, "\"" + columns_.picture_name + "\" should be a struct of bytes and path, or a list of them");
  }
}

RowGroupCache::Batch ParquetFile::batch(int group, bool pictures) const {
  RowGroupCache& cache = pictures ? caches_->pictures : caches_->text;
  if (auto kept = cache.find(this, group)) return kept;
  const std::string where = path_ + ": row group " + std::to_string(group);
  const std::lock_guard lock(mutex_);
  if (auto kept = cache.find(this, group)) return kept;
  const auto table = value_of(reader_->ReadRowGroup(group, pictures ? columns_.pictures : columns_.text), where);
  RowGroupCache::Batch batch = value_of(table->CombineChunksToBatch(), where);
  const std::int64_t rows =
      group_starts_[static_cast<std::size_t>(group) + 1] - group_starts_[static_cast<std::size_t>(group)];
  if (batch->num_rows() != rows)
    refuse_record(where, "damaged parquet: its columns have not the number of rows it names");
  const arrow::Status valid = batch->Validate();
  if (!valid.ok()) refuse_record(where, "damaged parquet: " + valid.message());
  cache.keep(this, group, batch, arrow::util::TotalBufferSize(*batch));
  return batch;
}

// Skips whole pages by their headers; the file is mapped, so what is skipped is not read from the disk.
std::shared_ptr<const std::string> ParquetFile::picture_bytes(int group, std::int64_t in_group) const {
  std::unique_ptr<parquet::PageReader> pages;
  const parquet::ColumnDescriptor* column = nullptr;
  {
    const std::lock_guard lock(mutex_);
    column = reader_->parquet_reader()->metadata()->schema()->Column(columns_.bytes);
    if (column->physical_type() != parquet::Type::BYTE_ARRAY) refuse_record(path_, "\"image.bytes\" is not binary");
    pages = reader_->parquet_reader()->RowGroup(group)->GetColumnPageReader(columns_.bytes);
  }
  std::int64_t next = 0, first = -1;  // row after the pages seen so far; first row of the page that is kept
  pages->set_data_page_filter([&](const parquet::DataPageStats& page) {
    const std::int64_t begin = next;
    next += page.num_values;
    if (begin > in_group || next <= in_group) return true;
    first = begin;
    return false;
  });
  const auto reader =
      std::static_pointer_cast<parquet::ByteArrayReader>(parquet::ColumnReader::Make(column, std::move(pages)));
  if (!reader->HasNext() || first < 0) refuse_record(path_, "damaged parquet: a row without its page");
  const std::int64_t skipped = reader->Skip(in_group - first);
  std::int16_t definition = 0, repetition = 0;
  std::int64_t num_read = 0;
  parquet::ByteArray value;
  const std::int64_t levels = reader->ReadBatch(1, &definition, &repetition, &value, &num_read);
  if (skipped != in_group - first || levels != 1) refuse_record(path_, "damaged parquet: a page with too few rows");
  if (num_read == 0) return nullptr;
  return std::make_shared<const std::string>(reinterpret_cast<const char*>(value.ptr), value.len);
}

void ParquetFile::read_pictures(RawRecord& record, int group, std::int64_t row, std::int64_t in_group,
                                RecordParts parts) const {
  const std::string name = where(row);
  record.paths_are_names = parts == RecordParts::text;
  const bool all = parts == RecordParts::all;
  const bool again = all && last_group_.exchange(group) == group;
  const bool whole = all && (columns_.in_list || again || caches_->pictures.find(this, group) != nullptr);
  const auto source = batch(group, whole);
  const auto column = source->GetColumnByName(columns_.picture_name);
  if (column->IsNull(in_group)) return;
  if (columns_.in_list) {
    const Items items = list_cell(*column, in_group, name);
    const arrow::StructArray& pictures = struct_of(*items.values, name);
    for (std::int64_t i = items.begin; i < items.end; ++i) record.media.push_back(picture_of(pictures, i, name));
  } else {
    record.media.push_back(picture_of(struct_of(*column, name), in_group, name));
    if (all && !whole) record.media[0].bytes = picture_bytes(group, in_group);
  }
  for (MediaSource& media : record.media) {
    if (media.bytes == nullptr && media.path.empty() && all) {
      refuse_record(name, "a picture with neither bytes nor path");
    }
    if (media.bytes != nullptr) media.path = name + (media.path.empty() ? "" : " (" + media.path + ")");
  }
}

RawRecord ParquetFile::read(std::int64_t row, RecordParts parts) const {
  const auto after = std::upper_bound(group_starts_.begin(), group_starts_.end(), row);
  const int group = static_cast<int>(after - group_starts_.begin()) - 1;
  const std::int64_t in_group = row - group_starts_[static_cast<std::size_t>(group)];
  const std::string name = where(row);
  try {
    RawRecord record;
    const auto text = batch(group, false);
    const auto text_of = [&](const char* key) {
      const auto column = text->GetColumnByName(key);
      return column ? text_cell(*column, in_group, name).value_or("") : "";
    };
    record.turns = turns_of(*text->GetColumnByName("conversations"), in_group, name);
    record.source = text_of("data_source");
    if (const auto id = text->GetColumnByName("id"); id && id->IsValid(in_group)) {
      const bool number = arrow::is_integer(id->type_id());
      record.id = number ? value_of(id->GetScalar(in_group), name)->ToString() : text_of("id");
    }
    if (!columns_.picture_name.empty()) read_pictures(record, group, row, in_group, parts);
    if (const std::string video = text_of("video"); !video.empty() && record.media.empty()) {
      record.media.push_back(MediaSource::video(video));
    }
    return record;
  } catch (const parquet::ParquetException& problem) {
    refuse_record(name, std::string("damaged parquet: ") + problem.what());
  }
}

}  // namespace ov
