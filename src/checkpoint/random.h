// Whole checkpoint folders with drawn weights, of any size and layout: for tests, benchmarks and as a
// start of training.
//
//   RandomSpec spec;
//   spec.preset = "nano";
//   spec.tokenizer_folder = "testdata/tokenizer/qwen4096";
//   write_random_checkpoint(spec, "out");
#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/tensor_set_writer.h"
#include "config/model_config.h"

namespace ov {

// Set to true in the config.json of drawn weights, so that whoever asks them is told.
constexpr const char* kUntrainedKey = "onevision_untrained";

struct RandomSpec {
  std::string preset = "nano";  // tiny, micro, nano, 0.5b, 7b, 72b
  Layout layout = Layout::official;
  Dtype dtype = Dtype::bf16;  // F32, F16 or BF16
  std::uint64_t seed = 0;
  std::string tokenizer_folder;  // copied in; "" leaves the folder without a tokenizer
  std::uint64_t max_shard_bytes = 5'000'000'000;
  Progress progress;
};

// The shape of a preset: tiny, micro and nano take their vocabulary from the tokenizer (rounded up to
// 64 rows, placeholders included), the others are the published models. Throws usage for an unknown
// preset, input for a tokenizer that does not fit.
ModelConfig preset_config(const RandomSpec& spec);

// Same bits for the same spec on every machine and any number of threads: matrices of standard
// deviation 1/sqrt(inputs), norms of one, small biases, so that activations stay of order one.
// Memory stays small whatever the size. Throws as NewFolder and preset_config do.
void write_random_checkpoint(const RandomSpec& spec, const std::string& folder);

}  // namespace ov
