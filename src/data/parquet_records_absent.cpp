// Stands in for parquet_records.cpp in a build without Arrow.
#include "data/record_file.h"

namespace ov {

bool parquet_available() { return false; }

std::unique_ptr<RecordFile> open_parquet_records(const std::string& path) {
  throw Error(ErrorKind::input, path +
                                    ": parquet is not available: this build found no Arrow. Install the pip package "
                                    "pyarrow beside torch and build again, or convert the data to .jsonl");
}

}  // namespace ov
