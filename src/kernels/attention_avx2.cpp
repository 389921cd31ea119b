// Attention for AVX2 and FMA.
#if defined(__x86_64__)
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include "kernels/attention.h"

#define OV_TARGET __attribute__((target("avx2,fma")))
#define OV_LANES 8

namespace ov::kernels::avx2 {
#include "kernels/elementwise_vec.h"

#include "kernels/attention_wide_body.h"

#include "kernels/attention_narrow_body.h"
}  // namespace ov::kernels::avx2
#endif
