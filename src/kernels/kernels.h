// CPU kernels of this model on plain arrays: the narrow waist between the model and the machine.
// Nothing here knows torch. The best instruction set of the CPU is chosen at run time.
//
// Row invariance: row m of any result depends on row m of the inputs only, and is the same bits
// whatever the number of rows, of threads, or the place of the row in the call. This is what makes
// greedy answers independent of batch and chunk size.
//
// Legend: M rows, K inputs, N outputs, T positions, H heads, KH key/value heads, E head size.
#pragma once

#include <cstdint>
#include <string>

namespace ov::kernels {

using bf16 = std::uint16_t;  // raw bfloat16 bits

enum class Isa { generic, avx2, avx512, avx512_bf16, amx_bf16 };  // each includes those before it
Isa best_isa();               // of this CPU (AMX only when the kernel grants its tile data)
Isa active_isa();             // what the kernels use now
void limit_isa(Isa at_most);  // for tests and debugging; never above best_isa()
std::string isa_name(Isa isa);
bool has_fast_bf16();  // active_isa() >= avx512_bf16

enum class Activation { none, gelu_tanh, gelu_erf };

// Two algorithms for one product. Their results may differ in the last bits, so the caller chooses
// by phase, never by size: wide for prompts and pictures, narrow for decoding steps.
enum class Path { wide, narrow };

// y[M,N] = activation(x[M,K] . w[N,K]^T + bias[N]) (+ residual[M,N]).
// Rows are contiguous but for the strides given in elements; bias and residual may be null;
// residual may alias y. bf16: products accumulate in float32 and are rounded once at the end.
struct LinearArgs {
  std::int64_t m = 0, n = 0, k = 0;
  std::int64_t x_stride = 0;  // 0 means k
  std::int64_t y_stride = 0;  // 0 means n; also the residual's
  Activation activation = Activation::none;
  Path path = Path::wide;
};
void linear(float* y, const float* x, const float* w, const float* bias, const float* residual, const LinearArgs& args);
void linear(bf16* y, const bf16* x, const bf16* w, const bf16* bias, const bf16* residual, const LinearArgs& args);
// As above with float32 results (the language head's logits).
void linear(float* y, const bf16* x, const bf16* w, const LinearArgs& args);

// y[M,N] = SiLU(x . gate^T) * (x . up^T); gate and up are [N,K].
void gated_linear(float* y, const float* x, const float* gate, const float* up, const LinearArgs& args);
void gated_linear(bf16* y, const bf16* x, const bf16* gate, const bf16* up, const LinearArgs& args);

// y[M,D] = x * rsqrt(mean(x^2) + eps), rounded to the row type, then times weight (Qwen2's order).
void rms_norm(float* y, const float* x, const float* weight, std::int64_t m, std::int64_t d, double eps);
void rms_norm(bf16* y, const bf16* x, const bf16* weight, std::int64_t m, std::int64_t d, double eps);

// y[M,D] = (x - mean) / sqrt(var + eps) * weight + bias, statistics in float32.
void layer_norm(float* y, const float* x, const float* weight, const float* bias, std::int64_t m, std::int64_t d,
                double eps);
void layer_norm(bf16* y, const bf16* x, const bf16* weight, const bf16* bias, std::int64_t m, std::int64_t d,
                double eps);

// In place, half-rotation RoPE on T rows of `heads` heads of size `e`; row t turns by position
// first_position + t. cos and sin are computed in float32 and rounded to the row type before use.
void rope(float* x, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
          std::int64_t first_position, double theta);
void rope(bf16* x, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
          std::int64_t first_position, double theta);

// out[TQ, H, E] = softmax(q . k^T * scale) . v with KH key/value heads shared by H / KH query heads.
// Query row i sees keys 0 .. TK-1, or, when causal, 0 .. TK-TQ+i. Softmax in float32. Keys are
// walked in blocks aligned to position 0, so that a query's result does not depend on how many
// queries come with it (same path given).
struct AttentionArgs {
  std::int64_t tq = 0, tk = 0;
  std::int64_t heads = 0, kv_heads = 0, e = 0;
  std::int64_t q_stride = 0, k_stride = 0, v_stride = 0, out_stride = 0;  // elements from one position to the next
  std::int64_t k_head_stride = 0, v_head_stride = 0;                      // from one kv head to the next; 0 means e
  bool causal = true;
  float scale = 0;  // 0 means 1/sqrt(e)
  Path path = Path::wide;
};
void attention(float* out, const float* q, const float* k, const float* v, const AttentionArgs& args);
void attention(bf16* out, const bf16* q, const bf16* k, const bf16* v, const AttentionArgs& args);

// Conversions, round to nearest even.
void convert(bf16* y, const float* x, std::int64_t count);
void convert(float* y, const bf16* x, std::int64_t count);
// float16 bits, as llava-hf stores them.
void convert_f16(float* y, const std::uint16_t* x, std::int64_t count);
void convert_f16(bf16* y, const std::uint16_t* x, std::int64_t count);

}  // namespace ov::kernels
