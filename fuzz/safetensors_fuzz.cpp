// Headers of weight files: whatever the bytes, parsing either refuses or gives views inside them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "checkpoint/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const ov::SafetensorsHeader header = ov::parse_safetensors({data, size}, "fuzz");
    std::size_t total = 0;
    for (const ov::TensorView& tensor : header.tensors) {
      std::int64_t elements = 1;
      for (const std::int64_t n : tensor.shape) elements *= n;
      if (elements != tensor.num_elements()) std::abort();
      if (!tensor.bytes.empty() &&
          (tensor.bytes.data() < data || tensor.bytes.data() + tensor.bytes.size() > data + size)) {
        std::abort();
      }
      total += tensor.bytes.size();
    }
    if (total > size) std::abort();
  } catch (const ov::Error& error) {
    if (error.kind() != ov::ErrorKind::format) std::abort();
  }
  return 0;
}
