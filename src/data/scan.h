// Every sample of a data set prepared once, in parallel, as training would do it: what is wrong with it, or
// how many tokens it has.
//
//   const Scan scan = scan_dataset(data, processor, form, {.threads = 4});
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "prompt/processor.h"

namespace ov {

struct ScanOptions {
  int threads = 2;
  bool pixels = false;  // decode every picture and video instead of reading its header
  const std::atomic<bool>* cancelled = nullptr;
  std::function<void(std::int64_t done)> progress = {};
};

// text, one picture, several pictures, one video
enum class Modality : std::uint8_t { text, image, images, video };
constexpr std::size_t kNumModalities = 4;
const char* modality_name(Modality modality);

struct ScannedSample {
  Modality modality = Modality::text;
  bool bad = false;
  std::int32_t tokens = 0;
  std::int32_t supervised = 0;
  std::int32_t media_tokens = 0;
  std::int32_t tiles = 0;
};

struct Scan {
  std::vector<ScannedSample> samples;  // by index; a bad one has zeros
  std::vector<BadRecord> bad;          // by index; messages name file and line
};

// Throws interrupted.
Scan scan_dataset(const Dataset& data, const Processor& processor, const TrainingForm& form,
                  const ScanOptions& options);

// Of good samples [begin, end).
struct TokenCounts {
  std::int64_t samples = 0, bad = 0;
  std::array<std::int64_t, kNumModalities> modalities = {};
  std::int64_t tokens = 0, supervised = 0, media_tokens = 0, tiles = 0;
  std::int64_t shortest = 0, median = 0, percent95 = 0, longest = 0;
};
TokenCounts count_tokens(const Scan& scan, std::int64_t begin, std::int64_t end);

// Good samples by length: [0, 64), [64, 128), [128, 256), ... as far as there are any.
struct LengthBin {
  std::int64_t from = 0, to = 0;
  std::int64_t count = 0;
};
std::vector<LengthBin> length_histogram(const Scan& scan);

}  // namespace ov
