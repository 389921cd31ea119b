#include "data/parquet_file.h"

#include <parquet/exception.h>

#include "data/arrow_cells.h"

namespace ov {
namespace {

std::vector<Turn> turns_of(const arrow::Array& column, std::int64_t row, const std::string& where) {
  if (column.IsNull(row)) refuse_record(where, "\"conversations\" is null");
  const ListItems items = list_cell(column, row, where);
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

}  // namespace

ParquetFile::ParquetFile(const std::string& path, std::shared_ptr<RowGroupCaches> caches)
    : groups_(path, std::move(caches)) {
  bool turns = false;
  std::string names;
  for (std::size_t i = 0; i < groups_.leaves().size(); ++i) {
    const ParquetLeaf& leaf = groups_.leaves()[i];
    const std::string name = leaf.column();
    names += (names.empty() ? "" : ", ") + leaf.path;
    turns = turns || name == "conversations";
    if (name == "image" || name == "images") {
      if (!pictures_.name.empty() && pictures_.name != name) {
        refuse_record(path, "both \"image\" and \"images\"; expected one of them");
      }
      pictures_.name = name;
      pictures_.add(static_cast<int>(i), leaf);
    } else if (name == "conversations" || name == "id" || name == "data_source" || name == "video") {
      text_.push_back(static_cast<int>(i));
    }
  }
  if (!turns) refuse_record(path, "no column \"conversations\"; it has " + names);
  if (!pictures_.name.empty() && pictures_.leaves.size() != 2) {
    refuse_record(path, "\"" + pictures_.name + "\" should be a struct of bytes and path, or a list of them");
  }
}

RawRecord ParquetFile::read(std::int64_t row, RecordParts parts) const {
  const std::string name = where(row);
  try {
    const auto [group, in_group] = groups_.place(row);
    const auto text = groups_.batch(group, text_);
    const auto text_of = [&, at = in_group](const char* key) {
      const auto column = text->GetColumnByName(key);
      return column ? text_cell(*column, at, name).value_or("") : "";
    };
    RawRecord record;
    record.turns = turns_of(*text->GetColumnByName("conversations"), in_group, name);
    record.source = text_of("data_source");
    if (const auto id = text->GetColumnByName("id"); id && id->IsValid(in_group)) {
      const bool number = arrow::is_integer(id->type_id());
      record.id = number ? value_of(id->GetScalar(in_group), name)->ToString() : text_of("id");
    }
    if (!pictures_.name.empty()) record.media = groups_.pictures(pictures_, row, parts == RecordParts::all);
    record.paths_are_names = parts == RecordParts::text && !record.media.empty();
    if (const std::string video = text_of("video"); !video.empty() && record.media.empty()) {
      record.media.push_back(MediaSource::video(video));
    }
    return record;
  } catch (const parquet::ParquetException& problem) {
    refuse_record(name, std::string("damaged parquet: ") + problem.what());
  }
}

}  // namespace ov
