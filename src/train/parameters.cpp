#include "train/parameters.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <random>

#include "base/heap.h"
#include "kernels/gradients.h"
#include "model/load.h"
#include "tensor/ops.h"
#include "train/parameters_device.h"

namespace ov {
namespace {

bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }
bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

float* floats(const Tensor& tensor) { return static_cast<float*>(tensor.data_ptr()); }
kernels::bf16* halves(const Tensor& tensor) { return static_cast<kernels::bf16*>(tensor.data_ptr()); }
std::uint16_t* lows(const Tensor& tensor) { return static_cast<std::uint16_t*>(tensor.data_ptr()); }

// As the authors initialise it: normal values times 1 / sqrt(D).
Tensor draw_newline(std::int64_t D, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, 1 / std::sqrt(static_cast<double>(D)));
  Tensor newline = at::empty({D}, at::kFloat);
  for (std::int64_t i = 0; i < D; ++i) floats(newline)[i] = static_cast<float>(normal(random));
  return newline;
}

// A fresh moment on the CPU costs nothing until it is written.
Tensor fresh_zeros(at::IntArrayRef sizes, at::ScalarType dtype, at::Device device = at::kCPU) {
  if (!device.is_cpu()) return at::zeros(sizes, at::TensorOptions().dtype(dtype).device(device));
  std::size_t bytes = c10::elementSize(dtype);
  for (const std::int64_t size : sizes) bytes *= static_cast<std::size_t>(size);
  const std::shared_ptr<void> memory = lazy_zeros(bytes);
  return at::from_blob(
      memory.get(), sizes, [memory](void*) {}, at::TensorOptions().dtype(dtype));
}

// A leaf of its own memory with the master's value; `low` gets what bfloat16 cannot hold.
Tensor make_leaf(const Tensor& master, at::ScalarType dtype, Tensor& low) {
  if (dtype == at::kFloat) return master.clone(at::MemoryFormat::Contiguous);
  if (master.scalar_type() == at::kBFloat16) {  // nothing is left for the lower halves
    low = fresh_zeros(master.sizes(), at::kShort);
    return master.clone(at::MemoryFormat::Contiguous);
  }
  Tensor high = at::empty(master.sizes(), at::kBFloat16);
  low = at::empty(master.sizes(), at::kShort);
  kernels::split_weight(halves(high), lows(low), floats(master), master.numel());
  return high;
}

}  // namespace

const char* part_name(Part part) {
  switch (part) {
    case Part::vision: return "vision";
    case Part::projector: return "projector";
    case Part::newline: return "newline";
    case Part::language: return "language";
  }
  return "";
}

Part part_of(std::string_view name) {
  if (starts_with(name, "vision_tower.")) return Part::vision;
  if (starts_with(name, "projector.")) return Part::projector;
  return name == "image_newline" ? Part::newline : Part::language;
}

double rate_of(const PartRates& rates, Part part) {
  switch (part) {
    case Part::vision: return rates.vision;
    case Part::projector: return rates.projector;
    case Part::newline: return rates.newline;
    case Part::language: return rates.language;
  }
  return 0;
}

bool decays(std::string_view name) {
  const bool siglip = starts_with(name, "vision_tower.") || starts_with(name, "text_model.");
  const bool layer_norm = siglip && contains(name, "norm");
  return !layer_norm && !contains(name, "bias") && name != "logit_scale";
}

Tensor Parameter::master() const {
  if (!low.defined()) return (full.defined() ? full : weight.detach()).cpu();
  Tensor joined = at::empty(weight.sizes(), at::kFloat);
  kernels::join_weight(floats(joined), halves(weight), lows(low), count());
  return joined;
}

void Parameter::set_master(const Tensor& value) const {
  if (low.defined()) {
    kernels::split_weight(halves(weight), lows(low), floats(value), count());
  } else {
    if (full.defined()) full.copy_(value);
    weight.detach().copy_(value);
  }
}

Parameters::Parameters(OneVision& model, std::shared_ptr<const Checkpoint> checkpoint, const PartRates& rates,
                       at::ScalarType dtype, std::uint64_t seed, at::Device device)
    : device_(device) {
  model.config.tiling.newline = true;  // the vector is kept whether or not this stage's pictures use it
  visit(model, [&](const std::string& name, Tensor& tensor) {
    const Part part = part_of(name);
    const bool drawn = name == "image_newline" && !checkpoint->has(name);
    if (rate_of(rates, part) == 0) {
      tensor = drawn ? draw_newline(model.config.text.hidden_size, seed).to(device, dtype)
                     : load_parameter(checkpoint, name, dtype, device);
      return;
    }
    const bool is_half = !drawn && dtype == at::kBFloat16 && checkpoint->tensor(name).dtype == Dtype::bf16;
    const Tensor master = drawn ? draw_newline(model.config.text.hidden_size, seed)
                                : load_parameter(checkpoint, name, is_half ? at::kBFloat16 : at::kFloat);
    add(name, tensor, master, dtype, rate_of(rates, part));
    if (is_half) checkpoint->release(checkpoint->tensor(name));  // its pages were copied
  });
  if (model.config.text.tie_word_embeddings) model.lm_head.weight = model.language_model.embed_tokens;
  model.mapped = std::move(checkpoint);
}

void Parameters::add(const std::string& name, Tensor& tensor, const Tensor& master, at::ScalarType dtype, double rate) {
  Parameter parameter;
  parameter.name = name, parameter.part = part_of(name), parameter.decays = decays(name), parameter.rate = rate;
  parameter.weight = device_.is_cpu() ? make_leaf(master, dtype, parameter.low)
                                      : device_parameters::make_leaf(master, dtype, device_, parameter.full);
  parameter.weight.requires_grad_(true);
  parameter.moment1 = fresh_zeros(master.sizes(), at::kFloat, device_);
  parameter.moment2 = fresh_zeros(master.sizes(), at::kFloat, device_);
  tensor = parameter.weight;
  list_.push_back(std::move(parameter));
}

void Parameters::collect_gradients(bool only_one) {
  if (!device_.is_cpu()) return device_parameters::collect_gradients(list_);
  for (Parameter& parameter : list_) {
    Tensor& fresh = parameter.weight.mutable_grad();
    if (!fresh.defined()) continue;
    if (only_one) {
      parameter.gradient = fresh.contiguous();
    } else if (!parameter.gradient.defined()) {
      parameter.gradient = fresh.to(at::kFloat).contiguous();
    } else {
      parameter.gradient.add_(fresh);
    }
    fresh.reset();
  }
}

double Parameters::gradient_norm() const {
  if (!device_.is_cpu()) return device_parameters::gradient_norm(list_);
  double total = 0;
  for (const Parameter& parameter : list_) {
    const Tensor& g = parameter.gradient;
    if (!g.defined()) continue;
    total += g.scalar_type() == at::kFloat ? kernels::sum_of_squares(floats(g), g.numel())
                                           : kernels::sum_of_squares(halves(g), g.numel());
  }
  return std::sqrt(total);
}

void Parameters::step(const StageRecipe& stage, double schedule_value, double scale, std::int64_t step_number) {
  if (!device_.is_cpu()) return device_parameters::step(list_, stage, schedule_value, scale, step_number);
  kernels::AdamW args;
  args.beta1 = stage.beta1, args.beta2 = stage.beta2, args.eps = stage.eps;
  args.gradient_scale = scale, args.step = step_number;
  std::int64_t done = 0;
  for (Parameter& p : list_) {
    // A step that does not touch the parameter has gradient zero and still moves it by its momentum: the
    // authors' trainer encodes an empty picture for a text.
    if (!p.gradient.defined()) p.gradient = at::zeros(p.weight.sizes(), at::kFloat);
    args.lr = p.rate * schedule_value;
    args.weight_decay = p.decays ? stage.weight_decay : 0;
    float *m1 = floats(p.moment1), *m2 = floats(p.moment2);
    if (!p.low.defined()) {
      kernels::adamw(floats(p.weight), m1, m2, floats(p.gradient), p.count(), args);
    } else if (p.gradient.scalar_type() == at::kFloat) {
      kernels::adamw(halves(p.weight), lows(p.low), m1, m2, floats(p.gradient), p.count(), args);
    } else {
      kernels::adamw(halves(p.weight), lows(p.low), m1, m2, halves(p.gradient), p.count(), args);
    }
    p.gradient.reset();
    // In the first step gradients make room for the moments, whose pages come now.
    if (step_number == 1 && ++done % 32 == 0) return_freed_memory();
  }
}

Parameters Parameters::host_copy() const {
  Parameters copy;
  for (Parameter parameter : list_) {
    for (Tensor* tensor :
         {&parameter.weight, &parameter.low, &parameter.full, &parameter.moment1, &parameter.moment2}) {
      if (tensor->defined()) *tensor = tensor->detach().cpu();
    }
    parameter.gradient.reset();
    copy.list_.push_back(std::move(parameter));
  }
  return copy;
}

std::int64_t Parameters::count() const {
  std::int64_t total = 0;
  for (const Parameter& parameter : list_) total += parameter.count();
  return total;
}

double schedule(std::int64_t step, std::int64_t total, double warmup_ratio) {
  const auto warmup = static_cast<std::int64_t>(std::ceil(warmup_ratio * static_cast<double>(total)));
  if (step < warmup) return static_cast<double>(step) / static_cast<double>(std::max<std::int64_t>(1, warmup));
  const double progress =
      static_cast<double>(step - warmup) / static_cast<double>(std::max<std::int64_t>(1, total - warmup));
  return 0.5 * (1 + std::cos(std::numbers::pi * progress));
}

}  // namespace ov
