// Scans weights for values that no trained model has.
#pragma once

#include <cstdint>

#include "checkpoint/safetensors.h"

namespace ov {

struct ValueCounts {
  std::int64_t not_finite = 0;  // infinities and NaNs
  bool all_zero = true;         // what a file looks like where its download never arrived
};

// F64, F32, F16 and BF16; other types count as finite. Uses all threads.
ValueCounts scan_values(const TensorView& tensor);

}  // namespace ov
