// Attention against a double-precision reference, for every instruction set of this machine, and
// the promises of kernels.h: row invariance, masked keys leave no trace, large scores are safe.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "kernels/kernels.h"

namespace ov::kernels {
namespace {

template <class T>
T narrow(double value) {
  if constexpr (std::is_same_v<T, float>) {
    return static_cast<float>(value);
  } else {
    const float f = static_cast<float>(value);
    std::uint32_t bits = 0;
    std::memcpy(&bits, &f, sizeof bits);
    if (f != f) return 0x7fc0;
    return static_cast<bf16>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
  }
}

template <class T>
double widen(T value) {
  if constexpr (std::is_same_v<T, float>) {
    return value;
  } else {
    const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
    float f = 0;
    std::memcpy(&f, &bits, sizeof f);
    return f;
  }
}

template <class T>
struct Case {
  AttentionArgs args;
  std::vector<T> q, k, v, out;

  Case(std::int64_t tq, std::int64_t tk, std::int64_t kv_heads, std::int64_t group, std::int64_t e, bool causal,
       Path path, bool heads_first = false, double spread = 1.0, unsigned seed = 1) {
    args.tq = tq;
    args.tk = tk;
    args.heads = kv_heads * group;
    args.kv_heads = kv_heads;
    args.e = e;
    args.causal = causal;
    args.path = path;
    args.q_stride = args.heads * e + 3;
    args.out_stride = args.heads * e + 5;
    args.k_stride = heads_first ? e : kv_heads * e + 7;
    args.v_stride = heads_first ? e : kv_heads * e + 1;
    args.k_head_stride = args.v_head_stride = heads_first ? tk * e : 0;
    std::mt19937 random(seed);
    std::normal_distribution<double> normal(0, spread);
    const auto fill = [&](std::vector<T>& x, std::int64_t count) {
      x.resize(count);
      for (T& value : x) value = narrow<T>(normal(random));
    };
    fill(q, args.q_stride * tq);
    fill(k, heads_first ? tk * e * kv_heads : args.k_stride * tk);
    fill(v, heads_first ? tk * e * kv_heads : args.v_stride * tk);
    out.resize(args.out_stride * tq);
  }

  std::int64_t head_stride(std::int64_t given) const { return given == 0 ? args.e : given; }
  std::int64_t limit(std::int64_t i) const { return args.causal ? args.tk - args.tq + i + 1 : args.tk; }
  T* key(std::int64_t t, std::int64_t head) {
    return k.data() + t * args.k_stride + head * head_stride(args.k_head_stride);
  }
  T* value(std::int64_t t, std::int64_t head) {
    return v.data() + t * args.v_stride + head * head_stride(args.v_head_stride);
  }
  const T* result(std::int64_t i, std::int64_t head) const { return &out[i * args.out_stride + head * args.e]; }

  void run() { attention(out.data(), q.data(), k.data(), v.data(), args); }

  // Query rows [first, first + count) with only the keys the last of them sees.
  std::vector<T> run_chunk(std::int64_t first, std::int64_t count) const {
    AttentionArgs part = args;
    part.tq = count;
    part.tk = args.tk - args.tq + first + count;
    std::vector<T> rows(args.out_stride * count);
    attention(rows.data(), q.data() + first * args.q_stride, k.data(), v.data(), part);
    return rows;
  }

  // One output row in double precision; `size` receives the sum of |weight * value|.
  std::vector<double> reference(std::int64_t i, std::int64_t head, std::vector<double>* size) {
    const std::int64_t kv_head = head / (args.heads / args.kv_heads), count = limit(i);
    std::vector<double> score(count), sum(args.e);
    const double scale = args.scale > 0 ? args.scale : 1 / std::sqrt(static_cast<double>(args.e));
    for (std::int64_t t = 0; t < count; ++t) {
      for (std::int64_t x = 0; x < args.e; ++x) {
        score[t] += widen(q[i * args.q_stride + head * args.e + x]) * widen(key(t, kv_head)[x]) * scale;
      }
    }
    const double top = *std::max_element(score.begin(), score.end());
    double weight = 0;
    for (double& s : score) weight += s = std::exp(s - top);
    size->assign(args.e, 0);
    for (std::int64_t t = 0; t < count; ++t) {
      for (std::int64_t x = 0; x < args.e; ++x) {
        const double part = score[t] / weight * widen(value(t, kv_head)[x]);
        sum[x] += part;
        (*size)[x] += std::fabs(part);
      }
    }
    return sum;
  }

  // float32 arithmetic: a few units of rounding of what was summed, plus the scores' own. A bfloat16
  // result is rounded once more, and so are the weights when AMX multiplies them.
  double bound(double wanted, double size) const {
    constexpr double kFloat = 4e-6, kHalf = 1.0 / 256;
    if (std::is_same_v<T, float>) return kFloat * size;
    const bool rounds_weights = active_isa() == Isa::amx_bf16 && args.path == Path::wide;
    return kHalf * std::fabs(wanted) + (rounds_weights ? kHalf : kFloat) * size + 1e-30;
  }

  void check() {
    run();
    std::vector<double> size;
    for (std::int64_t i = 0; i < args.tq; ++i) {
      for (std::int64_t head = 0; head < args.heads; ++head) {
        const std::vector<double> wanted = reference(i, head, &size);
        for (std::int64_t x = 0; x < args.e; ++x) {
          const double found = widen(result(i, head)[x]);
          ASSERT_NEAR(found, wanted[x], bound(wanted[x], size[x]))
              << isa_name(active_isa()) << " tq " << args.tq << " tk " << args.tk << " heads " << args.heads << "/"
              << args.kv_heads << " e " << args.e << " row " << i << " head " << head << " element " << x;
        }
      }
    }
  }
};

class AttentionIsa : public testing::TestWithParam<Isa> {
 protected:
  void SetUp() override {
    if (GetParam() > best_isa()) GTEST_SKIP() << "this CPU has no " << isa_name(GetParam());
    limit_isa(GetParam());
  }
  void TearDown() override {
    limit_isa(Isa::amx_bf16);
    set_num_threads(0);
  }
};

INSTANTIATE_TEST_SUITE_P(All, AttentionIsa, testing::Values(Isa::generic, Isa::avx2, Isa::avx512, Isa::amx_bf16),
                         [](const auto& isa) { return isa_name(isa.param); });

template <class T>
void check_random_shapes(Path path) {
  std::mt19937 random(7);
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  for (int i = 0; i < 32; ++i) {
    const int tk = pick(1, 300), tq = std::min(pick(1, 70), tk);
    Case<T> c(tq, tk, pick(1, 3), pick(1, 8), pick(1, 130), i % 2 == 0, path, i % 3 == 0, 1.0, i);
    c.check();
    if (testing::Test::HasFatalFailure()) return;
  }
  for (const int e : {64, 72, 128}) {
    Case<T>(17, 600, 1, 7, e, true, path).check();
    if (testing::Test::HasFatalFailure()) return;
  }
}

TEST_P(AttentionIsa, WideFloat) { check_random_shapes<float>(Path::wide); }
TEST_P(AttentionIsa, WideBf16) { check_random_shapes<bf16>(Path::wide); }
TEST_P(AttentionIsa, NarrowFloat) { check_random_shapes<float>(Path::narrow); }
TEST_P(AttentionIsa, NarrowBf16) { check_random_shapes<bf16>(Path::narrow); }

TEST_P(AttentionIsa, NarrowManyKeys) {
  Case<bf16>(1, 2100, 2, 7, 64, true, Path::narrow).check();
  Case<float>(2, 1100, 2, 3, 128, true, Path::narrow).check();
}

TEST_P(AttentionIsa, ScaleIsUsed) {
  for (const Path path : {Path::wide, Path::narrow}) {
    Case<float> c(5, 40, 1, 2, 32, true, path);
    c.args.scale = 0.7f;
    c.check();
  }
}

template <class T>
void expect_chunks_equal(Path path, int e, int group) {
  Case<T> c(130, 400, 2, group, e, true, path, false, 2.0);
  c.run();
  for (const std::int64_t chunk : {1, 7, 16, 64}) {
    for (std::int64_t first = 0; first < c.args.tq; first += chunk) {
      const std::int64_t count = std::min(chunk, c.args.tq - first);
      const std::vector<T> rows = c.run_chunk(first, count);
      for (std::int64_t i = 0; i < count; ++i) {
        ASSERT_EQ(0, std::memcmp(&rows[i * c.args.out_stride], c.result(first + i, 0), c.args.heads * e * sizeof(T)))
            << isa_name(active_isa()) << " chunk " << chunk << " row " << first + i << " e " << e;
      }
    }
  }
}

TEST_P(AttentionIsa, RowsDoNotDependOnChunks) {
  for (const auto& [e, group] : {std::pair{64, 7}, std::pair{72, 1}, std::pair{50, 3}}) {
    expect_chunks_equal<float>(Path::wide, e, group);
    expect_chunks_equal<bf16>(Path::wide, e, group);
    if (HasFatalFailure()) return;
  }
  expect_chunks_equal<bf16>(Path::narrow, 64, 3);
}

TEST_P(AttentionIsa, ResultsDoNotDependOnThreads) {
  for (const Path path : {Path::wide, Path::narrow}) {
    for (const bool causal : {true, false}) {
      Case<bf16> c(60, 1200, 2, 7, 64, causal, path);
      std::vector<bf16> first;
      for (const int threads : {1, 2, 3}) {
        set_num_threads(threads);
        c.run();
        if (threads == 1) first = c.out;
        EXPECT_EQ(first, c.out) << threads << " threads";
      }
    }
  }
}

template <class T>
void expect_no_leak(Path path, float poison) {
  Case<T> clean(70, 330, 2, 3, 72, true, path);
  clean.run();
  for (const std::int64_t position : {265, 300, 329}) {
    Case<T> c = clean;
    for (std::int64_t head = 0; head < 2; ++head) {
      for (std::int64_t x = 0; x < c.args.e; x += 2) {
        c.key(position, head)[x] = narrow<T>(poison);
        c.value(position, head)[x] = narrow<T>(poison);
      }
    }
    c.run();
    for (std::int64_t i = 0; i < c.args.tq; ++i) {
      const bool sees = position < c.limit(i);
      const bool same = std::memcmp(c.result(i, 0), clean.result(i, 0), c.args.heads * c.args.e * sizeof(T)) == 0;
      if (!sees) {
        ASSERT_TRUE(same) << isa_name(active_isa()) << " row " << i << " position " << position;
      } else {
        ASSERT_FALSE(std::isfinite(widen(c.result(i, 0)[0]))) << "row " << i << " position " << position;
      }
    }
  }
}

TEST_P(AttentionIsa, MaskedKeysLeaveNoTrace) {
  for (const float poison : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    for (const Path path : {Path::wide, Path::narrow}) {
      expect_no_leak<float>(path, poison);
      expect_no_leak<bf16>(path, poison);
      if (HasFatalFailure()) return;
    }
  }
}

TEST_P(AttentionIsa, InfiniteValueAloneIsSeenByItsRowsOnly) {
  Case<bf16> clean(40, 40, 1, 2, 64, true, Path::wide);
  clean.run();
  Case<bf16> c = clean;
  c.value(20, 0)[5] = narrow<bf16>(std::numeric_limits<float>::infinity());
  c.run();
  for (std::int64_t i = 0; i < 40; ++i) {
    for (std::int64_t head = 0; head < 2; ++head) {
      for (std::int64_t x = 0; x < 64; ++x) {
        if (i < 20 || x != 5) {
          ASSERT_EQ(c.result(i, head)[x], clean.result(i, head)[x]);
        } else {
          ASSERT_FALSE(std::isfinite(widen(c.result(i, head)[x])));
        }
      }
    }
  }
}

TEST_P(AttentionIsa, HugeScoresStayFinite) {
  for (const Path path : {Path::wide, Path::narrow}) {
    Case<float> f(20, 300, 1, 2, 16, true, path, false, 50.0);  // scores about +-1e4
    f.run();
    for (std::int64_t i = 0; i < 20; ++i) {
      for (std::int64_t x = 0; x < 32; ++x) ASSERT_TRUE(std::isfinite(f.result(i, 0)[x]));
    }
    Case<bf16> b(20, 300, 1, 2, 16, true, path, false, 50.0);
    b.run();
    for (std::int64_t i = 0; i < 20; ++i) {
      for (std::int64_t x = 0; x < 32; ++x) ASSERT_TRUE(std::isfinite(widen(b.result(i, 0)[x])));
    }
  }
}

TEST(Attention, RefusesImpossibleArguments) {
  Case<float> c(4, 8, 1, 2, 8, true, Path::wide);
  c.args.kv_heads = 3;
  EXPECT_THROW(c.run(), Error);
  c.args.kv_heads = 1;
  c.args.tk = 3;
  EXPECT_THROW(c.run(), Error);
  c.args.tk = 0;
  EXPECT_THROW(c.run(), Error);
}

}  // namespace
}  // namespace ov::kernels
