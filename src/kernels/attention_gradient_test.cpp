// Attention inside segments, forward and backward, against loops in double precision that keep every
// probability.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "kernels/gradient_test_values.h"
#include "kernels/gradients.h"

namespace ov::kernels {
namespace {

using SegmentIsa = RowIsa;
INSTANTIATE_TEST_SUITE_P(All, SegmentIsa,
                         testing::Values(Isa::generic, Isa::avx2, Isa::avx512, Isa::avx512_bf16, Isa::amx_bf16),
                         [](const auto& isa) { return isa_name(isa.param); });

// A result in double and, element by element, what its rounding errors are in proportion to.
struct Wanted {
  std::vector<double> value, size;
  explicit Wanted(std::size_t count) : value(count), size(count) {}
  void add(std::size_t at, double part, double part_size) { value[at] += part, size[at] += part_size; }
};

struct Reference {
  Wanted out, dq, dk, dv;
};

template <class T>
struct SegmentCase {
  std::vector<std::int64_t> bounds;
  SegmentArgs args;
  std::vector<T> q, k, v, dout;

  SegmentCase(std::vector<std::int64_t> ends, int kv_heads, int group, int e, bool causal) : bounds(std::move(ends)) {
    args.segments = static_cast<std::int64_t>(bounds.size()) - 1;
    args.heads = kv_heads * group, args.kv_heads = kv_heads, args.e = e, args.causal = causal;
    const std::int64_t rows = bounds.back();
    q = values<T>(rows * args.heads * e, 1), k = values<T>(rows * kv_heads * e, 2);
    v = values<T>(rows * kv_heads * e, 3), dout = values<T>(rows * args.heads * e, 4);
  }

  SegmentArgs full() const {
    SegmentArgs all = args;
    all.bounds = bounds.data();
    return all;
  }
  std::size_t at(std::int64_t row, std::int64_t head) const { return (row * args.heads + head) * args.e; }
  std::size_t kv_at(std::int64_t row, std::int64_t head) const {
    return (row * args.kv_heads + head / (args.heads / args.kv_heads)) * args.e;
  }

  // One query row of one head: keys [begin, end).
  void add_row(Reference& r, std::int64_t row, std::int64_t head, std::int64_t begin, std::int64_t end) const {
    const std::size_t keys = end - begin, e = args.e, qa = at(row, head);
    std::vector<double> p(keys), dp(keys), dp_size(keys);
    const double scale = 1 / std::sqrt(static_cast<double>(e));
    for (std::size_t j = 0; j < keys; ++j) {
      const std::size_t ka = kv_at(begin + static_cast<std::int64_t>(j), head);
      for (std::size_t i = 0; i < e; ++i) {
        p[j] += wide(q[qa + i]) * wide(k[ka + i]) * scale;
        const double part = wide(dout[qa + i]) * wide(v[ka + i]);
        dp[j] += part, dp_size[j] += std::fabs(part);
      }
    }
    const double most = *std::max_element(p.begin(), p.end());
    double sum = 0, dot = 0, dot_size = 0;
    for (double& each : p) sum += each = std::exp(each - most);
    for (double& each : p) each /= sum;
    for (std::size_t j = 0; j < keys; ++j) dot += p[j] * dp[j], dot_size += p[j] * dp_size[j];
    for (std::size_t j = 0; j < keys; ++j) {
      const std::size_t ka = kv_at(begin + static_cast<std::int64_t>(j), head);
      const double ds = p[j] * (dp[j] - dot) * scale;
      // Float32 roundings inside ds are in proportion to its parts; those of a bfloat16 ds to ds itself.
      const double ds_size = std::is_same_v<T, float> ? p[j] * (dp_size[j] + dot_size) * scale : std::fabs(ds);
      for (std::size_t i = 0; i < e; ++i) {
        const double vi = wide(v[ka + i]), ki = wide(k[ka + i]), qi = wide(q[qa + i]), di = wide(dout[qa + i]);
        r.out.add(qa + i, p[j] * vi, p[j] * std::fabs(vi));
        r.dv.add(ka + i, p[j] * di, p[j] * std::fabs(di));
        r.dq.add(qa + i, ds * ki, ds_size * std::fabs(ki));
        r.dk.add(ka + i, ds * qi, ds_size * std::fabs(qi));
      }
    }
  }

  Reference reference() const {
    Reference r{Wanted(q.size()), Wanted(q.size()), Wanted(k.size()), Wanted(v.size())};
    for (std::int64_t s = 0; s < args.segments; ++s) {
      for (std::int64_t row = bounds[s]; row < bounds[s + 1]; ++row) {
        for (std::int64_t head = 0; head < args.heads; ++head) {
          add_row(r, row, head, bounds[s], args.causal ? row + 1 : bounds[s + 1]);
        }
      }
    }
    return r;
  }
};

// Elements before `first` belong to no segment and keep what they were.
template <class T>
void expect_wanted(const Guarded<T>& found, const Wanted& wanted, std::size_t first, const std::string& name) {
  found.expect_intact();
  const std::vector<T> result = found.result();
  double square = 0, error = 0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    if (i < first) {
      ASSERT_EQ(wide(result[i]), 99) << name << " element " << i << " is in no segment";
      continue;
    }
    constexpr double kFloatUnits = 40, kBf16Units = 1.0 / 256 / 1.2e-7;
    const double units = std::is_same_v<T, float> ? kFloatUnits : kBf16Units, size = wanted.size[i] + 1e-6;
    ASSERT_TRUE(close_to(result[i], wanted.value[i], size, units))
        << name << " element " << i << " is " << wide(result[i]) << ", not " << wanted.value[i];
    square += wanted.value[i] * wanted.value[i];
    error += std::pow(wide(result[i]) - wanted.value[i], 2);
  }
  EXPECT_LE(std::sqrt(error), (std::is_same_v<T, float> ? 2e-6 : 4e-3) * std::sqrt(square)) << name << " as a whole";
}

template <class T>
void expect_reference(const SegmentCase<T>& c, const Reference& wanted) {
  Guarded<T> out(c.q.size()), dq(c.q.size()), dk(c.k.size()), dv(c.v.size());
  segment_attention(out.data(), c.q.data(), c.k.data(), c.v.data(), c.full());
  segment_attention_gradient(dq.data(), dk.data(), dv.data(), c.dout.data(), c.q.data(), c.k.data(), c.v.data(),
                             c.full());
  const std::size_t first = c.at(c.bounds[0], 0), kv_first = c.kv_at(c.bounds[0], 0);
  expect_wanted(out, wanted.out, first, "out");
  expect_wanted(dq, wanted.dq, first, "dq");
  expect_wanted(dk, wanted.dk, kv_first, "dk");
  expect_wanted(dv, wanted.dv, kv_first, "dv");
}

// A reference is slow and the same for every instruction set.
template <class T>
struct Solved {
  SegmentCase<T> problem;
  Reference wanted;
  explicit Solved(SegmentCase<T> c) : problem(std::move(c)), wanted(problem.reference()) {}
};

// Segments of 1, 256, 257 and 700 rows: one block of query rows, one and a row, and several.
template <class T>
void expect_long_segments(bool causal) {
  static const Solved<T> all(SegmentCase<T>({2, 3, 259, 516, 516, 1216}, 1, 2, 16, false));
  static const Solved<T> before(SegmentCase<T>({2, 3, 259, 516, 516, 1216}, 1, 2, 16, true));
  const Solved<T>& solved = causal ? before : all;
  expect_reference(solved.problem, solved.wanted);
}

TEST_P(SegmentIsa, LongSegmentsFloat) {
  expect_long_segments<float>(true);
  expect_long_segments<float>(false);
}

TEST_P(SegmentIsa, LongSegmentsBf16) {
  expect_long_segments<bf16>(true);
  expect_long_segments<bf16>(false);
}

template <class T>
std::vector<Solved<T>> head_shapes() {
  std::vector<Solved<T>> all;
  for (const auto& [kv_heads, group, e] :
       {std::array{1, 1, 1}, std::array{2, 7, 64}, std::array{3, 2, 72}, std::array{2, 3, 17}, std::array{1, 4, 128}}) {
    for (const bool causal : {true, false}) {
      all.emplace_back(SegmentCase<T>({0, 1, 4, 21, 154}, kv_heads, group, e, causal));
    }
  }
  return all;
}

template <class T>
void expect_head_shapes() {
  static const std::vector<Solved<T>> shapes = head_shapes<T>();
  for (const Solved<T>& one : shapes) {
    expect_reference(one.problem, one.wanted);
    const SegmentArgs& args = one.problem.args;
    if (testing::Test::HasFatalFailure()) FAIL() << args.kv_heads << " of " << args.heads << " heads of " << args.e;
  }
}

TEST_P(SegmentIsa, HeadShapesFloat) { expect_head_shapes<float>(); }
TEST_P(SegmentIsa, HeadShapesBf16) { expect_head_shapes<bf16>(); }

template <class T>
std::vector<T> all_results(const SegmentCase<T>& c) {
  const std::size_t n = c.q.size(), m = c.k.size();
  std::vector<T> all(2 * n + 2 * m);
  segment_attention(&all[0], c.q.data(), c.k.data(), c.v.data(), c.full());
  segment_attention_gradient(&all[n], &all[2 * n], &all[2 * n + m], c.dout.data(), c.q.data(), c.k.data(), c.v.data(),
                             c.full());
  return all;
}

TEST_P(SegmentIsa, ResultsDoNotDependOnThreads) {
  const SegmentCase<float> several({0, 1, 134, 391}, 2, 3, 64, true), one({0, 300}, 1, 2, 64, true);
  const SegmentCase<bf16> half({0, 1, 134, 391}, 2, 3, 64, false);
  expect_same_bits_for_threads([&] { return all_results(several); });
  expect_same_bits_for_threads([&] { return all_results(one); });
  expect_same_bits_for_threads([&] { return all_results(half); });
}

TEST_P(SegmentIsa, SegmentsDoNotSeeEachOther) {
  const SegmentCase<float> both({0, 70, 133}, 1, 2, 32, true);
  SegmentCase<float> other = both;
  const std::size_t from = both.at(70, 0), kv_from = both.kv_at(70, 0);
  for (std::vector<float>* x : {&other.q, &other.dout}) std::fill(x->begin() + from, x->end(), 1e3f);
  for (std::vector<float>* x : {&other.k, &other.v}) std::fill(x->begin() + kv_from, x->end(), -1e3f);
  const std::vector<float> a = all_results(both), b = all_results(other);
  const std::size_t n = both.q.size(), m = both.k.size();
  for (const std::size_t start : {std::size_t{0}, n}) {
    EXPECT_EQ(0, std::memcmp(&a[start], &b[start], from * sizeof(float)));
  }
  for (const std::size_t start : {2 * n, 2 * n + m}) {
    EXPECT_EQ(0, std::memcmp(&a[start], &b[start], kv_from * sizeof(float)));
  }
}

TEST_P(SegmentIsa, HugeScoresStayFinite) {
  SegmentCase<float> c({0, 133}, 1, 2, 16, true);
  for (float& x : c.q) x *= 100;
  for (float& x : c.k) x *= 100;
  for (const float x : all_results(c)) ASSERT_TRUE(std::isfinite(x));
}

}  // namespace
}  // namespace ov::kernels
