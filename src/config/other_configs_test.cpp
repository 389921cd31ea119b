#include <gmock/gmock.h>

#include <filesystem>

#include "base/file.h"
#include "config/config_writer.h"
#include "config/generation_config.h"
#include "config/grid_pinpoints.h"
#include "config/preprocessor_config.h"

namespace ov {
namespace {

using testing::HasSubstr;

ModelConfig load(const std::string& name) { return read_model_config(std::string(OV_TESTDATA) + "/configs/" + name); }

template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string generation_refusal(const Json& raw) {
  return refusal([&] { parse_generation_config(raw, "g.json", ModelConfig{}); });
}

TEST(GenerationConfig, ReadsThePublishedSettings) {
  const Json raw = {{"bos_token_id", 151643}, {"do_sample", true},          {"eos_token_id", {151645, 151643}},
                    {"pad_token_id", 151643}, {"temperature", 0.7},         {"top_k", 20},
                    {"top_p", 0.8},           {"repetition_penalty", 1.05}, {"transformers_version", "4.40.0"}};
  const GenerationConfig wanted = parse_generation_config(raw, "g.json", ModelConfig{});
  EXPECT_TRUE(wanted.do_sample);
  EXPECT_EQ(wanted.temperature, 0.7);
  EXPECT_EQ(wanted.top_k, 20);
  EXPECT_EQ(wanted.top_p, 0.8);
  EXPECT_EQ(wanted.repetition_penalty, 1.05);
  EXPECT_EQ(wanted.eos_token_ids, (std::vector<std::int64_t>{151645, 151643}));
  EXPECT_EQ(wanted.pad_token_id, 151643);
  EXPECT_FALSE(wanted.max_new_tokens.has_value());
}

TEST(GenerationConfig, HasTransformersDefaults) {
  ModelConfig config;
  config.eos_token_ids = {7};
  const GenerationConfig plain = parse_generation_config(Json::object(), "g.json", config);
  EXPECT_FALSE(plain.do_sample);
  EXPECT_EQ(plain.temperature, 1);
  EXPECT_EQ(plain.top_k, 50);
  EXPECT_EQ(plain.top_p, 1);
  EXPECT_EQ(plain.repetition_penalty, 1);
  EXPECT_EQ(plain.eos_token_ids, std::vector<std::int64_t>{7});
  EXPECT_EQ(parse_generation_config({{"top_k", nullptr}}, "g.json", config).top_k, 0);
  const GenerationConfig absent = read_generation_config("/nonexistent", config);
  EXPECT_EQ(absent.eos_token_ids, std::vector<std::int64_t>{7});
  EXPECT_FALSE(absent.from_file);
  EXPECT_FALSE(parse_generation_config(Json::object(), "g.json", ModelConfig{}).has_eos);
}

TEST(GenerationConfig, RefusesWhatWouldChangeAnswers) {
  EXPECT_THAT(generation_refusal({{"num_beams", 4}}), HasSubstr("num_beams"));
  EXPECT_THAT(generation_refusal({{"no_repeat_ngram_size", 3}}), HasSubstr("no_repeat_ngram_size"));
  EXPECT_THAT(generation_refusal({{"suppress_tokens", {1}}}), HasSubstr("suppress_tokens"));
  EXPECT_THAT(generation_refusal({{"temperature", -1}}), HasSubstr("temperature"));
  EXPECT_THAT(generation_refusal({{"top_p", 1.5}}), HasSubstr("top_p"));
  EXPECT_THAT(generation_refusal({{"eos_token_id", "stop"}}), HasSubstr("eos_token_id"));
  EXPECT_THAT(generation_refusal({{"eos_token_id", {-1}}}), HasSubstr("eos_token_id"));
  EXPECT_THAT(generation_refusal({{"repetition_penalty", 0}}), HasSubstr("repetition_penalty"));
  EXPECT_EQ(generation_refusal({{"num_beams", 1}}), "accepted");
}

Json pixels() {
  return {{"image_processor_type", "LlavaOnevisionImageProcessor"},
          {"image_mean", {0.5, 0.25, 0.5}},
          {"image_std", {0.5, 0.5, 0.125}},
          {"rescale_factor", 0.00392156862745098},
          {"resample", 3},
          {"size", {{"height", 384}, {"width", 384}}},
          {"do_pad", true}};
}

TEST(PreprocessorConfig, ReadsChannels) {
  const Normalisation read = parse_preprocessor_config(pixels(), "p.json", load("hf-7b.json")).normalisation;
  EXPECT_EQ(read.mean, (std::array<float, 3>{0.5F, 0.25F, 0.5F}));
  EXPECT_EQ(read.std, (std::array<float, 3>{0.5F, 0.5F, 0.125F}));
  EXPECT_EQ(read.rescale, 1.0 / 255);
  EXPECT_EQ(read_preprocessor_config("/nonexistent", load("hf-7b.json")).normalisation, Normalisation{});
}

TEST(PreprocessorConfig, RefusesOtherSteps) {
  const auto with = [](const char* key, const Json& value) {
    Json raw = pixels();
    raw[key] = value;
    return refusal([&] { parse_preprocessor_config(raw, "p.json", load("hf-7b.json")); });
  };
  EXPECT_EQ(with("resample", 3), "accepted");
  EXPECT_THAT(with("resample", 2), HasSubstr("resample"));
  EXPECT_THAT(with("do_resize", false), HasSubstr("do_resize"));
  EXPECT_THAT(with("do_center_crop", true), HasSubstr("do_center_crop"));
  EXPECT_THAT(with("size", {{"height", 384}, {"width", 336}}), HasSubstr("width"));
  EXPECT_THAT(with("size", {{"shortest_edge", 384}}), HasSubstr("height"));
  EXPECT_THAT(with("image_mean", {0.5, 0.5}), HasSubstr("image_mean"));
  EXPECT_THAT(with("image_std", {0.5, 0, 0.5}), HasSubstr("image_std"));
  EXPECT_THAT(with("image_mean", nullptr), HasSubstr("image_mean"));
  EXPECT_THAT(with("image_processor_type", "CLIPImageProcessor"), HasSubstr("image_processor_type"));
  EXPECT_THAT(with("image_grid_pinpoints", {{384, 768}}), HasSubstr("image_grid_pinpoints"));
}

// Everything a model needs to know survives a change of layout.
void expect_same_model(const ModelConfig& one, const ModelConfig& other) {
  EXPECT_EQ(one.vision, other.vision);
  EXPECT_EQ(one.text, other.text);
  EXPECT_EQ(one.tiling.max_tiles, other.tiling.max_tiles);
  EXPECT_EQ(one.tiling.pinpoints, other.tiling.pinpoints);
  EXPECT_EQ(one.image_token_id, other.image_token_id);
  EXPECT_EQ(one.video_token_id, other.video_token_id);
  EXPECT_EQ(one.eos_token_ids, other.eos_token_ids);
  EXPECT_EQ(one.dtype, other.dtype);
}

TEST(ConfigWriter, RoundTripsBetweenLayouts) {
  for (const char* name :
       {"official-0.5b.json", "official-7b.json", "official-72b.json", "hf-0.5b.json", "hf-7b.json"}) {
    const ModelConfig config = load(name);
    const ModelConfig hf = parse_model_config(hf_config(config), "hf");
    const ModelConfig official = parse_model_config(official_config(config), "official");
    EXPECT_EQ(hf.layout, Layout::hf);
    EXPECT_EQ(official.layout, Layout::official);
    expect_same_model(config, hf);
    expect_same_model(config, official);
    expect_same_model(config, parse_model_config(hf_config(official), "again"));
  }
}

TEST(ConfigWriter, KeepsOtherKeysOfTheSameLayout) {
  const Json written = official_config(load("official-7b.json"));
  EXPECT_EQ(written.at("mm_tunable_parts"), "mm_vision_tower,mm_mlp_adapter,mm_language_model");
  EXPECT_EQ(written.at("architectures"), Json::array({"LlavaQwenForCausalLM"}));
  EXPECT_EQ(hf_config(load("official-7b.json")).at("text_config").at("bos_token_id"), 151643);
}

TEST(ConfigWriter, WritesOtherTowersAndHeadSizes) {
  ModelConfig config = load("hf-7b.json");
  config.vision.num_hidden_layers = 4;
  config.text.head_dim = 64;
  const Json official = official_config(config);
  EXPECT_EQ(official.at("vision_config").at("num_hidden_layers"), 4);
  EXPECT_EQ(official.at("head_dim"), 64);
  expect_same_model(config, parse_model_config(official, "official"));
}

TEST(ConfigWriter, RefusesWhatHfCannotSay) {
  ModelConfig config = load("official-7b.json");
  config.tiling.max_tiles = 0;
  EXPECT_THAT(refusal([&] { hf_config(config); }), HasSubstr("anyres_max_N"));
  config = load("official-7b.json");
  config.text.vocab_size = 151646;
  EXPECT_THAT(refusal([&] { hf_config(config); }), HasSubstr("151646 rows"));
}

TEST(ConfigWriter, ProcessorFilesReadBack) {
  const ModelConfig config = load("hf-7b.json");
  EXPECT_EQ(parse_preprocessor_config(hf_preprocessor_config(config, {}), "p", config).normalisation, Normalisation{});
  EXPECT_EQ(hf_processor_config(config).at("num_image_tokens"), 729);
}

}  // namespace
}  // namespace ov
