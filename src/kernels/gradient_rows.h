// Rows of the backward passes, one set of functions per instruction set, as elementwise.h has for the
// forward ones. gradients.cpp shares the work out and chooses the set by active_isa().
#pragma once

#include <cstdint>

#include "kernels/kernels.h"

#define OV_DECLARE_GRADIENT_ROWS(T)                                                                                  \
  void activate_row(T* y, const T* x, std::int64_t count, Activation activation);                                    \
  void activate_gradient_row(T* dx, const T* dy, const T* x, std::int64_t count, Activation activation);             \
  void silu_product_row(T* y, const T* gate, const T* up, std::int64_t count);                                       \
  void silu_product_gradient_row(T* dgate, T* dup, const T* dy, const T* gate, const T* up, std::int64_t count);     \
  /* Also writes the row's mean (0 for RMSNorm) and scale for the sums over columns. */                              \
  void norm_gradient_row(T* dx, float* mean, float* scale, const T* dy, const T* x, const T* weight, std::int64_t d, \
                         float eps, bool centred);                                                                   \
  /* sums[n] += dy * (x - mean) * scale, or dy where x is null, one row. */                                          \
  void add_column_row(float* sums, const T* dy, const T* x, float mean, float scale, std::int64_t count);            \
  /* p = softmax of s times scale, zeros from `seen` on, in float and rounded to T. */                               \
  void softmax_row(float* s, T* p, std::int64_t seen, std::int64_t count, float scale);                              \
  /* ds = p * (dp - sum(p * dp)) * scale. */                                                                         \
  void softmax_gradient_row(T* ds, const float* p, const float* dp, std::int64_t count, float scale);                \
  void store_row(T* to, const float* from, std::int64_t count);                                                      \
  double squares_row(const T* x, std::int64_t count);

#define OV_DECLARE_GRADIENT_ROWS_FOR(isa)                                                    \
  namespace isa {                                                                            \
  OV_DECLARE_GRADIENT_ROWS(float)                                                            \
  OV_DECLARE_GRADIENT_ROWS(bf16)                                                             \
  void add_row(float* to, const float* from, std::int64_t count);                            \
  float cross_entropy_row(float* logits, std::int64_t target, float weight, std::int64_t v); \
  }

namespace ov::kernels {
OV_DECLARE_GRADIENT_ROWS_FOR(generic)
#if defined(__x86_64__)
OV_DECLARE_GRADIENT_ROWS_FOR(avx2)
OV_DECLARE_GRADIENT_ROWS_FOR(avx512)
#endif
#undef OV_DECLARE_GRADIENT_ROWS_FOR
#undef OV_DECLARE_GRADIENT_ROWS

// Calls `f` with a tag whose namespace has the fastest rows that may run.
#if defined(__x86_64__)
#define OV_BEST_ROWS(call) \
  (active_isa() >= Isa::avx512 ? avx512::call : active_isa() >= Isa::avx2 ? avx2::call : generic::call)
#else
#define OV_BEST_ROWS(call) generic::call
#endif

}  // namespace ov::kernels
