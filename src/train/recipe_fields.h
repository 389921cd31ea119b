// The one list of a recipe's keys. A visitor V has number, integer, boolean, text, path, choice, group
// and raw; recipe.cpp has the one that reads and the one that writes.
#pragma once

#include "train/recipe.h"

namespace ov {

template <class E>
using Names = std::vector<std::pair<std::string, E>>;

inline const Names<Objective> kObjectiveNames = {{"answers", Objective::answers},
                                                 {"text", Objective::text},
                                                 {"contrastive", Objective::contrastive},
                                                 {"regions", Objective::regions}};
inline const Names<PromptForm> kPromptNames = {{"plain", PromptForm::plain}, {"qwen_1_5", PromptForm::qwen_1_5}};
inline const Names<LabelRule> kLabelNames = {{"official", LabelRule::official}, {"clean", LabelRule::clean}};
inline const Names<AspectMode> kModeNames = {
    {"anyres", AspectMode::anyres}, {"pad", AspectMode::pad}, {"square", AspectMode::square}};
inline const Names<LossRule> kLossNames = {{"micro_batch_mean", LossRule::micro_batch_mean},
                                           {"token_mean", LossRule::token_mean}};
inline const Names<Batching> kBatchingNames = {{"packed", Batching::packed}, {"padded", Batching::padded}};
inline const Names<OrderKind> kOrderNames = {
    {"random", OrderKind::random}, {"length", OrderKind::length}, {"modality_length", OrderKind::modality_length}};
inline const Names<OnBad> kOnBadNames = {{"error", OnBad::error}, {"skip", OnBad::skip}};
inline const Names<Layout> kLayoutNames = {{"official", Layout::official}, {"hf", Layout::hf}};

constexpr std::int64_t kMany = 1'000'000'000;

template <class V>
void visit_tiling(StageTiling& tiling, V& v) {
  v.maybe_choice("mode", tiling.mode, kModeNames);
  v.raw("pinpoints", tiling.pinpoints);
  v.maybe_integer("max_tiles", tiling.max_tiles, 0, 4096);
  v.boolean("newline", tiling.newline);
}

template <class V>
void visit_rates(PartRates& rates, V& v) {
  v.number("vision", rates.vision, 0, 1e30);
  v.number("projector", rates.projector, 0, 1e30);
  v.number("newline", rates.newline, 0, 1e30);
  v.number("language", rates.language, 0, 1e30);
}

// Keys that only the objective answers has.
template <class V>
void visit_answers(StageRecipe& s, V& v) {
  v.path("video_folder", s.video_folder);
  v.choice("prompt", s.prompt, kPromptNames);
  v.choice("labels", s.labels, kLabelNames);
  v.group("tiling", [&](auto& in) { visit_tiling(s.tiling, in); });
  v.group("video", [&](auto& in) {
    in.number("fps", s.video_fps, 1e-3, 1000);
    in.integer("max_frames", s.max_frames, 0, 100'000);
  });
  v.path("cache_features", s.cache_features);
  v.group("evaluate", [&](auto& in) {
    in.path("task_file", s.scoring.task_file);
    in.text("tasks", s.scoring.tasks);
    in.path("data", s.scoring.data);
    in.integer("every", s.scoring.every, 0, kMany);
    in.integer("limit", s.scoring.limit, 0, kMany);
    in.integer("batch_size", s.scoring.batch_size, 1, 1024);
  });
  v.integer("sample_every", s.sample_every, 0, kMany);
  v.integer("sample_count", s.sample_count, 0, 100);
}

// Keys of both objectives that predict tokens.
template <class V>
void visit_tokens(StageRecipe& s, V& v) {
  v.choice("loss", s.loss, kLossNames);
  v.choice("batching", s.batching, kBatchingNames);
  v.integer("pack_tokens", s.pack_tokens, 1, kMany);
}

template <class V>
void visit_contrastive(StageRecipe& s, V& v) {
  v.group("contrastive", [&](auto& in) {
    in.number("learning_rate", s.contrastive.learning_rate, 1e-30, 1e30);
    in.integer("max_tokens", s.contrastive.max_tokens, 1, 4096);
    in.maybe_integer("width", s.contrastive.width, 1, 65536);
    in.maybe_integer("layers", s.contrastive.layers, 1, 1000);
    in.maybe_integer("heads", s.contrastive.heads, 1, 1000);
  });
}

template <class V>
void visit_regions(StageRecipe& s, V& v) {
  v.group("regions", [&](auto& in) {
    in.number("learning_rate", s.regions.learning_rate, 1e-30, 1e30);
    in.integer("cells", s.regions.cells, 1, 16);
  });
}

// Keys that every stage has.
template <class V>
void visit_any(StageRecipe& s, V& v) {
  v.text("name", s.name);
  v.choice("objective", s.objective, kObjectiveNames);
  v.path("start", s.start);
  v.path("data", s.data);
  v.path("image_folder", s.image_folder);
  v.group("learning_rates", [&](auto& in) { visit_rates(s.learning_rates, in); });
  v.integer("epochs", s.epochs, 1, 1'000'000);
  v.integer("batch_size", s.batch_size, 1, kMany);
  v.integer("micro_batch", s.micro_batch, 1, kMany);
  v.choice("order", s.order, kOrderNames);
  v.boolean("drop_last", s.drop_last);
  v.integer("max_length", s.max_length, 1, kMany);
  v.choice("long_samples", s.long_samples, kOnBadNames);
  v.choice("bad_records", s.bad_records, kOnBadNames);
  v.integer("max_bad_records", s.max_bad_records, 0, kMany);
  v.number("warmup_ratio", s.warmup_ratio, 0, 1);
  v.number("weight_decay", s.weight_decay, 0, 100);
  v.number("max_grad_norm", s.max_grad_norm, 1e-12, 1e30);
  v.group("adam", [&](auto& in) {
    in.number("beta1", s.beta1, 0, 0.9999999);
    in.number("beta2", s.beta2, 0, 0.9999999);
    in.number("eps", s.eps, 1e-30, 1);
  });
  v.boolean("activation_checkpointing", s.activation_checkpointing);
  v.integer("save_every", s.save_every, 0, kMany);
  v.integer("keep", s.keep, 1, 1000);
}

// `own` gets the keys that the stage's objective has, `other` those of other objectives.
template <class V, class W>
void visit_stage(StageRecipe& s, V& own, W& other) {
  visit_any(s, own);
  const auto visit_if = [&](bool has, auto&& visit) { has ? visit(own) : visit(other); };
  visit_if(s.objective == Objective::answers, [&](auto& v) { visit_answers(s, v); });
  visit_if(!s.trains_tower_alone(), [&](auto& v) { visit_tokens(s, v); });
  visit_if(s.objective == Objective::contrastive, [&](auto& v) { visit_contrastive(s, v); });
  visit_if(s.objective == Objective::regions, [&](auto& v) { visit_regions(s, v); });
}

template <class V>
void visit_head(Recipe& r, V& v) {
  v.text("name", r.name);
  v.seed("seed", r.seed);
  v.group("model", [&](auto& in) {
    in.path("folder", r.model.folder);
    in.text("shape", r.model.shape);
    in.path("tokenizer", r.model.tokenizer);
    in.path("language_model", r.model.language_model);
    in.path("vision_tower", r.model.vision_tower);
  });
  v.group("output", [&](auto& in) {
    in.choice("layout", r.output_layout, kLayoutNames);
    in.name("dtype", r.output_dtype, {"float32", "bfloat16"});
  });
  v.name("dtype", r.dtype, {"float32", "bfloat16"});
}

}  // namespace ov
