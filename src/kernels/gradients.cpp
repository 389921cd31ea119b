// Backward passes of the layers: shares the work out to threads and picks the instruction set. The two
// products of a linear layer's backward pass are the forward kernel's on transposed matrices.
#include "kernels/gradients.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "base/parallel.h"
#include "kernels/gradient_rows.h"

namespace ov::kernels {
namespace {

constexpr std::int64_t kGrain = 16384;  // elements that are worth a thread's while

std::int64_t rows_per_range(std::int64_t d) { return std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(d, 1)); }

// The turned copy of w exists a chunk of dx's columns at a time.
template <class T>
void input_gradient(T* dx, const T* dy, const T* w, std::int64_t m, std::int64_t n, std::int64_t k) {
  constexpr std::int64_t kChunkElements = 8 << 20, kUnit = 256;
  const std::int64_t units = std::max<std::int64_t>(1, kChunkElements / (kUnit * std::max<std::int64_t>(n, 1)));
  const std::int64_t columns = std::min(k, units * kUnit);
  const auto turned = std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(n * columns));
  for (std::int64_t from = 0; from < k; from += columns) {
    const std::int64_t count = std::min(columns, k - from);
    transpose(turned.get(), w + from, n, count, k);
    linear(dx + from, dy, turned.get(), nullptr, nullptr, {.m = m, .n = count, .k = n, .y_stride = k});
  }
}

template <class T>
void weight_gradient(T* dw, const T* dy, const T* x, std::int64_t m, std::int64_t n, std::int64_t k) {
  const auto dy_turned = std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(m * n));
  const auto x_turned = std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>(m * k));
  transpose(dy_turned.get(), dy, m, n, n);
  transpose(x_turned.get(), x, m, k, k);
  linear(dw, dy_turned.get(), x_turned.get(), nullptr, nullptr, {.m = n, .n = k, .k = m});
}

// Sums over rows, one range of columns at a time: every column's sum runs from the first row to the last.
template <class T, class F>
void sum_columns(T* sums, std::int64_t m, std::int64_t n, const F& add_row_part) {
  constexpr std::int64_t kColumns = 128;
  parallel_for((n + kColumns - 1) / kColumns,
               std::max<std::int64_t>(1, kGrain / (kColumns * std::max<std::int64_t>(m, 1))),
               [&](std::int64_t begin, std::int64_t end) {
                 const std::int64_t from = begin * kColumns, count = std::min(end * kColumns, n) - from;
                 std::vector<float> part(static_cast<std::size_t>(count));
                 for (std::int64_t row = 0; row < m; ++row) add_row_part(part.data(), row, from, count);
                 OV_BEST_ROWS(store_row(sums + from, part.data(), count));
               });
}

template <class T>
void norm_gradient(T* dx, T* dweight, T* dbias, const T* dy, const T* x, const T* weight, std::int64_t m,
                   std::int64_t d, double eps, bool centred) {
  std::vector<float> mean(static_cast<std::size_t>(m)), scale(static_cast<std::size_t>(m));
  parallel_for(m, rows_per_range(d), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      OV_BEST_ROWS(norm_gradient_row(dx + row * d, &mean[static_cast<std::size_t>(row)],
                                     &scale[static_cast<std::size_t>(row)], dy + row * d, x + row * d, weight, d,
                                     static_cast<float>(eps), centred));
    }
  });
  if (dweight != nullptr) {
    sum_columns(dweight, m, d, [&](float* sums, std::int64_t row, std::int64_t from, std::int64_t count) {
      OV_BEST_ROWS(add_column_row(sums, dy + row * d + from, x + row * d + from, mean[static_cast<std::size_t>(row)],
                                  scale[static_cast<std::size_t>(row)], count));
    });
  }
  if (dbias != nullptr) column_sums(dbias, dy, m, d);
}

template <class F>
void by_pieces(std::int64_t count, const F& piece) {
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) { piece(begin, end - begin); });
}

template <class T>
double squares(const T* x, std::int64_t count) {
  constexpr std::int64_t kPiece = 1 << 18;
  const std::int64_t pieces = (count + kPiece - 1) / kPiece;
  std::vector<double> sums(static_cast<std::size_t>(pieces));
  parallel_for(pieces, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      sums[static_cast<std::size_t>(i)] =
          OV_BEST_ROWS(squares_row(x + i * kPiece, std::min(kPiece, count - i * kPiece)));
    }
  });
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

void cross_entropy(float* losses, float* logits, const std::int64_t* targets, const float* weights, std::int64_t s,
                   std::int64_t v) {
  parallel_for(s, rows_per_range(v), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; ++row) {
      losses[row] = OV_BEST_ROWS(cross_entropy_row(logits + row * v, targets[row], weights[row], v));
    }
  });
}

#define OV_DEFINE_GRADIENTS(T)                                                                                        \
  void linear_input_gradient(T* dx, const T* dy, const T* w, std::int64_t m, std::int64_t n, std::int64_t k) {        \
    input_gradient(dx, dy, w, m, n, k);                                                                               \
  }                                                                                                                   \
  void linear_weight_gradient(T* dw, const T* dy, const T* x, std::int64_t m, std::int64_t n, std::int64_t k) {       \
    weight_gradient(dw, dy, x, m, n, k);                                                                              \
  }                                                                                                                   \
  void column_sums(T* sums, const T* x, std::int64_t m, std::int64_t n) {                                             \
    sum_columns(sums, m, n, [&](float* part, std::int64_t row, std::int64_t from, std::int64_t count) {               \
      OV_BEST_ROWS(add_column_row(part, x + row * n + from, static_cast<const T*>(nullptr), 0, 0, count));            \
    });                                                                                                               \
  }                                                                                                                   \
  void activate(T* y, const T* x, std::int64_t count, Activation activation) {                                        \
    by_pieces(count, [&](std::int64_t at, std::int64_t length) {                                                      \
      OV_BEST_ROWS(activate_row(y + at, x + at, length, activation));                                                 \
    });                                                                                                               \
  }                                                                                                                   \
  void activate_gradient(T* dx, const T* dy, const T* x, std::int64_t count, Activation activation) {                 \
    by_pieces(count, [&](std::int64_t at, std::int64_t length) {                                                      \
      OV_BEST_ROWS(activate_gradient_row(dx + at, dy + at, x + at, length, activation));                              \
    });                                                                                                               \
  }                                                                                                                   \
  void silu_product(T* y, const T* gate, const T* up, std::int64_t count) {                                           \
    by_pieces(count, [&](std::int64_t at, std::int64_t length) {                                                      \
      OV_BEST_ROWS(silu_product_row(y + at, gate + at, up + at, length));                                             \
    });                                                                                                               \
  }                                                                                                                   \
  void silu_product_gradient(T* dgate, T* dup, const T* dy, const T* gate, const T* up, std::int64_t count) {         \
    by_pieces(count, [&](std::int64_t at, std::int64_t length) {                                                      \
      OV_BEST_ROWS(silu_product_gradient_row(dgate + at, dup + at, dy + at, gate + at, up + at, length));             \
    });                                                                                                               \
  }                                                                                                                   \
  void rms_norm_gradient(T* dx, T* dweight, const T* dy, const T* x, const T* weight, std::int64_t m, std::int64_t d, \
                         double eps) {                                                                                \
    norm_gradient(dx, dweight, static_cast<T*>(nullptr), dy, x, weight, m, d, eps, false);                            \
  }                                                                                                                   \
  void layer_norm_gradient(T* dx, T* dweight, T* dbias, const T* dy, const T* x, const T* weight, std::int64_t m,     \
                           std::int64_t d, double eps) {                                                              \
    norm_gradient(dx, dweight, dbias, dy, x, weight, m, d, eps, true);                                                \
  }                                                                                                                   \
  double sum_of_squares(const T* x, std::int64_t count) { return squares(x, count); }

OV_DEFINE_GRADIENTS(float)
OV_DEFINE_GRADIENTS(bf16)
#undef OV_DEFINE_GRADIENTS

}  // namespace ov::kernels
