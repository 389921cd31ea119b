#include "tensor/layers.h"

#include <ATen/core/grad_mode.h>

#include <atomic>
#include <initializer_list>

#include "kernels/gradients.h"
#include "tensor/batched.h"
#include "tensor/gradients.h"
#include "tensor/ops.h"
#include "tensor/rows.h"
#include "tensor/shape.h"

namespace ov {

using rows::by_type;
using rows::data;
using rows::empty_like_rows;
using rows::rows_of;

namespace {

std::atomic<bool> enabled{true};

enum class Way { kernels, gradients, plain };

// Kernels read rows of numbers: on the CPU, in one dtype that they know.
Way way_for(std::initializer_list<Tensor> tensors) {
  if (!enabled.load(std::memory_order_relaxed)) return Way::plain;
  at::ScalarType type = at::ScalarType::Undefined;
  bool learns = false;
  for (const Tensor& tensor : tensors) {
    if (!tensor.defined()) continue;
    if (!tensor.device().is_cpu()) return Way::plain;
    learns = learns || tensor.requires_grad();
    if (type == at::ScalarType::Undefined) type = tensor.scalar_type();
    if (tensor.scalar_type() != type) return Way::plain;
  }
  if (type != at::kFloat && type != at::kBFloat16) return Way::plain;
  return learns && at::GradMode::is_enabled() ? Way::gradients : Way::kernels;
}

}  // namespace

void set_kernels_enabled(bool on) { enabled.store(on, std::memory_order_relaxed); }
bool kernels_enabled() { return enabled.load(std::memory_order_relaxed); }

Tensor linear(const Tensor& x, const Linear& layer, Path path, Activation activation, const Tensor& residual) {
  const Way way = way_for({x, layer.weight, layer.bias, residual});
  if (way == Way::plain) return plain::linear(x, layer, path, activation, residual);
  if (way == Way::gradients) return gradients::linear(x, layer, activation, residual);
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
  const Way way = way_for({x, gate.weight, up.weight});
  if (way == Way::plain || gate.with_bias || up.with_bias) return plain::gated_linear(x, gate, up, path);
  if (way == Way::gradients) return gradients::gated_linear(x, gate, up);
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
  if (way_for({x, weight}) != Way::kernels) return plain::head_linear(x, weight, path);
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
  const Way way = way_for({x, layer.weight, layer.bias});
  if (way == Way::plain) return plain::layer_norm(x, layer);
  if (way == Way::gradients) return gradients::layer_norm(x, layer);
  const Tensor rows = x.contiguous();
  Tensor y = at::empty(x.sizes(), x.options());
  by_type(x, [&]<class T>(T) {
    kernels::layer_norm(data<T>(y), data<T>(rows), data<T>(layer.weight), data<T>(layer.bias), rows_of(rows),
                        rows.size(-1), layer.eps);
  });
  return y;
}

Tensor rms_norm(const Tensor& x, const RmsNorm& layer) {
  const Way way = way_for({x, layer.weight});
  if (way == Way::plain) return plain::rms_norm(x, layer);
  if (way == Way::gradients) return gradients::rms_norm(x, layer);
  const Tensor rows = x.contiguous();
  Tensor y = at::empty(x.sizes(), x.options());
  by_type(x, [&]<class T>(T) {
    kernels::rms_norm(data<T>(y), data<T>(rows), data<T>(layer.weight), rows_of(rows), rows.size(-1), layer.eps);
  });
  return y;
}

Tensor rope(Tensor x, std::int64_t first, double theta) {
  if (way_for({x}) != Way::kernels) return plain::rope(x, first, theta);
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
  if (way_for({q, k, v}) != Way::kernels || k.stride(2) != 1 || v.stride(2) != 1 || q.stride(2) != 1 ||
      q.stride(1) != E) {
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

Segments Segments::uniform(std::int64_t count, std::int64_t length) {
  Segments segments;
  for (std::int64_t i = 0; i < count; ++i) segments.append(length);
  return segments;
}

Tensor rope(const Tensor& x, const Segments& segments, double theta) {
  check_shape(x, {segments.rows(), kAny, kAny}, "rows to turn");
  const Way way = way_for({x});
  if (way == Way::plain) return x.is_cpu() ? plain::rope(x, segments, theta) : batched::rope(x, segments, theta);
  if (way == Way::gradients) return gradients::rope(x, segments, theta);
  Tensor y = x.clone(at::MemoryFormat::Contiguous);
  by_type(y, [&]<class T>(T) {
    for (std::int64_t s = 0; s < segments.count(); ++s) {
      const std::int64_t first = segments.bounds[s], width = x.size(1) * x.size(2);
      kernels::rope(data<T>(y) + first * width, segments.bounds[s + 1] - first, x.size(1), x.size(2), width, 0, theta);
    }
  });
  return y;
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal) {
  const std::int64_t T = segments.rows(), E = q.size(2);
  check_shape(q, {T, kAny, E}, "attention queries");
  check_shape(k, {T, kAny, E}, "attention keys");
  check_shape(v, {T, k.size(1), E}, "attention values");
  const Way way = way_for({q, k, v});
  if (way == Way::plain) {
    return q.is_cpu() ? plain::attention(q, k, v, segments, causal) : batched::attention(q, k, v, segments, causal);
  }
  if (way == Way::gradients) return gradients::attention(q, k, v, segments, causal);
  const Tensor queries = q.contiguous(), keys = k.contiguous(), values = v.contiguous();
  Tensor out = at::empty(queries.sizes(), q.options());
  const kernels::SegmentArgs args{segments.bounds.data(), segments.count(), q.size(1), k.size(1), E, causal};
  by_type(q, [&]<class U>(U) {
    kernels::segment_attention(data<U>(out), data<U>(queries), data<U>(keys), data<U>(values), args);
  });
  return out;
}

}  // namespace ov
