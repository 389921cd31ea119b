// Table over a .json or .jsonl file.
#include "data/json_file.h"
#include "data/record_rules.h"
#include "data/table_rows.h"

namespace ov {
namespace {

class JsonRow : public TableRow {
 public:
  JsonRow(const std::string& file, const std::string& where, Json record)
      : TableRow(file, where), record_(std::move(record)) {
    if (!record_.is_object()) refuse_record(where, std::string("expected an object, found ") + record_.type_name());
  }

 protected:
  std::optional<Json> cell(const std::string& column) const override {
    const auto found = record_.find(column);
    return found == record_.end() ? std::nullopt : std::optional<Json>(*found);
  }

  std::vector<MediaSource> pictures_of(const std::string& column) const override {
    const std::vector<std::string> paths =
        record_.at(column).is_string() ? std::vector{text(column)} : texts_or_none(column);
    std::vector<MediaSource> found;
    for (const std::string& path : paths) found.push_back(MediaSource::image(path));
    return found;
  }

  std::string columns() const override {
    std::string names;
    for (const auto& item : record_.items()) names += (names.empty() ? "" : ", ") + item.key();
    return names;
  }

 private:
  Json record_;
};

class JsonTable : public Table {
 public:
  JsonTable(const std::string& path, bool one_per_line) : file_(path, one_per_line) {}
  std::int64_t size() const override { return file_.size(); }
  std::unique_ptr<TableRow> at(std::int64_t index, bool) const override {
    return std::make_unique<JsonRow>(file_.path(), file_.where(index), file_.record(index));
  }

 private:
  JsonFile file_;
};

}  // namespace

std::unique_ptr<Table> open_json_table(const std::string& path, bool one_per_line) {
  return std::make_unique<JsonTable>(path, one_per_line);
}

}  // namespace ov
