#include "checkpoint/checkpoint.h"

#include <filesystem>

#include "base/error.h"
#include "checkpoint/fit.h"

namespace ov {
namespace {

constexpr char kEmbedding[] = "language_model.embed_tokens.weight";
constexpr char kHead[] = "lm_head.weight";

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
  std::vector<ExpectedTensor> expected = expected_tensors(config_);
  if (config_.text.tie_word_embeddings) {  // check_tied_head has the last word
    expected.push_back({kHead, {config_.text.vocab_size, config_.text.hidden_size}, false});
  }
  const auto file_name = [this](const std::string& canonical) {
    const std::string stored = variant_tensor_name(canonical, variant_);
    return canonical_name(stored, variant_) == canonical ? stored : canonical;
  };
  const std::string faults = tensor_faults(expected, tensors_, file_name);
  if (faults.empty()) return;
  throw Error(ErrorKind::format, folder_ + ": the weights (" + variant_name(variant_) +
                                     " names) do not fit config.json" + faults +
                                     ". An incomplete download, or the config.json of another model?");
}

void Checkpoint::check_tied_head() {
  const auto head = tensors_.find(kHead);
  if (!config_.text.tie_word_embeddings || head == tensors_.end()) return;
  const TensorView& embedding = tensors_.at(kEmbedding);
  const TensorView& stored = head->second;
  ov::check_tied_head(folder_, stored, embedding);
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
