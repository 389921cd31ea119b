// Tensors as the rows of numbers that the kernels read. Private to tensor/.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "kernels/kernels.h"
#include "tensor/ops.h"

namespace ov::rows {

template <class T>
T* data(const Tensor& tensor) {
  return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

// Calls f with a float or bf16 value that names the element type of `tensor`.
template <class F>
void by_type(const Tensor& tensor, F&& f) {
  if (tensor.scalar_type() == at::kFloat) {
    f(float{});
  } else {
    f(kernels::bf16{});
  }
}

inline std::int64_t rows_of(const Tensor& x) { return x.size(-1) == 0 ? 0 : x.numel() / x.size(-1); }

inline Tensor empty_like_rows(const Tensor& x, std::int64_t width) {
  std::vector<std::int64_t> sizes(x.sizes().begin(), x.sizes().end());
  sizes.back() = width;
  return at::empty(sizes, x.options());
}

}  // namespace ov::rows
