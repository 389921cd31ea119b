// Shapes checked at the borders of the model.
//
//   check_shape(pixels, {kAny, 3, 384, 384}, "pixel_values");
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace ov {

constexpr std::int64_t kAny = -1;

// Throws internal with name, found and expected shape when they differ; kAny matches every size.
void check_shape(const at::Tensor& tensor, std::initializer_list<std::int64_t> expected, std::string_view name);

}  // namespace ov
