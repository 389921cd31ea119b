// linear and gated_linear: choose the kernel, cut the product into blocks, spread them over threads.
#include "kernels/linear_kernel.h"

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "base/parallel.h"

namespace ov::kernels {
namespace {

struct AlignedDelete {
  void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{64}); }
};
using AlignedBytes = std::unique_ptr<std::byte[], AlignedDelete>;

AlignedBytes aligned_bytes(std::size_t bytes) {
  return AlignedBytes(static_cast<std::byte*>(::operator new[](bytes, std::align_val_t{64})));
}

// Halves the blocks until every thread has several, first where it costs least: w is packed once
// per block of rows, x is read once per block of columns.
BlockLimits plan(std::int64_t m, std::int64_t n, const BlockLimits& limits) {
  constexpr std::int64_t kBlocksPerThread = 6;
  const std::int64_t wanted = num_threads() > 1 ? kBlocksPerThread * num_threads() : 1;
  const auto even = [](std::int64_t total, std::int64_t most, std::int64_t unit) {
    const std::int64_t blocks = (total + most - 1) / most;
    return round_up((total + blocks - 1) / blocks, unit);
  };
  BlockLimits size = limits;
  size.m_max = even(m, limits.m_max, limits.m_unit);
  size.n_max = even(n, limits.n_max, limits.n_unit);
  const auto blocks = [&] { return ((m + size.m_max - 1) / size.m_max) * ((n + size.n_max - 1) / size.n_max); };
  const auto halve = [&](std::int64_t& length, std::int64_t unit, std::int64_t least) {
    if (length <= std::max(unit, least) || blocks() >= wanted) return false;
    length = round_up((length + 1) / 2, unit);
    return true;
  };
  while (halve(size.m_max, size.m_unit, 1024)) {
  }
  while (halve(size.n_max, size.n_unit, 128)) {
  }
  while (halve(size.m_max, size.m_unit, 256)) {
  }
  while (halve(size.n_max, size.n_unit, 1)) {
  }
  return size;
}

template <class P>
void run_wide(const P& p, const BlockLimits& limits, void (*block)(const P&, const Block&)) {
  const BlockLimits size = plan(p.m, p.n, limits);
  const std::int64_t row_blocks = (p.m + size.m_max - 1) / size.m_max;
  const std::int64_t column_blocks = (p.n + size.n_max - 1) / size.n_max;
  parallel_for(row_blocks * column_blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t m = i % row_blocks * size.m_max, n = i / row_blocks * size.n_max;
      block(p, {m, std::min(m + size.m_max, p.m), n, std::min(n + size.n_max, p.n)});
    }
  });
}

template <class P>
void run_narrow(const P& p, void (*expand)(const P&, float*),
                void (*columns)(const P&, const float*, std::int64_t, std::int64_t)) {
  constexpr std::int64_t kBlocksPerThread = 8;
  constexpr std::int64_t kColumnUnit = 16, kLeastWeights = 32768;
  thread_local std::vector<float> kept;
  std::vector<float>& inputs = kept;
  inputs.resize(static_cast<std::size_t>(p.m * narrow_stride(p.k)));
  expand(p, inputs.data());
  const std::int64_t share = p.n / (kBlocksPerThread * num_threads());
  const std::int64_t grain = round_up(std::max(share, kLeastWeights / std::max<std::int64_t>(p.k, 1)), kColumnUnit);
  const float* expanded = inputs.data();
  parallel_for(p.n, grain, [&](std::int64_t begin, std::int64_t end) { columns(p, expanded, begin, end); });
}

template <class P>
void run_generic(const P& p) {
  const auto rows = [&](std::int64_t begin, std::int64_t end) { generic::block(p, {begin, end, 0, p.n}); };
  const auto columns = [&](std::int64_t begin, std::int64_t end) { generic::block(p, {0, p.m, begin, end}); };
  if (p.m > p.n)
    parallel_for(p.m, 1, rows);
  else
    parallel_for(p.n, 1, columns);
}

#if defined(__x86_64__)
constexpr bool kHasVectors = true;
#else
constexpr bool kHasVectors = false;
#endif

bool run_tiles(const FloatProduct&) { return false; }
template <class P>
bool run_tiles(const P& p) {
  if (active_isa() < Isa::amx_bf16) return false;
  run_wide<P>(p, amx::wide_limits(p), amx::wide_block);
  return true;
}

template <class P>
void run_vectors(const P& p, Path path) {
  const bool avx512 = active_isa() >= Isa::avx512;
  if (path == Path::narrow) {
    if (avx512)
      run_narrow<P>(p, avx512::narrow_inputs, avx512::narrow_columns);
    else
      run_narrow<P>(p, avx2::narrow_inputs, avx2::narrow_columns);
  } else if (!run_tiles(p)) {
    if (avx512)
      run_wide<P>(p, avx512::wide_limits(p), avx512::wide_block);
    else
      run_wide<P>(p, avx2::wide_limits(p), avx2::wide_block);
  }
}

template <class P>
void run(P p, const LinearArgs& args) {
  p.m = args.m;
  p.n = args.n;
  p.k = args.k;
  p.x_stride = args.x_stride ? args.x_stride : args.k;
  p.y_stride = args.y_stride ? args.y_stride : args.n;
  p.activation = args.activation;
  if (p.m <= 0 || p.n <= 0) return;
  if constexpr (kHasVectors) {
    if (active_isa() >= Isa::avx2) return run_vectors(p, args.path);
  }
  run_generic(p);
}

}  // namespace

std::byte* block_scratch(std::size_t bytes) {
  thread_local AlignedBytes memory;
  thread_local std::size_t size = 0;
  if (size < bytes) {
    memory = aligned_bytes(bytes);
    size = bytes;
  }
  return memory.get();
}

void linear(float* y, const float* x, const float* w, const float* bias, const float* residual,
            const LinearArgs& args) {
  run(FloatProduct{.y = y, .x = x, .w = w, .bias = bias, .residual = residual}, args);
}

void linear(bf16* y, const bf16* x, const bf16* w, const bf16* bias, const bf16* residual, const LinearArgs& args) {
  run(Bf16Product{.y = y, .x = x, .w = w, .bias = bias, .residual = residual}, args);
}

void linear(float* y, const bf16* x, const bf16* w, const LinearArgs& args) {
  run(LogitsProduct{.y = y, .x = x, .w = w}, args);
}

void gated_linear(float* y, const float* x, const float* gate, const float* up, const LinearArgs& args) {
  run(FloatProduct{.y = y, .x = x, .w = gate, .up = up}, args);
}

void gated_linear(bf16* y, const bf16* x, const bf16* gate, const bf16* up, const LinearArgs& args) {
  run(Bf16Product{.y = y, .x = x, .w = gate, .up = up}, args);
}

}  // namespace ov::kernels
