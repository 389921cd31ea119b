#include "model/onevision.h"

#include <algorithm>
#include <vector>

#include "model/packing.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {
namespace {

// Tiles that go through the tower together: enough rows to keep the matrix kernels busy, few
// enough that their activations stay near 60 MB for the SO400M tower.
constexpr std::int64_t kTilesPerPass = 8;

}  // namespace

OneVision::OneVision(const ModelConfig& model) : config(model), vision_tower(model.vision), language_model(model.text) {
  lm_head.with_bias = false;
}

Tensor OneVision::encode(const Tensor& pixel_values, const MediaPlan& plan, const Observer& observe) const {
  check_shape(pixel_values, {plan.tiles, 3, kAny, kAny}, "pixel_values");
  const bool video = plan.mode == MediaPlan::Mode::video;
  std::vector<Tensor> seen, projected;
  for (std::int64_t first = 0; first < plan.tiles; first += kTilesPerPass) {
    const std::int64_t count = std::min(kTilesPerPass, plan.tiles - first);
    const Tensor features = vision_tower(pixel_values.narrow(0, first, count));  // [count, P, Dv]
    const Tensor tiles = projector(features);                                    // [count, P, D]
    if (observe) {
      seen.push_back(features);
      projected.push_back(tiles);
    } else {
      projected.push_back(video ? pool_frames(tiles) : tiles);
    }
  }
  const Tensor all = at::cat(projected, 0);
  if (!observe) {
    return video ? pack_pooled_frames(all, plan, image_newline) : pack_media(all, plan, image_newline);
  }
  observe("vision_features", at::cat(seen, 0));
  observe("projected", all);
  return pack_media(all, plan, image_newline);
}

Tensor OneVision::logits(const Tensor& x, Path path) const {
  return head_linear(rms_norm(x, language_model.norm), lm_head.weight, path);
}

}  // namespace ov
