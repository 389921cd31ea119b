#include "model/load.h"

#include <ATen/Context.h>
#include <c10/core/DeviceGuard.h>

#include <cstring>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "tensor/ops.h"

namespace ov {
namespace {

constexpr std::int64_t kConvertGrain = 1 << 18;  // elements per piece of parallel conversion

at::ScalarType scalar_type(Dtype dtype) {
  switch (dtype) {
    case Dtype::f32: return at::kFloat;
    case Dtype::f16: return at::kHalf;
    case Dtype::bf16: return at::kBFloat16;
    default: break;
  }
  throw Error(ErrorKind::internal, std::string("no weights of dtype ") + dtype_name(dtype));
}

// The view's bytes as a tensor without copying; `owner` keeps the mapping alive.
Tensor borrow(const TensorView& view, const std::shared_ptr<const Checkpoint>& owner) {
  void* data = const_cast<std::uint8_t*>(view.bytes.data());
  return at::from_blob(
      data, view.shape, [owner](void*) {}, at::TensorOptions().dtype(scalar_type(view.dtype)));
}

// One conversion that is worth doing in parallel; other pairs go through ATen.
bool convert_fast(const TensorView& view, Tensor& out) {
  using kernels::bf16;
  const auto* half = reinterpret_cast<const std::uint16_t*>(view.bytes.data());
  const auto* full = reinterpret_cast<const float*>(view.bytes.data());
  void* to = out.data_ptr();
  const bool to_float = out.scalar_type() == at::kFloat, to_bf16 = out.scalar_type() == at::kBFloat16;
  if (!view.is_aligned() || !(to_float || to_bf16)) return false;
  parallel_for(view.num_elements(), kConvertGrain, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t count = end - begin;
    if (to_float && view.dtype == Dtype::bf16) kernels::convert(static_cast<float*>(to) + begin, half + begin, count);
    if (to_float && view.dtype == Dtype::f16)
      kernels::convert_f16(static_cast<float*>(to) + begin, half + begin, count);
    if (to_bf16 && view.dtype == Dtype::f32) kernels::convert(static_cast<bf16*>(to) + begin, full + begin, count);
    if (to_bf16 && view.dtype == Dtype::f16) kernels::convert_f16(static_cast<bf16*>(to) + begin, half + begin, count);
  });
  return true;
}

Tensor load_tensor(const TensorView& view, const std::shared_ptr<const Checkpoint>& owner, at::ScalarType dtype,
                   at::Device device) {
  if (device.is_cpu() && view.is_aligned() && scalar_type(view.dtype) == dtype) return borrow(view, owner);
  Tensor out;
  if (!view.is_aligned()) {  // elements may only be copied out
    Tensor copy = at::empty(view.shape, at::TensorOptions().dtype(scalar_type(view.dtype)));
    std::memcpy(copy.data_ptr(), view.bytes.data(), view.bytes.size());
    out = copy.to(device, dtype);
  } else if (device.is_cpu() && scalar_type(view.dtype) != dtype) {
    out = at::empty(view.shape, at::TensorOptions().dtype(dtype));
    if (!convert_fast(view, out)) out.copy_(borrow(view, owner));
  } else {
    out = borrow(view, owner).to(device, dtype);
  }
  owner->release(view);
  return out;
}

}  // namespace

std::unique_ptr<OneVision> load_onevision(std::shared_ptr<const Checkpoint> checkpoint, at::ScalarType dtype,
                                          at::Device device) {
  auto model = std::make_unique<OneVision>(checkpoint->config());
  visit(*model, [&](const std::string& name, Tensor& parameter) {
    parameter = load_tensor(checkpoint->tensor(name), checkpoint, dtype, device);
  });
  if (model->config.text.tie_word_embeddings) model->lm_head.weight = model->language_model.embed_tokens;
  model->mapped = std::move(checkpoint);
  return model;
}

Tensor load_parameter(const std::shared_ptr<const Checkpoint>& checkpoint, const std::string& name,
                      at::ScalarType dtype, at::Device device) {
  return load_tensor(checkpoint->tensor(name), checkpoint, dtype, device);
}

at::ScalarType choose_dtype(const std::string& name, const Checkpoint& checkpoint, at::Device device) {
  if (name == "auto") {
    const bool is_16_bit = checkpoint.tensor("language_model.embed_tokens.weight").dtype != Dtype::f32;
    const bool is_fast = !device.is_cpu() || kernels::has_fast_bf16();
    return is_16_bit && is_fast ? at::kBFloat16 : at::kFloat;
  }
  static const std::map<std::string, at::ScalarType> known = {
      {"float32", at::kFloat}, {"bfloat16", at::kBFloat16}, {"float16", at::kHalf}};
  if (name == "int8" || name == "int4") {
    throw Error(ErrorKind::usage,
                "--dtype " + name + ": quantised weights are not implemented yet; use bfloat16 or float32");
  }
  const auto found = known.find(name);
  if (found == known.end())
    throw Error(ErrorKind::usage, "--dtype " + name + ": expected auto, float32, bfloat16 or float16");
  return found->second;
}

at::Device choose_device(const std::string& name) {
  const std::string expected = "expected cpu, cuda or cuda:N";
  at::Device device(at::kCPU);
  try {
    device = at::Device(name);
  } catch (const c10::Error&) {
    throw Error(ErrorKind::usage, "--device " + name + ": " + expected);
  }
  if (device.is_cpu()) return at::Device(at::kCPU);
  if (!device.is_cuda()) throw Error(ErrorKind::usage, "--device " + name + ": " + expected);
  if (!at::hasCUDA()) {
    throw Error(ErrorKind::usage,
                "--device " + name + ": this build of libtorch sees no CUDA device; use --device cpu");
  }
  if (device.has_index() && device.index() >= static_cast<int>(at::getNumGPUs())) {
    throw Error(ErrorKind::usage, "--device " + name + ": this machine has " + std::to_string(at::getNumGPUs()) +
                                      " CUDA devices, counted from 0");
  }
  // cuDNN's attention is planned anew for every new shape, and in training nearly every pass has one.
  at::globalContext().setSDPUseCuDNN(false);
  return device;
}

}  // namespace ov
