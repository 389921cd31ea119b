// Transposition, gradients of linear layers and sums against plain loops in double precision.
#include "kernels/gradients.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "kernels/gradient_test_values.h"
#include "kernels/kernels.h"

namespace ov::kernels {
namespace {

using GradientIsa = RowIsa;
INSTANTIATE_TEST_SUITE_P(All, GradientIsa,
                         testing::Values(Isa::generic, Isa::avx2, Isa::avx512, Isa::avx512_bf16, Isa::amx_bf16),
                         [](const auto& isa) { return isa_name(isa.param); });

// Every element another bit pattern, NaNs of any kind among them.
template <class T>
std::vector<T> patterns(std::int64_t count) {
  std::vector<T> x(count);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto bits = static_cast<std::uint32_t>(i) * 2654435761u;
    std::memcpy(&x[i], &bits, sizeof(T));
  }
  return x;
}

template <class T>
void expect_transposed(std::int64_t rows, std::int64_t cols, std::int64_t stride) {
  const std::vector<T> x = patterns<T>(rows * stride);
  Guarded<T> y(rows * cols);
  transpose(y.data(), x.data(), rows, cols, stride);
  y.expect_intact();
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < cols; ++c) {
      ASSERT_EQ(0, std::memcmp(&y.data()[c * rows + r], &x[r * stride + c], sizeof(T)))
          << rows << " x " << cols << ", stride " << stride << ", row " << r << " column " << c;
    }
  }
}

TEST_P(GradientIsa, TransposeMovesEveryBit) {
  const std::vector<int> sizes = {1, 3, 7, 8, 16, 17, 31, 32, 33, 64, 133, 256, 257, 300};
  for (const int rows : sizes) {
    for (const int cols : sizes) {
      for (const int gap : {0, 5}) {
        expect_transposed<float>(rows, cols, cols + gap);
        expect_transposed<bf16>(rows, cols, cols + gap);
        if (HasFatalFailure()) return;
      }
    }
  }
  expect_transposed<float>(0, 5, 5);
  expect_transposed<bf16>(5, 0, 5);
}

TEST_P(GradientIsa, TransposeOfManyPiecesWithThreads) {
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    for (const auto& [rows, cols] : {std::pair{1031, 515}, std::pair{3, 60000}, std::pair{60000, 3}}) {
      expect_transposed<float>(rows, cols, cols);
      expect_transposed<bf16>(rows, cols, cols + 1);
    }
  }
}

// found[a,b] against the sum over c of left(a, c) * right(b, c).
template <class T, class L, class R>
void expect_product(const std::vector<T>& found, int as, int bs, int cs, const L& left, const R& right) {
  for (int a = 0; a < as; ++a) {
    for (int b = 0; b < bs; ++b) {
      double sum = 0, size = 0;
      for (int c = 0; c < cs; ++c) {
        const double part = wide(left(a, c)) * wide(right(b, c));
        sum += part, size += std::fabs(part);
      }
      ASSERT_TRUE(close_to(found[a * bs + b], sum, size, 8))
          << as << " x " << bs << " over " << cs << ": [" << a << ", " << b << "] is " << wide(found[a * bs + b])
          << ", not " << sum;
    }
  }
}

template <class T>
void expect_linear_gradients(int m, int n, int k) {
  const auto x = values<T>(m * k, 1), w = values<T>(n * k, 2), dy = values<T>(m * n, 3);
  Guarded<T> dx(m * k), dw(n * k);
  linear_input_gradient(dx.data(), dy.data(), w.data(), m, n, k);
  linear_weight_gradient(dw.data(), dy.data(), x.data(), m, n, k);
  dx.expect_intact(), dw.expect_intact();
  expect_product(
      dx.result(), m, k, n, [&](int row, int i) { return dy[row * n + i]; },
      [&](int col, int i) { return w[i * k + col]; });
  expect_product(
      dw.result(), n, k, m, [&](int row, int i) { return dy[i * n + row]; },
      [&](int col, int i) { return x[i * k + col]; });
}

TEST_P(GradientIsa, LinearGradientsAgreeWithDouble) {
  for (const int m : kOddSizes) {
    for (const int n : kOddSizes) {
      for (const int k : kOddSizes) {
        expect_linear_gradients<float>(m, n, k);
        expect_linear_gradients<bf16>(m, n, k);
        if (HasFatalFailure()) return;
      }
    }
  }
}

// Longer than the panels that the products walk in.
TEST_P(GradientIsa, LinearGradientsOfLongSides) {
  for (const auto& [m, n, k] : {std::array{600, 9, 20}, std::array{5, 1100, 18}, std::array{4, 19, 1100}}) {
    expect_linear_gradients<float>(m, n, k);
    expect_linear_gradients<bf16>(m, n, k);
  }
}

TEST_P(GradientIsa, InputGradientOfSeveralChunksOfColumns) {
  constexpr int kN = 33000, kK = 259;  // more than one chunk of 256 columns may hold
  static const auto w = values<bf16>(kN * kK, 1), dy = values<bf16>(kN, 2);
  Guarded<bf16> dx(kK);
  linear_input_gradient(dx.data(), dy.data(), w.data(), 1, kN, kK);
  dx.expect_intact();
  expect_product(
      dx.result(), 1, kK, kN, [&](int, int i) { return dy[i]; }, [&](int col, int i) { return w[i * kK + col]; });
}

TEST_P(GradientIsa, NoRowsGiveZeroWeightGradients) {
  const std::vector<float> none;
  Guarded<float> dw(6), sums(3);
  linear_weight_gradient(dw.data(), none.data(), none.data(), 0, 3, 2);
  column_sums(sums.data(), none.data(), 0, 3);
  EXPECT_EQ(dw.result(), std::vector<float>(6, 0.0f));
  EXPECT_EQ(sums.result(), std::vector<float>(3, 0.0f));
}

template <class T>
void expect_linear_gradients_for_threads() {
  constexpr int kM = 150, kN = 190, kK = 170;
  const auto x = values<T>(kM * kK, 1), w = values<T>(kN * kK, 2), dy = values<T>(kM * kN, 3);
  expect_same_bits_for_threads([&] {
    std::vector<T> dx(kM * kK);
    linear_input_gradient(dx.data(), dy.data(), w.data(), kM, kN, kK);
    return dx;
  });
  expect_same_bits_for_threads([&] {
    std::vector<T> dw(kN * kK);
    linear_weight_gradient(dw.data(), dy.data(), x.data(), kM, kN, kK);
    return dw;
  });
}

TEST_P(GradientIsa, LinearGradientsDoNotDependOnThreads) {
  expect_linear_gradients_for_threads<float>();
  expect_linear_gradients_for_threads<bf16>();
}

template <class T>
void expect_column_sums(int m, int n) {
  const auto x = values<T>(m * n, 5);
  Guarded<T> sums(n);
  column_sums(sums.data(), x.data(), m, n);
  sums.expect_intact();
  for (int c = 0; c < n; ++c) {
    double sum = 0, size = 0;
    for (int r = 0; r < m; ++r) sum += wide(x[r * n + c]), size += std::fabs(wide(x[r * n + c]));
    ASSERT_TRUE(close_to(sums.data()[c], sum, size, 16)) << m << " x " << n << " column " << c;
  }
}

TEST_P(GradientIsa, ColumnSumsAgreeWithDouble) {
  for (const int m : {1, 3, 17, 133, 1000}) {
    for (const int n : {1, 3, 17, 127, 128, 129, 133, 400}) {
      expect_column_sums<float>(m, n);
      expect_column_sums<bf16>(m, n);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(GradientIsa, ColumnSumsDoNotDependOnThreads) {
  const auto x = values<float>(1000 * 700, 6);
  expect_same_bits_for_threads([&] {
    std::vector<float> sums(700);
    column_sums(sums.data(), x.data(), 1000, 700);
    return sums;
  });
}

template <class T>
void expect_sum_of_squares(std::int64_t count) {
  const auto x = values<T>(count, 7, 3);
  double wanted = 0;
  for (const T value : x) wanted += wide(value) * wide(value);
  EXPECT_NEAR(sum_of_squares(x.data(), count), wanted, 5e-7 * wanted) << count << " elements";
}

TEST_P(GradientIsa, SumOfSquaresAgreesWithDouble) {
  for (const int count : {0, 1, 3, 17, 133, 1025, (1 << 18) - 1, (1 << 18) + 1, 1000003}) {
    expect_sum_of_squares<float>(count);
    expect_sum_of_squares<bf16>(count);
  }
}

TEST_P(GradientIsa, SumOfSquaresDoesNotDependOnThreads) {
  const auto x = values<float>(1000003, 8);
  expect_same_bits_for_threads([&] { return std::vector<double>{sum_of_squares(x.data(), 1000003)}; });
}

}  // namespace
}  // namespace ov::kernels
