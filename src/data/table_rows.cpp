#include "data/table_rows.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "data/parquet_groups.h"
#include "data/record_rules.h"

namespace ov {
namespace {

std::string found_in(const Json& value) {
  const std::string shown = value.is_binary() ? "" : dump_json(value);
  const bool is_short = shown.size() <= 60 && !value.is_null() && !value.is_binary();
  return std::string("is ") + value.type_name() + (is_short ? " " + shown : "");
}

// The text of a number as Python's str writes it.
std::optional<std::string> text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_float() && std::isnan(value.get<double>())) return "nan";
  if (value.is_number()) return value.dump();
  return std::nullopt;
}

class SeveralTables : public Table {
 public:
  explicit SeveralTables(std::vector<std::unique_ptr<Table>> tables) : tables_(std::move(tables)) {
    for (const auto& table : tables_) ends_.push_back(size() + table->size());
  }
  std::int64_t size() const override { return ends_.empty() ? 0 : ends_.back(); }
  std::unique_ptr<TableRow> at(std::int64_t index, bool with_pictures) const override {
    const auto number = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
    return tables_.at(number)->at(index - (ends_[number] - tables_[number]->size()), with_pictures);
  }

 private:
  std::vector<std::unique_ptr<Table>> tables_;
  std::vector<std::int64_t> ends_;
};

std::unique_ptr<Table> open_one(const std::string& path, const std::shared_ptr<RowGroupCaches>& caches) {
  const std::string kind = std::filesystem::path(path).extension().string();
  if (kind == ".json") return open_json_table(path, false);
  if (kind == ".jsonl") return open_json_table(path, true);
  if (kind == ".parquet") return open_parquet_table(path, caches);
  throw Error(ErrorKind::input, path + ": not a table; expected .parquet, .json or .jsonl");
}

}  // namespace

std::unique_ptr<Table> Table::open(const std::vector<std::string>& files) {
  const auto caches = std::make_shared<RowGroupCaches>();
  std::vector<std::unique_ptr<Table>> tables;
  for (const std::string& file : files) tables.push_back(open_one(file, caches));
  if (tables.size() == 1) return std::move(tables[0]);
  return std::make_unique<SeveralTables>(std::move(tables));
}

void TableRow::refuse(const std::string& column, const std::string& problem) const {
  refuse_record(where_, "column \"" + column + "\" " + problem);
}

Json TableRow::find(const std::string& column) const {
  const std::size_t dot = column.find('.');
  std::optional<Json> found = cell(column.substr(0, dot));
  if (!found) refuse_record(where_, "no column \"" + column.substr(0, dot) + "\"; it has " + columns());
  for (std::size_t at = dot; at != column.npos && !found->is_null();) {
    if (!found->is_object()) refuse(column.substr(0, at), found_in(*found) + "; expected a struct");
    const std::size_t next = column.find('.', at + 1);
    const std::string field = column.substr(at + 1, next == column.npos ? next : next - at - 1);
    if (!found->contains(field)) refuse(column.substr(0, at), "has no field \"" + field + "\"");
    Json inner = (*found)[field];
    found = std::move(inner);
    at = next;
  }
  return std::move(*found);
}

bool TableRow::has(const std::string& column) const {
  return cell(column.substr(0, column.find('.'))).has_value() && !find(column).is_null();
}

Json TableRow::value(const std::string& column) const {
  Json found = find(column);
  if (found.is_null()) refuse(column, "is null");
  return found;
}

std::string TableRow::text(const std::string& column) const {
  const Json found = find(column);
  const std::optional<std::string> text = text_of(found);
  if (!text) refuse(column, found_in(found) + "; expected text");
  return *text;
}

std::string TableRow::text_or(const std::string& column, const std::string& otherwise) const {
  return has(column) ? text(column) : otherwise;
}

std::int64_t TableRow::integer(const std::string& column) const {
  const Json found = find(column);
  if (found.is_number_unsigned() && found.get<std::uint64_t>() > INT64_MAX) refuse(column, "is too large");
  if (found.is_number_integer()) return found.get<std::int64_t>();
  std::int64_t number = 0;
  const std::string text = found.is_string() ? found.get<std::string>() : "";
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) {
    refuse(column, found_in(found) + "; expected an integer");
  }
  return number;
}

double TableRow::number(const std::string& column) const {
  const Json found = find(column);
  if (!found.is_number()) refuse(column, found_in(found) + "; expected a number");
  return found.get<double>();
}

std::vector<std::string> TableRow::texts(const std::string& column) const {
  const Json found = find(column);
  if (!found.is_array()) refuse(column, found_in(found) + "; expected a list of text");
  std::vector<std::string> texts;
  for (const Json& item : found) {
    const std::optional<std::string> text = text_of(item);
    if (!text) refuse(column, "item " + std::to_string(texts.size()) + " " + found_in(item) + "; expected text");
    texts.push_back(*text);
  }
  return texts;
}

std::vector<std::string> TableRow::texts_or_none(const std::string& column) const {
  return has(column) ? texts(column) : std::vector<std::string>();
}

std::vector<MediaSource> TableRow::pictures(const std::string& column) const {
  if (find(column).is_null()) return {};
  return pictures_of(column);
}

}  // namespace ov
