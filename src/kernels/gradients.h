// Backward passes and what else only training needs, on plain arrays; kernels.h has the legend and the
// forward passes. Sums run in float32 in an order that depends on the sizes alone, so a result has the
// same bits whatever the number of threads; bf16 results are rounded once.
//
//   kernels::linear_weight_gradient(dw, dy, x, m, n, k);   // of y = x . w^T
#pragma once

#include "kernels/kernels.h"

namespace ov::kernels {

// y[cols, rows] = x[rows, cols]; rows of x are x_stride elements apart.
void transpose(float* y, const float* x, std::int64_t rows, std::int64_t cols, std::int64_t x_stride);
void transpose(bf16* y, const bf16* x, std::int64_t rows, std::int64_t cols, std::int64_t x_stride);

// Of y[M,N] = x[M,K] . w[N,K]^T + bias[N]: dx = dy . w, dw = dy^T . x, dbias = column sums of dy.
void linear_input_gradient(float* dx, const float* dy, const float* w, std::int64_t m, std::int64_t n, std::int64_t k);
void linear_input_gradient(bf16* dx, const bf16* dy, const bf16* w, std::int64_t m, std::int64_t n, std::int64_t k);
void linear_weight_gradient(float* dw, const float* dy, const float* x, std::int64_t m, std::int64_t n, std::int64_t k);
void linear_weight_gradient(bf16* dw, const bf16* dy, const bf16* x, std::int64_t m, std::int64_t n, std::int64_t k);
void column_sums(float* sums, const float* x, std::int64_t m, std::int64_t n);
void column_sums(bf16* sums, const bf16* x, std::int64_t m, std::int64_t n);

// y = activation(x), and dx = dy * activation'(x); dx may be dy.
void activate(float* y, const float* x, std::int64_t count, Activation activation);
void activate(bf16* y, const bf16* x, std::int64_t count, Activation activation);
void activate_gradient(float* dx, const float* dy, const float* x, std::int64_t count, Activation activation);
void activate_gradient(bf16* dx, const bf16* dy, const bf16* x, std::int64_t count, Activation activation);

// y = SiLU(gate) * up, and its two gradients, which may take the place of gate and up.
void silu_product(float* y, const float* gate, const float* up, std::int64_t count);
void silu_product(bf16* y, const bf16* gate, const bf16* up, std::int64_t count);
void silu_product_gradient(float* dgate, float* dup, const float* dy, const float* gate, const float* up,
                           std::int64_t count);
void silu_product_gradient(bf16* dgate, bf16* dup, const bf16* dy, const bf16* gate, const bf16* up,
                           std::int64_t count);

// dx[M,D], dweight[D] and, for layer_norm, dbias[D]; the last two may be null.
void rms_norm_gradient(float* dx, float* dweight, const float* dy, const float* x, const float* weight, std::int64_t m,
                       std::int64_t d, double eps);
void rms_norm_gradient(bf16* dx, bf16* dweight, const bf16* dy, const bf16* x, const bf16* weight, std::int64_t m,
                       std::int64_t d, double eps);
void layer_norm_gradient(float* dx, float* dweight, float* dbias, const float* dy, const float* x, const float* weight,
                         std::int64_t m, std::int64_t d, double eps);
void layer_norm_gradient(bf16* dx, bf16* dweight, bf16* dbias, const bf16* dy, const bf16* x, const bf16* weight,
                         std::int64_t m, std::int64_t d, double eps);

// Turns back what rope() turned: the gradient of rope().
void rope_gradient(float* dx, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
                   std::int64_t first_position, double theta);
void rope_gradient(bf16* dx, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
                   std::int64_t first_position, double theta);

// Attention inside each of several segments of rows: segment s has rows bounds[s] .. bounds[s + 1].
// q, out and their gradients are [T, H, E], k and v [T, KH, E], contiguous.
struct SegmentArgs {
  const std::int64_t* bounds = nullptr;
  std::int64_t segments = 0;
  std::int64_t heads = 0, kv_heads = 0, e = 0;
  bool causal = true;
};
void segment_attention(float* out, const float* q, const float* k, const float* v, const SegmentArgs& args);
void segment_attention(bf16* out, const bf16* q, const bf16* k, const bf16* v, const SegmentArgs& args);
// The probabilities are computed again, a block of query rows at a time.
void segment_attention_gradient(float* dq, float* dk, float* dv, const float* dout, const float* q, const float* k,
                                const float* v, const SegmentArgs& args);
void segment_attention_gradient(bf16* dq, bf16* dk, bf16* dv, const bf16* dout, const bf16* q, const bf16* k,
                                const bf16* v, const SegmentArgs& args);

// losses[s] = -log softmax(logits[s])[targets[s]]; logits[S,V] become their gradients times weights[s].
void cross_entropy(float* losses, float* logits, const std::int64_t* targets, const float* weights, std::int64_t s,
                   std::int64_t v);

// One AdamW step as torch.optim.AdamW takes it. `step` counts from 1.
struct AdamW {
  double lr = 0, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
  double gradient_scale = 1;  // of clipping
  std::int64_t step = 1;
};
void adamw(float* weight, float* moment1, float* moment2, const float* gradient, std::int64_t count, const AdamW& args);
// A float32 weight in two halves: `high` is its bfloat16 value rounded to nearest, ties away from
// zero, which the model computes with; `low` its lower 16 bits. Together they are exact.
void adamw(bf16* high, std::uint16_t* low, float* moment1, float* moment2, const float* gradient, std::int64_t count,
           const AdamW& args);
void adamw(bf16* high, std::uint16_t* low, float* moment1, float* moment2, const bf16* gradient, std::int64_t count,
           const AdamW& args);
void split_weight(bf16* high, std::uint16_t* low, const float* weight, std::int64_t count);
void join_weight(float* weight, const bf16* high, const std::uint16_t* low, std::int64_t count);

// Sum of squares in double; the order of summation depends on `count` alone.
double sum_of_squares(const float* x, std::int64_t count);
double sum_of_squares(const bf16* x, std::int64_t count);

}  // namespace ov::kernels
