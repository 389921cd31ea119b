// Norm and rotary rows for AVX-512 (F, BW, VL, DQ).
#if defined(__x86_64__)
#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/elementwise.h"

#define OV_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define OV_LANES 16

namespace ov::kernels::avx512 {
#include "kernels/elementwise_vec.h"

#include "kernels/elementwise_body.h"
}  // namespace ov::kernels::avx512
#endif
