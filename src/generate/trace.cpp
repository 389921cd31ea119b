#include "generate/trace.h"

#include <ATen/core/grad_mode.h>

#include <map>

#include "tensor/ops.h"

namespace ov {

std::vector<NamedTensor> trace(const Engine& engine, const Prompt& prompt, bool all_logits) {
  const at::NoGradGuard no_grad;
  std::vector<NamedTensor> out;
  const auto add = [&](const std::string& name, const Tensor& value) {
    out.emplace_back(name, (value.scalar_type() == at::kLong ? value : value.to(at::kFloat)).cpu().contiguous());
  };
  add("input_ids", at::tensor(prompt.ids, at::TensorOptions().dtype(at::kLong)));

  std::map<std::string, std::vector<Tensor>> of_media;
  Timings ignored;
  const Tensor embeds = engine.embed(prompt, 0, ignored, [&](std::string_view name, const Tensor& value) {
    of_media[std::string(name)].push_back(value);
  });
  for (const char* name : {"pixel_values", "vision_features", "projected", "image_tokens"}) {
    const auto found = of_media.find(name);
    if (found != of_media.end()) add(name, at::cat(found->second, 0));
  }
  add("inputs_embeds", embeds);

  const Qwen2Model& language = engine.model().language_model;
  KvCache cache = language.new_cache(prompt.length());
  const Tensor last = language.prefill(
      embeds, cache, [&](std::string_view name, const Tensor& value) { add(std::string(name), value.clone()); });
  if (all_logits) {
    add("logits", engine.model().logits(last, Path::wide));
  } else {
    add("logits", engine.model().logits(last.narrow(0, last.size(0) - 1, 1), Path::narrow)[0]);
  }
  return out;
}

}  // namespace ov
