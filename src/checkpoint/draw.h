// Drawn values of one tensor: a function of seed and tensor name alone, the same bits on every
// machine, with any number of threads, and in every dtype but for its rounding.
//
//   draw_tensor({0, 0.02F}, seed, "image_newline", 896, Dtype::bf16, write);
#pragma once

#include <cstdint>
#include <string>

#include "checkpoint/tensor_set_writer.h"

namespace ov {

enum class Curve {
  bell,     // a sum of four uniform draws, close to a normal distribution; spread is its deviation
  uniform,  // from mean - spread up to, not including, mean + spread
};

struct Distribution {
  float mean = 0;
  float spread = 0;
  Curve curve = Curve::bell;
};

// Hands `count` values to `write` as F32, F16 or BF16, in pieces: memory stays small whatever the size.
void draw_tensor(const Distribution& from, std::uint64_t seed, const std::string& name, std::int64_t count, Dtype dtype,
                 const WriteBytes& write);

}  // namespace ov
