#include "config/config_writer.h"

#include "config/grid_pinpoints.h"

namespace ov {
namespace {

constexpr char kKnownTower[] = "google/siglip-so400m-patch14-384";

// Keys of the language model that we do not interpret but hand on from one layout to the other.
constexpr const char* kCarried[] = {"attention_dropout", "bos_token_id",   "initializer_range", "max_window_layers",
                                    "pad_token_id",      "sliding_window", "use_cache"};

std::string aspect_text(const TilingConfig& tiling) {
  switch (tiling.single_image_mode) {
    case AspectMode::pad: return "pad";
    case AspectMode::square: return "square";
    case AspectMode::anyres: break;
  }
  return tiling.max_tiles == 0 ? "anyres" : "anyres_max_" + std::to_string(tiling.max_tiles);
}

Json ids_json(const std::vector<std::int64_t>& ids) {
  if (ids.empty()) return nullptr;
  return ids.size() == 1 ? Json(ids.front()) : Json(ids);
}

Json vision_json(const VisionConfig& vision) {
  return {{"model_type", "siglip_vision_model"},
          {"hidden_size", vision.hidden_size},
          {"intermediate_size", vision.intermediate_size},
          {"num_hidden_layers", vision.num_hidden_layers},
          {"num_attention_heads", vision.num_attention_heads},
          {"num_channels", 3},
          {"image_size", vision.image_size},
          {"patch_size", vision.patch_size},
          {"layer_norm_eps", vision.layer_norm_eps},
          {"hidden_act", "gelu_pytorch_tanh"},
          {"vision_use_head", false}};
}

// The part of the language model that both layouts spell the same way.
Json text_json(const ModelConfig& config) {
  const TextConfig& text = config.text;
  Json json = {{"hidden_size", text.hidden_size},
               {"intermediate_size", text.intermediate_size},
               {"num_hidden_layers", text.num_hidden_layers},
               {"num_attention_heads", text.num_attention_heads},
               {"num_key_value_heads", text.num_key_value_heads},
               {"hidden_act", "silu"},
               {"max_position_embeddings", text.max_position_embeddings},
               {"rms_norm_eps", text.rms_norm_eps},
               {"rope_theta", text.rope_theta},
               {"rope_scaling", nullptr},
               {"use_sliding_window", false},
               {"tie_word_embeddings", text.tie_word_embeddings},
               {"vocab_size", text.vocab_size},
               {"eos_token_id", ids_json(config.eos_token_ids)}};
  if (text.head_dim * text.num_attention_heads != text.hidden_size) json["head_dim"] = text.head_dim;
  const Json* source = &config.raw;
  if (config.layout == Layout::hf) source = config.raw.contains("text_config") ? &config.raw["text_config"] : nullptr;
  for (const char* key : kCarried) {
    if (source != nullptr && source->contains(key)) json[key] = (*source)[key];
  }
  return json;
}

// What was read stays, unless the typed configuration says something about it.
Json over_raw(const Json& raw, const Json& written) {
  Json merged = raw.is_object() ? raw : Json::object();
  for (const auto& [key, value] : written.items()) {
    const bool nested = value.is_object() && merged.contains(key) && merged[key].is_object();
    merged[key] = nested ? over_raw(merged[key], value) : value;
  }
  return merged;
}

void put_dtype(Json& json, const std::string& dtype) {
  if (!dtype.empty()) json["torch_dtype"] = dtype;
}

Json pixels_json(const ModelConfig& config, const Normalisation& normalisation) {
  const auto channels = [](const std::array<float, 3>& values) {
    Json list = Json::array();
    // The shortest decimal that reads back as the same float.
    for (const float value : values) list.push_back(Json::parse(Json(value).dump()));
    return list;
  };
  return {{"do_convert_rgb", true},
          {"do_normalize", true},
          {"do_rescale", true},
          {"do_resize", true},
          {"image_mean", channels(normalisation.mean)},
          {"image_std", channels(normalisation.std)},
          {"processor_class", "LlavaOnevisionProcessor"},
          {"resample", 3},
          {"rescale_factor", normalisation.rescale},
          {"size", {{"height", config.tiling.tile_size}, {"width", config.tiling.tile_size}}}};
}

}  // namespace

Json official_config(const ModelConfig& config) {
  const bool qwen = config.text.qkv_bias;
  const bool known = config.vision == VisionConfig{};
  Json json = text_json(config);
  json["architectures"] = {qwen ? "LlavaQwenForCausalLM" : "LlavaLlamaForCausalLM"};
  json["model_type"] = qwen ? "llava" : "llava_llama";
  json["image_aspect_ratio"] = aspect_text(config.tiling);
  json["image_grid_pinpoints"] = pinpoints_json(config.tiling.pinpoints, Layout::official);
  if (config.tiling.pinpoints.empty()) json["image_grid_pinpoints"] = nullptr;
  json["image_token_index"] = config.image_token_id;
  json["video_token_index"] = config.video_token_id;
  json["mm_hidden_size"] = config.vision.hidden_size;
  json["mm_newline_position"] = "one_token";
  json["mm_patch_merge_type"] = config.tiling.newline ? "spatial_unpad" : "flat";
  json["mm_projector_type"] = "mlp2x_gelu";
  json["mm_resampler_type"] = nullptr;
  json["mm_spatial_pool_mode"] = "bilinear";
  json["mm_use_im_patch_token"] = false;
  json["mm_use_im_start_end"] = false;
  json["mm_vision_select_feature"] = "patch";
  json["mm_vision_select_layer"] = -2;
  const std::string named = config.vision_tower.empty() ? "siglip" : config.vision_tower;
  json["mm_vision_tower"] = known && config.vision_tower.empty() ? kKnownTower : named;
  if (!known) json["vision_config"] = vision_json(config.vision);
  json["tokenizer_model_max_length"] = config.max_sequence_length;
  json["tokenizer_padding_side"] = "right";
  json["use_mm_proj"] = true;
  put_dtype(json, config.dtype);
  return config.layout == Layout::official ? over_raw(config.raw, json) : json;
}

Json hf_config(const ModelConfig& config) {
  const auto refuse = [](const std::string& what) {
    throw Error(ErrorKind::input, "the llava-hf layout cannot describe this model: " + what);
  };
  const TilingConfig& tiling = config.tiling;
  if (tiling.single_image_mode != AspectMode::anyres || tiling.max_tiles == 0 || !tiling.newline) {
    refuse("image_aspect_ratio \"" + aspect_text(tiling) + "\"; it needs \"anyres_max_N\" with spatial_unpad");
  }
  if (config.image_token_id >= config.text.vocab_size || config.video_token_id >= config.text.vocab_size) {
    refuse("<image> and <video> have ids " + std::to_string(config.image_token_id) + " and " +
           std::to_string(config.video_token_id) + ", the vocabulary has " + std::to_string(config.text.vocab_size) +
           " rows; rows are never invented");
  }
  Json text = text_json(config);
  text["model_type"] = config.text.qkv_bias ? "qwen2" : "llama";
  Json json = {{"architectures", {"LlavaOnevisionForConditionalGeneration"}},
               {"model_type", "llava_onevision"},
               {"ignore_index", -100},
               {"image_grid_pinpoints", pinpoints_json(tiling.pinpoints, Layout::hf)},
               {"image_token_index", config.image_token_id},
               {"video_token_index", config.video_token_id},
               {"multimodal_projector_bias", true},
               {"projector_hidden_act", "gelu"},
               {"text_config", text},
               {"tie_word_embeddings", config.text.tie_word_embeddings},
               {"use_image_newline_parameter", true},
               {"vision_aspect_ratio", aspect_text(tiling)},
               {"vision_config", vision_json(config.vision)},
               {"vision_feature_layer", -1},
               {"vision_feature_select_strategy", "full"}};
  put_dtype(json, config.dtype);
  return config.layout == Layout::hf ? over_raw(config.raw, json) : json;
}

Json config_in(Layout layout, const ModelConfig& config) {
  return layout == Layout::official ? official_config(config) : hf_config(config);
}

Json hf_preprocessor_config(const ModelConfig& config, const Normalisation& normalisation) {
  Json json = pixels_json(config, normalisation);
  json["do_pad"] = true;
  json["image_grid_pinpoints"] = pinpoints_json(config.tiling.pinpoints, Layout::hf);
  json["image_processor_type"] = "LlavaOnevisionImageProcessor";
  return json;
}

Json hf_video_preprocessor_config(const ModelConfig& config, const Normalisation& normalisation) {
  Json json = pixels_json(config, normalisation);
  json["do_sample_frames"] = false;
  json["video_processor_type"] = "LlavaOnevisionVideoProcessor";
  return json;
}

Json hf_processor_config(const ModelConfig& config) {
  return {{"image_token", "<image>"},
          {"num_image_tokens", config.vision.num_patches()},
          {"processor_class", "LlavaOnevisionProcessor"},
          {"video_token", "<video>"},
          {"vision_aspect_ratio", aspect_text(config.tiling)},
          {"vision_feature_select_strategy", "full"}};
}

std::string hf_chat_template() {
  return "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
         "{# pictures come before videos, videos before words #}"
         "{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
         "{% for part in message['content'] | selectattr('type', 'equalto', 'video') %}{{ '<video>\n' }}{% endfor %}"
         "{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}"
         "{% if message['role'] == 'assistant' %}{% generation %}{{ part['text'] }}{% endgeneration %}"
         "{% else %}{{ part['text'] }}{% endif %}{% endfor %}"
         "{{ '<|im_end|>' + '\n' }}{% endfor %}"
         "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
}

Json plain_generation_config(const ModelConfig& config, std::int64_t bos_token_id, std::int64_t pad_token_id) {
  return {{"bos_token_id", bos_token_id},
          {"do_sample", false},
          {"eos_token_id", ids_json(config.eos_token_ids)},
          {"pad_token_id", pad_token_id}};
}

}  // namespace ov
