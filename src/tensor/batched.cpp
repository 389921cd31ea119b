#include "tensor/batched.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_flash_attention_forward.h>
#include <ATen/ops/addcmul.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/roll.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <tuple>

#include "tensor/gather.h"
#include "tensor/ops.h"

namespace ov::batched {
namespace {

// Every layer of a pass asks for the same tables; a thread keeps the last ones that it made.
template <class Key, class Value, class Make>
const Value& kept(const Key& key, const Make& make) {
  thread_local std::optional<std::pair<Key, Value>> last;
  if (!last || last->first != key) {
    const at::NoGradGuard no_gradients;
    last = std::make_pair(key, make());
  }
  return last->second;
}

std::int64_t longest(const Segments& segments) {
  std::int64_t rows = 0;
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    rows = std::max(rows, segments.bounds[s + 1] - segments.bounds[s]);
  }
  return rows;
}

struct Turn {
  Tensor cos, sin;  // [T, 1, E]; sin with the sign of its half
};

Turn make_turn(const Segments& segments, std::int64_t E, double theta, const Tensor& like) {
  std::vector<std::int64_t> positions;
  for (std::int64_t s = 0; s < segments.count(); ++s) {
    for (std::int64_t row = segments.bounds[s]; row < segments.bounds[s + 1]; ++row) {
      positions.push_back(row - segments.bounds[s]);
    }
  }
  const auto f32 = like.options().dtype(at::kFloat).requires_grad(false);
  const Tensor inv_freq = 1.0 / at::pow(theta, at::arange(0, E, 2, f32) / static_cast<double>(E));  // [E/2]
  const Tensor angle = upload(positions, like.device()).to(at::kFloat).view({-1, 1, 1}) * inv_freq;
  const Tensor cos = at::cos(angle), sin = at::sin(angle);
  return {at::cat({cos, cos}, 2).to(like.scalar_type()), at::cat({-sin, sin}, 2).to(like.scalar_type())};
}

// q [B, L, H, E] over k, v [B, L, KH, E] -> [B * L, H, E]. `visible` [B, 1, 1, L] says which keys are, if defined.
Tensor dense(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, const Tensor& visible = {}) {
  const auto mask = visible.defined() ? c10::optional<Tensor>(visible) : c10::nullopt;
  const Tensor heads = at::scaled_dot_product_attention(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2), mask,
                                                        /*dropout_p=*/0.0, causal, /*scale=*/c10::nullopt,
                                                        /*enable_gqa=*/k.size(2) != q.size(2));
  return heads.transpose(1, 2).reshape({-1, q.size(2), q.size(3)});
}

struct Padding {
  RowMap in, out;  // from the rows and a row of zeros to [B * L], and back
  Tensor visible;  // [B, 1, 1, L]
};

Padding make_padding(const Segments& segments, at::Device device) {
  const std::int64_t B = segments.count(), L = longest(segments), T = segments.rows();
  std::vector<std::int64_t> in(static_cast<std::size_t>(B * L), T), out;
  for (std::int64_t s = 0; s < B; ++s) {
    for (std::int64_t row = segments.bounds[s]; row < segments.bounds[s + 1]; ++row) {
      out.push_back(s * L + row - segments.bounds[s]);
      in[static_cast<std::size_t>(out.back())] = row;
    }
  }
  Padding padding{row_map(in, T + 1, true, device), row_map(out, B * L, false, device), {}};
  padding.visible = (padding.in.index < T).view({B, 1, 1, L});
  return padding;
}

Tensor padded(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal) {
  using Key = std::tuple<std::vector<std::int64_t>, at::Device>;
  const Padding& padding =
      kept<Key, Padding>(Key{segments.bounds, q.device()}, [&] { return make_padding(segments, q.device()); });
  const std::int64_t B = segments.count(), E = q.size(2);
  const auto pad = [&](const Tensor& x) {
    const Tensor rows = x.flatten(1);
    const Tensor more = at::cat({rows, at::zeros({1, rows.size(1)}, rows.options().requires_grad(false))}, 0);
    return gather_rows(more, padding.in).view({B, -1, x.size(1), E});
  };
  // Causal attention needs no mask: padding comes after every row that is read.
  const Tensor out = dense(pad(q), pad(k), pad(v), causal, causal ? Tensor() : padding.visible);
  return gather_rows(out.flatten(1), padding.out).view({q.size(0), q.size(1), E});
}

Tensor flash(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal) {
  using Key = std::tuple<std::vector<std::int64_t>, at::Device>;
  const Tensor& bounds = kept<Key, Tensor>(Key{segments.bounds, q.device()}, [&] {
    const Tensor here = at::tensor(segments.bounds, at::TensorOptions().dtype(at::kLong));
    return upload(here.to(at::kInt), q.device());
  });
  const std::int64_t L = longest(segments);
  return std::get<0>(at::_flash_attention_forward(q, k, v, bounds, bounds, L, L, /*dropout_p=*/0.0, causal,
                                                  /*return_debug_mask=*/false));
}

// What attention of three random segments gives: its value and the gradients of queries, keys and values.
template <class Attend>
std::vector<Tensor> sample_results(const std::vector<Tensor>& inputs, const Attend& attend) {
  const at::AutoGradMode with_gradients(true);
  Segments segments;
  for (const std::int64_t length : {70, 1, 33}) segments.append(length);
  std::vector<Tensor> leaves, results;
  for (std::size_t i = 0; i < 3; ++i) leaves.push_back(inputs[i].clone().requires_grad_(true));
  const Tensor y = attend(leaves[0], leaves[1], leaves[2], segments, /*causal=*/true);
  y.backward(inputs[3]);
  results.push_back(y.detach());
  for (const Tensor& leaf : leaves) results.push_back(leaf.grad());
  return results;
}

// Whether this build's flash kernel computes what padding does, for heads like these.
bool flash_agrees(const Tensor& q, const Tensor& k) {
  constexpr std::int64_t kRows = 104;
  constexpr float kTolerance = 0.05F;  // of bfloat16 sums in another order
  const auto options = q.options().requires_grad(false);
  const at::NoGradGuard no_gradients;
  std::vector<Tensor> inputs;
  for (const std::int64_t heads : {q.size(1), k.size(1), k.size(1), q.size(1)}) {
    inputs.push_back(at::randn({kRows, heads, q.size(2)}, options));
  }
  std::string problem;
  try {
    const std::vector<Tensor> ours = sample_results(inputs, flash), expected = sample_results(inputs, padded);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const Tensor wide = expected[i].to(at::kFloat);
      const float size = wide.abs().max().item<float>(),
                  off = (ours[i].to(at::kFloat) - wide).abs().max().item<float>();
      if (!(off <= kTolerance * size)) problem = "it differs by " + std::to_string(off / size);
    }
  } catch (const c10::Error& error) {
    problem = error.what_without_backtrace();
  }
  if (!problem.empty()) {
    problem = problem.substr(0, problem.find('\n'));
    std::fprintf(stderr, "note: attention is padded, since flash attention cannot be used here: %s\n", problem.c_str());
  }
  return problem.empty();
}

bool flash_fits(const Tensor& q, const Tensor& k) {
  const std::int64_t E = q.size(2);
  const bool half = q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf;
  if (!q.is_cuda() || !half || E % 8 != 0 || E > 256) return false;
  static const bool agrees = flash_agrees(q, k);
  return agrees;
}

}  // namespace

Tensor rope(const Tensor& x, const Segments& segments, double theta) {
  using Key = std::tuple<std::vector<std::int64_t>, std::int64_t, double, at::Device, at::ScalarType>;
  const std::int64_t E = x.size(2);
  const Turn& turn = kept<Key, Turn>(Key{segments.bounds, E, theta, x.device(), x.scalar_type()},
                                     [&] { return make_turn(segments, E, theta, x); });
  return at::addcmul(x * turn.cos, at::roll(x, E / 2, 2), turn.sin);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal) {
  const std::int64_t B = segments.count(), L = longest(segments);
  if (B * L == segments.rows()) {
    const auto split = [&](const Tensor& x) { return x.reshape({B, L, x.size(1), x.size(2)}); };
    return dense(split(q), split(k), split(v), causal);
  }
  return flash_fits(q, k) ? flash(q, k, v, segments, causal) : padded(q, k, v, segments, causal);
}

}  // namespace ov::batched
