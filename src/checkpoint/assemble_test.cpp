// Tiny Qwen2 and SigLIP folders, written as transformers names and describes them, put together.
#include "checkpoint/assemble.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "checkpoint/draw.h"
#include "checkpoint/safetensors_writer.h"
#include "checkpoint/tokenizer_files.h"
#include "checkpoint/verify.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::int64_t kRows = 4160, kWidth = 16, kInner = 24, kTower = 12, kTowerInner = 20;
const std::string kTokenizer = std::string(OV_TESTDATA) + "/tokenizer/qwen4096";

struct Weights {
  std::vector<TensorDeclaration> declared;
  Dtype dtype = Dtype::f32;

  void add(const std::string& name, std::vector<std::int64_t> shape) { declared.push_back({name, dtype, shape}); }
  void add_linear(const std::string& name, std::int64_t n, std::int64_t k) {
    add(name + ".weight", {n, k});
    add(name + ".bias", {n});
  }
  void remove(const std::string& name) {
    std::erase_if(declared, [&](const TensorDeclaration& tensor) { return tensor.name == name; });
  }
};

Weights qwen2(bool tied, Dtype dtype) {
  Weights w{{}, dtype};
  w.add("model.embed_tokens.weight", {kRows, kWidth});
  for (int i = 0; i < 2; ++i) {
    const std::string layer = "model.layers." + std::to_string(i) + ".";
    w.add(layer + "input_layernorm.weight", {kWidth});
    w.add(layer + "post_attention_layernorm.weight", {kWidth});
    w.add_linear(layer + "self_attn.q_proj", kWidth, kWidth);
    w.add_linear(layer + "self_attn.k_proj", 8, kWidth);
    w.add_linear(layer + "self_attn.v_proj", 8, kWidth);
    w.add(layer + "self_attn.o_proj.weight", {kWidth, kWidth});
    w.add(layer + "mlp.gate_proj.weight", {kInner, kWidth});
    w.add(layer + "mlp.up_proj.weight", {kInner, kWidth});
    w.add(layer + "mlp.down_proj.weight", {kWidth, kInner});
  }
  w.add("model.norm.weight", {kWidth});
  if (!tied) w.add("lm_head.weight", {kRows, kWidth});
  return w;
}

Weights siglip(const std::string& prefix, Dtype dtype) {
  Weights w{{}, dtype};
  w.add(prefix + "embeddings.patch_embedding.weight", {kTower, 3, 14, 14});
  w.add(prefix + "embeddings.patch_embedding.bias", {kTower});
  w.add(prefix + "embeddings.position_embedding.weight", {16, kTower});
  for (int i = 0; i < 3; ++i) {
    const std::string layer = prefix + "encoder.layers." + std::to_string(i) + ".";
    for (const char* norm : {"layer_norm1", "layer_norm2"}) {
      w.add(layer + norm + ".weight", {kTower});
      w.add(layer + norm + ".bias", {kTower});
    }
    for (const char* part : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      w.add_linear(layer + "self_attn." + part, kTower, kTower);
    }
    w.add_linear(layer + "mlp.fc1", kTowerInner, kTower);
    w.add_linear(layer + "mlp.fc2", kTower, kTowerInner);
  }
  w.add(prefix + "post_layernorm.weight", {kTower});
  w.add(prefix + "post_layernorm.bias", {kTower});
  w.add(prefix + "head.probe", {1, 1, kTower});
  w.add_linear(prefix + "head.mlp.fc1", kTowerInner, kTower);
  return w;
}

void write_weights(const std::string& folder, const Weights& weights) {
  SafetensorsWriter writer(folder + "/model.safetensors", weights.declared);
  for (const TensorDeclaration& tensor : weights.declared) {
    const auto count = static_cast<std::int64_t>(tensor.num_bytes() / dtype_size(tensor.dtype));
    draw_tensor({0, 1}, 7, tensor.name, count, tensor.dtype,
                [&](std::span<const std::uint8_t> b) { writer.append(b); });
  }
  writer.finish();
}

// The n-th value of a tensor, whatever its dtype of F32 and BF16.
float value_at(const TensorView& tensor, std::int64_t n) {
  std::uint32_t bits = 0;
  const std::size_t size = dtype_size(tensor.dtype);
  std::memcpy(reinterpret_cast<std::uint8_t*>(&bits) + 4 - size, tensor.bytes.data() + n * size, size);
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

class Assembling : public testing::Test {
 protected:
  Assembling() : root_(testing::TempDir() + "ov_assemble_" + std::to_string(getpid())) {
    fs::remove_all(root_);
    spec_.language_model = root_ + "/qwen";
    spec_.vision_tower = root_ + "/siglip";
    fs::create_directories(spec_.language_model);
    fs::create_directories(spec_.vision_tower);
    fs::copy(kTokenizer, spec_.language_model);
    text_ = {{"model_type", "qwen2"},       {"architectures", {"Qwen2ForCausalLM"}},
             {"hidden_size", kWidth},       {"intermediate_size", kInner},
             {"num_hidden_layers", 2},      {"num_attention_heads", 4},
             {"num_key_value_heads", 2},    {"vocab_size", kRows},
             {"rope_theta", 1e6},           {"max_position_embeddings", 4096},
             {"eos_token_id", 4098},        {"bos_token_id", 4096},
             {"max_window_layers", 2},      {"torch_dtype", "float16"},
             {"tie_word_embeddings", false}};
    vision_ = {{"model_type", "siglip"},
               {"text_config", {{"hidden_size", 99}}},
               {"vision_config",
                {{"hidden_size", kTower},
                 {"intermediate_size", kTowerInner},
                 {"num_hidden_layers", 3},
                 {"num_attention_heads", 2},
                 {"image_size", 56},
                 {"patch_size", 14}}}};
    write_configs();
    write_weights(spec_.language_model, qwen2(false, Dtype::f32));
    write_weights(spec_.vision_tower, siglip("vision_model.", Dtype::f32));
  }
  ~Assembling() override { fs::remove_all(root_); }

  void write_configs() const {
    write_file_atomic(spec_.language_model + "/config.json", dump_json(text_));
    write_file_atomic(spec_.vision_tower + "/config.json", dump_json(vision_));
  }

  std::string refusal() const {
    try {
      write_assembled_checkpoint(spec_, root_ + "/refused");
    } catch (const Error& error) {
      EXPECT_FALSE(fs::exists(root_ + "/refused"));
      return error.what();
    }
    return "accepted";
  }

  std::string root_;
  AssembleSpec spec_;
  Json text_, vision_;
};

// Every tensor of the sources that the model uses must be in the result, bit for bit.
void expect_same_bits(const std::string& source, const std::string& strip, const std::string& add,
                      const Checkpoint& made) {
  const SafetensorsFile file(source + "/model.safetensors");
  for (const TensorView& tensor : file.tensors()) {
    std::string name = tensor.name;
    if (name.rfind(strip, 0) == 0) name = add + name.substr(strip.size());
    const bool left_out = name.find("layers.2.") != std::string::npos || name.find(".head.") != std::string::npos;
    ASSERT_EQ(made.has(name), !left_out) << name;
    if (left_out) continue;
    const TensorView& copy = made.tensor(name);
    EXPECT_EQ(copy.shape, tensor.shape) << name;
    EXPECT_EQ(copy.dtype, tensor.dtype) << name;
    EXPECT_TRUE(std::equal(copy.bytes.begin(), copy.bytes.end(), tensor.bytes.begin(), tensor.bytes.end())) << name;
  }
}

TEST_F(Assembling, KeepsEveryTensorInBothLayouts) {
  for (const Layout layout : {Layout::official, Layout::hf}) {
    spec_.layout = layout;
    spec_.dtype = Dtype::f32;
    const std::string out = root_ + (layout == Layout::hf ? "/hf" : "/official");
    const AssembleReport report = write_assembled_checkpoint(spec_, out);
    EXPECT_THAT(report.notes, ElementsAre("the tower has 3 layers, the first 2 are kept"));
    EXPECT_TRUE(verify_checkpoint(out).ok()) << verify_checkpoint(out).text();
    const Checkpoint made = Checkpoint::open(out);
    EXPECT_EQ(static_cast<std::int64_t>(made.tensors().size()), report.tensors);
    EXPECT_EQ(made.weight_bytes(), report.bytes);
    EXPECT_TRUE(made.ignored().empty());
    expect_same_bits(spec_.language_model, "model.", "language_model.", made);
    expect_same_bits(spec_.vision_tower, "vision_model.", "vision_tower.", made);
    const ModelConfig& config = made.config();
    EXPECT_EQ(config.layout, layout);
    EXPECT_EQ(config.dtype, "float32");
    EXPECT_EQ(config.vision.num_hidden_layers, 2);
    EXPECT_EQ(config.text.rope_theta, 1e6);
    EXPECT_EQ(config.image_token_id, 4099);
    EXPECT_EQ(config.tiling.max_tiles, 9);
    EXPECT_EQ(config.tiling.pinpoints.size(), 36U);
    EXPECT_TRUE(config.tiling.newline);
    EXPECT_THAT(config.eos_token_ids, ElementsAre(4098));
    EXPECT_EQ(config.max_sequence_length, 4096);
    const Json& text = layout == Layout::hf ? config.raw.at("text_config") : config.raw;
    EXPECT_EQ(text.at("max_window_layers"), 2);
  }
}

TEST_F(Assembling, DrawsTheProjectorAsTorchDoes) {
  spec_.dtype = Dtype::f32;
  spec_.seed = 3;
  write_assembled_checkpoint(spec_, root_ + "/one");
  write_assembled_checkpoint(spec_, root_ + "/same");
  spec_.seed = 4;
  write_assembled_checkpoint(spec_, root_ + "/other");
  const Checkpoint one = Checkpoint::open(root_ + "/one"), same = Checkpoint::open(root_ + "/same"),
                   other = Checkpoint::open(root_ + "/other");
  for (const char* name : {"projector.linear_1.weight", "projector.linear_1.bias", "projector.linear_2.weight",
                           "projector.linear_2.bias", "image_newline"}) {
    const TensorView& drawn = one.tensor(name);
    const auto bytes = [&](const Checkpoint& from) { return from.tensor(name).bytes; };
    EXPECT_TRUE(std::equal(drawn.bytes.begin(), drawn.bytes.end(), bytes(same).begin())) << name;
    EXPECT_FALSE(std::equal(drawn.bytes.begin(), drawn.bytes.end(), bytes(other).begin())) << name;
    const bool newline = std::string(name) == "image_newline";
    const double inputs = std::string(name).find("linear_1") != std::string::npos ? kTower : kWidth;
    double largest = 0, squares = 0;
    const auto count = static_cast<double>(drawn.num_elements());
    for (std::int64_t i = 0; i < drawn.num_elements(); ++i) {
      largest = std::max(largest, std::fabs(static_cast<double>(value_at(drawn, i))));
      squares += value_at(drawn, i) * value_at(drawn, i);
    }
    EXPECT_LE(newline ? 0 : largest, 1 / std::sqrt(inputs)) << name;
    // A uniform draw within b has variance b^2 / 3.
    EXPECT_NEAR(squares / count * inputs, newline ? 1 : 1.0 / 3, 4 / std::sqrt(count) * (newline ? 1 : 0.3)) << name;
  }
}

TEST(Drawing, UniformValuesFillTheirRangeEvenly) {
  std::vector<float> values;
  draw_tensor({1, 0.5F, Curve::uniform}, 1, "x", 100'000, Dtype::f32, [&](std::span<const std::uint8_t> bytes) {
    const auto* from = reinterpret_cast<const float*>(bytes.data());
    values.insert(values.end(), from, from + bytes.size() / sizeof(float));
  });
  ASSERT_EQ(values.size(), 100'000U);
  std::vector<int> tenths(10);
  for (const float value : values) {
    ASSERT_TRUE(value >= 0.5F && value <= 1.5F);
    ++tenths[std::min<std::size_t>(9, static_cast<std::size_t>((value - 0.5F) * 10))];
  }
  for (const int count : tenths) EXPECT_NEAR(count, 10'000, 400);
}

TEST_F(Assembling, RoundsToBfloat16AndWidensFromIt) {
  write_assembled_checkpoint(spec_, root_ + "/rounded");
  const Checkpoint rounded = Checkpoint::open(root_ + "/rounded");
  const SafetensorsFile exact(spec_.language_model + "/model.safetensors");
  const TensorView& stored = *exact.find("model.embed_tokens.weight");
  const TensorView& made = rounded.tensor("language_model.embed_tokens.weight");
  ASSERT_EQ(made.dtype, Dtype::bf16);
  EXPECT_EQ(rounded.config().dtype, "bfloat16");
  for (std::int64_t i = 0; i < stored.num_elements(); ++i) {
    ASSERT_NEAR(value_at(made, i), value_at(stored, i), std::fabs(value_at(stored, i)) / 256);
  }
  write_weights(spec_.language_model, qwen2(false, Dtype::bf16));
  write_weights(spec_.vision_tower, siglip("vision_model.", Dtype::f16));
  spec_.dtype = Dtype::f32;
  write_assembled_checkpoint(spec_, root_ + "/wide");
  const Checkpoint wide = Checkpoint::open(root_ + "/wide");
  const SafetensorsFile narrow(spec_.language_model + "/model.safetensors");
  const TensorView& from = *narrow.find("model.norm.weight");
  for (std::int64_t i = 0; i < kWidth; ++i) {
    EXPECT_EQ(value_at(wide.tensor("language_model.norm.weight"), i), value_at(from, i));
  }
}

TEST_F(Assembling, TakesOtherFormsOfBothFolders) {
  // A tied model that still stores its head, a tower of its own without a prefix, and every layer of it.
  text_["tie_word_embeddings"] = true;
  text_["vocab_size"] = kRows - 10;  // rows of the file decide
  vision_ = vision_["vision_config"];
  vision_["model_type"] = "siglip_vision_model";
  write_configs();
  write_weights(spec_.vision_tower, siglip("", Dtype::f32));
  EXPECT_THAT(refusal(), HasSubstr("different lm_head.weight"));
  write_weights(spec_.language_model, qwen2(true, Dtype::f32));
  spec_.tower_layers = 3;
  EXPECT_TRUE(write_assembled_checkpoint(spec_, root_ + "/m").notes.empty());
  const Checkpoint made = Checkpoint::open(root_ + "/m");
  EXPECT_FALSE(made.has("lm_head.weight"));
  EXPECT_EQ(made.config().vision.num_hidden_layers, 3);
  EXPECT_EQ(made.config().text.vocab_size, kRows);
  spec_.tower_layers = 4;
  EXPECT_THAT(refusal(), HasSubstr("3 layers are stored, 4 are asked for"));
}

TEST_F(Assembling, KeepsTheSamplingAndAddsTheEndOfATurn) {
  const std::string generation = spec_.language_model + "/generation_config.json";
  write_file_atomic(generation, R"({"do_sample":true,"repetition_penalty":1.05,"eos_token_id":[4098,4096]})");
  write_assembled_checkpoint(spec_, root_ + "/instruct");
  EXPECT_EQ(parse_json(read_file(root_ + "/instruct/generation_config.json", 1 << 20), "g"),
            parse_json(read_file(generation, 1 << 20), "g"));
  write_file_atomic(generation, R"({"eos_token_id":4096})");
  text_["eos_token_id"] = 4096;
  write_configs();
  const AssembleReport report = write_assembled_checkpoint(spec_, root_ + "/base");
  EXPECT_THAT(report.notes.back(), HasSubstr("<|im_end|> is added"));
  const Json written = parse_json(read_file(root_ + "/base/generation_config.json", 1 << 20), "g");
  EXPECT_EQ(written.at("eos_token_id"), Json({4098, 4096}));
  EXPECT_THAT(Checkpoint::open(root_ + "/base").config().eos_token_ids, ElementsAre(4098, 4096));
}

TEST_F(Assembling, NamesWhatIsWrongWithTheFolders) {
  Weights text = qwen2(false, Dtype::f32);
  text.remove("model.norm.weight");
  text.remove("lm_head.weight");
  text.add("score.weight", {2, kWidth});
  text.declared[0].shape = {kRows, kWidth + 1};
  write_weights(spec_.language_model, text);
  const std::string message = refusal();
  EXPECT_THAT(message, HasSubstr("2 missing: model.norm.weight, lm_head.weight"));
  EXPECT_THAT(message, HasSubstr("1 unexpected: score.weight"));
  EXPECT_THAT(message, HasSubstr("model.embed_tokens.weight is [4160, 17], expected [4160, 16]"));
  write_weights(spec_.language_model, qwen2(false, Dtype::f32));

  Weights tower = siglip("vision_model.", Dtype::f32);
  tower.remove("vision_model.encoder.layers.1.mlp.fc1.bias");
  tower.remove("vision_model.post_layernorm.bias");
  tower.add("text_model.embeddings.token_embedding.weight", {3, 3});
  tower.add("logit_scale", {1});
  write_weights(spec_.vision_tower, tower);
  EXPECT_THAT(refusal(), HasSubstr("do not fit config.json; 2 missing: vision_model.encoder.layers.1.mlp.fc1.bias, "
                                   "vision_model.post_layernorm.bias. An"));
}

TEST_F(Assembling, RefusesOtherModelsAndFilesThatAreMissing) {
  const auto text_refusal = [&](const char* key, const Json& value) {
    const Json before = text_;
    text_[key] = value;
    write_configs();
    const std::string message = refusal();
    text_ = before;
    write_configs();
    return message;
  };
  EXPECT_THAT(text_refusal("model_type", "llama"), HasSubstr("\"qwen2\""));
  EXPECT_THAT(text_refusal("quantization_config", Json::object()), HasSubstr("quantization_config"));
  EXPECT_THAT(text_refusal("use_sliding_window", true), HasSubstr("use_sliding_window"));
  vision_["model_type"] = "clip";
  write_configs();
  EXPECT_THAT(refusal(), HasSubstr("\"siglip\""));
  vision_["model_type"] = "siglip";
  write_configs();
  write_file_atomic(spec_.vision_tower + "/preprocessor_config.json",
                    R"({"image_mean":[0.4,0.5,0.5],"image_std":[0.5,0.5,0.5],"size":{"height":56,"width":56}})");
  EXPECT_THAT(refusal(), HasSubstr("choose the hf layout"));
  fs::remove(spec_.vision_tower + "/preprocessor_config.json");
  spec_.dtype = Dtype::f16;
  EXPECT_THAT(refusal(), HasSubstr("expected F32 or BF16"));
  spec_.dtype = Dtype::bf16;
  for (const char* name : {"tokenizer.json", "vocab.json"}) fs::remove(spec_.language_model + "/" + name);
  EXPECT_THAT(refusal(), HasSubstr("neither tokenizer.json nor vocab.json"));
  fs::remove(spec_.language_model + "/model.safetensors");
  EXPECT_THAT(refusal(), HasSubstr("neither model.safetensors nor"));
  spec_.language_model = root_ + "/absent";
  EXPECT_THAT(refusal(), HasSubstr("absent: not a folder; expected that of a Qwen2 language model"));
}

TEST_F(Assembling, NeedsRowsForThePlaceholders) {
  text_["vocab_size"] = 4100;
  write_configs();
  Weights text = qwen2(false, Dtype::f32);
  for (TensorDeclaration& tensor : text.declared) {
    if (tensor.shape[0] == kRows) tensor.shape[0] = 4100;
  }
  write_weights(spec_.language_model, text);
  EXPECT_THAT(refusal(), HasSubstr("need 4101 rows of the vocabulary, embed_tokens has 4100"));
  EXPECT_THAT(refusal(), HasSubstr("resize_token_embeddings(4101"));
}

}  // namespace
}  // namespace ov
