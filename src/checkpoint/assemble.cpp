// Facts: the authors' loader runs SigLIP without its last layer; tensor names of transformers 4.40 to
// 5.x, which store a tower of its own with or without "vision_model.".
#include "checkpoint/assemble.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/file.h"
#include "base/parallel.h"
#include "checkpoint/draw.h"
#include "checkpoint/fit.h"
#include "checkpoint/folder_files.h"
#include "checkpoint/new_folder.h"
#include "checkpoint/shards.h"
#include "checkpoint/tokenizer_files.h"
#include "config/config_writer.h"
#include "config/generation_config.h"
#include "config/grid_pinpoints.h"
#include "config/text_config.h"
#include "kernels/kernels.h"

namespace ov {
namespace {

constexpr std::size_t kMaxConfigBytes = 16 << 20;
constexpr std::int64_t kPiece = 4 << 20;  // elements converted at a time
constexpr std::int64_t kGrain = 1 << 18;  // of them by one thread
constexpr char kEmbedding[] = "language_model.embed_tokens.weight";
constexpr char kHead[] = "lm_head.weight";

// One of the two folders: its config.json and its weights.
struct Part {
  std::string folder;
  std::string config_path;
  Json config;
  Shards shards;
  StoredTensors tensors;  // those that may be used, by canonical name
};

bool starts_with(const std::string& text, const std::string& prefix) { return text.rfind(prefix, 0) == 0; }

Part open_part(const std::string& folder, const std::string& wanted) {
  if (!std::filesystem::is_directory(folder)) {
    throw Error(ErrorKind::input, folder + ": not a folder; expected that of " + wanted);
  }
  Part part;
  part.folder = folder;
  part.config_path = folder + "/config.json";
  part.config = parse_json(read_file(part.config_path, kMaxConfigBytes), part.config_path);
  if (Fields(part.config, part.config_path).has("quantization_config")) {
    Fields(part.config, part.config_path).refuse("quantization_config", "absent: only plain weights are read");
  }
  part.shards = open_shards(folder);
  return part;
}

// Fills part.tensors; `name_of` gives a canonical name, its argument for what it does not know, or ""
// for what is of no use.
template <class NameOf>
void name_tensors(Part& part, const ModelConfig& config, const NameOf& name_of) {
  for (const auto& file : part.shards.files) {
    for (const TensorView& tensor : file->tensors()) {
      const std::string name = name_of(tensor.name);
      if (name.empty() || is_ignorable(name, config)) continue;
      if (!part.tensors.emplace(name, tensor).second) {
        throw Error(ErrorKind::format, file->path() + ": tensor " + tensor.name + " is stored twice");
      }
    }
  }
}

// The tensors of a whole model that `part` has to provide.
std::vector<ExpectedTensor> expected_of(const ModelConfig& config, bool tower) {
  std::vector<ExpectedTensor> list;
  for (ExpectedTensor& tensor : expected_tensors(config)) {
    const bool wanted = tower ? starts_with(tensor.name, "vision_tower.")
                              : starts_with(tensor.name, "language_model.") || tensor.name == kHead;
    if (!wanted) continue;
    tensor.required = true;  // every SigLIP folder has the final norm, and llava-hf asks for it
    list.push_back(std::move(tensor));
  }
  return list;
}

void check_fit(const Part& part, const std::vector<ExpectedTensor>& expected, const std::string& stored_prefix,
               const std::string& prefix) {
  const auto file_name = [&](const std::string& name) {
    return starts_with(name, prefix) ? stored_prefix + name.substr(prefix.size()) : name;
  };
  const std::string faults = tensor_faults(expected, part.tensors, file_name);
  if (faults.empty()) return;
  throw Error(ErrorKind::format, part.folder + ": the weights do not fit config.json" + faults +
                                     ". An incomplete download, or the folder of another model?");
}

Part open_language_model(const std::string& folder, ModelConfig& config) {
  Part part = open_part(folder, "a Qwen2 language model");
  const Fields fields(part.config, part.config_path);
  if (fields.string_or("model_type", "") != "qwen2") {
    fields.refuse("model_type", "\"qwen2\" (Qwen2ForCausalLM); a whole LLaVA-OneVision folder needs no assembling");
  }
  config.text = parse_text_config(part.config, part.config_path, TextFamily::qwen2);
  config.max_sequence_length = config.text.max_position_embeddings;
  const auto name_of = [](const std::string& stored) {
    const std::string name = canonical_name(stored, NameVariant::official);  // Qwen2's own names are a part of them
    return starts_with(name, "language_model.") || name == kHead ? name : stored;
  };
  name_tensors(part, config, name_of);
  const auto embedding = part.tensors.find(kEmbedding);
  if (embedding != part.tensors.end() && embedding->second.shape.size() == 2) {  // rows may be padded
    config.text.vocab_size = std::max(config.text.vocab_size, embedding->second.shape[0]);
  }
  std::vector<ExpectedTensor> expected = expected_of(config, false);
  const bool tied = config.text.tie_word_embeddings;
  if (tied) expected.push_back({kHead, {config.text.vocab_size, config.text.hidden_size}, false});
  check_fit(part, expected, "model.", "language_model.");
  if (tied && part.tensors.contains(kHead)) {
    check_tied_head(folder, part.tensors.at(kHead), part.tensors.at(kEmbedding));
    part.tensors.erase(kHead);
  }
  return part;
}

// How many layers of the tower are run.
std::int64_t kept_layers(const AssembleSpec& spec, const VisionConfig& stored, const std::string& where) {
  const std::int64_t layers = stored.num_hidden_layers;
  if (spec.tower_layers < 0 || spec.tower_layers > layers) {
    throw Error(ErrorKind::usage, where + ": " + std::to_string(layers) + " layers are stored, " +
                                      std::to_string(spec.tower_layers) + " are asked for");
  }
  if (spec.tower_layers > 0) return spec.tower_layers;
  if (layers == 1 || stored == VisionConfig{}) {
    throw Error(ErrorKind::input, where + ": a tower of " + std::to_string(layers) +
                                      " layer(s), of which the last would be left out; " +
                                      (layers == 1 ? "too few" : "it is LLaVA-OneVision's own, already without it") +
                                      ". Ask for " + std::to_string(layers) + " layer(s) to keep all");
  }
  return layers - 1;
}

Part open_tower(const AssembleSpec& spec, ModelConfig& config, std::vector<std::string>& notes) {
  Part part = open_part(spec.vision_tower, "a SigLIP model");
  const Fields fields(part.config, part.config_path);
  const std::string type = fields.string_or("model_type", "");
  if (type != "siglip" && type != "siglip_vision_model") {
    fields.refuse("model_type", "\"siglip\" or \"siglip_vision_model\"");
  }
  if (type == "siglip" && !fields.has("vision_config")) fields.refuse("vision_config", "present");
  config.vision = parse_vision_config(type == "siglip" ? fields.object("vision_config") : fields);
  const std::int64_t stored = config.vision.num_hidden_layers;
  config.vision.num_hidden_layers = kept_layers(spec, config.vision, part.config_path);
  if (config.vision.num_hidden_layers < stored) {
    notes.push_back("the tower has " + std::to_string(stored) + " layers, the first " +
                    std::to_string(config.vision.num_hidden_layers) + " are kept");
  }

  bool prefixed = false;
  for (const auto& file : part.shards.files) {
    for (const TensorView& tensor : file->tensors()) prefixed |= starts_with(tensor.name, "vision_model.");
  }
  const std::string prefix = prefixed ? "vision_model." : "";
  const auto name_of = [&](const std::string& name) -> std::string {
    if (starts_with(name, "text_model.") || name == "logit_scale" || name == "logit_bias") return "";
    return starts_with(name, prefix) ? "vision_tower." + name.substr(prefix.size()) : name;
  };
  name_tensors(part, config, name_of);
  check_fit(part, expected_of(config, true), prefix, "vision_tower.");
  return part;
}

// Ids of <image> and <video> and of the end of a turn.
void place_tokens(const std::string& folder, const TokenizerIds& ids, ModelConfig& config) {
  const MediaTokens media = place_media_tokens(ids);
  config.image_token_id = media.image_id;
  config.video_token_id = media.video_id;
  const std::int64_t rows = rows_needed(ids, media);
  if (rows > config.text.vocab_size) {
    throw Error(ErrorKind::input,
                folder + ": the tokenizer's " + std::to_string(ids.next_free) + " ids with <image> (" +
                    std::to_string(media.image_id) + ") and <video> (" + std::to_string(media.video_id) + ") need " +
                    std::to_string(rows) + " rows of the vocabulary, embed_tokens has " +
                    std::to_string(config.text.vocab_size) + "; rows are never invented: grow it with transformers' " +
                    "resize_token_embeddings(" + std::to_string(rows) + ", pad_to_multiple_of=64) and save it again");
  }
  if (!ids.added.contains("<|im_end|>")) {
    throw Error(ErrorKind::format, folder +
                                       ": the tokenizer has no token <|im_end|>, which ends every turn of a "
                                       "conversation; the tokenizer of another model?");
  }
}

// Everything but the weights is known here, and checked against both folders.
struct Plan {
  ModelConfig config;
  Part language_model;
  Part tower;
  Normalisation pixels;
  Json written;     // config.json
  Json generation;  // generation_config.json
  std::vector<std::string> notes;
};

// As the language model's folder asks to be sampled; an answer must end where training ends it, which
// base models do not say.
void plan_generation(const TokenizerIds& ids, Plan& plan) {
  const Part& part = plan.language_model;
  ModelConfig& config = plan.config;
  const Json eos = part.config.value("eos_token_id", Json());
  config.eos_token_ids = parse_generation_config({{"eos_token_id", eos}}, part.config_path, config).eos_token_ids;
  const GenerationConfig stored = read_generation_config(part.folder, config);
  std::vector<std::int64_t> stops = stored.eos_token_ids;
  const std::int64_t end_of_turn = ids.added.at("<|im_end|>");
  const auto ensure_end = [&](std::vector<std::int64_t>& list) {
    const bool added = std::find(list.begin(), list.end(), end_of_turn) == list.end();
    if (added) list.insert(list.begin(), end_of_turn);
    return added;
  };
  ensure_end(config.eos_token_ids);
  const bool changed = ensure_end(stops);
  if (changed) {
    plan.notes.push_back("<|im_end|> is added to the stop tokens of the language model; an Instruct model has it");
  }
  if (!stored.from_file) {
    const auto end = ids.added.find("<|endoftext|>");
    const std::int64_t pad = end == ids.added.end() ? end_of_turn : end->second;
    plan.generation = plain_generation_config(config, pad, pad);
    return;
  }
  const std::string path = part.folder + "/generation_config.json";
  plan.generation = parse_json(read_file(path, kMaxConfigBytes), path);
  if (changed) plan.generation["eos_token_id"] = stops;
}

Plan make_plan(const AssembleSpec& spec) {
  Plan plan;
  ModelConfig& config = plan.config;
  plan.language_model = open_language_model(spec.language_model, config);
  plan.tower = open_tower(spec, config, plan.notes);
  config.tiling.tile_size = config.vision.image_size;
  config.tiling.patches_per_side = config.vision.patches_per_side();
  config.tiling.pinpoints = square_pinpoints(6, spec.layout, config.tiling.tile_size);
  config.dtype = spec.dtype == Dtype::f32 ? "float32" : "bfloat16";
  plan.pixels = read_preprocessor_config(spec.vision_tower, config).normalisation;
  if (spec.layout == Layout::official && !(plan.pixels == Normalisation{})) {
    throw Error(ErrorKind::input, spec.vision_tower +
                                      ": pixels are normalised other than by 0.5, which an official "
                                      "folder cannot say; choose the hf layout");
  }
  const TokenizerIds ids = read_tokenizer_ids(spec.language_model);
  place_tokens(spec.language_model, ids, config);
  plan_generation(ids, plan);

  // Described as if read in the other layout: then the writer carries over what Qwen2's config.json
  // says of the language model and nothing else of it.
  const bool official = spec.layout == Layout::official;
  config.layout = official ? Layout::hf : Layout::official;
  config.raw = official ? Json{{"text_config", plan.language_model.config}} : plan.language_model.config;
  plan.written = config_in(spec.layout, config);
  config.layout = spec.layout;
  return plan;
}

// torch.nn.Linear's own start: uniform within 1/sqrt(inputs), weight and bias alike.
Distribution distribution_of(const std::string& name, const ModelConfig& config) {
  const auto width = static_cast<float>(config.text.hidden_size);
  if (name == "image_newline") return {0, 1 / std::sqrt(width), Curve::bell};
  const bool first = starts_with(name, "projector.linear_1.");
  return {0, 1 / std::sqrt(first ? static_cast<float>(config.vision.hidden_size) : width), Curve::uniform};
}

// F32, F16 or BF16 to F32 or BF16, rounded to nearest even.
void convert_values(const std::uint8_t* from, Dtype stored, std::int64_t count, Dtype wanted,
                    std::vector<std::uint8_t>& to) {
  to.resize(static_cast<std::size_t>(count) * dtype_size(wanted));
  const auto* words = reinterpret_cast<const std::uint16_t*>(from);
  const auto* floats = reinterpret_cast<const float*>(from);
  auto* out_words = reinterpret_cast<kernels::bf16*>(to.data());
  auto* out_floats = reinterpret_cast<float*>(to.data());
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t size = end - begin;
    if (wanted == Dtype::f32) {
      if (stored == Dtype::bf16) kernels::convert(out_floats + begin, words + begin, size);
      if (stored == Dtype::f16) kernels::convert_f16(out_floats + begin, words + begin, size);
    } else {
      if (stored == Dtype::f32) kernels::convert(out_words + begin, floats + begin, size);
      if (stored == Dtype::f16) kernels::convert_f16(out_words + begin, words + begin, size);
    }
  });
}

// Piece by piece, letting the file's pages go behind itself.
void write_stored(const Part& part, const TensorView& tensor, Dtype wanted, const WriteBytes& write) {
  const auto file = std::find_if(part.shards.files.begin(), part.shards.files.end(),
                                 [&](const auto& candidate) { return candidate->contains(tensor.bytes); });
  const std::size_t piece = static_cast<std::size_t>(kPiece) * dtype_size(tensor.dtype);
  std::vector<std::uint8_t> aligned, converted;
  for (std::size_t at = 0; at < tensor.bytes.size(); at += piece) {
    const auto bytes = tensor.bytes.subspan(at, std::min(piece, tensor.bytes.size() - at));
    if (tensor.dtype == wanted) {
      write(bytes);
    } else {
      if (!tensor.is_aligned()) aligned.assign(bytes.begin(), bytes.end());
      const auto count = static_cast<std::int64_t>(bytes.size() / dtype_size(tensor.dtype));
      convert_values(tensor.is_aligned() ? bytes.data() : aligned.data(), tensor.dtype, count, wanted, converted);
      write(converted);
    }
    (*file)->release(bytes);
  }
}

void write_files(const AssembleSpec& spec, const Plan& plan, const std::string& folder) {
  const bool hf = spec.layout == Layout::hf;
  const MediaTokens media = {plan.config.image_token_id, plan.config.video_token_id};
  copy_tokenizer_files(spec.language_model, folder, hf ? &media : nullptr);
  save_json(folder, "config.json", plan.written);
  save_json(folder, "generation_config.json", plan.generation);
  if (!hf) return;
  write_processor_files(folder, plan.config, plan.pixels);
  write_chat_template(folder);
}

}  // namespace

AssembleReport write_assembled_checkpoint(const AssembleSpec& spec, const std::string& folder) {
  if (spec.dtype != Dtype::f32 && spec.dtype != Dtype::bf16) {
    throw Error(ErrorKind::usage, std::string("dtype ") + dtype_name(spec.dtype) + ": expected F32 or BF16");
  }
  const Plan plan = make_plan(spec);
  const std::vector<ExpectedTensor> tensors = expected_tensors(plan.config);
  const NameVariant variant = spec.layout == Layout::official ? NameVariant::official : NameVariant::hf_hub;
  AssembleReport report;
  report.notes = plan.notes;
  std::vector<TensorDeclaration> declared;
  for (const ExpectedTensor& tensor : tensors) {
    declared.push_back({variant_tensor_name(tensor.name, variant), spec.dtype, tensor.shape});
    report.bytes += declared.back().num_bytes();
  }
  report.tensors = static_cast<std::int64_t>(declared.size());

  NewFolder target(folder);
  write_files(spec, plan, target.path());
  const auto produce = [&](std::size_t i, const WriteBytes& write) {
    const std::string& name = tensors[i].name;
    for (const Part* part : {&plan.language_model, &plan.tower}) {
      const auto found = part->tensors.find(name);
      if (found != part->tensors.end()) return write_stored(*part, found->second, spec.dtype, write);
    }
    draw_tensor(distribution_of(name, plan.config), spec.seed, name, tensors[i].num_elements(), spec.dtype, write);
  };
  report.files = write_tensor_set(target.path(), declared, spec.max_shard_bytes, produce, spec.progress);
  target.finish();
  return report;
}

}  // namespace ov
