// AdamW (Loshchilov and Hutter, arXiv 1711.05101) in the order of operations of torch.optim.AdamW, in
// one pass over weight, moments and gradient. The loops are plain so that the compiler vectorises
// them; memory decides their speed.
#include <cmath>
#include <cstring>

#include "base/parallel.h"
#include "kernels/gradients.h"

namespace ov::kernels {
namespace {

constexpr std::int64_t kGrain = 1 << 16;

float as_float(std::uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::uint32_t as_bits(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

// Numbers that all elements share.
struct Constants {
  float keep, beta1, beta2, rest1, rest2, step_size, inverse_root, eps, scale;

  explicit Constants(const AdamW& a)
      : keep(static_cast<float>(1 - a.lr * a.weight_decay)),
        beta1(static_cast<float>(a.beta1)),
        beta2(static_cast<float>(a.beta2)),
        rest1(static_cast<float>(1 - a.beta1)),
        rest2(static_cast<float>(1 - a.beta2)),
        step_size(static_cast<float>(a.lr / (1 - std::pow(a.beta1, static_cast<double>(a.step))))),
        inverse_root(static_cast<float>(1 / std::sqrt(1 - std::pow(a.beta2, static_cast<double>(a.step))))),
        eps(static_cast<float>(a.eps)),
        scale(static_cast<float>(a.gradient_scale)) {}
};

inline float stepped(float w, float& m, float& v, float g, const Constants& c) {
  g *= c.scale;
  m = m + c.rest1 * (g - m);
  v = c.beta2 * v + c.rest2 * g * g;
  return w * c.keep - c.step_size * m / (std::sqrt(v) * c.inverse_root + c.eps);
}

inline float joined(bf16 high, std::uint16_t low) {
  // A low half of 0x8000 or more was rounded up into the high half.
  const std::uint32_t upper = static_cast<std::uint32_t>(high) - (low >> 15);
  return as_float(upper << 16 | low);
}

inline void split(float weight, bf16& high, std::uint16_t& low) {
  const std::uint32_t bits = as_bits(weight);
  low = static_cast<std::uint16_t>(bits);
  high = static_cast<bf16>((bits + 0x8000u) >> 16);
}

template <class G>
void adamw_split(bf16* high, std::uint16_t* low, float* moment1, float* moment2, const G* gradient, std::int64_t count,
                 const AdamW& args) {
  const Constants c(args);
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      float g;
      if constexpr (sizeof(G) == sizeof(float)) {
        g = gradient[i];
      } else {
        g = as_float(static_cast<std::uint32_t>(gradient[i]) << 16);
      }
      split(stepped(joined(high[i], low[i]), moment1[i], moment2[i], g, c), high[i], low[i]);
    }
  });
}

}  // namespace

void adamw(float* weight, float* moment1, float* moment2, const float* gradient, std::int64_t count,
           const AdamW& args) {
  const Constants c(args);
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      weight[i] = stepped(weight[i], moment1[i], moment2[i], gradient[i], c);
    }
  });
}

void adamw(bf16* high, std::uint16_t* low, float* moment1, float* moment2, const float* gradient, std::int64_t count,
           const AdamW& args) {
  adamw_split(high, low, moment1, moment2, gradient, count, args);
}

void adamw(bf16* high, std::uint16_t* low, float* moment1, float* moment2, const bf16* gradient, std::int64_t count,
           const AdamW& args) {
  adamw_split(high, low, moment1, moment2, gradient, count, args);
}

void split_weight(bf16* high, std::uint16_t* low, const float* weight, std::int64_t count) {
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) split(weight[i], high[i], low[i]);
  });
}

void join_weight(float* weight, const bf16* high, const std::uint16_t* low, std::int64_t count) {
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) weight[i] = joined(high[i], low[i]);
  });
}

}  // namespace ov::kernels
