#include "train/parameters_device.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_copy.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/stack.h>

#include <map>
#include <utility>

#include "tensor/ops.h"

namespace ov::device_parameters {
namespace {

using Tensors = std::vector<Tensor>;

// Parameters that one AdamW call steps together.
struct Group {
  Tensors masters, gradients, moments1, moments2;
};

}  // namespace

Tensor make_leaf(const Tensor& master, at::ScalarType dtype, at::Device device, Tensor& full) {
  const Tensor wide = master.to(device, at::kFloat, /*non_blocking=*/false, /*copy=*/true).contiguous();
  if (dtype == at::kFloat) return wide;
  full = wide;
  return wide.to(dtype);
}

void collect_gradients(std::vector<Parameter>& list) {
  const at::NoGradGuard no_gradients;
  Tensors fresh, wide, sums, to_add;
  for (Parameter& parameter : list) {
    Tensor& gradient = parameter.weight.mutable_grad();
    if (!gradient.defined()) continue;
    fresh.push_back(gradient.contiguous());
    wide.push_back(at::empty(gradient.sizes(), gradient.options().dtype(at::kFloat)));
    gradient.reset();
    if (parameter.gradient.defined()) {
      sums.push_back(parameter.gradient);
      to_add.push_back(wide.back());
    } else {
      parameter.gradient = wide.back();
    }
  }
  if (!fresh.empty()) at::_foreach_copy_(wide, fresh);
  if (!sums.empty()) at::_foreach_add_(sums, to_add);
}

double gradient_norm(const std::vector<Parameter>& list) {
  const at::NoGradGuard no_gradients;
  Tensors gradients;
  for (const Parameter& parameter : list) {
    if (parameter.gradient.defined()) gradients.push_back(parameter.gradient);
  }
  if (gradients.empty()) return 0;
  const Tensor norms = at::stack(at::_foreach_norm(gradients, 2)).to(at::kDouble);
  return (norms * norms).sum().sqrt().item<double>();
}

void step(std::vector<Parameter>& list, const StageRecipe& stage, double schedule_value, double scale,
          std::int64_t step_number) {
  const at::NoGradGuard no_gradients;
  std::map<std::pair<double, bool>, Group> groups;  // by learning rate and decay
  Tensors gradients, weights, masters;
  for (Parameter& p : list) {
    // As on the CPU: a parameter that the step does not touch moves by its momentum.
    if (!p.gradient.defined()) p.gradient = at::zeros(p.weight.sizes(), p.moment1.options());
    Group& group = groups[{p.rate, p.decays}];
    group.masters.push_back(p.full.defined() ? p.full : p.weight.detach());
    group.gradients.push_back(p.gradient);
    group.moments1.push_back(p.moment1);
    group.moments2.push_back(p.moment2);
    gradients.push_back(std::exchange(p.gradient, Tensor()));
    if (!p.full.defined()) continue;
    weights.push_back(p.weight.detach());
    masters.push_back(p.full);
  }
  if (list.empty()) return;
  at::_foreach_mul_(gradients, scale);
  const Tensor number = at::full({}, static_cast<double>(step_number), gradients[0].options());
  for (auto& [key, group] : groups) {
    const Tensors steps(group.masters.size(), number);
    at::_fused_adamw_(group.masters, group.gradients, group.moments1, group.moments2, {}, steps,
                      key.first * schedule_value, stage.beta1, stage.beta2, key.second ? stage.weight_decay : 0,
                      stage.eps, /*amsgrad=*/false, /*maximize=*/false);
  }
  if (!weights.empty()) at::_foreach_copy_(weights, masters);
}

}  // namespace ov::device_parameters
