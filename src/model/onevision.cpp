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

Tensor OneVision::features(const Tensor& pixel_values) const {
  std::vector<Tensor> parts;
  for (std::int64_t first = 0; first < pixel_values.size(0); first += kTilesPerPass) {
    const std::int64_t count = std::min(kTilesPerPass, pixel_values.size(0) - first);
    parts.push_back(vision_tower(pixel_values.narrow(0, first, count)));
  }
  return parts.size() == 1 ? parts[0] : at::cat(parts, 0);
}

std::vector<Tensor> OneVision::media_tokens(const Tensor& features, const std::vector<MediaPlan>& plans,
                                            const Tensor& newline) const {
  std::vector<Tensor> tokens;
  std::int64_t first = 0;
  for (const MediaPlan& plan : plans) {
    const Tensor tiles = projector(features.narrow(0, first, plan.tiles));
    tokens.push_back(pack_media(tiles, plan, newline));
    first += plan.tiles;
  }
  check_shape(features, {first, kAny, kAny}, "features of all media");
  return tokens;
}

Tensor OneVision::embed(const std::vector<std::int64_t>& ids, const std::vector<MediaRun>& runs,
                        const std::vector<Tensor>& tokens) const {
  std::vector<std::int64_t> text;  // ids between the runs
  std::vector<std::int64_t> lengths;
  std::int64_t from = 0;
  for (const MediaRun& run : runs) {
    text.insert(text.end(), ids.begin() + from, ids.begin() + run.begin);
    lengths.push_back(run.begin - from);
    from = run.begin + run.tokens;
  }
  text.insert(text.end(), ids.begin() + from, ids.end());
  const Tensor words = language_model.embed(text);
  if (runs.empty()) return words;
  std::vector<Tensor> parts;
  std::int64_t word = 0;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    check_shape(tokens[i], {runs[i].tokens, words.size(1)}, "features of medium " + std::to_string(i + 1));
    parts.push_back(words.narrow(0, word, lengths[i]));
    parts.push_back(tokens[i]);
    word += lengths[i];
  }
  parts.push_back(words.narrow(0, word, words.size(0) - word));
  return at::cat(parts, 0);  // [T, D]
}

Tensor OneVision::logits(const Tensor& x, Path path) const {
  return head_linear(rms_norm(x, language_model.norm), lm_head.weight, path);
}

}  // namespace ov
