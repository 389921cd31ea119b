// The layout is told by the file's own model_type and architectures, never by the folder's name.
#include "config/model_config.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "config/grid_pinpoints.h"
#include "config/text_config.h"

namespace ov {
namespace {

constexpr std::size_t kMaxConfigBytes = 16 << 20;
constexpr std::int64_t kMaxTokenId = 4'194'304;
constexpr std::int64_t kDefaultImageToken = 151646;
constexpr char kKnownTower[] = "siglip-so400m-patch14-384";

// Only these official projectors, poolings and so on are implemented; the first is the default.
void require_one_of(const Fields& fields, const std::string& key, const std::vector<std::string>& known) {
  const std::string found = fields.string_or(key, known.front());
  if (std::find(known.begin(), known.end(), found) != known.end()) return;
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "\"" : " or \"") + name + "\"";
  fields.refuse(key, list + ", which is what onevision implements");
}

void require_false(const Fields& fields, const std::string& key) {
  if (fields.boolean_or(key, false)) fields.refuse(key, "false (onevision does not implement it)");
}

std::set<std::string> architectures(const Fields& fields) {
  std::set<std::string> names;
  if (!fields.has("architectures")) return names;
  const Json& list = fields.at("architectures");
  if (!list.is_array()) fields.refuse("architectures", "a list of names");
  for (const Json& name : list) {
    if (!name.is_string()) fields.refuse("architectures", "a list of names");
    names.insert(name.get<std::string>());
  }
  return names;
}

[[noreturn]] void refuse_model(const Fields& fields, const std::string& type, const std::set<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  throw Error(ErrorKind::format,
              fields.where() + ": model_type \"" + type + "\" with architectures [" + list +
                  "] is not a LLaVA-OneVision checkpoint; expected \"llava_onevision\" (llava-hf), or \"llava\", "
                  "\"llava_qwen\" or \"llava_llama\" with \"mm_vision_tower\" (official)");
}

// "anyres_max_9" and its relatives.
void parse_aspect(const Fields& fields, const std::string& key, const std::string& otherwise, TilingConfig& tiling) {
  const std::string text = fields.string_or(key, otherwise);
  const std::string prefix = "anyres_max_";
  tiling.max_tiles = 0;
  if (text == "anyres") {
    tiling.single_image_mode = AspectMode::anyres;
  } else if (text == "pad") {
    tiling.single_image_mode = AspectMode::pad;
  } else if (text == "square") {
    tiling.single_image_mode = AspectMode::square;
  } else {
    const std::string digits = text.rfind(prefix, 0) == 0 ? text.substr(prefix.size()) : "";
    if (digits.empty() || digits.size() > 4 || digits.find_first_not_of("0123456789") != std::string::npos ||
        std::stoll(digits) == 0) {
      fields.refuse(key, "\"anyres_max_N\", \"anyres\", \"pad\" or \"square\"");
    }
    tiling.single_image_mode = AspectMode::anyres;
    tiling.max_tiles = std::stoll(digits);
  }
}

std::vector<std::int64_t> parse_token_ids(const Fields& fields, const std::string& key) {
  std::vector<std::int64_t> ids;
  if (!fields.has(key)) return ids;
  const Json& value = fields.at(key);
  const auto add = [&](const Json& id) {
    if (!id.is_number_integer() || id < 0 || id > kMaxTokenId) fields.refuse(key, "a token id or a list of them");
    ids.push_back(id.get<std::int64_t>());
  };
  if (!value.is_array()) {
    add(value);
  } else {
    for (const Json& id : value) add(id);
  }
  return ids;
}

// "dtype" since transformers 4.56, "torch_dtype" before.
std::string parse_dtype(const Fields& fields) {
  for (const char* key : {"dtype", "torch_dtype"}) {
    if (!fields.has(key)) continue;
    std::string name = fields.string(key);
    if (name.rfind("torch.", 0) == 0) name = name.substr(6);
    if (name != "bfloat16" && name != "float16" && name != "float32") {
      fields.refuse(key, "\"bfloat16\", \"float16\" or \"float32\"");
    }
    return name;
  }
  return "";
}

void finish_tiling(const Fields& fields, ModelConfig& config) {
  config.tiling.tile_size = config.vision.image_size;
  config.tiling.patches_per_side = config.vision.patches_per_side();
  if (fields.has("image_grid_pinpoints")) {
    config.tiling.pinpoints =
        parse_pinpoints(fields.at("image_grid_pinpoints"), config.layout, config.tiling.tile_size, fields.where());
  } else if (config.layout == Layout::hf) {
    // The class default is written in pixels of 384, whatever the tower.
    config.tiling.pinpoints = parse_pinpoints(pinpoints_json(square_pinpoints(6, Layout::hf, 384), Layout::hf),
                                              Layout::hf, config.tiling.tile_size, fields.where());
  } else if (config.tiling.single_image_mode == AspectMode::anyres) {
    fields.refuse("image_grid_pinpoints", "present when image_aspect_ratio is anyres");
  }
}

ModelConfig parse_hf(const Fields& fields) {
  ModelConfig config;
  config.layout = Layout::hf;
  require_one_of(fields, "projector_hidden_act", {"gelu"});
  require_one_of(fields, "vision_feature_select_strategy", {"full"});
  if (!fields.boolean_or("multimodal_projector_bias", true)) fields.refuse("multimodal_projector_bias", "true");
  if (!fields.boolean_or("use_image_newline_parameter", true)) fields.refuse("use_image_newline_parameter", "true");

  // Without a vision_config the class default is the tower of the paper.
  if (fields.has("vision_config")) config.vision = parse_vision_config(fields.object("vision_config"));
  const std::int64_t stored = config.vision.num_hidden_layers;
  const std::int64_t layer = fields.integer_or("vision_feature_layer", -1, -stored, stored);
  if (layer == 0) fields.refuse("vision_feature_layer", "a layer of the tower, such as -1");
  config.vision.num_hidden_layers = layer < 0 ? stored + 1 + layer : layer;

  const Json empty = Json::object();
  const Json& text = fields.has("text_config") ? fields.at("text_config") : empty;
  const std::string text_where = fields.where() + ": text_config";
  const Fields text_fields(text, text_where);
  require_one_of(text_fields, "model_type", {"qwen2", "llama"});
  const bool llama = text_fields.string_or("model_type", "qwen2") == "llama";
  config.text = parse_text_config(text, text_where, llama ? TextFamily::llama : TextFamily::qwen2);

  const std::int64_t last_id = config.text.vocab_size - 1;  // a placeholder owns a row of the embedding
  const auto placeholder = [&](const std::string& old_key, const std::string& new_key, std::int64_t otherwise) {
    return fields.integer_or(fields.has(old_key) ? old_key : new_key, otherwise, 0, last_id);
  };
  config.image_token_id = placeholder("image_token_index", "image_token_id", kDefaultImageToken);
  config.video_token_id = placeholder("video_token_index", "video_token_id", kDefaultImageToken + 1);
  if (config.image_token_id == config.video_token_id) fields.refuse("video_token_index", "another id than the image's");

  parse_aspect(fields, "vision_aspect_ratio", "anyres_max_9", config.tiling);
  if (config.tiling.max_tiles == 0) fields.refuse("vision_aspect_ratio", "\"anyres_max_N\"");
  config.eos_token_ids = parse_token_ids(text_fields, "eos_token_id");
  if (config.eos_token_ids.empty()) config.eos_token_ids = parse_token_ids(fields, "eos_token_id");
  config.max_sequence_length = config.text.max_position_embeddings;
  config.dtype = parse_dtype(fields);
  if (config.dtype.empty()) config.dtype = parse_dtype(text_fields);
  return config;
}

// The official config names the tower; its shape is ours to know, or lies in a vision_config.
VisionConfig parse_named_tower(const Fields& fields) {
  const std::string tower = fields.string("mm_vision_tower");
  const bool known = tower.substr(tower.find_last_of('/') + 1) == kKnownTower;
  if (!known && !fields.has("vision_config")) {
    fields.refuse("mm_vision_tower", std::string("\"google/") + kKnownTower +
                                         "\", or any SigLIP tower whose shape a \"vision_config\" object gives");
  }
  VisionConfig vision;
  if (fields.has("vision_config")) vision = parse_vision_config(fields.object("vision_config"));
  if (known && !(vision == VisionConfig{})) {
    fields.refuse("vision_config", std::string("that of ") + kKnownTower + ", or mm_vision_tower another name");
  }
  if (fields.integer_or("mm_hidden_size", vision.hidden_size, 1, 65536) != vision.hidden_size) {
    fields.refuse("mm_hidden_size", std::to_string(vision.hidden_size) + ", the hidden size of " + tower);
  }
  return vision;
}

// Which marks of the picture's geometry reach the language model.
void parse_merge(const Fields& fields, TilingConfig& tiling) {
  parse_aspect(fields, "image_aspect_ratio", "square", tiling);
  const std::string merge = fields.string_or("mm_patch_merge_type", "flat");
  const bool one_tile = tiling.single_image_mode != AspectMode::anyres;
  if (merge != "spatial_unpad" && !(merge == "flat" && one_tile)) {
    fields.refuse("mm_patch_merge_type", "\"spatial_unpad\" (or \"flat\" where pictures are never tiled)");
  }
  tiling.newline = merge == "spatial_unpad";
}

ModelConfig parse_official(const Json& raw, const Fields& fields, bool llama) {
  ModelConfig config;
  config.layout = Layout::official;
  require_one_of(fields, "mm_projector_type", {"mlp2x_gelu"});
  require_one_of(fields, "mm_spatial_pool_mode", {"bilinear"});
  require_one_of(fields, "mm_newline_position", {"one_token"});
  if (fields.has("mm_resampler_type")) fields.refuse("mm_resampler_type", "null");
  require_false(fields, "mm_use_im_start_end");
  require_false(fields, "add_faster_video");
  require_false(fields, "use_pos_skipping");

  config.vision_tower = fields.string("mm_vision_tower");
  config.vision = parse_named_tower(fields);
  config.text = parse_text_config(raw, fields.where(), llama ? TextFamily::llama : TextFamily::qwen2);
  parse_merge(fields, config.tiling);

  // The authors' own code splits the prompt instead of using this id; -200 is its sentinel.
  const std::int64_t id = fields.integer_or("image_token_index", kDefaultImageToken, -200, kMaxTokenId);
  config.image_token_id = id < 0 ? kDefaultImageToken : id;
  config.video_token_id = fields.integer_or("video_token_index", config.image_token_id + 1, 0, kMaxTokenId + 1);
  config.eos_token_ids = parse_token_ids(fields, "eos_token_id");
  config.max_sequence_length =
      fields.integer_or("tokenizer_model_max_length", config.text.max_position_embeddings, 1, std::int64_t{1} << 31);
  config.dtype = parse_dtype(fields);
  return config;
}

}  // namespace

ModelConfig parse_model_config(const Json& raw, const std::string& where) {
  const Fields fields(raw, where);
  const std::string type = fields.string_or("model_type", "");
  const std::set<std::string> names = architectures(fields);
  const bool llama = type == "llava_llama" || names.contains("LlavaLlamaForCausalLM");
  const bool qwen = type == "llava_qwen" || names.contains("LlavaQwenForCausalLM");
  if (fields.has("quantization_config")) fields.refuse("quantization_config", "absent: only plain weights are read");

  ModelConfig config;
  if (type == "llava_onevision" || (type.empty() && names.contains("LlavaOnevisionForConditionalGeneration"))) {
    config = parse_hf(fields);
  } else if (fields.has("mm_vision_tower") && (llama || qwen) && (type.empty() || type.rfind("llava", 0) == 0)) {
    config = parse_official(raw, fields, llama);
  } else {
    refuse_model(fields, type, names);
  }
  finish_tiling(fields, config);
  config.raw = raw;
  return config;
}

ModelConfig read_model_config(const std::string& path) {
  return parse_model_config(parse_json(read_file(path, kMaxConfigBytes), path), path);
}

}  // namespace ov
