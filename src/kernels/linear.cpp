// linear and gated_linear: choose the kernel, cut the product into blocks, spread them over threads.
#include "kernels/linear_kernel.h"

#include <algorithm>
#include <memory>
#include <new>

#include "base/parallel.h"

namespace ov::kernels {
namespace {

struct AlignedDelete {
  void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{64}); }
};
// 64-byte aligned memory that only grows.
class Scratch {
 public:
  std::byte* of(std::size_t bytes) {
    if (size_ < bytes) {
      memory_.reset();  // before the larger piece is asked for
      size_ = 0;
      memory_.reset(static_cast<std::byte*>(::operator new[](bytes, std::align_val_t{64})));
      size_ = bytes;
    }
    return memory_.get();
  }

 private:
  std::unique_ptr<std::byte[], AlignedDelete> memory_;
  std::size_t size_ = 0;
};

std::int64_t blocks_of(std::int64_t total, std::int64_t size) { return (total + size - 1) / size; }

// The block length, a multiple of `unit` and not much below `most`, that leaves threads idle least.
std::int64_t even_length(std::int64_t total, std::int64_t unit, std::int64_t most, int threads) {
  const std::int64_t longest = round_up(std::min(most, total), unit);
  const auto rounds = [&](std::int64_t length) { return blocks_of(blocks_of(total, length), threads) * length; };
  std::int64_t best = longest;
  for (std::int64_t length = longest; length >= unit && length >= longest / 2; length -= unit) {
    if (rounds(length) < rounds(best)) best = length;
  }
  return best;
}

// Blocks that fit the caches and are enough for all threads, split first by rows, then by columns.
BlockLimits plan(std::int64_t m, std::int64_t n, const BlockLimits& limits) {
  constexpr std::int64_t kBlocksPerThread = 4;
  const int threads = num_threads();
  BlockLimits size = limits;
  size.m_max = even_length(m, limits.m_unit, limits.m_max, threads);
  const std::int64_t columns = blocks_of(n, limits.n_max);
  const std::int64_t wanted = threads == 1 ? 1 : blocks_of(kBlocksPerThread * threads, blocks_of(m, size.m_max));
  size.n_max = round_up(blocks_of(n, std::max(columns, wanted)), limits.n_unit);
  return size;
}

template <class P, class BlockKernel>
void run_blocks(const P& p, std::int64_t n_begin, std::int64_t n_end, const BlockLimits& limits,
                const BlockKernel& kernel) {
  const BlockLimits size = plan(p.m, n_end - n_begin, limits);
  const std::int64_t row_blocks = blocks_of(p.m, size.m_max), column_blocks = blocks_of(n_end - n_begin, size.n_max);
  parallel_for(row_blocks * column_blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t m = i % row_blocks * size.m_max, n = n_begin + i / row_blocks * size.n_max;
      kernel(Block{m, std::min(m + size.m_max, p.m), n, std::min(n + size.n_max, n_end)});
    }
  });
}

template <class P>
void run_wide(const P& p, const BlockLimits& limits, void (*block)(const P&, const Block&)) {
  run_blocks(p, 0, p.n, limits, [&](const Block& now) { block(p, now); });
}

template <class P>
void run_narrow(const P& p, void (*expand)(const P&, float*),
                void (*columns)(const P&, const float*, std::int64_t, std::int64_t)) {
  constexpr std::int64_t kBlocksPerThread = 8;
  constexpr std::int64_t kColumnUnit = 16, kLeastWeights = 32768;
  thread_local Scratch kept;
  auto* inputs = reinterpret_cast<float*>(kept.of(static_cast<std::size_t>(p.m * narrow_stride(p.k)) * sizeof(float)));
  expand(p, inputs);
  const std::int64_t share = p.n / (kBlocksPerThread * num_threads());
  const std::int64_t grain = round_up(std::max(share, kLeastWeights / std::max<std::int64_t>(p.k, 1)), kColumnUnit);
  parallel_for(p.n, grain, [&](std::int64_t begin, std::int64_t end) { columns(p, inputs, begin, end); });
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

bool run_pairs(const FloatProduct&) { return false; }
// w is packed and used a chunk of columns at a time, so that no second copy of it ever exists.
template <class P>
bool run_pairs(const P& p) {
  constexpr std::int64_t kChunkElements = 8 << 20;
  if (active_isa() < Isa::avx512_bf16) return false;
  const bool tiles = active_isa() >= Isa::amx_bf16;
  const bool gated = p.up != nullptr;
  const std::int64_t columns = avx512_bf16::panel_columns(gated), elements = avx512_bf16::panel_elements(p.k);
  const std::int64_t panels =
      std::clamp<std::int64_t>(kChunkElements / std::max<std::int64_t>(elements, 1), 1, blocks_of(p.n, columns));
  thread_local Scratch kept;
  auto* packed = reinterpret_cast<bf16*>(kept.of(static_cast<std::size_t>(panels * elements) * sizeof(bf16)));
  for (std::int64_t n = 0; n < p.n; n += panels * columns) {
    const std::int64_t n_end = std::min(n + panels * columns, p.n);
    parallel_for(blocks_of(n_end - n, columns), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t at = (n + i * columns) * p.k;
        avx512_bf16::pack_panel(p.w + at, gated ? p.up + at : nullptr, p.k, n_end - n - i * columns,
                                packed + i * elements);
      }
    });
    const auto limits = tiles ? amx::wide_limits(p.k, gated) : avx512_bf16::wide_limits(p.k, gated);
    run_blocks(p, n, n_end, limits, [&](const Block& now) {
      const bf16* weights = packed + (now.n_begin - n) / columns * elements;
      tiles ? amx::wide_block(p, now, weights) : avx512_bf16::wide_block(p, now, weights);
    });
  }
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
  } else if (!run_pairs(p)) {
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
  thread_local Scratch memory;
  return memory.of(bytes);
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
