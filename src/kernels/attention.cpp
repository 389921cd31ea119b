// Attention: checks and completes the arguments, shares the work out to threads, picks the
// instruction set. How the work is cut never changes a result; see attention.h.
#include "kernels/attention.h"

#include <algorithm>
#include <cmath>
#include <new>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"

namespace ov::kernels {

void Scratch::reserve(std::size_t bytes) {
  used_ = 0;
  if (bytes <= size_) return;
  memory_.reset();
  size_ = 0;
  constexpr std::size_t kPage = 4096;
  const std::size_t rounded = (bytes + kPage - 1) / kPage * kPage;
  memory_.reset(static_cast<char*>(std::aligned_alloc(kPage, rounded)));
  if (!memory_) throw std::bad_alloc();
  size_ = rounded;
}

Scratch& thread_scratch() {
  thread_local Scratch scratch;
  return scratch;
}

namespace {

void check(const AttentionArgs& args) {
  std::string problem;
  if (args.kv_heads < 1 || args.heads % args.kv_heads != 0) problem = "heads must be a multiple of kv_heads";
  if (args.causal && args.tq > args.tk) problem = "causal attention needs tq <= tk";
  if (args.tk < 1) problem = "at least one key is needed";
  if (args.scale < 0) problem = "scale must not be negative";
  if (problem.empty()) return;
  throw Error(ErrorKind::internal, "attention: " + problem + "; found tq " + std::to_string(args.tq) + ", tk " +
                                       std::to_string(args.tk) + ", heads " + std::to_string(args.heads) +
                                       ", kv_heads " + std::to_string(args.kv_heads) + ", scale " +
                                       std::to_string(args.scale));
}

template <class T>
AttentionTask<T> complete(T* out, const T* q, const T* k, const T* v, const AttentionArgs& args) {
  AttentionTask<T> task{out, q, k, v, args};
  task.group = args.heads / args.kv_heads;
  AttentionArgs& a = task.args;
  if (a.q_stride == 0) a.q_stride = a.heads * a.e;
  if (a.out_stride == 0) a.out_stride = a.heads * a.e;
  if (a.k_stride == 0) a.k_stride = a.kv_heads * a.e;
  if (a.v_stride == 0) a.v_stride = a.kv_heads * a.e;
  if (a.k_head_stride == 0) a.k_head_stride = a.e;
  if (a.v_head_stride == 0) a.v_head_stride = a.e;
  const double scale = a.scale > 0 ? a.scale : 1.0 / std::sqrt(static_cast<double>(a.e));
  task.log2_scale = static_cast<float>(scale * 1.4426950408889634);
  return task;
}

template <class T>
void wide_block(const AttentionTask<T>& task, std::int64_t kv_head, std::int64_t first_row, std::int64_t end_row) {
#if defined(__x86_64__)
  if constexpr (sizeof(T) == sizeof(bf16)) {
    if (active_isa() >= Isa::amx_bf16) return amx::attend_wide(task, kv_head, first_row, end_row);
  }
  if (active_isa() >= Isa::avx512) return avx512::attend_wide(task, kv_head, first_row, end_row);
  if (active_isa() >= Isa::avx2) return avx2::attend_wide(task, kv_head, first_row, end_row);
#endif
  generic::attend_wide(task, kv_head, first_row, end_row);
}

template <class T>
void narrow_split(const AttentionTask<T>& task, const NarrowSplit& split, float* part) {
#if defined(__x86_64__)
  if constexpr (sizeof(T) == sizeof(bf16)) {
    if (active_isa() >= Isa::amx_bf16) return amx::attend_narrow(task, split, part);
  }
  if (active_isa() >= Isa::avx512) return avx512::attend_narrow(task, split, part);
  if (active_isa() >= Isa::avx2) return avx2::attend_narrow(task, split, part);
#endif
  generic::attend_narrow(task, split, part);
}

template <class T>
void narrow_sum(T* out, const float* parts, std::int64_t part_stride, std::int64_t num_parts, std::int64_t e) {
#if defined(__x86_64__)
  if (active_isa() >= Isa::avx512) return avx512::combine_narrow(out, parts, part_stride, num_parts, e);
  if (active_isa() >= Isa::avx2) return avx2::combine_narrow(out, parts, part_stride, num_parts, e);
#endif
  generic::combine_narrow(out, parts, part_stride, num_parts, e);
}

// Rows per block: many, so that packing a key block pays; few enough to stay in the second-level
// cache and to leave every thread several blocks.
std::int64_t block_rows(std::int64_t rows, std::int64_t kv_heads) {
  constexpr std::int64_t kMost = 896, kLeast = 128, kUnit = 32, kBlocksPerThread = 4;
  const std::int64_t wanted = (kBlocksPerThread * num_threads() + kv_heads - 1) / kv_heads;
  const std::int64_t blocks = std::max((rows + kMost - 1) / kMost, std::min(wanted, (rows + kLeast - 1) / kLeast));
  const std::int64_t even = (rows + blocks - 1) / blocks;
  return (even + kUnit - 1) / kUnit * kUnit;
}

template <class T>
void attend_wide(const AttentionTask<T>& task) {
  const std::int64_t rows = task.rows();
  const std::int64_t size = block_rows(rows, task.args.kv_heads);
  const std::int64_t blocks = (rows + size - 1) / size;
  parallel_for(blocks * task.args.kv_heads, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      // Last rows first: in causal attention they are the longest work.
      const std::int64_t block = blocks - 1 - i / task.args.kv_heads;
      wide_block(task, i % task.args.kv_heads, block * size, std::min(rows, (block + 1) * size));
    }
  });
}

template <class T>
void attend_narrow(const AttentionTask<T>& task) {
  const AttentionArgs& args = task.args;
  const std::int64_t splits = (args.tk + kNarrowSplit - 1) / kNarrowSplit;
  const std::int64_t part_size = narrow_part_size(args.e);
  // parts[position, kv head, split, group row, part]
  std::vector<float> parts(args.tq * args.kv_heads * splits * task.group * part_size);
  const auto limit = [&](std::int64_t position) { return task.limit(position * task.group); };
  parallel_for(args.tq * args.kv_heads * splits, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      NarrowSplit split;
      split.position = i / splits / args.kv_heads;
      split.kv_head = i / splits % args.kv_heads;
      split.first_key = i % splits * kNarrowSplit;
      split.end_key = std::min(limit(split.position), split.first_key + kNarrowSplit);
      if (split.first_key < split.end_key) narrow_split(task, split, parts.data() + i * task.group * part_size);
    }
  });
  parallel_for(args.tq * args.heads, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t position = i / args.heads, kv_head = i % args.heads / task.group, in_group = i % task.group;
      const std::int64_t used = (limit(position) + kNarrowSplit - 1) / kNarrowSplit;
      const std::int64_t first = ((position * args.kv_heads + kv_head) * splits * task.group + in_group) * part_size;
      narrow_sum(task.result(kv_head, position * task.group + in_group), parts.data() + first, task.group * part_size,
                 used, args.e);
    }
  });
}

template <class T>
void attention_any(T* out, const T* q, const T* k, const T* v, const AttentionArgs& args) {
  if (args.tq <= 0 || args.heads <= 0 || args.e <= 0) return;
  check(args);
  const AttentionTask<T> task = complete(out, q, k, v, args);
  if (args.path == Path::wide) {
    attend_wide(task);
  } else {
    attend_narrow(task);
  }
}

}  // namespace

void attention(float* out, const float* q, const float* k, const float* v, const AttentionArgs& args) {
  attention_any(out, q, k, v, args);
}

void attention(bf16* out, const bf16* q, const bf16* k, const bf16* v, const AttentionArgs& args) {
  attention_any(out, q, k, v, args);
}

}  // namespace ov::kernels
