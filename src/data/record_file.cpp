#include "data/record_file.h"

#include <filesystem>

namespace ov {

std::unique_ptr<RecordFile> RecordFile::open(const std::string& path) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return open_parquet_records(path);
  const std::string kind = std::filesystem::path(path).extension().string();
  if (kind == ".json") return open_json_records(path, false);
  if (kind == ".jsonl") return open_json_records(path, true);
  if (kind == ".parquet") return open_parquet_records(path);
  throw Error(ErrorKind::input, path +
                                    ": not a data file; expected .json, .jsonl, .parquet or a folder with .parquet "
                                    "files");
}

}  // namespace ov
