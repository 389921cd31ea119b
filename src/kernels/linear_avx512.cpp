// Matrix products with AVX-512; compiled with that instruction set's flags (CMakeLists.txt).
#include "kernels/linear_float.h"
#include "kernels/linear_kernel.h"
#include "kernels/linear_narrow.h"
#include "kernels/linear_simd_avx512.h"

namespace ov::kernels::avx512 {

#define OV_DEFINE_LINEAR(P, Y, X)                                                                               \
  BlockLimits wide_limits(const P&) { return float_limits<Avx512>(); }                                          \
  void wide_block(const P& product, const Block& block) { FloatBlock<Avx512, Y, X>(product, block).compute(); } \
  void narrow_inputs(const P& product, float* inputs) { expand_inputs<Avx512>(product, inputs); }               \
  void narrow_columns(const P& product, const float* inputs, std::int64_t n_begin, std::int64_t n_end) {        \
    narrow_product<Avx512>(product, inputs, n_begin, n_end);                                                    \
  }
OV_DEFINE_LINEAR(FloatProduct, float, float)
OV_DEFINE_LINEAR(Bf16Product, bf16, bf16)
OV_DEFINE_LINEAR(LogitsProduct, float, bf16)
#undef OV_DEFINE_LINEAR

}  // namespace ov::kernels::avx512
