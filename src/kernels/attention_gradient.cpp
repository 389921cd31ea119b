// Attention inside segments, forward and backward. The backward pass computes the probabilities of a
// block of query rows again from q and k, so that no [T, T] matrix is ever kept:
//   P = softmax(q k^T scale)   dV += P^T dO   dP = dO V^T   dS = P (dP - rowsum(P dP)) scale
//   dQ = dS K                  dK += dS^T Q
// One task is one segment and one key/value head; its products are the linear kernels'.
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/parallel.h"
#include "kernels/gradient_rows.h"
#include "kernels/gradients.h"

namespace ov::kernels {
namespace {

constexpr std::int64_t kQueryRows = 256;  // of one block

void product(float* y, const float* x, const float* w, const LinearArgs& args) {
  linear(y, x, w, nullptr, nullptr, args);
}
void product(float* y, const bf16* x, const bf16* w, const LinearArgs& args) { linear(y, x, w, args); }

// Rows of one head, made contiguous.
template <class T>
void gather(std::vector<T>& to, const T* from, std::int64_t rows, std::int64_t e, std::int64_t stride) {
  to.resize(static_cast<std::size_t>(rows * e));
  for (std::int64_t r = 0; r < rows; ++r) std::copy_n(from + r * stride, e, to.data() + r * e);
}

template <class T>
void turn(std::vector<T>& to, const T* from, std::int64_t rows, std::int64_t cols) {
  to.resize(static_cast<std::size_t>(rows * cols));
  transpose(to.data(), from, rows, cols, cols);
}

template <class T>
void scatter(T* to, const float* from, std::int64_t rows, std::int64_t e, std::int64_t stride) {
  for (std::int64_t r = 0; r < rows; ++r) OV_BEST_ROWS(store_row(to + r * stride, from + r * e, e));
}

template <class T>
struct Gradients {
  T *dq, *dk, *dv;
  const T *dout, *q, *k, *v;
};

// What one task works with; kept by the thread for its next task.
template <class T>
struct Workspace {
  std::vector<T> k, v, q, dout, p, ds, turned_left, turned_right;
  std::vector<float> scores, dp, dk, dv, part;
};

// Query rows [first, first + rows) of one head against the first `keys` keys.
template <class T>
void query_block(const Gradients<T>& g, const SegmentArgs& args, std::int64_t begin, std::int64_t first,
                 std::int64_t rows, std::int64_t keys, std::int64_t head, Workspace<T>& w) {
  const std::int64_t E = args.e, stride = args.heads * E, at = (begin + first) * stride + head * E;
  const float scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(E)));
  gather(w.q, g.q + at, rows, E, stride);
  gather(w.dout, g.dout + at, rows, E, stride);
  const auto size = static_cast<std::size_t>(rows * keys);
  w.scores.resize(size), w.dp.resize(size), w.p.resize(size), w.ds.resize(size);
  product(w.scores.data(), w.q.data(), w.k.data(), {.m = rows, .n = keys, .k = E});
  product(w.dp.data(), w.dout.data(), w.v.data(), {.m = rows, .n = keys, .k = E});
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::int64_t seen = args.causal ? first + r + 1 : keys, row = r * keys;
    OV_BEST_ROWS(softmax_row(w.scores.data() + row, w.p.data() + row, seen, keys, scale));
    OV_BEST_ROWS(softmax_gradient_row(w.ds.data() + row, w.scores.data() + row, w.dp.data() + row, keys, scale));
  }
  w.part.resize(static_cast<std::size_t>(std::max(keys, rows) * E));
  turn(w.turned_left, w.p.data(), rows, keys);
  turn(w.turned_right, w.dout.data(), rows, E);
  product(w.part.data(), w.turned_left.data(), w.turned_right.data(), {.m = keys, .n = E, .k = rows});
  OV_BEST_ROWS(add_row(w.dv.data(), w.part.data(), keys * E));
  turn(w.turned_left, w.ds.data(), rows, keys);
  turn(w.turned_right, w.q.data(), rows, E);
  product(w.part.data(), w.turned_left.data(), w.turned_right.data(), {.m = keys, .n = E, .k = rows});
  OV_BEST_ROWS(add_row(w.dk.data(), w.part.data(), keys * E));
  turn(w.turned_right, w.k.data(), keys, E);
  product(w.part.data(), w.ds.data(), w.turned_right.data(), {.m = rows, .n = E, .k = keys});
  scatter(g.dq + at, w.part.data(), rows, E, stride);
}

template <class T>
void segment_task(const Gradients<T>& g, const SegmentArgs& args, std::int64_t segment, std::int64_t kv_head) {
  thread_local Workspace<T> w;
  const std::int64_t begin = args.bounds[segment], rows = args.bounds[segment + 1] - begin, E = args.e;
  const std::int64_t kv_stride = args.kv_heads * E, at = begin * kv_stride + kv_head * E;
  const std::int64_t group = args.heads / args.kv_heads;
  gather(w.k, g.k + at, rows, E, kv_stride);
  gather(w.v, g.v + at, rows, E, kv_stride);
  w.dk.assign(static_cast<std::size_t>(rows * E), 0.0f);
  w.dv.assign(static_cast<std::size_t>(rows * E), 0.0f);
  for (std::int64_t head = kv_head * group; head < (kv_head + 1) * group; ++head) {
    for (std::int64_t first = 0; first < rows; first += kQueryRows) {
      const std::int64_t count = std::min(kQueryRows, rows - first);
      query_block(g, args, begin, first, count, args.causal ? first + count : rows, head, w);
    }
  }
  scatter(g.dk + at, w.dk.data(), rows, E, kv_stride);
  scatter(g.dv + at, w.dv.data(), rows, E, kv_stride);
}

template <class T>
void gradient_any(const Gradients<T>& g, const SegmentArgs& args) {
  parallel_for(args.segments * args.kv_heads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) segment_task(g, args, i / args.kv_heads, i % args.kv_heads);
  });
}

template <class T>
void forward_any(T* out, const T* q, const T* k, const T* v, const SegmentArgs& args) {
  const std::int64_t stride = args.heads * args.e, kv_stride = args.kv_heads * args.e;
  for (std::int64_t s = 0; s < args.segments; ++s) {
    const std::int64_t begin = args.bounds[s], rows = args.bounds[s + 1] - begin;
    if (rows == 0) continue;
    AttentionArgs one;
    one.tq = one.tk = rows, one.heads = args.heads, one.kv_heads = args.kv_heads, one.e = args.e;
    one.causal = args.causal;
    attention(out + begin * stride, q + begin * stride, k + begin * kv_stride, v + begin * kv_stride, one);
  }
}

}  // namespace

void segment_attention(float* out, const float* q, const float* k, const float* v, const SegmentArgs& args) {
  forward_any(out, q, k, v, args);
}
void segment_attention(bf16* out, const bf16* q, const bf16* k, const bf16* v, const SegmentArgs& args) {
  forward_any(out, q, k, v, args);
}

void segment_attention_gradient(float* dq, float* dk, float* dv, const float* dout, const float* q, const float* k,
                                const float* v, const SegmentArgs& args) {
  gradient_any(Gradients<float>{dq, dk, dv, dout, q, k, v}, args);
}
void segment_attention_gradient(bf16* dq, bf16* dk, bf16* dv, const bf16* dout, const bf16* q, const bf16* k,
                                const bf16* v, const SegmentArgs& args) {
  gradient_any(Gradients<bf16>{dq, dk, dv, dout, q, k, v}, args);
}

}  // namespace ov::kernels
