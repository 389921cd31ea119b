// Rows of a table with named columns, read one by one and without knowing its columns beforehand: .parquet files, .json
// (one array of objects) or .jsonl. Several files in order are one table.
//
//   const auto table = Table::open({"test-00000-of-00002.parquet", "test-00001-of-00002.parquet"});
//   const auto row = table->at(12);
//   row->text("question"), row->texts("options"), row->text("metadata.category"), row->pictures("image")
// Whatever is not as asked for is Error input with file, row, column, what was found and what was expected. A dot leads
// into a struct. Every member may be called from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "prompt/conversation.h"

namespace ov {

class TableRow {
 public:
  TableRow(std::string file, std::string where) : file_(std::move(file)), where_(std::move(where)) {}
  virtual ~TableRow() = default;
  TableRow(const TableRow&) = delete;
  TableRow& operator=(const TableRow&) = delete;

  const std::string& file() const { return file_; }    // that the row lies in
  const std::string& where() const { return where_; }  // file and row, for messages

  // Whether there is such a column with a cell that is not null.
  bool has(const std::string& column) const;

  // Numbers become text as Python's str writes them: cards of one set differ in the type of a column.
  std::string text(const std::string& column) const;
  std::string text_or(const std::string& column, const std::string& otherwise) const;  // for null or no such column
  std::int64_t integer(const std::string& column) const;                               // also of a text that is one
  double number(const std::string& column) const;
  std::vector<std::string> texts(const std::string& column) const;          // a list of text
  std::vector<std::string> texts_or_none(const std::string& column) const;  // empty for null or no such column
  Json value(const std::string& column) const;                              // as it is, not null

  // One picture or a list of them; empty for null. In parquet a struct{bytes, path}, in JSON a path or list of paths.
  // A source without bytes has the path that the file names, whatever it is: who uses it keeps it inside a folder.
  std::vector<MediaSource> pictures(const std::string& column) const;

  [[noreturn]] void refuse(const std::string& column, const std::string& problem) const;

 protected:
  virtual std::optional<Json> cell(const std::string& column) const = 0;  // no value: there is no such column
  virtual std::vector<MediaSource> pictures_of(const std::string& column) const = 0;  // of a column that is there
  virtual std::string columns() const = 0;                                            // for messages

 private:
  Json find(const std::string& column) const;  // null for null; throws for no such column
  std::string file_, where_;
};

struct RowGroupCaches;

class Table {
 public:
  Table() = default;
  virtual ~Table() = default;
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Throws input when a file is missing, of no known kind, damaged, or .parquet in a build without Arrow.
  static std::unique_ptr<Table> open(const std::vector<std::string>& files);

  virtual std::int64_t size() const = 0;

  // The row must not outlive the table. Without `with_pictures` the bytes of pictures inside the file are left alone.
  virtual std::unique_ptr<TableRow> at(std::int64_t index, bool with_pictures = true) const = 0;
};

std::unique_ptr<Table> open_json_table(const std::string& path, bool one_per_line);
std::unique_ptr<Table> open_parquet_table(const std::string& path, std::shared_ptr<RowGroupCaches> caches);

}  // namespace ov
