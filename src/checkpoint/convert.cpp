#include "checkpoint/convert.h"

#include <algorithm>
#include <filesystem>

#include "checkpoint/checkpoint.h"
#include "checkpoint/folder_files.h"
#include "checkpoint/new_folder.h"
#include "checkpoint/tokenizer_files.h"
#include "config/config_writer.h"
#include "config/generation_config.h"

namespace ov {
namespace {

constexpr char kFinalNorm[] = "vision_tower.post_layernorm.";

struct Weight {
  std::string name;                    // canonical
  const TensorView* stored = nullptr;  // null: a final norm that does nothing
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
};

// What the target holds, in the order of expected_tensors().
std::vector<Weight> plan_weights(const Checkpoint& checkpoint, Layout layout, std::vector<std::string>& notes) {
  std::vector<Weight> weights;
  const Dtype tower = checkpoint.tensor("vision_tower.embeddings.patch_embedding.weight").dtype;
  bool invented = false;
  for (const ExpectedTensor& wanted : expected_tensors(checkpoint.config())) {
    if (checkpoint.has(wanted.name)) {
      const TensorView& stored = checkpoint.tensor(wanted.name);
      weights.push_back({wanted.name, &stored, stored.dtype, stored.shape});
    } else if (layout == Layout::hf && wanted.name.rfind(kFinalNorm, 0) == 0) {
      weights.push_back({wanted.name, nullptr, tower, wanted.shape});
      invented = true;
    }
  }
  if (invented) {
    notes.push_back(
        "the source has no post_layernorm; llava-hf asks for one, so an identity is written (no model uses it)");
  }
  if (!checkpoint.ignored().empty()) {
    notes.push_back(std::to_string(checkpoint.ignored().size()) +
                    " stored tensors that the model does not use are left out");
  }
  return weights;
}

// Ones for a norm's weight, zeros for its bias.
std::vector<std::uint8_t> identity_norm(const Weight& weight) {
  const std::size_t size = dtype_size(weight.dtype), count = static_cast<std::size_t>(weight.shape[0]);
  std::vector<std::uint8_t> bytes(size * count, 0);
  if (weight.name.back() == 's') return bytes;  // "bias"
  const std::uint32_t one = weight.dtype == Dtype::f32 ? 0x3f800000 : weight.dtype == Dtype::f16 ? 0x3c00 : 0x3f80;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < size; ++b) bytes[i * size + b] = static_cast<std::uint8_t>(one >> (8 * b));
  }
  return bytes;
}

std::int64_t write_weights(const Checkpoint& checkpoint, const std::vector<Weight>& weights, NameVariant variant,
                           const std::string& folder, const ConvertOptions& options) {
  std::vector<TensorDeclaration> declared;
  for (const Weight& weight : weights) {
    declared.push_back({variant_tensor_name(weight.name, variant), weight.dtype, weight.shape});
  }
  return write_tensor_set(
      folder, declared, options.max_shard_bytes,
      [&](std::size_t i, const WriteBytes& write) {
        if (weights[i].stored == nullptr) {
          write(identity_norm(weights[i]));
          return;
        }
        constexpr std::size_t kPiece = 16 << 20;
        const std::span<const std::uint8_t> bytes = weights[i].stored->bytes;
        for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
          write(bytes.subspan(at, std::min(kPiece, bytes.size() - at)));
        }
        checkpoint.release(*weights[i].stored);
      },
      options.progress);
}

void copy_if_present(const std::string& source, const std::string& target, const std::string& name) {
  if (std::filesystem::exists(source + "/" + name)) copy_file_exact(source + "/" + name, target + "/" + name);
}

// The files beside config.json that only a llava-hf folder has.
void carry_processor_files(const Checkpoint& checkpoint, const std::string& target) {
  const std::string& source = checkpoint.folder();
  const ModelConfig& config = checkpoint.config();
  if (std::filesystem::exists(source + "/preprocessor_config.json") && config.layout == Layout::hf) {
    for (const char* name : {"preprocessor_config.json", "video_preprocessor_config.json", "processor_config.json"}) {
      copy_if_present(source, target, name);
    }
  } else {
    write_processor_files(target, config, read_preprocessor_config(source, config).normalisation);
  }
  for (const char* name : {"chat_template.json", "chat_template.jinja"}) copy_if_present(source, target, name);
  if (!std::filesystem::exists(target + "/chat_template.json") &&
      !std::filesystem::exists(target + "/chat_template.jinja")) {
    write_chat_template(target);
  }
}

}  // namespace

ConvertReport convert_checkpoint(const std::string& source, const std::string& target, Layout layout,
                                 const ConvertOptions& options) {
  const Checkpoint checkpoint = Checkpoint::open(source);
  const ModelConfig& config = checkpoint.config();
  const Json written = config_in(layout, config);
  read_generation_config(source, config);  // refuses a broken file before anything is written
  const PreprocessorConfig pixels = read_preprocessor_config(source, config);
  if (layout == Layout::official && !(pixels.normalisation == Normalisation{})) {
    throw Error(ErrorKind::input,
                source + ": pixels are normalised other than by 0.5, which an official folder cannot say");
  }

  ConvertReport report;
  const std::vector<Weight> weights = plan_weights(checkpoint, layout, report.notes);
  const NameVariant variant = layout == Layout::official ? NameVariant::official : NameVariant::hf_hub;
  NewFolder folder(target);
  const MediaTokens media = {config.image_token_id, config.video_token_id};
  copy_tokenizer_files(source, folder.path(), layout == Layout::hf ? &media : nullptr);
  save_json(folder.path(), "config.json", written);
  copy_if_present(source, folder.path(), "generation_config.json");
  if (layout == Layout::hf) carry_processor_files(checkpoint, folder.path());
  report.files = write_weights(checkpoint, weights, variant, folder.path(), options);
  folder.finish();

  report.tensors = static_cast<std::int64_t>(weights.size());
  for (const Weight& weight : weights) {
    report.bytes += TensorDeclaration{weight.name, weight.dtype, weight.shape}.num_bytes();
  }
  return report;
}

}  // namespace ov
