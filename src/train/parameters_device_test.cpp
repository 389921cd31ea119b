// What a GPU's parameters do, run on the CPU, against our kernels: gradients summed, their norm, AdamW steps.
#include "train/parameters_device.h"

#include <ATen/Context.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>

#include <cmath>

#include "kernels/gradients.h"
#include "tensor/ops.h"

namespace ov {
namespace {

float* floats(const Tensor& tensor) { return static_cast<float*>(tensor.data_ptr()); }

// A weight that decays, a bias of another part, and one that no pass touches.
std::vector<Parameter> parameters(at::ScalarType dtype) {
  at::manual_seed(8);
  std::vector<Parameter> list(3);
  const std::vector<std::vector<std::int64_t>> sizes = {{7, 5}, {11}, {4, 3}};
  const std::vector<Part> parts = {Part::language, Part::projector, Part::language};
  for (std::size_t i = 0; i < list.size(); ++i) {
    list[i].part = parts[i], list[i].decays = i != 1;
    list[i].weight = device_parameters::make_leaf(at::randn(sizes[i]), dtype, at::kCPU, list[i].full);
    list[i].weight.requires_grad_(true);
    list[i].moment1 = at::zeros(sizes[i]);
    list[i].moment2 = at::zeros(sizes[i]);
  }
  return list;
}

StageRecipe stage_recipe() {
  StageRecipe stage;
  stage.learning_rates = {.vision = 0, .projector = 3e-2, .newline = 0, .language = 1e-2};
  stage.weight_decay = 0.1;
  return stage;
}

void leave_gradient(const Parameter& parameter, Tensor& sum) {
  const Tensor gradient = at::randn(parameter.weight.sizes()).to(parameter.weight.scalar_type());
  parameter.weight.mutable_grad() = gradient;
  sum.add_(gradient.to(at::kFloat));
}

void check_steps(at::ScalarType dtype) {
  std::vector<Parameter> list = parameters(dtype);
  const StageRecipe stage = stage_recipe();
  for (Parameter& p : list) p.rate = rate_of(stage.learning_rates, p.part);
  std::vector<std::vector<Tensor>> expected;  // master, moments
  for (const Parameter& p : list)
    expected.push_back({p.master().clone(), at::zeros(p.weight.sizes()), at::zeros(p.weight.sizes())});
  for (std::int64_t step = 1; step <= 3; ++step) {
    std::vector<Tensor> sums;
    for (const Parameter& p : list) sums.push_back(at::zeros(p.weight.sizes()));
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t i = 0; i < 2; ++i) leave_gradient(list[i], sums[i]);
      device_parameters::collect_gradients(list);
      EXPECT_FALSE(list[0].weight.grad().defined());
    }
    double squares = 0;
    for (const Tensor& sum : sums) squares += kernels::sum_of_squares(floats(sum), sum.numel());
    const double norm = device_parameters::gradient_norm(list);
    EXPECT_NEAR(norm, std::sqrt(squares), 1e-5 * norm);
    device_parameters::step(list, stage, 0.5, 1 / norm, step);
    for (std::size_t i = 0; i < list.size(); ++i) {
      kernels::AdamW args;
      args.beta1 = stage.beta1, args.beta2 = stage.beta2, args.eps = stage.eps;
      args.lr = list[i].rate * 0.5;
      args.weight_decay = list[i].decays ? stage.weight_decay : 0;
      args.gradient_scale = 1 / norm, args.step = step;
      kernels::adamw(floats(expected[i][0]), floats(expected[i][1]), floats(expected[i][2]), floats(sums[i]),
                     list[i].count(), args);
      EXPECT_TRUE(list[i].master().allclose(expected[i][0], 1e-5, 1e-6)) << "step " << step << ", parameter " << i;
      EXPECT_TRUE(list[i].moment1.allclose(expected[i][1], 1e-5, 1e-7));
      EXPECT_TRUE(list[i].moment2.allclose(expected[i][2], 1e-5, 1e-9));
      EXPECT_TRUE(list[i].weight.detach().equal(list[i].master().to(dtype)));
      EXPECT_FALSE(list[i].gradient.defined());
    }
  }
}

TEST(ParametersDevice, StepAsOurKernelsInFloat32) { check_steps(at::kFloat); }

TEST(ParametersDevice, Bfloat16WeightsFollowTheirMasters) {
  check_steps(at::kBFloat16);
  const std::vector<Parameter> list = parameters(at::kBFloat16);
  const Tensor value = at::randn(list[0].weight.sizes());
  list[0].set_master(value);
  EXPECT_TRUE(list[0].master().equal(value));
  EXPECT_TRUE(list[0].weight.detach().equal(value.to(at::kBFloat16)));
}

}  // namespace
}  // namespace ov
