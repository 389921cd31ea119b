// The parameters that a stage trains: float32 masters, moments and gradients beside the tensors that the
// model computes with, and which learning rate each has.
//
//   Parameters parameters(model, checkpoint, stage, at::kBFloat16);   // fills the model
//   loss.backward();
//   parameters.collect_gradients();                                   // after each micro-batch
//   const double norm = parameters.gradient_norm();
//   parameters.step(...);
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "checkpoint/checkpoint.h"
#include "model/onevision.h"
#include "train/recipe.h"

namespace ov {

enum class Part { vision, projector, newline, language };
constexpr std::array<Part, 4> kParts = {Part::vision, Part::projector, Part::newline, Part::language};

const char* part_name(Part part);
// By canonical name: vision_tower.*, projector.*, image_newline, the rest.
Part part_of(std::string_view name);
double rate_of(const PartRates& rates, Part part);
// False for biases and for the tower's LayerNorms, as the authors' trainer groups them; RMSNorm weights
// decay there too.
bool decays(std::string_view name);

struct Parameter {
  std::string name;  // canonical
  Part part = Part::language;
  bool decays = true;
  double rate = 0;          // base learning rate
  Tensor weight;            // what the model computes with; a leaf that requires a gradient
  Tensor low;               // bfloat16 on the CPU: the lower halves of the float32 master, else undefined
  Tensor full;              // bfloat16 on a GPU: the float32 master, else undefined
  Tensor moment1, moment2;  // float32
  Tensor gradient;          // of the micro-batches of this step so far; undefined before the first

  std::int64_t count() const { return weight.numel(); }
  // What is there on the CPU, whatever the device of the weight.
  void set_master(const Tensor& value) const;  // float32, of the same shape
  Tensor master() const;                       // float32 copy (or the weight itself)
};

class Parameters {
 public:
  // Loads all tensors of the checkpoint into the model: those of parts with a rate as leaves of their
  // own memory, the others frozen in `dtype`, memory-mapped where they can be (on the CPU). An image_newline that the
  // folder lacks is drawn from `seed`.
  Parameters(OneVision& model, std::shared_ptr<const Checkpoint> checkpoint, const PartRates& rates,
             at::ScalarType dtype, std::uint64_t seed, at::Device device = at::kCPU);

  // One more that is trained beside the model's own: `tensor` becomes a leaf with the values of `master`.
  void add(const std::string& name, Tensor& tensor, const Tensor& master, at::ScalarType dtype, double rate);

  // Adds what a backward pass left in the leaves to `gradient`, in float32 unless it is the step's only one.
  void collect_gradients(bool only_one);
  double gradient_norm() const;  // over all parameters; those without a gradient count as 0
  // One AdamW step with the base rates of all times `schedule`; gradients times `scale`; clears the gradients.
  void step(const StageRecipe& stage, double schedule, double scale, std::int64_t step_number);

  std::vector<Parameter>& list() { return list_; }
  const std::vector<Parameter>& list() const { return list_; }
  std::int64_t count() const;  // numbers in all of them

  at::Device device() const { return device_; }
  // Masters and moments in the memory of the host, for saving while the device goes on.
  Parameters host_copy() const;

 private:
  Parameters() = default;

  at::Device device_ = at::kCPU;
  std::vector<Parameter> list_;
};

// The multiplier of all learning rates at step 0 .. total - 1: linear warm-up over
// ceil(warmup_ratio * total) steps from 0, then a cosine down to 0.
double schedule(std::int64_t step, std::int64_t total, double warmup_ratio);

}  // namespace ov
