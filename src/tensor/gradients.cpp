#include "tensor/gradients.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "kernels/gradients.h"
#include "tensor/rows.h"

namespace ov {
namespace {

using rows::by_type;
using rows::data;
using rows::empty_like_rows;
using rows::rows_of;
using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// Function takes undefined tensors as absent ones only.
using MaybeTensor = std::optional<Tensor>;
MaybeTensor maybe(const Tensor& tensor) { return tensor.defined() ? MaybeTensor(tensor) : std::nullopt; }

struct LinearFunction : Function<LinearFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const MaybeTensor& bias,
                        const MaybeTensor& maybe_residual, std::int64_t activation_number) {
    const auto activation = static_cast<Activation>(activation_number);
    const Linear layer{weight, bias.value_or(Tensor()), bias.has_value()};
    const Tensor residual = maybe_residual.value_or(Tensor());
    context->saved_data["bias"] = bias.has_value();
    context->saved_data["residual"] = maybe_residual.has_value();
    if (activation == Activation::none) {
      context->save_for_backward({x, weight, Tensor()});
      context->saved_data["activation"] = activation_number;
      return ov::linear(x, layer, Path::wide, Activation::none, residual);
    }
    const Tensor before = ov::linear(x, layer, Path::wide);
    Tensor y = at::empty(before.sizes(), before.options());
    by_type(y, [&]<class T>(T) { kernels::activate(data<T>(y), data<T>(before), y.numel(), activation); });
    context->save_for_backward({x, weight, before});
    context->saved_data["activation"] = activation_number;
    return residual.defined() ? y.add_(residual) : y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor x = saved[0].contiguous(), weight = saved[1].contiguous(), before = saved[2];
    Tensor dy = gradients[0].contiguous(), dx, dweight, dbias, dresidual;
    // Absent inputs have no place in the count.
    const bool has_bias = context->saved_data["bias"].toBool();
    const bool wants_bias = has_bias && context->needs_input_grad(2);
    if (context->saved_data["residual"].toBool() && context->needs_input_grad(has_bias ? 3 : 2)) dresidual = dy;
    const std::int64_t M = rows_of(x), K = weight.size(1), N = weight.size(0);
    by_type(x, [&]<class T>(T) {
      if (before.defined()) {
        Tensor dbefore = at::empty(dy.sizes(), dy.options());
        kernels::activate_gradient(data<T>(dbefore), data<T>(dy), data<T>(before), dy.numel(),
                                   static_cast<Activation>(context->saved_data["activation"].toInt()));
        dy = dbefore;
      }
      if (context->needs_input_grad(0)) {
        dx = at::empty(x.sizes(), x.options());
        kernels::linear_input_gradient(data<T>(dx), data<T>(dy), data<T>(weight), M, N, K);
      }
      if (context->needs_input_grad(1)) {
        dweight = at::empty({N, K}, weight.options());
        kernels::linear_weight_gradient(data<T>(dweight), data<T>(dy), data<T>(x), M, N, K);
      }
      if (wants_bias) {
        dbias = at::empty({N}, weight.options());
        kernels::column_sums(data<T>(dbias), data<T>(dy), M, N);
      }
    });
    return {dx, dweight, dbias, dresidual, Tensor()};
  }
};

struct SiluProductFunction : Function<SiluProductFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& gate, const Tensor& up) {
    context->save_for_backward({gate, up});
    Tensor y = at::empty(gate.sizes(), gate.options());
    by_type(y, [&]<class T>(T) { kernels::silu_product(data<T>(y), data<T>(gate), data<T>(up), y.numel()); });
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor dy = gradients[0].contiguous();
    Tensor dgate = at::empty(dy.sizes(), dy.options()), dup = at::empty(dy.sizes(), dy.options());
    by_type(dy, [&]<class T>(T) {
      kernels::silu_product_gradient(data<T>(dgate), data<T>(dup), data<T>(dy), data<T>(saved[0]), data<T>(saved[1]),
                                     dy.numel());
    });
    return {dgate, dup};
  }
};

struct LayerNormFunction : Function<LayerNormFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, const Tensor& bias,
                        double eps) {
    context->save_for_backward({x, weight});
    context->saved_data["eps"] = eps;
    return ov::layer_norm(x, {weight, bias, eps});
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor x = saved[0].contiguous(), weight = saved[1], dy = gradients[0].contiguous();
    Tensor dx = at::empty(x.sizes(), x.options()), dweight, dbias;
    if (context->needs_input_grad(1)) dweight = at::empty(weight.sizes(), weight.options());
    if (context->needs_input_grad(2)) dbias = at::empty(weight.sizes(), weight.options());
    by_type(x, [&]<class T>(T) {
      kernels::layer_norm_gradient(data<T>(dx), data<T>(dweight), data<T>(dbias), data<T>(dy), data<T>(x),
                                   data<T>(weight), rows_of(x), x.size(-1), context->saved_data["eps"].toDouble());
    });
    return {dx, dweight, dbias, Tensor()};
  }
};

struct RmsNormFunction : Function<RmsNormFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& weight, double eps) {
    context->save_for_backward({x, weight});
    context->saved_data["eps"] = eps;
    return ov::rms_norm(x, {weight, eps});
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor x = saved[0].contiguous(), weight = saved[1], dy = gradients[0].contiguous();
    Tensor dx = at::empty(x.sizes(), x.options()), dweight;
    if (context->needs_input_grad(1)) dweight = at::empty(weight.sizes(), weight.options());
    by_type(x, [&]<class T>(T) {
      kernels::rms_norm_gradient(data<T>(dx), data<T>(dweight), data<T>(dy), data<T>(x), data<T>(weight), rows_of(x),
                                 x.size(-1), context->saved_data["eps"].toDouble());
    });
    return {dx, dweight, Tensor()};
  }
};

struct RopeFunction : Function<RopeFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const std::vector<std::int64_t>& bounds,
                        double theta) {
    context->saved_data["bounds"] = bounds;
    context->saved_data["theta"] = theta;
    return ov::rope(x, Segments{bounds}, theta);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const std::vector<std::int64_t> bounds = context->saved_data["bounds"].toIntVector();
    Tensor dx = gradients[0].clone(at::MemoryFormat::Contiguous);
    const std::int64_t heads = dx.size(1), E = dx.size(2);
    by_type(dx, [&]<class T>(T) {
      for (std::size_t s = 0; s + 1 < bounds.size(); ++s) {
        kernels::rope_gradient(data<T>(dx) + bounds[s] * heads * E, bounds[s + 1] - bounds[s], heads, E, heads * E, 0,
                               context->saved_data["theta"].toDouble());
      }
    });
    return {dx, Tensor(), Tensor()};
  }
};

struct AttentionFunction : Function<AttentionFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& q, const Tensor& k, const Tensor& v,
                        const std::vector<std::int64_t>& bounds, bool causal) {
    context->save_for_backward({q, k, v});
    context->saved_data["bounds"] = bounds;
    context->saved_data["causal"] = causal;
    return ov::attention(q, k, v, Segments{bounds}, causal);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor q = saved[0].contiguous(), k = saved[1].contiguous(), v = saved[2].contiguous();
    const Tensor dout = gradients[0].contiguous();
    const std::vector<std::int64_t> bounds = context->saved_data["bounds"].toIntVector();
    Tensor dq = at::empty(q.sizes(), q.options()), dk = at::empty(k.sizes(), k.options()),
           dv = at::empty(v.sizes(), v.options());
    const kernels::SegmentArgs args{bounds.data(), static_cast<std::int64_t>(bounds.size()) - 1, q.size(1), k.size(1),
                                    q.size(2),     context->saved_data["causal"].toBool()};
    by_type(q, [&]<class T>(T) {
      kernels::segment_attention_gradient(data<T>(dq), data<T>(dk), data<T>(dv), data<T>(dout), data<T>(q), data<T>(k),
                                          data<T>(v), args);
    });
    return {dq, dk, dv, Tensor(), Tensor()};
  }
};

// The function of a recompute() inside the graph.
struct Closure : torch::CustomClassHolder {
  std::function<Tensor(const Tensor&)> f;
};

struct RecomputeFunction : Function<RecomputeFunction> {
  // `anchor` needs a gradient, so that parameters inside f get theirs even where x needs none.
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& anchor,
                        const std::function<Tensor(const Tensor&)>& f) {
    static_cast<void>(anchor);
    auto closure = c10::make_intrusive<Closure>();
    closure->f = f;
    context->saved_data["f"] = c10::IValue::make_capsule(closure);
    context->save_for_backward({x});
    return f(x);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto closure = c10::static_intrusive_pointer_cast<Closure>(context->saved_data["f"].toCapsule());
    const Tensor x = context->get_saved_variables()[0].detach();
    const bool wanted = context->needs_input_grad(0);
    x.requires_grad_(wanted);
    {
      const at::AutoGradMode with_gradients(true);
      const Tensor y = closure->f(x);
      torch::autograd::backward({y}, {gradients[0]});
    }
    return {wanted ? x.grad() : Tensor(), Tensor(), Tensor()};
  }
};

// Rows whose logits are computed together: about 64 MB of them.
std::int64_t rows_at_once(std::int64_t vocabulary) {
  constexpr std::int64_t kLogits = 16 << 20;
  return std::max<std::int64_t>(16, kLogits / std::max<std::int64_t>(vocabulary, 1));
}

struct CrossEntropyFunction : Function<CrossEntropyFunction> {
  static variable_list forward(AutogradContext* context, const Tensor& hidden, const Tensor& weight,
                               const Tensor& targets, const Tensor& weights) {
    const std::int64_t S = hidden.size(0), D = hidden.size(1), V = weight.size(0);
    const Tensor x = hidden.contiguous();
    const bool wants_hidden = hidden.requires_grad(), wants_weight = weight.requires_grad();
    Tensor losses = at::empty({S}, targets.options().dtype(at::kFloat)), dhidden, dweight;
    if (wants_hidden) dhidden = at::empty(x.sizes(), x.options());
    for (std::int64_t first = 0; first < S; first += rows_at_once(V)) {
      const std::int64_t count = std::min(rows_at_once(V), S - first);
      const Tensor part = x.narrow(0, first, count);
      Tensor logits = head_linear(part, weight, Path::wide);
      kernels::cross_entropy(data<float>(losses) + first, data<float>(logits), data<std::int64_t>(targets) + first,
                             data<float>(weights) + first, count, V);
      if (!wants_hidden && !wants_weight) continue;
      const Tensor dlogits = logits.to(x.scalar_type());
      logits.reset();
      by_type(x, [&]<class T>(T) {
        if (wants_hidden) {
          kernels::linear_input_gradient(data<T>(dhidden) + first * D, data<T>(dlogits), data<T>(weight), count, V, D);
        }
        if (wants_weight) {
          Tensor now = at::empty({V, D}, weight.options());
          kernels::linear_weight_gradient(data<T>(now), data<T>(dlogits), data<T>(part), count, V, D);
          dweight = dweight.defined() ? dweight.add_(now) : now;
        }
      });
    }
    context->saved_data["dhidden"] = dhidden;
    context->saved_data["dweight"] = dweight;
    context->mark_non_differentiable({losses});
    return {(losses * weights).sum(), losses};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto scaled = [&](const char* name) {
      Tensor gradient = context->saved_data[name].toTensor();
      context->saved_data.erase(name);
      const float factor = gradients[0].item<float>();
      return gradient.defined() && factor != 1.0f ? gradient.mul_(factor) : gradient;
    };
    Tensor dhidden = scaled("dhidden"), dweight = scaled("dweight");
    return {dhidden, dweight, Tensor(), Tensor()};
  }
};

thread_local bool recomputes = false;

}  // namespace

namespace gradients {

Tensor linear(const Tensor& x, const Linear& layer, Activation activation, const Tensor& residual) {
  return LinearFunction::apply(x, layer.weight, maybe(layer.with_bias ? layer.bias : Tensor()), maybe(residual),
                               static_cast<std::int64_t>(activation));
}

Tensor gated_linear(const Tensor& x, const Linear& gate, const Linear& up) {
  return SiluProductFunction::apply(ov::linear(x, gate, Path::wide), ov::linear(x, up, Path::wide));
}

Tensor layer_norm(const Tensor& x, const LayerNorm& layer) {
  return LayerNormFunction::apply(x, layer.weight, layer.bias, layer.eps);
}

Tensor rms_norm(const Tensor& x, const RmsNorm& layer) { return RmsNormFunction::apply(x, layer.weight, layer.eps); }

Tensor rope(const Tensor& x, const Segments& segments, double theta) {
  return RopeFunction::apply(x, segments.bounds, theta);
}

Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, const Segments& segments, bool causal) {
  return AttentionFunction::apply(q, k, v, segments.bounds, causal);
}

}  // namespace gradients

Tensor recompute(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  if (!recomputes || !at::GradMode::is_enabled()) return f(x);
  const Tensor anchor = at::empty({0}, x.options()).requires_grad_(true);
  return RecomputeFunction::apply(x, anchor, f);
}

RecomputeGuard::RecomputeGuard(bool on) : before_(recomputes) { recomputes = on; }
RecomputeGuard::~RecomputeGuard() { recomputes = before_; }

CrossEntropy cross_entropy(const Tensor& hidden, const Tensor& weight, const Tensor& targets, const Tensor& weights) {
  const bool fits = kernels_enabled() && hidden.device().is_cpu() && hidden.scalar_type() == weight.scalar_type() &&
                    (hidden.scalar_type() == at::kFloat || hidden.scalar_type() == at::kBFloat16);
  if (!fits) return plain::cross_entropy(hidden, weight, targets, weights);
  const variable_list results = CrossEntropyFunction::apply(hidden, weight, targets, weights);
  return {results[0], results[1]};
}

}  // namespace ov
