// Rows of the norms and of the rotary embedding, one set of functions per instruction set.
// norm.cpp and rope.cpp share the rows out to threads and choose the set by active_isa().
//
//   if (active_isa() >= Isa::avx512) return avx512::rms_norm_rows(y, x, weight, m, d, eps);
#pragma once

#include <cstdint>

#include "kernels/kernels.h"

#define OV_DECLARE_ELEMENTWISE_ROWS                                                                                  \
  void rms_norm_rows(float* y, const float* x, const float* weight, std::int64_t m, std::int64_t d, float eps);      \
  void rms_norm_rows(bf16* y, const bf16* x, const bf16* weight, std::int64_t m, std::int64_t d, float eps);         \
  void layer_norm_rows(float* y, const float* x, const float* weight, const float* bias, std::int64_t m,             \
                       std::int64_t d, float eps);                                                                   \
  void layer_norm_rows(bf16* y, const bf16* x, const bf16* weight, const bf16* bias, std::int64_t m, std::int64_t d, \
                       float eps);                                                                                   \
  void rope_row(float* x, std::int64_t heads, std::int64_t half, const float* cos, const float* sin);                \
  void rope_row(bf16* x, std::int64_t heads, std::int64_t half, const float* cos, const float* sin);

namespace ov::kernels {

namespace generic {
OV_DECLARE_ELEMENTWISE_ROWS
}
#if defined(__x86_64__)
namespace avx2 {
OV_DECLARE_ELEMENTWISE_ROWS
}
namespace avx512 {
OV_DECLARE_ELEMENTWISE_ROWS
}
#endif

#undef OV_DECLARE_ELEMENTWISE_ROWS

}  // namespace ov::kernels
