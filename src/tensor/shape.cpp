#include "tensor/shape.h"

#include <string>

#include "base/error.h"

namespace ov {
namespace {

template <class Sizes>
std::string text(const Sizes& sizes) {
  std::string out = "[";
  for (const std::int64_t size : sizes) {
    if (out.size() > 1) out += ", ";
    out += size == kAny ? "any" : std::to_string(size);
  }
  return out + "]";
}

}  // namespace

void check_shape(const at::Tensor& tensor, std::initializer_list<std::int64_t> expected, std::string_view name) {
  bool same = tensor.defined() && tensor.dim() == static_cast<std::int64_t>(expected.size());
  std::int64_t axis = 0;
  for (const std::int64_t size : expected) {
    if (!same) break;
    same = size == kAny || tensor.size(axis) == size;
    ++axis;
  }
  if (same) return;
  const std::string found = tensor.defined() ? text(tensor.sizes()) : "nothing";
  throw Error(ErrorKind::internal, std::string(name) + ": shape " + found + ", expected " + text(expected));
}

}  // namespace ov
