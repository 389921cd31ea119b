// Transposition of a matrix, the first step of every gradient of a linear layer. Memory decides its
// speed, so the matrix is walked in blocks whose rows and columns stay in the second-level cache and
// whose pages stay in the TLB, and blocks in tiles that read and write whole cache lines. A tile is
// turned in squares of vectors; compilers have these vectors for every CPU.
//
//   transpose(y, x, rows, cols, cols);
#include <algorithm>
#include <cstring>

#include "base/parallel.h"
#include "kernels/gradients.h"
#include "kernels/linear_kernel.h"

namespace ov::kernels {
namespace {

constexpr std::int64_t kBlock = 256;  // rows and columns

// A vector of one square row and the interleaving of two: lower halves, upper halves.
template <class T>
struct Lanes;

template <>
struct Lanes<bf16> {
  static constexpr int kCount = 8;
  typedef bf16 Vec __attribute__((vector_size(16)));
  static Vec lower(Vec a, Vec b) { return __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11); }
  static Vec upper(Vec a, Vec b) { return __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15); }
};

template <>
struct Lanes<float> {
  static constexpr int kCount = 4;
  typedef float Vec __attribute__((vector_size(16)));
  static Vec lower(Vec a, Vec b) { return __builtin_shufflevector(a, b, 0, 4, 1, 5); }
  static Vec upper(Vec a, Vec b) { return __builtin_shufflevector(a, b, 2, 6, 3, 7); }
};

// Interleaving the first half of the rows with the second rotates the bits of every element's index by
// one; after log2(kCount) times, row and column have changed places.
template <class T>
inline void turn_square(T* y, std::int64_t y_stride, const T* x, std::int64_t x_stride) {
  using L = Lanes<T>;
  typename L::Vec rows[L::kCount], mixed[L::kCount];
  OV_UNROLL
  for (int i = 0; i < L::kCount; ++i) std::memcpy(&rows[i], x + i * x_stride, sizeof rows[i]);
  OV_UNROLL
  for (int times = 1; times < L::kCount; times *= 2) {
    OV_UNROLL
    for (int i = 0; i < L::kCount / 2; ++i) {
      mixed[2 * i] = L::lower(rows[i], rows[i + L::kCount / 2]);
      mixed[2 * i + 1] = L::upper(rows[i], rows[i + L::kCount / 2]);
    }
    OV_UNROLL
    for (int i = 0; i < L::kCount; ++i) rows[i] = mixed[i];
  }
  OV_UNROLL
  for (int i = 0; i < L::kCount; ++i) std::memcpy(y + i * y_stride, &rows[i], sizeof rows[i]);
}

// y[cols, rows] of a matrix with `rows` <= one cache line of elements and `cols` likewise.
template <class T>
void turn_tile(T* y, std::int64_t y_stride, const T* x, std::int64_t x_stride, std::int64_t rows, std::int64_t cols) {
  constexpr std::int64_t kSquare = Lanes<T>::kCount;
  for (std::int64_t c = 0; c < cols; c += kSquare) {
    for (std::int64_t r = 0; r < rows; r += kSquare) {
      if (r + kSquare <= rows && c + kSquare <= cols) {
        turn_square(y + c * y_stride + r, y_stride, x + r * x_stride + c, x_stride);
        continue;
      }
      for (std::int64_t j = c; j < std::min(c + kSquare, cols); ++j) {
        for (std::int64_t i = r; i < std::min(r + kSquare, rows); ++i) y[j * y_stride + i] = x[i * x_stride + j];
      }
    }
  }
}

// Rows [r_begin, r_end) and columns [c_begin, c_end) of x.
template <class T>
void turn_block(T* y, std::int64_t y_stride, const T* x, std::int64_t x_stride, std::int64_t r_begin,
                std::int64_t r_end, std::int64_t c_begin, std::int64_t c_end) {
  constexpr std::int64_t kLine = 64 / sizeof(T);
  for (std::int64_t c = c_begin; c < c_end; c += kLine) {
    const std::int64_t cols = std::min(kLine, c_end - c);
    for (std::int64_t r = r_begin; r < r_end; r += kLine) {
      const std::int64_t rows = std::min(kLine, r_end - r);
      if (c + kLine < c_end) {  // what the next column of tiles reads
        for (std::int64_t i = 0; i < rows; ++i) __builtin_prefetch(x + (r + i) * x_stride + c + kLine);
      }
      turn_tile(y + c * y_stride + r, y_stride, x + r * x_stride + c, x_stride, rows, cols);
    }
  }
}

template <class T>
void transpose_any(T* y, const T* x, std::int64_t rows, std::int64_t cols, std::int64_t x_stride) {
  const std::int64_t across = (cols + kBlock - 1) / kBlock, down = (rows + kBlock - 1) / kBlock;
  parallel_for(across * down, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t r = i / across * kBlock, c = i % across * kBlock;
      turn_block(y, rows, x, x_stride, r, std::min(r + kBlock, rows), c, std::min(c + kBlock, cols));
    }
  });
}

}  // namespace

void transpose(float* y, const float* x, std::int64_t rows, std::int64_t cols, std::int64_t x_stride) {
  transpose_any(y, x, rows, cols, x_stride);
}
void transpose(bf16* y, const bf16* x, std::int64_t rows, std::int64_t cols, std::int64_t x_stride) {
  transpose_any(y, x, rows, cols, x_stride);
}

}  // namespace ov::kernels
