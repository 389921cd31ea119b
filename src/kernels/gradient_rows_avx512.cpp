// Rows of the backward passes for AVX-512 (F, BW, VL, DQ).
// Compiled with the extensions switched on, see CMakeLists.txt: lambdas take no target attribute.
#if defined(__x86_64__)
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/gradient_rows.h"

#define OV_TARGET
#define OV_LANES 16

namespace ov::kernels::avx512 {
#include "kernels/elementwise_vec.h"

#include "kernels/gradient_rows_body.h"
}  // namespace ov::kernels::avx512
#endif
