// Mixtures in YAML: whatever the bytes, the result is a list of entries with paths and valid strategies, or a
// refusal.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "data/mixture.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto entries = ov::parse_mixture({reinterpret_cast<const char*>(data), size}, "folder/fuzz.yaml");
    if (entries.empty()) std::abort();
    for (const ov::MixtureEntry& entry : entries) {
      const std::int64_t taken = entry.sampling.rows_of(1000);
      if (entry.path.empty() || taken < 1 || taken > 1000) std::abort();
    }
  } catch (const ov::Error& error) {
    if (error.kind() != ov::ErrorKind::format) std::abort();
  }
  return 0;
}
