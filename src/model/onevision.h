// LLaVA-OneVision (arXiv 2408.03326): SigLIP tower, projector, packing and Qwen2, with the one visit
// that names every parameter. See docs/architecture.md for the way of one question.
//
//   OneVision model = load_onevision(checkpoint, at::kFloat, at::kCPU);
//   Tensor features = model.encode(pixel_values, plan);   // [plan.tokens, D]
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/model_config.h"
#include "media/geometry.h"
#include "model/projector.h"
#include "model/qwen2.h"
#include "model/siglip.h"
#include "model/splice.h"

namespace ov {

class Checkpoint;

struct OneVision {
  ModelConfig config;
  SiglipVisionModel vision_tower;
  Projector projector;
  Tensor image_newline;  // [D], undefined when the checkpoint has none
  Qwen2Model language_model;
  Linear lm_head;                            // weight [V, D]; the same tensor as embed_tokens when tied
  std::shared_ptr<const Checkpoint> mapped;  // keeps memory-mapped weights alive

  explicit OneVision(const ModelConfig& model);

  // Tokens of one picture or video: pixel_values [tiles, 3, S, S] float32 -> [plan.tokens, D].
  // Works through a few tiles at a time. `observe` gets vision_features and projected of all tiles.
  Tensor encode(const Tensor& pixel_values, const MediaPlan& plan, const Observer& observe = {}) const;

  // The same for several media at once, in two halves that training may run apart: tower features of
  // tiles [B, 3, S, S] -> [B, P, Dv], and from them the tokens of all media, end to end [N, D], with rows
  // ended by `newline` where it is defined.
  Tensor features(const Tensor& pixel_values) const;
  Tensor media_tokens(const Tensor& features, const std::vector<MediaPlan>& plans, const Tensor& newline) const;

  // Embeddings of whole samples: ids [T] with the media tokens [N, D] in the runs, in order -> [T, D].
  Tensor embed(const std::vector<std::int64_t>& ids, const std::vector<MediaRun>& runs, const Tensor& media) const;

  // Final norm and head of rows x [M, D] -> logits [M, V] float32.
  Tensor logits(const Tensor& x, Path path) const;
};

template <class Visit>
void visit(OneVision& model, Visit&& at) {
  visit(model.vision_tower, "vision_tower", at);
  visit(model.projector, "projector", at);
  if (model.config.tiling.newline) at(std::string("image_newline"), model.image_newline);
  visit(model.language_model, "language_model", at);
  if (!model.config.text.tie_word_embeddings) at(std::string("lm_head.weight"), model.lm_head.weight);
}

}  // namespace ov
