// The order in which a stage sees its samples: a pure function of lengths, kinds and permutations.
// Source: get_length_grouped_indices and get_modality_length_grouped_indices of the authors'
// llava_trainer.py (docs/training.md). There `world` is ranks times accumulation; here it is the number of
// micro-batches of a step, batch_samples / micro_batch: step s takes the next batch_samples of the order, cut
// into micro-batches one after the other.
//
//   const auto order = training_order(OrderKind::modality_length, lengths, 256, 1, permutations(42, 2, 0));
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace ov {

enum class OrderKind {
  random,           // one permutation
  length,           // batches of any samples, sorted by length inside and dealt evenly to micro-batches
  modality_length,  // the same, and every batch but the last all text or all with pictures or video
};

OrderKind parse_order(const std::string& name);  // throws usage

// Draws a permutation of 0 .. n-1; each call draws the next one.
using Permutations = std::function<std::vector<std::int64_t>(std::int64_t n)>;

// Ours: the authors draw from torch's global generator. SplitMix64 started from a hash of the three
// numbers, and Fisher-Yates from the last item down with unbiased numbers below n.
Permutations permutations(std::uint64_t seed, std::uint64_t stage, std::uint64_t epoch);

// Words of a sample with the sign that tells the kinds apart: positive with pictures or video.
std::vector<std::int64_t> modality_lengths(const Measured& measured);
// Words, and 128 more for a sample with pictures.
std::vector<std::int64_t> plain_lengths(const Measured& measured);

// `lengths` are modality_lengths for modality_length, plain_lengths for length; of random only their number
// counts. Throws usage unless batch_samples is a multiple of micro_batch, internal for a length of 0 in
// modality_length. Each index of `lengths` comes once.
std::vector<std::int64_t> training_order(OrderKind kind, std::span<const std::int64_t> lengths,
                                         std::int64_t batch_samples, std::int64_t micro_batch,
                                         const Permutations& draw);

// The same over what was measured, bad records left out; indices are those of the data set.
std::vector<std::int64_t> training_order(OrderKind kind, const Measured& measured, std::int64_t batch_samples,
                                         std::int64_t micro_batch, const Permutations& draw);

}  // namespace ov
