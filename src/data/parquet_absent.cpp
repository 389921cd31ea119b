// Stands in for the files that read parquet in a build without Arrow.
#include "data/record_file.h"
#include "data/table_rows.h"

namespace ov {
namespace {

[[noreturn]] void refuse(const std::string& path) {
  throw Error(ErrorKind::input, path +
                                    ": parquet is not available: this build found no Arrow. Install the pip package "
                                    "pyarrow beside torch and build again, or convert the data to .jsonl");
}

}  // namespace

bool parquet_available() { return false; }

std::unique_ptr<RecordFile> open_parquet_records(const std::string& path) { refuse(path); }

std::unique_ptr<Table> open_parquet_table(const std::string& path, std::shared_ptr<RowGroupCaches>) { refuse(path); }

}  // namespace ov
