// RMSNorm and LayerNorm: shares the rows out to threads and picks the instruction set.
// Semantics as PyTorch's: Qwen2RMSNorm (normalise in float32, round, multiply by the weight) and
// layer_norm (mean, then variance of the differences, all in float32, rounded once).
#include <algorithm>

#include "base/parallel.h"
#include "kernels/elementwise.h"

namespace ov::kernels {
namespace {

// Rows per range: enough elements to be worth a thread's while.
std::int64_t rows_per_range(std::int64_t d) { return std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(d, 1)); }

template <class T>
void rms_norm_part(T* y, const T* x, const T* weight, std::int64_t m, std::int64_t d, float eps) {
#if defined(__x86_64__)
  if (active_isa() >= Isa::avx512) return avx512::rms_norm_rows(y, x, weight, m, d, eps);
  if (active_isa() >= Isa::avx2) return avx2::rms_norm_rows(y, x, weight, m, d, eps);
#endif
  generic::rms_norm_rows(y, x, weight, m, d, eps);
}

template <class T>
void layer_norm_part(T* y, const T* x, const T* weight, const T* bias, std::int64_t m, std::int64_t d, float eps) {
#if defined(__x86_64__)
  if (active_isa() >= Isa::avx512) return avx512::layer_norm_rows(y, x, weight, bias, m, d, eps);
  if (active_isa() >= Isa::avx2) return avx2::layer_norm_rows(y, x, weight, bias, m, d, eps);
#endif
  generic::layer_norm_rows(y, x, weight, bias, m, d, eps);
}

template <class T>
void rms_norm_any(T* y, const T* x, const T* weight, std::int64_t m, std::int64_t d, double eps) {
  parallel_for(m, rows_per_range(d), [&](std::int64_t begin, std::int64_t end) {
    rms_norm_part(y + begin * d, x + begin * d, weight, end - begin, d, static_cast<float>(eps));
  });
}

template <class T>
void layer_norm_any(T* y, const T* x, const T* weight, const T* bias, std::int64_t m, std::int64_t d, double eps) {
  parallel_for(m, rows_per_range(d), [&](std::int64_t begin, std::int64_t end) {
    layer_norm_part(y + begin * d, x + begin * d, weight, bias, end - begin, d, static_cast<float>(eps));
  });
}

}  // namespace

void rms_norm(float* y, const float* x, const float* weight, std::int64_t m, std::int64_t d, double eps) {
  rms_norm_any(y, x, weight, m, d, eps);
}

void rms_norm(bf16* y, const bf16* x, const bf16* weight, std::int64_t m, std::int64_t d, double eps) {
  rms_norm_any(y, x, weight, m, d, eps);
}

void layer_norm(float* y, const float* x, const float* weight, const float* bias, std::int64_t m, std::int64_t d,
                double eps) {
  layer_norm_any(y, x, weight, bias, m, d, eps);
}

void layer_norm(bf16* y, const bf16* x, const bf16* weight, const bf16* bias, std::int64_t m, std::int64_t d,
                double eps) {
  layer_norm_any(y, x, weight, bias, m, d, eps);
}

}  // namespace ov::kernels
