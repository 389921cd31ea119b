// Rotary position embedding. Angles as in HF Qwen2RotaryEmbedding: inv_freq = 1 / theta^(2i/e) and
// position * inv_freq in float32; cos and sin of that float32 angle are computed in double, because
// angles reach 32768 rad, and rounded to the row type. Tables are kept per (e, theta, type) and
// grow to the greatest position seen, so that no layer or head computes a cosine again.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "base/parallel.h"
#include "kernels/elementwise.h"
#include "kernels/gradients.h"

namespace ov::kernels {
namespace {

struct TurnTable {
  std::int64_t positions = 0;
  std::vector<float> cos, sin;  // [positions, e / 2]
};

float round_to_bf16(float value) {
  std::uint32_t bits = 0;
  static_assert(sizeof bits == sizeof value);
  __builtin_memcpy(&bits, &value, sizeof bits);
  bits = (bits + 0x7fffu + ((bits >> 16) & 1u)) & 0xffff0000u;
  __builtin_memcpy(&value, &bits, sizeof bits);
  return value;
}

std::shared_ptr<const TurnTable> grow(const TurnTable* old, std::int64_t positions, std::int64_t half, double theta,
                                      bool as_bf16) {
  auto table = std::make_shared<TurnTable>();
  table->positions = positions;
  table->cos.resize(positions * half);
  table->sin.resize(positions * half);
  std::vector<float> inv_freq(half);
  for (std::int64_t i = 0; i < half; ++i) {
    inv_freq[i] = 1.0f / std::pow(static_cast<float>(theta), static_cast<float>(2 * i) / static_cast<float>(2 * half));
  }
  const std::int64_t known = old == nullptr ? 0 : old->positions;
  if (known > 0) {
    std::copy(old->cos.begin(), old->cos.end(), table->cos.begin());
    std::copy(old->sin.begin(), old->sin.end(), table->sin.begin());
  }
  parallel_for(positions - known, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t position = known + begin; position < known + end; ++position) {
      for (std::int64_t i = 0; i < half; ++i) {
        const double angle = static_cast<float>(position) * inv_freq[i];
        const float cos = static_cast<float>(std::cos(angle));
        const float sin = static_cast<float>(std::sin(angle));
        table->cos[position * half + i] = as_bf16 ? round_to_bf16(cos) : cos;
        table->sin[position * half + i] = as_bf16 ? round_to_bf16(sin) : sin;
      }
    }
  });
  return table;
}

// A table with at least `positions` rows. The caller's share keeps it alive while others grow it.
std::shared_ptr<const TurnTable> turn_table(std::int64_t positions, std::int64_t half, double theta, bool as_bf16) {
  static std::mutex mutex;
  static std::map<std::tuple<std::int64_t, double, bool>, std::shared_ptr<const TurnTable>> tables;
  const std::lock_guard lock(mutex);
  std::shared_ptr<const TurnTable>& table = tables[{half, theta, as_bf16}];
  if (!table || table->positions < positions) {
    constexpr std::int64_t kStep = 1024;
    const std::int64_t doubled = table ? 2 * table->positions : 0;
    const std::int64_t rounded = (std::max(positions, doubled) + kStep - 1) / kStep * kStep;
    table = grow(table.get(), rounded, half, theta, as_bf16);
  }
  return table;
}

template <class T>
void rope_row_any(T* x, std::int64_t heads, std::int64_t half, const float* cos, const float* sin) {
#if defined(__x86_64__)
  if (active_isa() >= Isa::avx512) return avx512::rope_row(x, heads, half, cos, sin);
  if (active_isa() >= Isa::avx2) return avx2::rope_row(x, heads, half, cos, sin);
#endif
  generic::rope_row(x, heads, half, cos, sin);
}

template <class T>
void rope_any(T* x, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
              std::int64_t first_position, double theta, bool back) {
  if (e % 2 != 0 || first_position < 0 || !(theta > 0)) {
    throw Error(ErrorKind::internal, "rope: found head size " + std::to_string(e) + ", first position " +
                                         std::to_string(first_position) + ", theta " + std::to_string(theta) +
                                         "; expected an even size, a position >= 0 and theta > 0");
  }
  if (t <= 0 || e <= 0) return;
  const std::int64_t half = e / 2;
  const auto table = turn_table(first_position + t, half, theta, sizeof(T) == sizeof(bf16));
  const std::int64_t rows_per_range = std::max<std::int64_t>(1, 16384 / std::max<std::int64_t>(1, heads * e));
  parallel_for(t, rows_per_range, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> turned_back(back ? half : 0);  // by the negative angle
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t at = (first_position + row) * half;
      const float* sin = table->sin.data() + at;
      if (back) {
        for (std::int64_t i = 0; i < half; ++i) turned_back[i] = -sin[i];
        sin = turned_back.data();
      }
      rope_row_any(x + row * row_stride, heads, half, table->cos.data() + at, sin);
    }
  });
}

}  // namespace

void rope(float* x, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
          std::int64_t first_position, double theta) {
  rope_any(x, t, heads, e, row_stride, first_position, theta, false);
}

void rope(bf16* x, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
          std::int64_t first_position, double theta) {
  rope_any(x, t, heads, e, row_stride, first_position, theta, false);
}

void rope_gradient(float* dx, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
                   std::int64_t first_position, double theta) {
  rope_any(dx, t, heads, e, row_stride, first_position, theta, true);
}

void rope_gradient(bf16* dx, std::int64_t t, std::int64_t heads, std::int64_t e, std::int64_t row_stride,
                   std::int64_t first_position, double theta) {
  rope_any(dx, t, heads, e, row_stride, first_position, theta, true);
}

}  // namespace ov::kernels
