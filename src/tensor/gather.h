// Rows of tensors put in a new order by lists of indices that the CPU made: one copy where a loop over samples
// or pictures would take hundreds, which is what a GPU needs. Gradients are gathered too, not scattered, so
// that they do not depend on the order in which threads add.
//
//   const RowMap map = row_map({2, 0, 3, 3}, /*rows=*/4, /*last_repeats=*/true, x.device());
//   Tensor y = gather_rows(x, map);   // rows 2, 0, 3, 3 of x
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace ov {

using at::Tensor;

// The values on `device`; to a GPU from pinned memory, without waiting for what runs there.
Tensor upload(const Tensor& values, at::Device device);
Tensor upload(const std::vector<std::int64_t>& values, at::Device device);

// Which row of N goes to each of M places.
struct RowMap {
  Tensor index;    // [M]
  Tensor inverse;  // [N] the place that each row went to, M for none
  Tensor repeats;  // places that have the last row, where it may go to several; else empty
};

// Every index goes to one place at most; the last one, N - 1, to any number of them if `last_repeats`.
RowMap row_map(const std::vector<std::int64_t>& index, std::int64_t rows, bool last_repeats, at::Device device);

// x [N, D] -> [M, D].
Tensor gather_rows(const Tensor& x, const RowMap& map);

// Rows `ids` of a table of word embeddings [V, D] -> [T, D].
Tensor embedding_rows(const Tensor& table, const std::vector<std::int64_t>& ids);

}  // namespace ov
