// What linear.cpp and the instruction sets' files say to each other: one product, cut into blocks.
//
// linear.cpp plans the blocks and the threads; the files linear_{generic,avx2,avx512,avx512_bf16,amx}.cpp
// compute one block each and know no threads. Every element's sum runs over k in an order that
// depends on k and the instruction set alone, hence row invariance holds for any plan.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/kernels.h"

namespace ov::kernels {

// y = activation(x . w^T + bias) + residual, or, with `up`, y = SiLU(x . w^T) * (x . up^T).
template <class Y, class X>
struct Product {
  Y* y = nullptr;
  const X* x = nullptr;
  const X* w = nullptr;
  const X* up = nullptr;
  const X* bias = nullptr;
  const Y* residual = nullptr;
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t x_stride = 0, y_stride = 0;
  Activation activation = Activation::none;
};
using FloatProduct = Product<float, float>;
using Bf16Product = Product<bf16, bf16>;
using LogitsProduct = Product<float, bf16>;

// Rows [m_begin, m_end) and columns [n_begin, n_end) of y.
struct Block {
  std::int64_t m_begin = 0, m_end = 0, n_begin = 0, n_end = 0;
};

// How large the blocks of a wide kernel may be: multiples of the units, chosen so that what a
// block reads again and again stays in the second-level cache.
struct BlockLimits {
  std::int64_t m_unit = 1, m_max = 1, n_unit = 1, n_max = 1;
};

// Memory of the calling thread, 64-byte aligned and kept for the next block; never nested.
std::byte* block_scratch(std::size_t bytes);

// Before a loop over an array of vectors: unrolled, the array lives in registers.
#if defined(__clang__)
#define OV_UNROLL _Pragma("clang loop unroll(full)")
#else
#define OV_UNROLL _Pragma("GCC unroll 16")
#endif

inline std::int64_t round_up(std::int64_t value, std::int64_t unit) { return (value + unit - 1) / unit * unit; }

// Narrow kernels read x through a copy in float32, laid out as their vectors want it; one copy
// serves all columns. Its rows are narrow_stride(k) apart.
inline std::int64_t narrow_stride(std::int64_t k) { return round_up(k, 32); }

// Declares the functions of one instruction set for one kind of product.
#define OV_DECLARE_LINEAR(P)                             \
  BlockLimits wide_limits(const P& product);             \
  void wide_block(const P& product, const Block& block); \
  void narrow_inputs(const P& product, float* inputs);   \
  void narrow_columns(const P& product, const float* inputs, std::int64_t n_begin, std::int64_t n_end);
#define OV_DECLARE_LINEAR_FOR(isa) \
  namespace isa {                  \
  OV_DECLARE_LINEAR(FloatProduct)  \
  OV_DECLARE_LINEAR(Bf16Product)   \
  OV_DECLARE_LINEAR(LogitsProduct) \
  }
OV_DECLARE_LINEAR_FOR(avx2)
OV_DECLARE_LINEAR_FOR(avx512)
#undef OV_DECLARE_LINEAR_FOR
#undef OV_DECLARE_LINEAR

// Kernels for pairs of bf16 want w packed in panels of so many columns, panel_elements(k) long each.
namespace avx512_bf16 {
std::int64_t panel_columns(bool gated);
std::int64_t panel_elements(std::int64_t k);
// Packs up to panel_columns of the rows from w (and up, if gated) on; `columns` are left.
void pack_panel(const bf16* w, const bf16* up, std::int64_t k, std::int64_t columns, bf16* to);
}  // namespace avx512_bf16

// `weights` are the panels from block.n_begin on.
#define OV_DECLARE_LINEAR_OF_PAIRS(isa)                                                   \
  namespace isa {                                                                         \
  BlockLimits wide_limits(std::int64_t k, bool gated);                                    \
  void wide_block(const Bf16Product& product, const Block& block, const bf16* weights);   \
  void wide_block(const LogitsProduct& product, const Block& block, const bf16* weights); \
  }
OV_DECLARE_LINEAR_OF_PAIRS(avx512_bf16)
OV_DECLARE_LINEAR_OF_PAIRS(amx)
#undef OV_DECLARE_LINEAR_OF_PAIRS

namespace generic {
void block(const FloatProduct& product, const Block& block);
void block(const Bf16Product& product, const Block& block);
void block(const LogitsProduct& product, const Block& block);
}  // namespace generic

}  // namespace ov::kernels
