// Attention without any extension the compiler was not told of.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/attention.h"

#define OV_TARGET
#define OV_LANES 4

namespace ov::kernels::generic {
#include "kernels/elementwise_vec.h"

#include "kernels/attention_wide_body.h"

#include "kernels/attention_narrow_body.h"
}  // namespace ov::kernels::generic
