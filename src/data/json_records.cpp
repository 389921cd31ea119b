// RecordFile over a .json or .jsonl file.
#include "data/json_file.h"
#include "data/record_rules.h"

namespace ov {
namespace {

class JsonRecords : public RecordFile {
 public:
  JsonRecords(const std::string& path, bool one_per_line) : file_(path, one_per_line) {}

  std::int64_t size() const override { return file_.size(); }
  std::string where(std::int64_t index) const override { return file_.where(index); }

  Sample read(std::int64_t index, const RecordContext& context, RecordParts parts) const override {
    const Json record = file_.record(index);
    const std::string name = where(index);
    Sample sample = make_sample(parse_record(record, name), name, context);
    if (parts == RecordParts::all) sample.sha256 = record_sha256(record);
    return sample;
  }

 private:
  JsonFile file_;
};

}  // namespace

std::unique_ptr<RecordFile> open_json_records(const std::string& path, bool one_per_line) {
  return std::make_unique<JsonRecords>(path, one_per_line);
}

}  // namespace ov
