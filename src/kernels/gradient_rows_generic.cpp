// Rows of the backward passes without any extension the compiler was not told of.
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/gradient_rows.h"

#define OV_TARGET
#define OV_LANES 4

namespace ov::kernels::generic {
#include "kernels/elementwise_vec.h"

#include "kernels/gradient_rows_body.h"
}  // namespace ov::kernels::generic
