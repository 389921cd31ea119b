#include "generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "base/error.h"

namespace ov {
namespace {

constexpr float kRemoved = -std::numeric_limits<float>::infinity();

void refuse(const std::string& option, const std::string& expected, double found) {
  throw Error(ErrorKind::usage, option + " should be " + expected + ", found " + std::to_string(found));
}

// Removes scores strictly below the k-th largest, so ties at the border all stay.
void keep_top_k(std::span<float> logits, std::int64_t k) {
  if (k <= 0 || k >= static_cast<std::int64_t>(logits.size())) return;
  std::vector<float> sorted(logits.begin(), logits.end());
  std::nth_element(sorted.begin(), sorted.begin() + (k - 1), sorted.end(), std::greater<>());
  const float border = sorted[static_cast<std::size_t>(k - 1)];
  for (float& score : logits) {
    if (score < border) score = kRemoved;
  }
}

// Removes the smallest tokens whose cumulative probability is at most 1 - p; keeps at least one.
void keep_top_p(std::span<float> logits, double p) {
  if (p >= 1) return;
  std::vector<std::int64_t> order;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    if (logits[i] != kRemoved) order.push_back(static_cast<std::int64_t>(i));
  }
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return logits[static_cast<std::size_t>(a)] < logits[static_cast<std::size_t>(b)];
  });
  const double top = logits[static_cast<std::size_t>(order.back())];
  double total = 0;
  for (const std::int64_t id : order) total += std::exp(logits[static_cast<std::size_t>(id)] - top);
  double cumulative = 0;
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    float& score = logits[static_cast<std::size_t>(order[i])];
    cumulative += std::exp(score - top) / total;
    if (cumulative > 1 - p) break;
    score = kRemoved;
  }
}

}  // namespace

void check_sampling(const SamplingOptions& options) {
  if (!(options.temperature >= 0 && options.temperature <= 100))
    refuse("temperature", "from 0 to 100", options.temperature);
  if (!(options.top_p > 0 && options.top_p <= 1)) refuse("top-p", "above 0 and at most 1", options.top_p);
  if (options.top_k < 0) refuse("top-k", "0 (all) or more", static_cast<double>(options.top_k));
  if (!(options.repetition_penalty > 0 && options.repetition_penalty <= 100)) {
    refuse("repetition-penalty", "above 0 and at most 100", options.repetition_penalty);
  }
}

Sampler::Sampler(const SamplingOptions& options) : options_(options), state_(options.seed) { check_sampling(options); }

void Sampler::observe(std::int64_t id) {
  if (options_.repetition_penalty == 1 || id < 0) return;
  const auto index = static_cast<std::size_t>(id);
  if (index >= is_seen_.size()) is_seen_.resize(index + 1, false);
  if (is_seen_[index]) return;
  is_seen_[index] = true;
  seen_.push_back(id);
}

void Sampler::apply_penalty(std::span<float> logits) const {
  const auto penalty = static_cast<float>(options_.repetition_penalty);
  for (const std::int64_t id : seen_) {
    if (id >= static_cast<std::int64_t>(logits.size())) continue;
    float& score = logits[static_cast<std::size_t>(id)];
    score = score < 0 ? score * penalty : score / penalty;
  }
}

// SplitMix64 (Steele, Lea, Flood 2014): 53 random bits in [0, 1).
double Sampler::uniform() {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

std::int64_t Sampler::sample(std::span<float> logits) {
  if (logits.empty()) throw Error(ErrorKind::internal, "no logits to choose from");
  if (std::any_of(logits.begin(), logits.end(), [](float score) { return std::isnan(score); })) {
    throw Error(ErrorKind::format,
                "the model's logits are not numbers (NaN); try --dtype float32, or check the weights "
                "with `onevision checkpoint verify`");
  }
  apply_penalty(logits);
  if (options_.temperature == 0) return std::max_element(logits.begin(), logits.end()) - logits.begin();
  const auto temperature = static_cast<float>(options_.temperature);
  for (float& score : logits) score /= temperature;
  keep_top_k(logits, options_.top_k);
  keep_top_p(logits, options_.top_p);

  const double top = *std::max_element(logits.begin(), logits.end());
  const double total = std::accumulate(logits.begin(), logits.end(), 0.0,
                                       [&](double sum, float score) { return sum + std::exp(score - top); });
  double left = uniform() * total;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double weight = std::exp(logits[i] - top);
    if (weight == 0) continue;
    last = static_cast<std::int64_t>(i);
    left -= weight;
    if (left < 0) break;
  }
  return last;
}

}  // namespace ov
