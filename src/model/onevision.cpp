#include "model/onevision.h"

#include <algorithm>
#include <vector>

#include "model/pack_rows.h"
#include "model/packing.h"
#include "tensor/gather.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {
namespace {

// Tiles that go through the tower together: enough rows to keep the matrix kernels busy, few
// enough that their activations stay near 60 MB for the SO400M tower.
constexpr std::int64_t kTilesPerPass = 8;
// In training a GPU has room for more, and too little to do with fewer.
constexpr std::int64_t kTilesPerPassOnGpu = 256;

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

Tensor OneVision::features(const Tensor& pixel_values) const {
  const std::int64_t at_once = pixel_values.is_cpu() ? kTilesPerPass : kTilesPerPassOnGpu;
  std::vector<Tensor> parts;
  for (std::int64_t first = 0; first < pixel_values.size(0); first += at_once) {
    const std::int64_t count = std::min(at_once, pixel_values.size(0) - first);
    parts.push_back(vision_tower(pixel_values.narrow(0, first, count)));
  }
  return parts.size() == 1 ? parts[0] : at::cat(parts, 0);
}

Tensor OneVision::media_tokens(const Tensor& features, const std::vector<MediaPlan>& plans,
                               const Tensor& newline) const {
  return pack_rows(projector(features), plans, newline);
}

Tensor OneVision::embed(const std::vector<std::int64_t>& ids, const std::vector<MediaRun>& runs,
                        const Tensor& media) const {
  std::vector<std::int64_t> text;   // ids between the runs
  std::vector<std::int64_t> index;  // into the words, then the media tokens; of those counted from -1 down at first
  std::int64_t tokens = 0;
  const auto add_text = [&](std::int64_t from, std::int64_t to) {
    for (std::int64_t t = from; t < to; ++t) {
      index.push_back(static_cast<std::int64_t>(text.size()));
      text.push_back(ids[static_cast<std::size_t>(t)]);
    }
  };
  std::int64_t from = 0;
  for (const MediaRun& run : runs) {
    add_text(from, run.begin);
    for (std::int64_t i = 0; i < run.tokens; ++i) index.push_back(-1 - tokens++);
    from = run.begin + run.tokens;
  }
  add_text(from, static_cast<std::int64_t>(ids.size()));
  const Tensor words = language_model.embed(text);
  if (runs.empty()) return words;
  check_shape(media, {tokens, words.size(1)}, "tokens of all media");
  for (std::int64_t& row : index) row = row < 0 ? words.size(0) - 1 - row : row;
  const Tensor rows = at::cat({words, media}, 0);
  return gather_rows(rows, row_map(index, rows.size(0), false, rows.device()));  // [T, D]
}

Tensor OneVision::logits(const Tensor& x, Path path) const {
  return head_linear(rms_norm(x, language_model.norm), lm_head.weight, path);
}

}  // namespace ov
