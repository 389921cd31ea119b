#include "train/draw_weight.h"

#include <cmath>
#include <cstring>

namespace ov {

Distribution usual_start(const std::string& name, const Tensor& like) {
  if (like.dim() == 1) return {name.ends_with("bias") ? 0.0F : 1.0F, 0};
  return {0, 1 / std::sqrt(static_cast<float>(like.size(-1)))};
}

Tensor draw_weight(const std::string& name, const Tensor& like, std::uint64_t seed, const Distribution& start) {
  Tensor drawn = at::empty(like.sizes(), at::kFloat);
  auto* to = static_cast<std::uint8_t*>(drawn.data_ptr());
  draw_tensor(start, seed, name, like.numel(), Dtype::f32, [&](std::span<const std::uint8_t> bytes) {
    std::memcpy(to, bytes.data(), bytes.size());
    to += bytes.size();
  });
  return drawn;
}

}  // namespace ov
