// The formulas that a GPU runs, on the CPU: all segments at once against a loop over them, and gathers with
// their gradients against ATen's.
#include "tensor/batched.h"

#include <ATen/Context.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <functional>

#include "tensor/gather.h"
#include "tensor/ops.h"

namespace ov {
namespace {

Tensor leaf(std::vector<std::int64_t> sizes) { return at::randn(sizes).requires_grad_(true); }

Segments ragged() {
  Segments segments;
  for (const std::int64_t length : {5, 1, 17, 8}) segments.append(length);
  return segments;
}

// Values and gradients of all leaves, by both functions.
void expect_same(const std::vector<Tensor>& leaves, const std::function<Tensor()>& f, const std::function<Tensor()>& g,
                 double tolerance) {
  std::vector<std::vector<Tensor>> results;
  Tensor upstream;
  for (const auto& one : {f, g}) {
    const Tensor y = one();
    if (!upstream.defined()) upstream = at::randn(y.sizes());
    y.backward(upstream);
    results.push_back({y.detach()});
    for (const Tensor& x : leaves) {
      ASSERT_TRUE(x.grad().defined());
      results.back().push_back(x.grad().clone());
      x.mutable_grad().reset();
    }
  }
  for (std::size_t i = 0; i < results[0].size(); ++i) {
    ASSERT_EQ(results[0][i].sizes(), results[1][i].sizes());
    EXPECT_GT(results[1][i].abs().max().item<float>(), 0);
    EXPECT_LE((results[0][i] - results[1][i]).abs().max().item<float>(), tolerance) << "result " << i;
  }
}

TEST(Batched, RopeIsThatOfEachSegment) {
  at::manual_seed(3);
  const Segments segments = ragged();
  const Tensor x = leaf({segments.rows(), 3, 16});
  expect_same(
      {x}, [&] { return batched::rope(x, segments, 1e4); }, [&] { return plain::rope(x, segments, 1e4); }, 2e-6);
  const Segments other = Segments::uniform(1, segments.rows());  // tables of other segments are not reused
  expect_same(
      {x}, [&] { return batched::rope(x, other, 1e4); }, [&] { return plain::rope(x, other, 1e4); }, 2e-6);
}

TEST(Batched, AttentionIsThatOfEachSegment) {
  at::manual_seed(4);
  for (const Segments& segments : {ragged(), Segments::uniform(3, 7), Segments::uniform(1, 9)}) {
    for (const bool causal : {true, false}) {
      const std::int64_t T = segments.rows();
      const Tensor q = leaf({T, 4, 8}), k = leaf({T, 2, 8}), v = leaf({T, 2, 8});
      expect_same(
          {q, k, v}, [&] { return batched::attention(q, k, v, segments, causal); },
          [&] { return plain::attention(q, k, v, segments, causal); }, 5e-6);
    }
  }
}

TEST(Gather, GradientsAreThoseOfIndexSelect) {
  at::manual_seed(5);
  const Tensor x = leaf({6, 10});
  const std::vector<std::int64_t> once = {4, 0, 2}, repeated = {5, 1, 5, 3, 5};
  for (const bool repeats : {false, true}) {
    const std::vector<std::int64_t>& index = repeats ? repeated : once;
    const RowMap map = row_map(index, 6, repeats, at::kCPU);
    expect_same(
        {x}, [&] { return gather_rows(x, map); }, [&] { return at::index_select(x, 0, upload(index, at::kCPU)); },
        1e-6);
  }
}

}  // namespace
}  // namespace ov
