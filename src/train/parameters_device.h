// What Parameters does on a GPU: float32 masters on the device beside bfloat16 weights, and ATen operations
// over lists of tensors in place of our kernels, so that a step is a few launches and waits once. The formulas
// are those of kernels::adamw.
#pragma once

#include <vector>

#include "train/parameters.h"

namespace ov::device_parameters {

// A leaf on `device` with the master's value; `full` gets the float32 master where the leaf is bfloat16.
Tensor make_leaf(const Tensor& master, at::ScalarType dtype, at::Device device, Tensor& full);
void collect_gradients(std::vector<Parameter>& list);
double gradient_norm(const std::vector<Parameter>& list);
void step(std::vector<Parameter>& list, const StageRecipe& stage, double schedule, double scale,
          std::int64_t step_number);

}  // namespace ov::device_parameters
