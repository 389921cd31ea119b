#include "checkpoint/checkpoint.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"

namespace ov {
namespace {

constexpr char kEmbedding[] = "language_model.embed_tokens.weight";
constexpr char kHead[] = "lm_head.weight";

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

void check_layouts_agree(Layout configured, NameVariant variant, const std::string& folder) {
  if (variant_layout(variant) == configured) return;
  const bool official = configured == Layout::official;
  throw Error(ErrorKind::format, folder + ": config.json is in the " + (official ? "official" : "llava-hf") +
                                     " layout, the tensors are named as in " + variant_name(variant) +
                                     "; files of two different checkpoints?");
}

}  // namespace

Checkpoint Checkpoint::open(const std::string& folder) {
  if (!std::filesystem::is_directory(folder)) {
    throw Error(ErrorKind::input, folder + ": not a folder; expected a checkpoint folder with config.json");
  }
  Checkpoint checkpoint;
  checkpoint.folder_ = folder;
  checkpoint.config_ = read_model_config(folder + "/config.json");
  checkpoint.shards_ = open_shards(folder);
  checkpoint.name_tensors();
  checkpoint.adopt_vocabulary();
  checkpoint.check_tensors();
  checkpoint.check_tied_head();
  return checkpoint;
}

// Everything that is stored goes to tensors_ under its canonical name (its own name when none fits,
// which check_tensors then reports) or to ignored_.
void Checkpoint::name_tensors() {
  std::vector<std::string> names;
  for (const auto& file : shards_.files) {
    for (const TensorView& tensor : file->tensors()) names.push_back(tensor.name);
  }
  variant_ = detect_variant(names);
  check_layouts_agree(config_.layout, variant_, folder_);
  for (const auto& file : shards_.files) {
    for (TensorView tensor : file->tensors()) {
      const std::string canonical = canonical_name(tensor.name, variant_);
      if (is_ignorable(canonical, config_)) {
        ignored_.push_back(std::move(tensor));
        continue;
      }
      const std::string stored = tensor.name;
      if (!canonical.empty()) tensor.name = canonical;
      const std::string key = tensor.name;
      if (!tensors_.emplace(key, std::move(tensor)).second) {
        throw Error(ErrorKind::format, file->path() + ": tensor " + stored + " is stored twice");
      }
    }
  }
}

void Checkpoint::adopt_vocabulary() {
  const auto embedding = tensors_.find(kEmbedding);
  if (embedding == tensors_.end() || embedding->second.shape.size() != 2) return;
  const std::int64_t rows = embedding->second.shape[0];
  constexpr std::int64_t kMaxRows = 4'194'304;
  if (rows > config_.text.vocab_size && rows <= kMaxRows) config_.text.vocab_size = rows;
}

void Checkpoint::check_tensors() {
  Faults missing("missing"), unexpected("unexpected"), misshapen("of another shape"), untyped("not F32, F16 or BF16");
  std::map<std::string, const ExpectedTensor*> known;
  const std::vector<ExpectedTensor> expected = expected_tensors(config_);
  for (const ExpectedTensor& wanted : expected) {
    known[wanted.name] = &wanted;
    const auto found = tensors_.find(wanted.name);
    if (found == tensors_.end()) {
      if (wanted.required) missing.add(variant_tensor_name(wanted.name, variant_));
      continue;
    }
    const TensorView& tensor = found->second;
    const std::string stored = variant_tensor_name(wanted.name, variant_);
    if (tensor.shape != wanted.shape) {
      misshapen.add(stored + " is " + shape_text(tensor.shape) + ", expected " + shape_text(wanted.shape));
    } else if (!is_weight_dtype(tensor.dtype)) {
      untyped.add(stored + " is " + dtype_name(tensor.dtype));
    }
  }
  for (const auto& [name, tensor] : tensors_) {
    const bool tied_head = name == kHead && config_.text.tie_word_embeddings;
    if (known.contains(name) || tied_head) continue;
    const std::string stored = variant_tensor_name(name, variant_);
    unexpected.add(stored.empty() || canonical_name(stored, variant_) != name ? name : stored);
  }
  const std::string faults = missing.text() + unexpected.text() + misshapen.text() + untyped.text();
  if (faults.empty()) return;
  throw Error(ErrorKind::format, folder_ + ": the weights (" + variant_name(variant_) +
                                     " names) do not fit config.json" + faults +
                                     ". An incomplete download, or the config.json of another model?");
}

// transformers would silently drop a stored head that differs; we want to know which one is right.
void Checkpoint::check_tied_head() {
  const auto head = tensors_.find(kHead);
  if (!config_.text.tie_word_embeddings || head == tensors_.end()) return;
  const TensorView& embedding = tensors_.at(kEmbedding);
  const TensorView& stored = head->second;
  if (stored.shape != embedding.shape || stored.dtype != embedding.dtype ||
      !std::equal(stored.bytes.begin(), stored.bytes.end(), embedding.bytes.begin())) {
    throw Error(ErrorKind::format, folder_ +
                                       ": config.json ties lm_head to the embedding, but the file stores a "
                                       "different lm_head.weight; set tie_word_embeddings to false to use it");
  }
  release(stored);
  release(embedding);
  ignored_.push_back(stored);
  tensors_.erase(head);
}

const TensorView& Checkpoint::tensor(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error(ErrorKind::internal, folder_ + ": no tensor " + name);
  return found->second;
}

std::uint64_t Checkpoint::weight_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors_) bytes += tensor.bytes.size();
  return bytes;
}

void Checkpoint::release(const TensorView& tensor) const {
  for (const auto& file : shards_.files) {
    if (file->contains(tensor.bytes)) file->release(tensor.bytes);
  }
}

}  // namespace ov
