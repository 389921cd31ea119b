// Whether stored tensors are those that a model needs: one list of everything that is wrong.
//
//   const std::string faults = tensor_faults(expected_tensors(config), stored, file_name);
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "checkpoint/names.h"
#include "checkpoint/safetensors.h"

namespace ov {

using StoredTensors = std::map<std::string, TensorView>;  // by canonical name

// "" or "; 2 missing: a, b; 1 unexpected: c; ...", the first 20 of each kind, as `file_name` spells a
// canonical name.
std::string tensor_faults(const std::vector<ExpectedTensor>& expected, const StoredTensors& stored,
                          const std::function<std::string(const std::string&)>& file_name);

// For a head that is stored although it is tied: throws format unless it holds the embedding's bits.
// transformers would silently drop one that differs; we want to know which one is right.
void check_tied_head(const std::string& folder, const TensorView& head, const TensorView& embedding);

}  // namespace ov
