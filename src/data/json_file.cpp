#include "data/json_file.h"

namespace ov {

JsonFile::JsonFile(const std::string& path, bool one_per_line) : file_(path), one_per_line_(one_per_line) {
  records_ = one_per_line ? index_json_lines(text(), path) : index_json_array(text(), path);
  file_.release(file_.bytes());
}

std::string JsonFile::where(std::int64_t index) const {
  const std::string line = file_.path() + ":" + std::to_string(records_.at(static_cast<std::size_t>(index)).line);
  return one_per_line_ ? line : line + " (record " + std::to_string(index) + ")";
}

Json JsonFile::record(std::int64_t index) const {
  const RecordRange& range = records_.at(static_cast<std::size_t>(index));
  return parse_json(text().substr(range.begin, range.length), where(index), ErrorKind::input);
}

}  // namespace ov
