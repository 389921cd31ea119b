// RecordFile over a mapped .json or .jsonl file: 16 bytes of index a record, text parsed on demand.
#include "base/file.h"
#include "data/json_index.h"
#include "data/record_rules.h"

namespace ov {
namespace {

class JsonRecords : public RecordFile {
 public:
  JsonRecords(const std::string& path, bool one_per_line) : file_(path), one_per_line_(one_per_line) {
    records_ = one_per_line ? index_json_lines(text(), path) : index_json_array(text(), path);
    file_.release(file_.bytes());
  }

  std::int64_t size() const override { return static_cast<std::int64_t>(records_.size()); }

  Sample read(std::int64_t index, const RecordContext& context, RecordParts parts) const override {
    const RecordRange& range = records_.at(static_cast<std::size_t>(index));
    const std::string name = where(index);
    const Json record = parse_json(text().substr(range.begin, range.length), name, ErrorKind::input);
    Sample sample = make_sample(parse_record(record, name), name, context);
    if (parts == RecordParts::all) sample.sha256 = record_sha256(record);
    return sample;
  }

  std::string where(std::int64_t index) const override {
    const std::string line = file_.path() + ":" + std::to_string(records_.at(static_cast<std::size_t>(index)).line);
    return one_per_line_ ? line : line + " (record " + std::to_string(index) + ")";
  }

 private:
  std::string_view text() const { return {reinterpret_cast<const char*>(file_.bytes().data()), file_.bytes().size()}; }

  MappedFile file_;
  bool one_per_line_;
  std::vector<RecordRange> records_;
};

}  // namespace

std::unique_ptr<RecordFile> open_json_records(const std::string& path, bool one_per_line) {
  return std::make_unique<JsonRecords>(path, one_per_line);
}

}  // namespace ov
