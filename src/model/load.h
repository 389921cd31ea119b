// Fills a model with the tensors of an opened checkpoint.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <memory>
#include <string>

#include "checkpoint/checkpoint.h"
#include "model/onevision.h"

namespace ov {

// Weights that already have `dtype` stay memory-mapped; others are converted one by one, and the
// pages they came from are given back, so that two copies never exist. Throws format.
std::unique_ptr<OneVision> load_onevision(std::shared_ptr<const Checkpoint> checkpoint, at::ScalarType dtype,
                                          at::Device device);

// One tensor by its canonical name, in the same way.
Tensor load_parameter(const std::shared_ptr<const Checkpoint>& checkpoint, const std::string& name,
                      at::ScalarType dtype, at::Device device = at::kCPU);

// "auto" takes bfloat16 where the weights are 16-bit and the device computes it fast, otherwise
// float32. Throws usage for a name that is unknown or not available on the device.
at::ScalarType choose_dtype(const std::string& name, const Checkpoint& checkpoint, at::Device device);
// "cpu", "cuda" or "cuda:N"; throws usage when this machine has no such device.
at::Device choose_device(const std::string& name);

}  // namespace ov
