// A user's own text for drawn data: whatever the bytes, an accepted line is UTF-8 without control characters, and
// lines of tests and of training are apart.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>

#include "base/error.h"
#include "synth/corpus.h"
#include "text/utf8.h"

namespace {

void check_lines(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (line.empty() || ov::first_invalid_utf8(line) < line.size()) std::abort();
    for (const char c : line) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const ov::Corpus corpus = ov::Corpus::parse(text, "fuzz");
    std::set<std::string> trained;
    for (const bool test : {false, true}) {
      try {
        const ov::CorpusShare& share = corpus.share(test);
        check_lines(share.lines);
        check_lines(share.chinese_lines);
        for (const std::string& line : share.lines) {
          if (test && trained.count(line) != 0) std::abort();
          if (!test) trained.insert(line);
        }
      } catch (const ov::Error& error) {
        if (error.kind() != ov::ErrorKind::format) std::abort();
      }
    }
  } catch (const ov::Error& error) {
    if (error.kind() != ov::ErrorKind::format) std::abort();
  }
  return 0;
}
