// linear and gated_linear against sums in double precision, for every instruction set of this CPU.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "base/parallel.h"
#include "kernels/kernels.h"

namespace ov::kernels {
namespace {

float widen(float value) { return value; }
float widen(bf16 value) { return std::bit_cast<float>(std::uint32_t{value} << 16); }
void narrow(float* y, float value) { *y = value; }
void narrow(bf16* y, float value) { convert(y, &value, 1); }

// Half a unit in the last place of the result, relative: 8 and 24 significant bits.
template <class Y>
constexpr double kRounding = sizeof(Y) == 2 ? 0x1p-8 : 0x1p-24;

template <class X>
std::vector<X> random_values(std::int64_t count, std::uint32_t seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<X> values(static_cast<std::size_t>(count));
  for (X& value : values) narrow(&value, uniform(engine));
  return values;
}

std::vector<Isa> instruction_sets() {
  std::vector<Isa> all;
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512, Isa::avx512_bf16, Isa::amx_bf16}) {
    if (isa <= best_isa()) all.push_back(isa);
  }
  return all;
}

double gelu_tanh(double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }
double gelu_erf(double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }
double silu(double x) { return x / (1 + std::exp(-x)); }

struct Sum {
  double value = 0, size = 0;  // size: sum of the terms' absolute values
};
template <class X>
Sum dot(const X* x, const X* w, std::int64_t k) {
  Sum sum;
  for (std::int64_t i = 0; i < k; ++i) {
    const double term = double{widen(x[i])} * double{widen(w[i])};
    sum.value += term;
    sum.size += std::abs(term);
  }
  return sum;
}

enum class Kind { plain, bias, residual, both, gated };

// One product with everything around it.
template <class Y, class X>
struct Case {
  LinearArgs args;
  Kind kind = Kind::plain;
  std::vector<X> x, w, up, bias;
  std::vector<Y> residual, y;

  Case(std::int64_t m, std::int64_t n, std::int64_t k, Kind kind_of, std::int64_t extra_stride = 0) : kind(kind_of) {
    args.m = m;
    args.n = n;
    args.k = k;
    if (extra_stride) {
      args.x_stride = k + extra_stride;
      args.y_stride = n + extra_stride;
    }
    x = random_values<X>(m * x_stride(), 1);
    w = random_values<X>(n * k, 2);
    up = random_values<X>(n * k, 3);
    bias = random_values<X>(n, 4);
    residual = random_values<Y>(m * y_stride(), 5);
    y.assign(static_cast<std::size_t>(m * y_stride()), Y{});
  }
  std::int64_t x_stride() const { return args.x_stride ? args.x_stride : args.k; }
  std::int64_t y_stride() const { return args.y_stride ? args.y_stride : args.n; }

  void run() {
    if constexpr (std::is_same_v<X, Y>) {
      if (kind == Kind::gated) {
        gated_linear(y.data(), x.data(), w.data(), up.data(), args);
      } else {
        const bool with_bias = kind == Kind::bias || kind == Kind::both;
        const bool with_residual = kind == Kind::residual || kind == Kind::both;
        linear(y.data(), x.data(), w.data(), with_bias ? bias.data() : nullptr,
               with_residual ? residual.data() : nullptr, args);
      }
    } else {
      linear(y.data(), x.data(), w.data(), args);
    }
  }

  // The true value and how far a correct float32 computation may be from it.
  std::pair<double, double> expected(std::int64_t m, std::int64_t n) const {
    const X* row = x.data() + m * x_stride();
    const auto k = static_cast<double>(args.k);
    const Sum a = dot(row, w.data() + n * args.k, args.k);
    const double slack_a = a.size * 0x1p-24 * (4 + k / 8);
    if (kind == Kind::gated) {
      const Sum b = dot(row, up.data() + n * args.k, args.k);
      const double value = silu(a.value) * b.value;
      const double slack_b = b.size * 0x1p-24 * (4 + k / 8);
      return {value, slack_a * 1.1 * std::abs(b.value) + slack_b * std::abs(silu(a.value)) + slack_a * slack_b +
                         std::abs(value) * (kRounding<Y> + 0x1p-21)};
    }
    double value = a.value;
    if (kind == Kind::bias || kind == Kind::both) value += double{widen(bias[static_cast<std::size_t>(n)])};
    if (args.activation == Activation::gelu_tanh) value = gelu_tanh(value);
    if (args.activation == Activation::gelu_erf) value = gelu_erf(value);
    const double before = std::abs(value);
    if (kind == Kind::residual || kind == Kind::both) {
      value += double{widen(residual[static_cast<std::size_t>(m * y_stride() + n)])};
    }
    return {value, 1.2 * slack_a + std::abs(value) * kRounding<Y> * 1.01 + (before + 1) * 0x1p-22};
  }

  void check() const {
    for (std::int64_t m = 0; m < args.m; ++m) {
      for (std::int64_t n = 0; n < args.n; ++n) {
        const auto [value, slack] = expected(m, n);
        const float got = widen(y[static_cast<std::size_t>(m * y_stride() + n)]);
        ASSERT_NEAR(got, value, slack) << isa_name(active_isa()) << " m " << m << " n " << n << " of " << args.m << "x"
                                       << args.n << "x" << args.k << " path " << static_cast<int>(args.path) << " kind "
                                       << static_cast<int>(kind);
      }
    }
  }
};

class LinearTest : public testing::Test {
 protected:
  void TearDown() override {
    limit_isa(best_isa());
    set_num_threads(0);
  }
};

template <class Y, class X>
void check_shapes() {
  std::mt19937 engine(7);
  const auto pick = [&](int least, int most) { return std::uniform_int_distribution<int>(least, most)(engine); };
  for (const Isa isa : instruction_sets()) {
    limit_isa(isa);
    for (int i = 0; i < 60; ++i) {
      const auto kind = std::is_same_v<X, Y> ? static_cast<Kind>(pick(0, 4)) : Kind::plain;
      Case<Y, X> product(pick(1, 70), pick(1, 200), pick(1, 300), kind, pick(0, 2) * pick(0, 9));
      product.args.path = pick(0, 1) ? Path::wide : Path::narrow;
      if (std::is_same_v<X, Y>) product.args.activation = static_cast<Activation>(pick(0, 2));
      set_num_threads(pick(1, 3));
      product.run();
      ASSERT_NO_FATAL_FAILURE(product.check());
    }
  }
}

TEST_F(LinearTest, RandomShapesFloat) { check_shapes<float, float>(); }
TEST_F(LinearTest, RandomShapesBf16) { check_shapes<bf16, bf16>(); }
TEST_F(LinearTest, RandomShapesBf16ToFloat) { check_shapes<float, bf16>(); }

template <class Y, class X>
void check_large(std::int64_t m, std::int64_t n, std::int64_t k, Kind kind) {
  for (const Isa isa : instruction_sets()) {
    if (isa == Isa::generic) continue;  // has no blocks
    limit_isa(isa);
    for (const Path path : {Path::wide, Path::narrow}) {
      Case<Y, X> product(m, n, k, kind);
      product.args.path = path;
      product.run();
      ASSERT_NO_FATAL_FAILURE(product.check());
    }
  }
}

TEST_F(LinearTest, SeveralBlocksOfEveryKind) {
  check_large<bf16, bf16>(131, 547, 2500, Kind::both);
  check_large<bf16, bf16>(50, 275, 4304, Kind::gated);
  check_large<float, float>(259, 401, 700, Kind::both);
  check_large<float, float>(67, 130, 1152, Kind::gated);
  check_large<float, bf16>(2, 3001, 896, Kind::plain);
}

TEST_F(LinearTest, EveryTailOfTheKernelsOfPairs) {
  if (best_isa() < Isa::avx512_bf16) GTEST_SKIP() << "this CPU has no " << isa_name(Isa::avx512_bf16);
  for (const Isa isa : {Isa::avx512_bf16, Isa::amx_bf16}) {
    if (isa > best_isa()) continue;
    limit_isa(isa);
    for (const std::int64_t k : {1, 2, 3, 31, 32, 33, 1023, 1025, 2049}) {
      for (std::int64_t m = 1; m <= 13; ++m) {
        for (const std::int64_t n : {1, 15, 16, 17, 31, 32, 33}) {
          if (k > 100 && (m + n) % 5) continue;  // long sums take their time
          Case<bf16, bf16> product(m, n, k, m % 2 ? Kind::both : Kind::gated, m % 3);
          product.args.activation = static_cast<Activation>(n % 3);
          product.run();
          ASSERT_NO_FATAL_FAILURE(product.check());
        }
      }
    }
  }
}

TEST_F(LinearTest, ManyRowsOverManyBlocks) {
  if (best_isa() < Isa::avx2) GTEST_SKIP() << "too slow without vectors";
  Case<bf16, bf16> product(1700, 70, 1300, Kind::bias);
  product.run();
  product.check();
}

// Row m alone, first of five, in the middle of many, under other strides and thread counts.
template <class Y, class X>
void check_rows(Kind kind, std::int64_t n, std::int64_t k) {
  constexpr std::int64_t kMany = 64;
  for (const Isa isa : instruction_sets()) {
    limit_isa(isa);
    for (const Path path : {Path::wide, Path::narrow}) {
      set_num_threads(2);
      Case<Y, X> many(kMany, n, k, kind);
      many.args.path = path;
      many.args.activation = std::is_same_v<X, Y> ? Activation::gelu_tanh : Activation::none;
      many.run();
      for (const std::int64_t m : {1, 2, 3, 5, 16, 17, 40}) {
        for (const int threads : {1, 2, 3}) {
          set_num_threads(threads);
          const std::int64_t row = (m * 11) % (kMany - m), extra = threads == 3 ? 5 : 0;
          Case<Y, X> few(m, n, k, kind, extra);
          few.args.path = path;
          few.args.activation = many.args.activation;
          for (std::int64_t i = 0; i < m; ++i) {
            std::memcpy(few.x.data() + i * few.x_stride(), many.x.data() + (row + i) * k,
                        sizeof(X) * static_cast<std::size_t>(k));
            std::memcpy(few.residual.data() + i * few.y_stride(), many.residual.data() + (row + i) * n,
                        sizeof(Y) * static_cast<std::size_t>(n));
          }
          few.run();
          for (std::int64_t i = 0; i < m; ++i) {
            ASSERT_EQ(0, std::memcmp(few.y.data() + i * few.y_stride(), many.y.data() + (row + i) * n,
                                     sizeof(Y) * static_cast<std::size_t>(n)))
                << isa_name(isa) << " path " << static_cast<int>(path) << " row " << i << " of " << m << " with "
                << threads << " threads";
          }
        }
      }
    }
  }
}

TEST_F(LinearTest, RowsDoNotDependOnTheirCompany) {
  check_rows<float, float>(Kind::both, 77, 300);
  check_rows<bf16, bf16>(Kind::both, 77, 300);
  check_rows<bf16, bf16>(Kind::gated, 50, 1300);
  check_rows<bf16, bf16>(Kind::both, 33, 1601);
  check_rows<float, float>(Kind::gated, 50, 131);
  check_rows<float, bf16>(Kind::plain, 200, 90);
}

TEST_F(LinearTest, ResidualMayAliasTheResult) {
  for (const Isa isa : instruction_sets()) {
    limit_isa(isa);
    for (const Path path : {Path::wide, Path::narrow}) {
      Case<bf16, bf16> apart(37, 45, 60, Kind::both);
      apart.args.path = path;
      apart.run();
      std::vector<bf16> y = apart.residual;
      linear(y.data(), apart.x.data(), apart.w.data(), apart.bias.data(), y.data(), apart.args);
      EXPECT_EQ(y, apart.y) << isa_name(isa);
    }
  }
}

// A bad input spoils its own row or column, wholly, and no other.
template <class X>
void check_not_finite(float bad) {
  for (const Isa isa : instruction_sets()) {
    limit_isa(isa);
    for (const Path path : {Path::wide, Path::narrow}) {
      Case<X, X> product(21, 35, 47, Kind::bias, 3);
      product.args.path = path;
      narrow(&product.x[static_cast<std::size_t>(5 * product.x_stride() + 46)], bad);
      narrow(&product.x[static_cast<std::size_t>(7 * product.x_stride() + 47)], bad);  // between rows: not an input
      narrow(&product.w[34 * 47], bad);
      product.run();
      for (std::int64_t m = 0; m < 21; ++m) {
        for (std::int64_t n = 0; n < 35; ++n) {
          const float value = widen(product.y[static_cast<std::size_t>(m * product.y_stride() + n)]);
          ASSERT_EQ(!std::isfinite(value), m == 5 || n == 34) << isa_name(isa) << " " << m << " " << n;
          if (std::isnan(bad)) {
            ASSERT_EQ(std::isnan(value), m == 5 || n == 34);
          }
        }
      }
    }
  }
}

TEST_F(LinearTest, NotANumberAndInfinityPropagate) {
  check_not_finite<float>(std::numeric_limits<float>::quiet_NaN());
  check_not_finite<bf16>(std::numeric_limits<float>::quiet_NaN());
  check_not_finite<float>(std::numeric_limits<float>::infinity());
  check_not_finite<bf16>(std::numeric_limits<float>::infinity());
}

// k = 1 and w = 1 leave the activation alone.
void check_activation(Activation activation, double (*truth)(double)) {
  std::vector<float> x;
  for (double v = -12; v <= 12; v += 0.0037) x.push_back(static_cast<float>(v));
  for (const float v : {0.0f, 1e-30f, -1e-30f, 1e-4f, 1.41421f, -1.41421f, 60.0f, -60.0f, 1e20f, 3e38f}) x.push_back(v);
  const float one = 1;
  std::vector<float> y(x.size());
  LinearArgs args{.m = static_cast<std::int64_t>(x.size()), .n = 1, .k = 1, .activation = activation};
  for (const Isa isa : instruction_sets()) {
    limit_isa(isa);
    linear(y.data(), x.data(), &one, nullptr, nullptr, args);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double value = truth(double{x[i]});
      ASSERT_NEAR(y[i], value, 1e-7 + 1.5e-7 * std::abs(value)) << isa_name(isa) << " x " << x[i];
    }
  }
}

TEST_F(LinearTest, ActivationsAreAccurate) {
  check_activation(Activation::gelu_tanh, gelu_tanh);
  check_activation(Activation::gelu_erf, gelu_erf);
}

TEST_F(LinearTest, SiluIsAccurate) {
  std::vector<float> x;
  for (double v = -40; v <= 40; v += 0.0113) x.push_back(static_cast<float>(v));
  std::vector<float> rows, y(x.size());
  for (const float v : x) rows.insert(rows.end(), {v, 1.0f});
  const float gate[] = {1, 0}, up[] = {0, 1};
  const LinearArgs args{.m = static_cast<std::int64_t>(x.size()), .n = 1, .k = 2};
  for (const Isa isa : instruction_sets()) {
    limit_isa(isa);
    gated_linear(y.data(), rows.data(), gate, up, args);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double value = silu(double{x[i]});
      ASSERT_NEAR(y[i], value, 1e-9 + 3e-7 * std::abs(value)) << isa_name(isa) << " x " << x[i];
    }
  }
}

TEST_F(LinearTest, NothingToDo) {
  for (const Isa isa : instruction_sets()) {
    limit_isa(isa);
    linear(static_cast<float*>(nullptr), static_cast<const float*>(nullptr), nullptr, nullptr, nullptr,
           {.m = 0, .n = 4, .k = 4});
    for (const Path path : {Path::wide, Path::narrow}) {
      const bf16 bias[3] = {0x3f80, 0x4000, 0x4040}, unread = 0;
      std::vector<bf16> y(6, 0);
      linear(y.data(), &unread, &unread, bias, nullptr, {.m = 2, .n = 3, .k = 0, .path = path});
      EXPECT_THAT(y, testing::ElementsAre(0x3f80, 0x4000, 0x4040, 0x3f80, 0x4000, 0x4040)) << isa_name(isa);
    }
  }
}

}  // namespace
}  // namespace ov::kernels
