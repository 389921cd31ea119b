#include "tensor/gather.h"

#include <ATen/ops/embedding.h>
#include <torch/csrc/autograd/custom_function.h>

#include "tensor/ops.h"

namespace ov {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct GatherFunction : torch::autograd::Function<GatherFunction> {
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& index, const Tensor& inverse,
                        const Tensor& repeats) {
    context->save_for_backward({inverse, repeats});
    return at::index_select(x, 0, index);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const Tensor dy = gradients[0], inverse = saved[0], repeats = saved[1];
    const Tensor with_zeros = at::cat({dy, at::zeros({1, dy.size(1)}, dy.options())}, 0);
    const Tensor dx = at::index_select(with_zeros, 0, inverse);
    if (repeats.numel() > 0) dx.select(0, dx.size(0) - 1).copy_(at::index_select(dy, 0, repeats).sum(0));
    return {dx, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor upload(const Tensor& values, at::Device device) {
  if (device.is_cpu()) return values;
  return values.pin_memory().to(at::TensorOptions().device(device), /*non_blocking=*/true);
}

Tensor upload(const std::vector<std::int64_t>& values, at::Device device) {
  return upload(at::tensor(values, at::TensorOptions().dtype(at::kLong)), device);
}

RowMap row_map(const std::vector<std::int64_t>& index, std::int64_t rows, bool last_repeats, at::Device device) {
  const auto places = static_cast<std::int64_t>(index.size());
  std::vector<std::int64_t> inverse(static_cast<std::size_t>(rows), places), repeats;
  for (std::int64_t place = 0; place < places; ++place) {
    const std::int64_t row = index[static_cast<std::size_t>(place)];
    if (last_repeats && row == rows - 1) {
      repeats.push_back(place);
    } else {
      inverse[static_cast<std::size_t>(row)] = place;
    }
  }
  return {upload(index, device), upload(inverse, device), upload(repeats, device)};
}

Tensor gather_rows(const Tensor& x, const RowMap& map) {
  return GatherFunction::apply(x, map.index, map.inverse, map.repeats);
}

Tensor embedding_rows(const Tensor& table, const std::vector<std::int64_t>& ids) {
  const Tensor index = upload(ids, table.device());
  // On a GPU the gradient of index_select adds in the table's dtype and in any order; embedding's sorts.
  return table.is_cpu() ? at::index_select(table, 0, index) : at::embedding(table, index);
}

}  // namespace ov
