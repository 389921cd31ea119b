// Float32 masters of weights that a stage draws, the same for the same name and seed on every machine.
//
//   const Tensor master = draw_weight("regions.cell.weight", like, seed, usual_start("regions.cell.weight", like));
#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/draw.h"
#include "tensor/ops.h"

namespace ov {

// Matrices, embeddings and probes: deviation 1 / sqrt(inputs); biases 0, norms 1.
Distribution usual_start(const std::string& name, const Tensor& like);
// Of the shape of `like`, whose values are not read.
Tensor draw_weight(const std::string& name, const Tensor& like, std::uint64_t seed, const Distribution& start);

}  // namespace ov
