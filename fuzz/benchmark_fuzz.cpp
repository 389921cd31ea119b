// Texts inside the rows of benchmarks that have a syntax: Python lists (MMMU's options) and subtitles (VideoMME). A
// list that is read is written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "benchmarks/python_text.h"
#include "benchmarks/subtitles.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = ov::replace_invalid_utf8({reinterpret_cast<const char*>(data), size});
  if (const auto list = ov::parse_python_list(text)) {
    if (ov::parse_python_list(ov::python_repr(*list)) != list) std::abort();
  }
  if (ov::stripped(ov::capitalized(text)).size() > 4 * text.size()) std::abort();
  try {
    const std::vector<std::int64_t> frames = {0, 10, 1000};
    ov::subtitles_at(text, "fuzz", 29.97, frames);
  } catch (const ov::Error& error) {
    if (error.kind() != ov::ErrorKind::input) std::abort();
  }
  return 0;
}
