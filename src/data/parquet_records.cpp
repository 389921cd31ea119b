// RecordFile over one .parquet file or the .parquet files of a folder, in the order of their names.
#include <algorithm>
#include <filesystem>

#include "base/sha256.h"
#include "data/parquet_file.h"

namespace ov {
namespace {

std::vector<std::string> parquet_files(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::is_directory(path, failure)) return {path};
  std::vector<std::string> found;
  for (const auto& item : std::filesystem::directory_iterator(path, failure)) {
    if (item.path().extension() == ".parquet") found.push_back(item.path().string());
  }
  if (failure) throw Error(ErrorKind::input, path + ": cannot be listed: " + failure.message());
  if (found.empty()) throw Error(ErrorKind::input, path + ": a folder without .parquet files");
  std::sort(found.begin(), found.end());
  return found;
}

// The record as JSON, with the hash of each picture in place of its bytes.
std::string sha256_of(const RawRecord& record) {
  Json json = {{"id", record.id}, {"data_source", record.source}};
  for (const MediaSource& media : record.media) {
    const char* key = media.is_video ? "video" : "image";
    if (media.bytes == nullptr) {
      json[key].push_back(media.path);
    } else {
      json[key].push_back(
          sha256_hex({reinterpret_cast<const std::uint8_t*>(media.bytes->data()), media.bytes->size()}));
    }
  }
  for (const Turn& turn : record.turns) json["conversations"].push_back({{"from", turn.role}, {"value", turn.text}});
  return record_sha256(json);
}

class ParquetRecords : public RecordFile {
 public:
  explicit ParquetRecords(const std::string& path) {
    const auto caches = std::make_shared<RowGroupCaches>();
    for (const std::string& file : parquet_files(path)) {
      files_.push_back(std::make_unique<ParquetFile>(file, caches));
      ends_.push_back(size() + files_.back()->size());
    }
  }

  std::int64_t size() const override { return ends_.empty() ? 0 : ends_.back(); }

  Sample read(std::int64_t index, const RecordContext& context, RecordParts parts) const override {
    const auto [file, row] = place(index);
    RawRecord record = file->read(row, parts);
    const std::string hash = parts == RecordParts::all ? sha256_of(record) : "";
    Sample sample = make_sample(std::move(record), file->where(row), context);
    sample.sha256 = hash;
    return sample;
  }

  std::string where(std::int64_t index) const override {
    const auto [file, row] = place(index);
    return file->where(row);
  }

 private:
  struct Place {
    const ParquetFile* file;
    std::int64_t row;
  };
  Place place(std::int64_t index) const {
    if (index < 0 || index >= size()) throw Error(ErrorKind::internal, "row " + std::to_string(index));
    const auto number = static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
    return {files_[number].get(), index - (ends_[number] - files_[number]->size())};
  }

  std::vector<std::unique_ptr<ParquetFile>> files_;
  std::vector<std::int64_t> ends_;
};

}  // namespace

bool parquet_available() { return true; }

std::unique_ptr<RecordFile> open_parquet_records(const std::string& path) {
  return std::make_unique<ParquetRecords>(path);
}

}  // namespace ov
