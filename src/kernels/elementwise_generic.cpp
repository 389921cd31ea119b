// Norm and rotary rows without any extension the compiler was not told of.
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/elementwise.h"

#define OV_TARGET
#define OV_LANES 4

namespace ov::kernels::generic {
#include "kernels/elementwise_vec.h"

#include "kernels/elementwise_body.h"
}  // namespace ov::kernels::generic
