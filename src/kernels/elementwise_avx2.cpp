// Norm and rotary rows for AVX2 and FMA.
#if defined(__x86_64__)
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/elementwise.h"

#define OV_TARGET __attribute__((target("avx2,fma")))
#define OV_LANES 8

namespace ov::kernels::avx2 {
#include "kernels/elementwise_vec.h"

#include "kernels/elementwise_body.h"
}  // namespace ov::kernels::avx2
#endif
