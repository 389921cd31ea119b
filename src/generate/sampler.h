// Chooses the next token from logits: repetition penalty, temperature, top-k, top-p, then a draw,
// in the order and with the tie rules of transformers 4.57 (model facts: docs/parity.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace ov {

struct SamplingOptions {
  double temperature = 0;  // 0 is greedy
  std::int64_t top_k = 0;  // 0 keeps all
  double top_p = 1;        // 1 keeps all
  double repetition_penalty = 1;
  std::uint64_t seed = 0;
};

// Throws usage naming the first option that is out of range.
void check_sampling(const SamplingOptions& options);

class Sampler {
 public:
  explicit Sampler(const SamplingOptions& options);

  // Counts a token as seen by the repetition penalty.
  void observe(std::int64_t id);

  // The next token. `logits` [V] is used as scratch. Greedy takes the first of equal maxima.
  std::int64_t sample(std::span<float> logits);

 private:
  void apply_penalty(std::span<float> logits) const;
  double uniform();

  SamplingOptions options_;
  std::uint64_t state_;
  std::vector<std::int64_t> seen_;  // distinct ids
  std::vector<bool> is_seen_;
};

}  // namespace ov
