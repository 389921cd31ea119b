#include "checkpoint/fit.h"

#include <algorithm>

#include "base/error.h"

namespace ov {
namespace {

// Names of one kind of fault, the first 20 spelled out.
class Faults {
 public:
  explicit Faults(std::string kind) : kind_(std::move(kind)) {}
  void add(const std::string& what) {
    constexpr std::size_t kShown = 20;
    if (count_ < kShown) text_ += (count_ == 0 ? "" : ", ") + what;
    if (count_ == kShown) text_ += ", ...";
    ++count_;
  }
  std::string text() const { return count_ == 0 ? "" : "; " + std::to_string(count_) + " " + kind_ + ": " + text_; }

 private:
  std::string kind_;
  std::string text_;
  std::size_t count_ = 0;
};

}  // namespace

std::string tensor_faults(const std::vector<ExpectedTensor>& expected, const StoredTensors& stored,
                          const std::function<std::string(const std::string&)>& file_name) {
  Faults missing("missing"), unexpected("unexpected"), misshapen("of another shape"), untyped("not F32, F16 or BF16");
  std::map<std::string, const ExpectedTensor*> known;
  for (const ExpectedTensor& wanted : expected) {
    known[wanted.name] = &wanted;
    const auto found = stored.find(wanted.name);
    if (found == stored.end()) {
      if (wanted.required) missing.add(file_name(wanted.name));
      continue;
    }
    const TensorView& tensor = found->second;
    if (tensor.shape != wanted.shape) {
      misshapen.add(file_name(wanted.name) + " is " + shape_text(tensor.shape) + ", expected " +
                    shape_text(wanted.shape));
    } else if (!is_weight_dtype(tensor.dtype)) {
      untyped.add(file_name(wanted.name) + " is " + dtype_name(tensor.dtype));
    }
  }
  for (const auto& [name, tensor] : stored) {
    if (!known.contains(name)) unexpected.add(file_name(name));
  }
  return missing.text() + unexpected.text() + misshapen.text() + untyped.text();
}

void check_tied_head(const std::string& folder, const TensorView& head, const TensorView& embedding) {
  if (head.shape == embedding.shape && head.dtype == embedding.dtype &&
      std::equal(head.bytes.begin(), head.bytes.end(), embedding.bytes.begin())) {
    return;
  }
  throw Error(ErrorKind::format, folder +
                                     ": config.json ties lm_head to the embedding, but the file stores a "
                                     "different lm_head.weight; set tie_word_embeddings to false to use it");
}

}  // namespace ov
