#include "train/work.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "kernels/kernels.h"
#include "tensor/ops.h"

namespace ov {
namespace {

double square(double x) { return x * x; }

// Multiplications of one SigLIP encoder on `samples` samples of `length` positions each.
double encoder_work(double samples, double length, double D, double inner, std::int64_t layers) {
  return static_cast<double>(layers) * samples * length * (4 * square(D) + 2 * D * inner + 2 * length * D);
}

template <class T>
double best_rate() {
  constexpr std::int64_t M = 1024, N = 1024, K = 1024, kRepeats = 4;
  const std::vector<T> x(static_cast<std::size_t>(M * K)), w(static_cast<std::size_t>(N * K));
  std::vector<T> y(static_cast<std::size_t>(M * N));
  double best = 0;
  for (std::int64_t i = 0; i < kRepeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    kernels::linear(y.data(), x.data(), w.data(), nullptr, nullptr, {.m = M, .n = N, .k = K});
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    best = std::max(best, 2.0 * M * N * K / seconds);
  }
  return best;
}

// Of a GPU: several products in a row, then one number read back.
double best_rate_on(at::Device device, at::ScalarType type) {
  constexpr std::int64_t kSide = 4096, kProducts = 8, kRepeats = 3;
  const at::NoGradGuard no_gradients;
  const auto options = at::TensorOptions().dtype(type).device(device);
  const Tensor x = at::rand({kSide, kSide}, options), w = at::rand({kSide, kSide}, options);
  double best = 0;
  for (std::int64_t i = 0; i < kRepeats; ++i) {
    at::linear(x, w).select(0, 0).select(0, 0).item<float>();  // nothing else runs
    const auto begin = std::chrono::steady_clock::now();
    Tensor y;
    for (std::int64_t n = 0; n < kProducts; ++n) y = at::linear(x, w);
    y.select(0, 0).select(0, 0).item<float>();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    best = std::max(best, kProducts * 2.0 * kSide * kSide * kSide / seconds);
  }
  return best;
}

}  // namespace

double peak_flops(bool bfloat16, at::Device device) {
  if (!device.is_cpu()) return best_rate_on(device, bfloat16 ? at::kBFloat16 : at::kFloat);
  return bfloat16 ? best_rate<kernels::bf16>() : best_rate<float>();
}

double training_flops(const ModelConfig& config, const MicroBatch& batch, const PartRates& rates) {
  const VisionConfig& vision = config.vision;
  const TextConfig& text = config.text;
  double tiles = 0, projected = 0, tokens = 0, pairs = 0;
  for (const MediaPlan& plan : batch.plans) tiles += static_cast<double>(plan.tiles);
  const auto P = static_cast<double>(vision.num_patches()), Dv = static_cast<double>(vision.hidden_size),
             D = static_cast<double>(text.hidden_size);
  projected = tiles * P;
  for (std::int64_t s = 0; s < batch.segments.count(); ++s) {
    const auto length = static_cast<double>(batch.segments.bounds[s + 1] - batch.segments.bounds[s]);
    tokens += length;
    pairs += square(length) / 2;
  }
  const double tower =
      encoder_work(tiles, P, Dv, static_cast<double>(vision.intermediate_size), vision.num_hidden_layers);
  const double projector = projected * (Dv * D + square(D));
  const double heads = static_cast<double>(text.num_attention_heads * text.head_dim),
               kv = static_cast<double>(text.num_key_value_heads * text.head_dim);
  const double decoder =
      static_cast<double>(text.num_hidden_layers) *
          (tokens * (2 * D * heads + 2 * D * kv + 3 * D * static_cast<double>(text.intermediate_size)) +
           2 * pairs * heads) +
      static_cast<double>(batch.targets.size()) * D * static_cast<double>(text.vocab_size);
  const bool below_projector = rates.vision > 0;
  const bool below_decoder = below_projector || rates.projector > 0 || rates.newline > 0 || rates.language > 0;
  const auto times = [](double forward, bool inputs, bool weights) {
    return 2 * forward * (1 + (inputs ? 1 : 0) + (weights ? 1 : 0));
  };
  return times(tower, rates.vision > 0, rates.vision > 0) + times(projector, below_projector, rates.projector > 0) +
         times(decoder, below_decoder, rates.language > 0);
}

double contrastive_flops(const VisionConfig& vision, const SiglipTextConfig& text, std::size_t pairs) {
  const auto N = static_cast<double>(pairs);
  const double pictures =
      encoder_work(N, static_cast<double>(vision.num_patches()), static_cast<double>(vision.hidden_size),
                   static_cast<double>(vision.intermediate_size), vision.num_hidden_layers);
  const double captions =
      encoder_work(N, static_cast<double>(text.max_position_embeddings), static_cast<double>(text.hidden_size),
                   static_cast<double>(text.intermediate_size), text.num_hidden_layers);
  return 6 * (pictures + captions);
}

double regions_flops(const VisionConfig& vision, std::int64_t cells, std::int64_t num_words, std::size_t pictures) {
  const auto N = static_cast<double>(pictures), P = static_cast<double>(vision.num_patches()),
             D = static_cast<double>(vision.hidden_size), C = static_cast<double>(cells * cells);
  const double tower = encoder_work(N, P, D, static_cast<double>(vision.intermediate_size), vision.num_hidden_layers);
  return 6 * (tower + N * P * C * (square(D) + D * static_cast<double>(num_words)));
}

}  // namespace ov
