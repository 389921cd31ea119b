// How much arithmetic a forward and backward pass is, for utilisation and estimates.
#pragma once

#include "config/model_config.h"
#include "model/siglip_pair.h"
#include "report/run_log.h"
#include "train/micro_batch.h"

namespace ov {

// Floating-point operations of one pass without recomputation: 2 for each multiplication of the forward
// pass, the same for the gradients of activations, and again for those of weights, where they are taken.
double training_flops(const ModelConfig& config, const MicroBatch& batch, const PartRates& rates);
// The same of `pairs` pictures and captions through both towers.
double contrastive_flops(const VisionConfig& vision, const SiglipTextConfig& text, std::size_t pairs);
// The same of pictures through the tower and the head of the objective regions.
double regions_flops(const VisionConfig& vision, std::int64_t cells, std::int64_t num_words, std::size_t pictures);

// Floating-point operations a second that the device's matrix kernel reaches on a large product, by a
// measurement of a few tenths of a second: what utilisation is a share of.
double peak_flops(bool bfloat16, at::Device device);

}  // namespace ov
