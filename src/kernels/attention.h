// Inside of attention: what attention.cpp hands to the instruction sets, and their functions.
//
// The query rows of one kv head (positions x the group of query heads that share it) are stacked:
// row r is position r / group, head kv_head * group + r % group. So keys and values are read once
// for the whole group and never expanded. Wide walks blocks of rows over blocks of keys; narrow
// walks the keys of one position in splits whose partial results are combined in key order.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

#include "kernels/kernels.h"

namespace ov::kernels {

// AttentionArgs with every default filled in.
template <class T>
struct AttentionTask {
  T* out = nullptr;
  const T* q = nullptr;
  const T* k = nullptr;
  const T* v = nullptr;
  AttentionArgs args;
  std::int64_t group = 1;  // query heads per kv head
  float log2_scale = 0;    // scale * log2(e): scores in powers of two
  std::int64_t rows() const { return args.tq * group; }
  // How many keys row r sees; they are the first ones.
  std::int64_t limit(std::int64_t row) const { return args.causal ? args.tk - args.tq + row / group + 1 : args.tk; }
  const T* query(std::int64_t kv_head, std::int64_t row) const {
    return q + row / group * args.q_stride + (kv_head * group + row % group) * args.e;
  }
  T* result(std::int64_t kv_head, std::int64_t row) const {
    return out + row / group * args.out_stride + (kv_head * group + row % group) * args.e;
  }
  const T* key(std::int64_t kv_head, std::int64_t position) const {
    return k + position * args.k_stride + kv_head * args.k_head_stride;
  }
  const T* value(std::int64_t kv_head, std::int64_t position) const {
    return v + position * args.v_stride + kv_head * args.v_head_stride;
  }
};

// Keys in one split of the narrow path; part of the result's definition.
constexpr std::int64_t kNarrowSplit = 512;

// One split of one position and kv head. part: [group] rows of e sums, then greatest score (in
// powers of two), then the sum of weights.
struct NarrowSplit {
  std::int64_t position = 0, kv_head = 0, first_key = 0, end_key = 0;
};
inline std::int64_t narrow_part_size(std::int64_t e) { return e + 2; }

// Wide: rows [first_row, end_row) of one kv head. Narrow: one split, and the combination of one
// row's splits.
#define OV_DECLARE_ATTENTION(T)                                                                                       \
  void attend_wide(const AttentionTask<T>& task, std::int64_t kv_head, std::int64_t first_row, std::int64_t end_row); \
  void attend_narrow(const AttentionTask<T>& task, const NarrowSplit& split, float* part);                            \
  void combine_narrow(T* out, const float* parts, std::int64_t part_stride, std::int64_t num_parts, std::int64_t e);

namespace generic {
OV_DECLARE_ATTENTION(float)
OV_DECLARE_ATTENTION(bf16)
}  // namespace generic
#if defined(__x86_64__)
namespace avx2 {
OV_DECLARE_ATTENTION(float)
OV_DECLARE_ATTENTION(bf16)
}  // namespace avx2
namespace avx512 {
OV_DECLARE_ATTENTION(float)
OV_DECLARE_ATTENTION(bf16)
}  // namespace avx512
namespace amx {
void attend_wide(const AttentionTask<bf16>& task, std::int64_t kv_head, std::int64_t first_row, std::int64_t end_row);
void attend_narrow(const AttentionTask<bf16>& task, const NarrowSplit& split, float* part);
}  // namespace amx
#endif
#undef OV_DECLARE_ATTENTION

// Whether these are the bits of NaN or an infinity.
inline bool is_non_finite(bf16 value) { return (value & 0x7f80u) == 0x7f80u; }
inline bool is_non_finite(float value) { return !std::isfinite(value); }

// The wide kernels add weight * value for a whole block of keys, and a weight of exactly 0 does not
// hide a NaN: so they leave non-finite values out and list their positions here. A row that does
// see such a value gets NaN in that element; a row that does not is untouched.
template <class T>
void mark_poisoned(const AttentionTask<T>& task, std::int64_t kv_head, std::int64_t first_row, std::int64_t end_row,
                   const std::vector<std::int64_t>& positions) {
  const T nan = sizeof(T) == sizeof(bf16) ? static_cast<T>(0x7fc0) : std::numeric_limits<T>::quiet_NaN();
  for (const std::int64_t position : positions) {
    const T* value = task.value(kv_head, position);
    for (std::int64_t row = first_row; row < end_row; ++row) {
      if (position >= task.limit(row)) continue;
      T* out = task.result(kv_head, row);
      for (std::int64_t i = 0; i < task.args.e; ++i) {
        if (is_non_finite(value[i])) out[i] = nan;
      }
    }
  }
}

// Memory of one thread that only grows, aligned for any vector; contents are undefined.
class Scratch {
 public:
  // Cut `bytes` in pieces with take().
  void reserve(std::size_t bytes);
  template <class T>
  T* take(std::size_t count) {
    T* piece = reinterpret_cast<T*>(memory_.get() + used_);
    used_ += padded(count * sizeof(T));
    return piece;
  }
  static std::size_t padded(std::size_t bytes) { return (bytes + 127) / 64 * 64; }

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };
  std::unique_ptr<char, Free> memory_;
  std::size_t size_ = 0, used_ = 0;
};
Scratch& thread_scratch();

}  // namespace ov::kernels
