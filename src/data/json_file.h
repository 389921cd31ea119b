// A mapped .json (one array) or .jsonl file: 16 bytes of index a record, text parsed on demand.
//
//   const JsonFile file("caps.jsonl", true);
//   const Json record = file.record(17);
#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "data/json_index.h"

namespace ov {

class JsonFile {
 public:
  JsonFile(const std::string& path, bool one_per_line);

  const std::string& path() const { return file_.path(); }
  std::int64_t size() const { return static_cast<std::int64_t>(records_.size()); }
  std::string where(std::int64_t index) const;
  Json record(std::int64_t index) const;  // throws input naming where(index)

 private:
  std::string_view text() const { return {reinterpret_cast<const char*>(file_.bytes().data()), file_.bytes().size()}; }

  MappedFile file_;
  bool one_per_line_;
  std::vector<RecordRange> records_;
};

}  // namespace ov
