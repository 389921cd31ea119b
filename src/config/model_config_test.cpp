#include "config/model_config.h"

#include <gmock/gmock.h>

#include <functional>

#include "base/file.h"
#include "config/grid_pinpoints.h"

namespace ov {
namespace {

using testing::HasSubstr;

Json load(const std::string& name) {
  const std::string path = std::string(OV_TESTDATA) + "/configs/" + name;
  return parse_json(read_file(path, 1 << 20), path);
}

// What parsing `raw` refuses with, or "accepted".
std::string refusal(const Json& raw) {
  try {
    parse_model_config(raw, "config.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::format) << error.what();
    return error.what();
  }
  return "accepted";
}

TextConfig text_of(std::int64_t d, std::int64_t inner, std::int64_t layers, std::int64_t heads, std::int64_t kv,
                   std::int64_t head_dim, std::int64_t vocab, bool tied) {
  TextConfig text;
  text.hidden_size = d;
  text.intermediate_size = inner;
  text.num_hidden_layers = layers;
  text.num_attention_heads = heads;
  text.num_key_value_heads = kv;
  text.head_dim = head_dim;
  text.vocab_size = vocab;
  text.tie_word_embeddings = tied;
  return text;
}

void expect_paper_tiling(const ModelConfig& config) {
  EXPECT_EQ(config.vision, VisionConfig{});
  EXPECT_EQ(config.tiling.single_image_mode, AspectMode::anyres);
  EXPECT_EQ(config.tiling.max_tiles, 9);
  EXPECT_EQ(config.tiling.tile_size, 384);
  EXPECT_EQ(config.tiling.patches_per_side, 27);
  EXPECT_TRUE(config.tiling.newline);
  EXPECT_EQ(config.tiling.pinpoints, square_pinpoints(6, config.layout, 384));
  EXPECT_EQ(config.image_token_id, 151646);
  EXPECT_EQ(config.video_token_id, 151647);
}

TEST(ModelConfig, ReadsOfficialSizes) {
  const ModelConfig small = parse_model_config(load("official-0.5b.json"), "c");
  EXPECT_EQ(small.layout, Layout::official);
  EXPECT_EQ(small.text, text_of(896, 4864, 24, 14, 2, 64, 151936, true));
  expect_paper_tiling(small);
  EXPECT_EQ(small.dtype, "bfloat16");
  EXPECT_EQ(small.eos_token_ids, std::vector<std::int64_t>{151645});
  EXPECT_EQ(small.max_sequence_length, 32768);
  EXPECT_EQ(parse_model_config(load("official-7b.json"), "c").text,
            text_of(3584, 18944, 28, 28, 4, 128, 152064, false));
  EXPECT_EQ(parse_model_config(load("official-72b.json"), "c").text,
            text_of(8192, 29568, 80, 64, 8, 128, 152064, false));
}

TEST(ModelConfig, ReadsWhatTransformersWrote) {
  const ModelConfig small = parse_model_config(load("hf-0.5b.json"), "c");
  EXPECT_EQ(small.layout, Layout::hf);
  EXPECT_EQ(small.text, text_of(896, 4864, 24, 14, 2, 64, 152000, true));
  expect_paper_tiling(small);
  EXPECT_EQ(small.dtype, "float16");
  EXPECT_EQ(small.eos_token_ids, std::vector<std::int64_t>{151645});
  EXPECT_EQ(parse_model_config(load("hf-7b.json"), "c").text, text_of(3584, 18944, 28, 28, 4, 128, 152128, false));
}

TEST(ModelConfig, UsesClassDefaultsForAbsentKeys) {
  const ModelConfig written = parse_model_config(load("hf-default.json"), "c");
  EXPECT_EQ(written.text.hidden_size, 4096);
  EXPECT_EQ(written.text.rope_theta, 10000);
  EXPECT_FALSE(written.text.tie_word_embeddings);
  const ModelConfig bare = parse_model_config(Json{{"model_type", "llava_onevision"}}, "c");
  EXPECT_EQ(bare.text, written.text);
  expect_paper_tiling(bare);
  Json raw = {{"model_type", "llava_onevision"}, {"vision_config", Json::object()}};
  raw["image_grid_pinpoints"] = {{224, 448}};
  const VisionConfig vision = parse_model_config(raw, "c").vision;
  EXPECT_EQ(vision.hidden_size, 768);
  EXPECT_EQ(vision.num_hidden_layers, 12);
  EXPECT_EQ(vision.image_size, 224);
  EXPECT_EQ(vision.patch_size, 16);
}

TEST(ModelConfig, PairsAreWidthHeightOrHeightWidth) {
  Json official = load("official-7b.json");
  official["image_grid_pinpoints"] = {{384, 768}};
  EXPECT_EQ(parse_model_config(official, "c").tiling.pinpoints, (std::vector<Pinpoint>{{384, 768}}));
  official["image_grid_pinpoints"] = "[(384, 768), (1152, 384)]";
  EXPECT_EQ(parse_model_config(official, "c").tiling.pinpoints, (std::vector<Pinpoint>{{384, 768}, {1152, 384}}));
  official["image_grid_pinpoints"] = "(1x1),...,(2x3)";
  EXPECT_EQ(parse_model_config(official, "c").tiling.pinpoints,
            (std::vector<Pinpoint>{{384, 384}, {384, 768}, {384, 1152}, {768, 384}, {768, 768}, {768, 1152}}));
  Json hf = load("hf-7b.json");
  hf["image_grid_pinpoints"] = {{384, 768}};
  EXPECT_EQ(parse_model_config(hf, "c").tiling.pinpoints, (std::vector<Pinpoint>{{768, 384}}));
}

TEST(ModelConfig, TyingFollowsTheTextConfigInHf) {
  Json hf = load("hf-7b.json");
  hf["tie_word_embeddings"] = true;
  EXPECT_FALSE(parse_model_config(hf, "c").text.tie_word_embeddings);
  hf["text_config"]["tie_word_embeddings"] = true;
  EXPECT_TRUE(parse_model_config(hf, "c").text.tie_word_embeddings);
}

TEST(ModelConfig, FindsRopeThetaWhereverItIs) {
  Json hf = load("hf-7b.json");
  hf["text_config"].erase("rope_theta");
  EXPECT_EQ(parse_model_config(hf, "c").text.rope_theta, 10000);
  hf["text_config"]["rope_parameters"] = {{"rope_theta", 5e5}, {"rope_type", "default"}};
  EXPECT_EQ(parse_model_config(hf, "c").text.rope_theta, 5e5);
  hf["text_config"]["rope_parameters"]["rope_type"] = "yarn";
  EXPECT_THAT(refusal(hf), HasSubstr("rope_type"));
}

TEST(ModelConfig, ReadsRelatives) {
  Json next = load("official-7b.json");
  next["model_type"] = "llava_llama";
  next["architectures"] = {"LlavaLlamaForCausalLM"};
  next["image_aspect_ratio"] = "anyres";
  next["num_attention_heads"] = 32;
  next["hidden_size"] = 4096;
  next.erase("num_key_value_heads");
  const ModelConfig config = parse_model_config(next, "c");
  EXPECT_FALSE(config.text.qkv_bias);
  EXPECT_EQ(config.text.num_key_value_heads, 32);
  EXPECT_EQ(config.tiling.max_tiles, 0);
  Json square = load("official-7b.json");
  square["image_aspect_ratio"] = "square";
  square["mm_patch_merge_type"] = "flat";
  EXPECT_EQ(parse_model_config(square, "c").tiling.single_image_mode, AspectMode::square);
  EXPECT_FALSE(parse_model_config(square, "c").tiling.newline);
  Json deeper = load("hf-7b.json");
  deeper["vision_config"]["num_hidden_layers"] = 27;
  deeper["vision_feature_layer"] = -2;
  EXPECT_EQ(parse_model_config(deeper, "c").vision, VisionConfig{});
}

TEST(ModelConfig, OtherTowersNeedTheirShape) {
  Json raw = load("official-7b.json");
  raw["mm_vision_tower"] = "openai/clip-vit-large-patch14-336";
  EXPECT_THAT(refusal(raw), HasSubstr("vision_config"));
  raw["vision_config"] = {{"hidden_size", 128},       {"num_attention_heads", 4}, {"num_hidden_layers", 4},
                          {"intermediate_size", 512}, {"image_size", 384},        {"patch_size", 14}};
  EXPECT_THAT(refusal(raw), HasSubstr("mm_hidden_size"));
  raw["mm_hidden_size"] = 128;
  EXPECT_EQ(parse_model_config(raw, "c").vision.num_hidden_layers, 4);
  raw["mm_vision_tower"] = "/data/siglip-so400m-patch14-384";
  EXPECT_THAT(refusal(raw), HasSubstr("vision_config"));
}

struct Case {
  const char* file;
  const char* expected;  // part of the message
  std::function<void(Json&)> spoil;
};

TEST(ModelConfig, RefusesWhatItDoesNotImplement) {
  const Case cases[] = {
      {"hf-7b.json", "model_type", [](Json& c) { c["model_type"] = "llava_next"; }},
      {"hf-7b.json", "gelu", [](Json& c) { c["projector_hidden_act"] = "relu"; }},
      {"hf-7b.json", "full", [](Json& c) { c["vision_feature_select_strategy"] = "default"; }},
      {"hf-7b.json", "silu", [](Json& c) { c["text_config"]["hidden_act"] = "gelu"; }},
      {"hf-7b.json", "gelu_pytorch_tanh", [](Json& c) { c["vision_config"]["hidden_act"] = "quick_gelu"; }},
      {"hf-7b.json", "use_sliding_window", [](Json& c) { c["text_config"]["use_sliding_window"] = true; }},
      {"hf-7b.json", "layer_types", [](Json& c) { c["text_config"]["layer_types"][0] = "sliding_attention"; }},
      {"hf-7b.json", "qwen2", [](Json& c) { c["text_config"]["model_type"] = "mistral"; }},
      {"hf-7b.json", "siglip", [](Json& c) { c["vision_config"]["model_type"] = "clip_vision_model"; }},
      {"hf-7b.json", "multimodal_projector_bias", [](Json& c) { c["multimodal_projector_bias"] = false; }},
      {"hf-7b.json", "image_token_index", [](Json& c) { c["image_token_index"] = 152128; }},
      {"hf-7b.json", "quantization_config",
       [](Json& c) {
         c["quantization_config"] = {{"bits", 4}};
       }},
      {"official-7b.json", "mm_patch_merge_type", [](Json& c) { c["mm_patch_merge_type"] = "spatial"; }},
      {"official-7b.json", "mm_patch_merge_type", [](Json& c) { c.erase("mm_patch_merge_type"); }},
      {"official-7b.json", "mm_projector_type", [](Json& c) { c["mm_projector_type"] = "linear"; }},
      {"official-7b.json", "mm_spatial_pool_mode", [](Json& c) { c["mm_spatial_pool_mode"] = "average"; }},
      {"official-7b.json", "mm_newline_position", [](Json& c) { c["mm_newline_position"] = "grid"; }},
      {"official-7b.json", "mm_resampler_type", [](Json& c) { c["mm_resampler_type"] = "qformer"; }},
      {"official-7b.json", "add_faster_video", [](Json& c) { c["add_faster_video"] = true; }},
      {"official-7b.json", "rope_type",
       [](Json& c) {
         c["rope_scaling"] = {{"rope_type", "linear"}, {"factor", 2}};
       }},
      {"official-7b.json", "LLaVA-OneVision", [](Json& c) { c["architectures"] = {"LlavaForConditionalGeneration"}; }},
      {"official-7b.json", "image_aspect_ratio", [](Json& c) { c["image_aspect_ratio"] = "anyres_max_"; }},
  };
  for (const Case& c : cases) {
    Json raw = load(c.file);
    ASSERT_EQ(refusal(raw), "accepted");
    c.spoil(raw);
    EXPECT_THAT(refusal(raw), HasSubstr(c.expected)) << c.file;
  }
}

TEST(ModelConfig, RefusesNumbersOutOfRange) {
  const Case cases[] = {
      {"official-7b.json", "hidden_size", [](Json& c) { c["hidden_size"] = 65537; }},
      {"official-7b.json", "hidden_size", [](Json& c) { c["hidden_size"] = -1; }},
      {"official-7b.json", "hidden_size", [](Json& c) { c["hidden_size"] = 3584.0; }},
      {"official-7b.json", "hidden_size", [](Json& c) { c["hidden_size"] = "3584"; }},
      {"official-7b.json", "hidden_size", [](Json& c) { c["hidden_size"] = 18446744073709551615U; }},
      {"official-7b.json", "num_hidden_layers", [](Json& c) { c["num_hidden_layers"] = 1025; }},
      {"official-7b.json", "num_attention_heads", [](Json& c) { c["num_attention_heads"] = 0; }},
      {"official-7b.json", "num_attention_heads", [](Json& c) { c["num_attention_heads"] = 20; }},
      {"official-7b.json", "num_key_value_heads", [](Json& c) { c["num_key_value_heads"] = 3; }},
      {"official-7b.json", "head_dim", [](Json& c) { c["head_dim"] = 63; }},
      {"official-7b.json", "vocab_size", [](Json& c) { c["vocab_size"] = 4194305; }},
      {"official-7b.json", "rope_theta", [](Json& c) { c["rope_theta"] = 0; }},
      {"official-7b.json", "eos_token_id",
       [](Json& c) {
         c["eos_token_id"] = {151645, "x"};
       }},
      {"official-7b.json", "torch_dtype", [](Json& c) { c["torch_dtype"] = "float64"; }},
      {"hf-7b.json", "image_size", [](Json& c) { c["vision_config"]["image_size"] = 4097; }},
      {"hf-7b.json", "patch_size", [](Json& c) { c["vision_config"]["patch_size"] = 385; }},
      {"hf-7b.json", "patches", [](Json& c) { c["vision_config"]["patch_size"] = 1; }},
      {"hf-7b.json", "num_attention_heads", [](Json& c) { c["vision_config"]["num_attention_heads"] = 7; }},
      {"hf-7b.json", "vision_feature_layer", [](Json& c) { c["vision_feature_layer"] = 0; }},
      {"hf-7b.json", "vision_feature_layer", [](Json& c) { c["vision_feature_layer"] = -27; }},
      {"hf-7b.json", "vision_feature_layer",
       [](Json& c) {
         c["vision_feature_layer"] = {-2, -1};
       }},
      {"hf-7b.json", "pinpoints", [](Json& c) { c["image_grid_pinpoints"] = Json::array(); }},
      {"hf-7b.json", "pinpoints",
       [](Json& c) {
         c["image_grid_pinpoints"] = {{384, 400}};
       }},
      {"hf-7b.json", "pinpoints",
       [](Json& c) {
         c["image_grid_pinpoints"] = {{384, 384, 384}};
       }},
      {"hf-7b.json", "pinpoints",
       [](Json& c) {
         c["image_grid_pinpoints"] = {{384, 384.5}};
       }},
      {"hf-7b.json", "pinpoints", [](Json& c) { c["image_grid_pinpoints"] = "(1x1),...,(65x1)"; }},
      {"hf-7b.json", "pinpoints", [](Json& c) { c["image_grid_pinpoints"] = "(0x1),...,(6x6)"; }},
      {"hf-7b.json", "pinpoints",
       [](Json& c) {
         c["image_grid_pinpoints"] = Json(Json::array_t(1025, {384, 384}));
       }},
  };
  for (const Case& c : cases) {
    Json raw = load(c.file);
    c.spoil(raw);
    EXPECT_THAT(refusal(raw), HasSubstr(c.expected)) << c.file << " " << dump_json(raw).substr(0, 100);
  }
}

}  // namespace
}  // namespace ov
