// From a record to what a training step takes: ids, labels, plans of the media, and their pixels.
//
//   TrainingSample sample = prepare_sample(dataset.sample(i), processor, form);   // no pixel is read yet
//   sample.pixels = read_pixels(sample, processor);                               // [sum of tiles, 3, S, S]
//   Prefetcher<TrainingSample> ahead(...);                                        // data/prefetcher.h
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/prefetcher.h"
#include "data/sample.h"
#include "prompt/processor.h"

namespace ov {

struct TrainingSample {
  std::string id;
  std::string dataset;
  std::string where;
  std::string sha256;  // of the record's canonical JSON
  TrainingPrompt prompt;
  std::vector<Region> regions;
  std::vector<float> pixels;  // of all media in order; empty until they are read

  std::int64_t bytes() const;  // roughly, for a prefetcher's limit
};

// Throws what Processor::prepare_training throws, beginning with the record's place.
TrainingSample prepare_sample(const Sample& sample, const Processor& processor, const TrainingForm& form);

// Decodes all media of the sample. Throws input beginning with the record's place.
std::vector<float> read_pixels(const TrainingSample& sample, const Processor& processor);

}  // namespace ov
