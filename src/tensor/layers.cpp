#include "tensor/layers.h"

#include <ATen/core/grad_mode.h>

#include <atomic>
#include <initializer_list>

#include "base/error.h"
#include "tensor/ops.h"
#include "tensor/shape.h"

namespace ov {
namespace {

std::atomic<bool> enabled{true};

// Kernels read rows of numbers: on the CPU, without gradients, in one dtype that they know.
bool runs_kernels(std::initializer_list<Tensor> tensors) {
  if (!enabled.load(std::memory_order_relaxed)) return false;
  at::ScalarType type = at::ScalarType::Undefined;
  for (const Tensor& tensor : tensors) {
    if (!tensor.defined()) continue;
    if (!tensor.device().is_cpu() || (tensor.requires_grad() && at::GradMode::is_enabled())) return false;
    if (type == at::ScalarType::Undefined) type = tensor.scalar_type();
    if (tensor.scalar_type() != type) return false;
  }
  return type == at::kFloat || type == at::kBFloat16;
}

template <class T>
T* data(const Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

// Calls f with a float or bf16 value that names the element type of `tensor`.
template <class F>
void by_type(const Tensor& tensor, F&& f) {
  if (tensor.scalar_type() == at::kFloat) {
    f(float{});
  } else {
    f(kernels::bf16{});
  }
}

std::int64_t rows_of(const Tensor& x) { return x.size(-1) == 0 ? 0 : x.numel() / x.size(-1); }

Tensor empty_like_rows(const Tensor& x, std::int64_t width) {
  std::vector<std::int64_t> sizes(x.sizes().begin(), x.sizes().end());
  sizes.back() = width;
  return at::empty(sizes, x.options());
}

}  // namespace

void set_kernels_enabled(bool on) { enabled.store(on, std::memory_order_relaxed); }
bool kernels_enabled() { return enabled.load(std::memory_order_relaxed); }

Tensor linear(const Tensor& x, const Linear& layer, Path path, Activation activation, const Tensor& residual) {
  if (!runs_kernels({x, layer.weight, layer.bias, residual}))
    return plain::linear(x, layer, path, activation, residual);
  const Tensor rows = x.contiguous();
  const Tensor add = residual.defined() ? residual.contiguous() : residual;
  Tensor y = empty_like_rows(x, layer.weight.size(0));
  kernels::LinearArgs args;
  args.m = rows_of(rows), args.n = layer.weight.size(0), args.k = layer.weight.size(1);
  args.activation = activation, args.path = path;
  by_type(x, [&]<class T>(T) {
    kernels::linear(data<T>(y), data<T>(rows), data<T>(layer.weight), data<T>(layer.bias), data<T>(add), args);
  });
  return y;
}

Tensor gated_linear(const Tensor& x, const Linear& gate, const Linear& up, Path path) {
  if (!runs_kernels({x, gate.weight, up.weight}) || gate.with_bias || up.with_bias) {
    return plain::gated_linear(x, gate, up, path);
  }
  const Tensor rows = x.contiguous();
  Tensor y = empty_like_rows(x, gate.weight.size(0));
  kernels::LinearArgs args;
  args.m = rows_of(rows), args.n = gate.weight.size(0), args.k = gate.weight.size(1), args.path = path;
  by_type(x, [&]<class T>(T) {
    kernels::gated_linear(data<T>(y), data<T>(rows), data<T>(gate.weight), data<T>(up.weight), args);
  });
  return y;
}

Tensor head_linear(const Tensor& x, const Tensor& weight, Path path) {
  if (!runs_kernels({x, weight})) return plain::head_linear(x, weight, path);
  const Tensor rows = x.contiguous();
  Tensor y = at::empty({rows_of(rows), weight.size(0)}, x.options().dtype(at::kFloat));
  kernels::LinearArgs args;
  args.m = rows_of(rows), args.n = weight.size(0), args.k = weight.size(1), args.path = path;
  if (x.scalar_type() == at::kFloat) {
    kernels::linear(data<float>(y), data<float>(rows), data<float>(weight), nullptr, nullptr, args);
  } else {
    kernels::linear(data<float>(y), data<kernels::bf16>(rows), data<kernels::bf16>(weight), args);
  }
  return y;
}

Tensor layer_norm(const Tensor& x, const LayerNorm& layer) {
  if (!runs_kernels({x, layer.weight, layer.bias})) return plain::layer_norm(x, layer);
  const Tensor rows = x.contiguous();
  Tensor y = at::empty(x.sizes(), x.options());
  by_type(x, [&]<class T>(T) {
    kernels::layer_norm(data<T>(y), data<T>(rows), data<T>(layer.weight), data<T>(layer.bias), rows_of(rows),
                        rows.size(-1), layer.eps);
  });
  return y;
}

Tensor rms_norm(const Tensor& x, const RmsNorm& layer) {
  if (!runs_kernels({x, layer.weight})) return plain::rms_norm(x, layer);
  const Tensor rows = x.contiguous();
  Tensor y = at::empty(x.sizes(), x.options());
  by_type(x, [&]<class T>(T) {
    kernels::rms_norm(data<T>(y), data<T>(rows), data<T>(layer.weight), rows_of(rows), rows.size(-1), layer.eps);
  });
  return y;
}

Tensor rope(Tensor x, std::int64_t first, double theta) {
  if (!runs_kernels({x})) return plain::rope(x, first, theta);
  x = x.contiguous();
  by_type(x, [&]<class T>(T) {
    kernels::rope(data<T>(x), x.size(0), x.size(1), x.size(2), x.size(1) * x.size(2), first, theta);
  });
  return x;
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, bool causal, Path path, Tensor out) {
  const std::int64_t T = q.size(0), H = q.size(1), E = q.size(2), KH = k.size(0), TK = k.size(1);
  check_shape(k, {KH, TK, E}, "attention keys");
  check_shape(v, {KH, TK, E}, "attention values");
  if (!runs_kernels({q, k, v}) || k.stride(2) != 1 || v.stride(2) != 1 || q.stride(2) != 1 || q.stride(1) != E) {
    return plain::attention(q, k, v, causal, path, out);
  }
  if (!out.defined()) out = at::empty({T, H, E}, q.options());
  kernels::AttentionArgs args;
  args.tq = T, args.tk = TK, args.heads = H, args.kv_heads = KH, args.e = E;
  args.q_stride = q.stride(0), args.out_stride = H * E;
  args.k_stride = k.stride(1), args.k_head_stride = k.stride(0);
  args.v_stride = v.stride(1), args.v_head_stride = v.stride(0);
  args.causal = causal, args.path = path;
  by_type(q, [&]<class U>(U) { kernels::attention(data<U>(out), data<U>(q), data<U>(k), data<U>(v), args); });
  return out;
}

}  // namespace ov
