// Attention for AVX-512 (F, BW, VL, DQ).
#if defined(__x86_64__)
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/attention.h"

#define OV_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define OV_LANES 16

namespace ov::kernels::avx512 {
#include "kernels/elementwise_vec.h"

#include "kernels/attention_wide_body.h"

#include "kernels/attention_narrow_body.h"
}  // namespace ov::kernels::avx512
#endif
