#include "checkpoint/checkpoint.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/json.h"
#include "checkpoint/convert.h"
#include "checkpoint/info.h"
#include "checkpoint/random.h"
#include "checkpoint/safetensors_writer.h"
#include "checkpoint/tokenizer_files.h"
#include "checkpoint/verify.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

const std::string kTokenizer = std::string(OV_TESTDATA) + "/tokenizer/qwen4096";

template <class Call>
std::string refusal(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

std::string open_refusal(const std::string& folder) {
  return refusal([&] { Checkpoint::open(folder); });
}

struct Stored {
  TensorDeclaration declared;
  std::vector<std::uint8_t> bytes;
};

class CheckpointFolder : public testing::Test {
 protected:
  CheckpointFolder() : root_(testing::TempDir() + "ov_checkpoint_" + std::to_string(getpid())) {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  ~CheckpointFolder() override { fs::remove_all(root_); }

  std::string tiny(Layout layout, const std::string& name, Dtype dtype = Dtype::bf16,
                   std::uint64_t max_shard = 1'000'000'000) {
    RandomSpec spec;
    spec.preset = "tiny";
    spec.layout = layout;
    spec.dtype = dtype;
    spec.tokenizer_folder = kTokenizer;
    spec.max_shard_bytes = max_shard;
    write_random_checkpoint(spec, root_ + "/" + name);
    return root_ + "/" + name;
  }

  // Rewrites model.safetensors after `edit` changed its tensors.
  template <class Edit>
  void edit_weights(const std::string& folder, const Edit& edit) {
    std::vector<Stored> tensors;
    {
      const SafetensorsFile file(folder + "/model.safetensors");
      for (const TensorView& t : file.tensors()) {
        tensors.push_back({{t.name, t.dtype, t.shape}, {t.bytes.begin(), t.bytes.end()}});
      }
    }
    edit(tensors);
    std::vector<TensorDeclaration> declared;
    for (const Stored& t : tensors) declared.push_back(t.declared);
    SafetensorsWriter writer(folder + "/model.safetensors", declared);
    for (const Stored& t : tensors) writer.append(t.bytes);
    writer.finish();
  }

  template <class Edit>
  void edit_json(const std::string& path, const Edit& edit) {
    Json json = parse_json(read_file(path, 1 << 26), path);
    edit(json);
    write_file_atomic(path, dump_json(json));
  }

  std::string root_;
};

// Counts from the published shapes, tower's final norm included.
TEST(ExpectedTensors, CountsThePublishedModels) {
  struct Row {
    const char* file;
    std::int64_t parameters;
    std::size_t tensors;
  };
  for (const Row& row : {Row{"official-0.5b.json", 893'618'208, 716}, Row{"official-7b.json", 8'030'348'832, 765},
                         Row{"official-72b.json", 73'180'522'016, 1389}, Row{"hf-0.5b.json", 893'675'552, 716},
                         Row{"hf-7b.json", 8'030'807'584, 765}}) {
    const ModelConfig config = read_model_config(std::string(OV_TESTDATA) + "/configs/" + row.file);
    std::int64_t parameters = 0;
    const auto expected = expected_tensors(config);
    for (const ExpectedTensor& tensor : expected) parameters += tensor.num_elements();
    EXPECT_EQ(parameters, row.parameters) << row.file;
    EXPECT_EQ(expected.size(), row.tensors) << row.file;
  }
}

TEST(TensorNames, FollowThePublishedFiles) {
  struct Row {
    const char* canonical;
    const char* official;
    const char* hub;
    const char* memory;
    const char* five;
  };
  for (const Row& row :
       {Row{"vision_tower.encoder.layers.3.mlp.fc1.bias",
            "model.vision_tower.vision_tower.vision_model.encoder.layers.3.mlp.fc1.bias",
            "vision_tower.vision_model.encoder.layers.3.mlp.fc1.bias",
            "model.vision_tower.vision_model.encoder.layers.3.mlp.fc1.bias",
            "vision_tower.encoder.layers.3.mlp.fc1.bias"},
        Row{"projector.linear_2.weight", "model.mm_projector.2.weight", "multi_modal_projector.linear_2.weight",
            "model.multi_modal_projector.linear_2.weight", "multi_modal_projector.linear_2.weight"},
        Row{"image_newline", "model.image_newline", "image_newline", "model.image_newline", "image_newline"},
        Row{"language_model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight",
            "language_model.model.layers.0.mlp.up_proj.weight", "model.language_model.layers.0.mlp.up_proj.weight",
            "language_model.model.layers.0.mlp.up_proj.weight"},
        Row{"lm_head.weight", "lm_head.weight", "language_model.lm_head.weight", "lm_head.weight",
            "language_model.lm_head.weight"}}) {
    const std::pair<NameVariant, const char*> names[] = {{NameVariant::official, row.official},
                                                         {NameVariant::hf_hub, row.hub},
                                                         {NameVariant::hf_memory, row.memory},
                                                         {NameVariant::hf_5, row.five}};
    for (const auto& [variant, name] : names) {
      EXPECT_EQ(variant_tensor_name(row.canonical, variant), name);
      EXPECT_EQ(canonical_name(name, variant), row.canonical);
    }
  }
}

TEST_F(CheckpointFolder, OpensEveryVariantUnderTheSameNames) {
  const std::string official = tiny(Layout::official, "official"), hf = tiny(Layout::hf, "hf");
  const Checkpoint first = Checkpoint::open(official);
  for (const NameVariant variant : {NameVariant::hf_hub, NameVariant::hf_memory, NameVariant::hf_5}) {
    edit_weights(hf, [&](std::vector<Stored>& tensors) {
      std::vector<std::string> names;
      for (const Stored& t : tensors) names.push_back(t.declared.name);
      const NameVariant old = detect_variant(names);
      for (Stored& t : tensors) t.declared.name = variant_tensor_name(canonical_name(t.declared.name, old), variant);
    });
    const Checkpoint second = Checkpoint::open(hf);
    EXPECT_EQ(second.variant(), variant);
    ASSERT_EQ(second.tensors().size(), first.tensors().size());
    for (const auto& [name, tensor] : first.tensors()) {
      // The same seed draws the same values for the same canonical name.
      const TensorView& other = second.tensor(name);
      EXPECT_TRUE(std::equal(tensor.bytes.begin(), tensor.bytes.end(), other.bytes.begin(), other.bytes.end())) << name;
    }
  }
  fs::copy_file(official + "/model.safetensors", hf + "/model.safetensors", fs::copy_options::overwrite_existing);
  EXPECT_THAT(open_refusal(hf), HasSubstr("config.json is in the llava-hf layout"));
}

TEST_F(CheckpointFolder, ListsEveryFaultByName) {
  const std::string folder = tiny(Layout::official, "m");
  edit_weights(folder, [](std::vector<Stored>& tensors) {
    std::erase_if(tensors, [](const Stored& t) { return t.declared.name == "model.norm.weight"; });
    for (Stored& t : tensors) {
      if (t.declared.name == "model.image_newline") t.declared.shape = {6, 8};
      if (t.declared.name == "model.mm_projector.0.bias") t.declared.name = "model.mm_projector.1.bias";
    }
    tensors.push_back({{"extra", Dtype::u8, {1}}, {1}});
  });
  const std::string message = open_refusal(folder);
  EXPECT_THAT(message, HasSubstr("2 missing: model.mm_projector.0.bias, model.norm.weight"));
  EXPECT_THAT(message, HasSubstr("2 unexpected: extra, model.mm_projector.1.bias"));
  EXPECT_THAT(message, HasSubstr("model.image_newline is [6, 8], expected [48]"));
  edit_json(folder + "/config.json", [](Json& c) { c["num_hidden_layers"] = 9; });
  EXPECT_THAT(open_refusal(folder), HasSubstr(", ...;"));
}

TEST_F(CheckpointFolder, IgnoresOnlyWhatIsKnownToBeUnused) {
  const std::string folder = tiny(Layout::official, "m");
  const std::string tower = "model.vision_tower.vision_tower.vision_model.";
  edit_weights(folder, [&](std::vector<Stored>& tensors) {
    std::erase_if(tensors, [](const Stored& t) { return t.declared.name.find("post_layernorm") != std::string::npos; });
    for (const char* name : {"encoder.layers.2.layer_norm1.weight", "head.probe", "embeddings.position_ids"}) {
      tensors.push_back({{tower + name, Dtype::u8, {1}}, {1}});
    }
    tensors.push_back({{"model.layers.0.self_attn.rotary_emb.inv_freq", Dtype::f32, {1}}, {1, 2, 3, 4}});
  });
  EXPECT_EQ(Checkpoint::open(folder).ignored().size(), 4U);
  edit_weights(folder, [](std::vector<Stored>& tensors) {
    tensors.push_back({{"model.layers.3.mlp.up_proj.weight", Dtype::u8, {1}}, {1}});
  });
  EXPECT_THAT(open_refusal(folder), HasSubstr("1 unexpected: model.layers.3.mlp.up_proj.weight"));
}

TEST_F(CheckpointFolder, StoredHeadMustEqualATiedEmbedding) {
  const std::string folder = tiny(Layout::official, "m");
  edit_json(folder + "/config.json", [](Json& c) { c["tie_word_embeddings"] = true; });
  EXPECT_THAT(open_refusal(folder), HasSubstr("different lm_head.weight"));
  edit_weights(folder, [](std::vector<Stored>& tensors) {
    std::vector<std::uint8_t> embedding;
    for (Stored& t : tensors) {
      if (t.declared.name == "model.embed_tokens.weight") embedding = t.bytes;
    }
    for (Stored& t : tensors) {
      if (t.declared.name == "lm_head.weight") t.bytes = embedding;
    }
  });
  const Checkpoint checkpoint = Checkpoint::open(folder);
  EXPECT_FALSE(checkpoint.has("lm_head.weight"));
  EXPECT_EQ(checkpoint.ignored().size(), 1U);
}

TEST_F(CheckpointFolder, RowsOfTheFileDecide) {
  const std::string folder = tiny(Layout::official, "m");
  edit_json(folder + "/config.json", [](Json& c) { c["vocab_size"] = 4101; });
  EXPECT_EQ(Checkpoint::open(folder).config().text.vocab_size, 4160);
  edit_json(folder + "/config.json", [](Json& c) { c["vocab_size"] = 4161; });
  EXPECT_THAT(open_refusal(folder), HasSubstr("[4160, 48], expected [4161, 48]"));
}

TEST_F(CheckpointFolder, ChecksTheIndexOfShards) {
  const std::string folder = tiny(Layout::hf, "m", Dtype::bf16, 300'000);
  const std::string index = folder + "/model.safetensors.index.json";
  const Json good = parse_json(read_file(index, 1 << 20), index);
  EXPECT_GT(Checkpoint::open(folder).shards().files.size(), 2U);
  for (const char* name : {"../x.safetensors", "/etc/x.safetensors", "a/b.safetensors", "..\\x.safetensors",
                           ".safetensors", "model.bin", ""}) {
    edit_json(index, [&](Json& j) { j["weight_map"].begin().value() = name; });
    EXPECT_THAT(open_refusal(folder), HasSubstr("of the same folder")) << name;
  }
  write_file_atomic(index, dump_json(good));
  edit_json(index, [&](Json& j) { j["weight_map"]["ghost"] = j["weight_map"].begin().value(); });
  EXPECT_THAT(open_refusal(folder), HasSubstr("lacks tensor \"ghost\""));
  write_file_atomic(index, dump_json(good));
  edit_json(index, [&](Json& j) { j["weight_map"].erase(j["weight_map"].begin()); });
  EXPECT_THAT(open_refusal(folder), HasSubstr("places nowhere"));
  write_file_atomic(index, dump_json(good));
  fs::remove(folder + "/" + good["weight_map"].begin().value().get<std::string>());
  EXPECT_THAT(open_refusal(folder), HasSubstr("missing shards"));
  fs::remove(index);
  EXPECT_THAT(open_refusal(folder), HasSubstr("neither model.safetensors"));
}

void expect_same_tensors(const std::string& one, const std::string& other) {
  const Checkpoint first = Checkpoint::open(one), second = Checkpoint::open(other);
  ASSERT_EQ(first.tensors().size(), second.tensors().size());
  for (const auto& [name, tensor] : first.tensors()) {
    const TensorView& copy = second.tensor(name);
    EXPECT_EQ(tensor.dtype, copy.dtype);
    EXPECT_EQ(tensor.shape, copy.shape);
    EXPECT_TRUE(std::equal(tensor.bytes.begin(), tensor.bytes.end(), copy.bytes.begin(), copy.bytes.end())) << name;
  }
}

TEST_F(CheckpointFolder, ConvertsThereAndBackBitForBit) {
  for (const Dtype dtype : {Dtype::f32, Dtype::f16, Dtype::bf16}) {
    const std::string at = dtype_name(dtype);
    const std::string source = tiny(Layout::official, at, dtype);
    ConvertOptions options;
    options.max_shard_bytes = 300'000;
    const ConvertReport report = convert_checkpoint(source, root_ + "/" + at + "-hf", Layout::hf, options);
    EXPECT_GT(report.files, 1);
    EXPECT_TRUE(report.notes.empty());
    convert_checkpoint(root_ + "/" + at + "-hf", root_ + "/" + at + "-back", Layout::official);
    expect_same_tensors(source, root_ + "/" + at + "-hf");
    expect_same_tensors(source, root_ + "/" + at + "-back");
    EXPECT_TRUE(verify_checkpoint(root_ + "/" + at + "-hf").ok()) << verify_checkpoint(root_ + "/" + at + "-hf").text();
    const TokenizerIds ids = read_tokenizer_ids(root_ + "/" + at + "-hf");
    EXPECT_EQ(ids.added.at("<image>"), 4099);
    EXPECT_EQ(ids.added.at("<video>"), 4100);
  }
}

TEST_F(CheckpointFolder, ConversionIsCompleteOrAbsent) {
  const std::string source = tiny(Layout::official, "m");
  fs::create_directories(root_ + "/full/x");
  EXPECT_THAT(refusal([&] { convert_checkpoint(source, root_ + "/full", Layout::hf); }), HasSubstr("exists already"));
  fs::create_directories(root_ + "/empty");
  convert_checkpoint(source, root_ + "/empty/", Layout::hf);
  EXPECT_TRUE(fs::exists(root_ + "/empty/chat_template.json"));
  // <image> cannot take an id that leaves a gap, or that another token has.
  edit_json(source + "/config.json", [](Json& c) { c["image_token_index"] = 4120, c["video_token_index"] = 4121; });
  fs::copy_file(kTokenizer + "/tokenizer.json", source + "/tokenizer.json", fs::copy_options::overwrite_existing);
  EXPECT_THAT(refusal([&] { convert_checkpoint(source, root_ + "/new", Layout::hf); }), HasSubstr("4120"));
  EXPECT_FALSE(fs::exists(root_ + "/new"));
  for (const auto& entry : fs::directory_iterator(root_)) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("partial")));
  }
}

TEST_F(CheckpointFolder, WritesAnIdentityForAMissingFinalNorm) {
  const std::string source = tiny(Layout::official, "m");
  edit_weights(source, [](std::vector<Stored>& tensors) {
    std::erase_if(tensors, [](const Stored& t) { return t.declared.name.find("post_layernorm") != std::string::npos; });
  });
  const ConvertReport report = convert_checkpoint(source, root_ + "/hf", Layout::hf);
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_THAT(report.notes[0], HasSubstr("post_layernorm"));
  const Checkpoint converted = Checkpoint::open(root_ + "/hf");
  EXPECT_EQ(converted.tensor("vision_tower.post_layernorm.weight").bytes[1], 0x3f);
  EXPECT_EQ(converted.tensor("vision_tower.post_layernorm.weight").bytes[0], 0x80);
  EXPECT_EQ(converted.tensor("vision_tower.post_layernorm.bias").bytes[1], 0);
}

std::string failed_checks(const std::string& folder) {
  std::string names;
  for (const VerifyCheck& check : verify_checkpoint(folder).checks) names += check.ok ? "" : check.name + " ";
  return names;
}

TEST_F(CheckpointFolder, VerifyFindsWhatIsWrong) {
  const std::string folder = tiny(Layout::hf, "m", Dtype::f16);
  const VerifyReport good = verify_checkpoint(folder);
  EXPECT_TRUE(good.ok()) << good.text();
  EXPECT_EQ(good.json().at("checks").size(), 5U);
  edit_weights(folder, [](std::vector<Stored>& tensors) {
    tensors[7].bytes[0] = 0x00, tensors[7].bytes[1] = 0x7c;  // infinity
    tensors[9].bytes[2] = 0x01, tensors[9].bytes[3] = 0xfc;  // NaN
  });
  const VerifyReport spoiled = verify_checkpoint(folder);
  EXPECT_EQ(spoiled.not_finite, 2);
  EXPECT_EQ(failed_checks(folder), "values ");
  fs::remove(folder + "/preprocessor_config.json");
  fs::remove(folder + "/processor_config.json");
  edit_json(folder + "/generation_config.json", [](Json& g) { g["eos_token_id"] = 9999; });
  edit_json(folder + "/tokenizer.json", [](Json& t) { t["added_tokens"][0]["id"] = 5000; });
  EXPECT_EQ(failed_checks(folder), "tokenizer generation pixels values ");
  fs::resize_file(folder + "/model.safetensors", 1000);
  EXPECT_EQ(failed_checks(folder), "weights ");
}

TEST_F(CheckpointFolder, VerifyFindsMatricesThatNeverArrived) {
  const std::string folder = tiny(Layout::official, "m");
  edit_weights(folder, [](std::vector<Stored>& tensors) {
    for (Stored& t : tensors) {
      if (t.declared.name == "model.mm_projector.2.weight") std::fill(t.bytes.begin(), t.bytes.end(), 0);
    }
  });
  EXPECT_THAT(verify_checkpoint(folder).text(), HasSubstr("nothing but zeros in projector.linear_2.weight"));
}

TEST_F(CheckpointFolder, RandomWeightsAreTheSameEverywhereAndOfOrderOne) {
  const std::string one = tiny(Layout::official, "one", Dtype::f32), two = tiny(Layout::hf, "two", Dtype::f32);
  expect_same_tensors(one, two);
  const Checkpoint checkpoint = Checkpoint::open(one);
  const auto moments = [&](const std::string& name) {
    const TensorView& tensor = checkpoint.tensor(name);
    const auto* values = reinterpret_cast<const float*>(tensor.bytes.data());
    double sum = 0, squares = 0;
    const auto count = static_cast<double>(tensor.num_elements());
    for (std::int64_t i = 0; i < tensor.num_elements(); ++i) sum += values[i], squares += values[i] * values[i];
    return std::pair(sum / count, squares / count);
  };
  const auto [mean, square] = moments("language_model.embed_tokens.weight");
  EXPECT_NEAR(mean, 0, 0.01);
  EXPECT_NEAR(square, 1, 0.02);
  EXPECT_NEAR(moments("language_model.layers.1.mlp.down_proj.weight").second, 1.0 / 96, 0.001);
  EXPECT_EQ(moments("language_model.norm.weight").first, 1);
}

TEST_F(CheckpointFolder, AnUnusedNewlineMayBeStoredAndIsKept) {
  const std::string folder = tiny(Layout::official, "m");
  edit_json(folder + "/config.json",
            [](Json& c) { c["image_aspect_ratio"] = "square", c["mm_patch_merge_type"] = "flat"; });
  EXPECT_FALSE(Checkpoint::open(folder).config().tiling.newline);
  EXPECT_TRUE(Checkpoint::open(folder).has("image_newline"));
  EXPECT_TRUE(verify_checkpoint(folder).ok()) << verify_checkpoint(folder).text();
  EXPECT_EQ(checkpoint_info(Checkpoint::open(folder)).at("parameters").at("image_newline"), 48);
  EXPECT_TRUE(convert_checkpoint(folder, root_ + "/again", Layout::official).notes.empty());
  expect_same_tensors(folder, root_ + "/again");
  EXPECT_THAT(refusal([&] { convert_checkpoint(folder, root_ + "/hf", Layout::hf); }), HasSubstr("spatial_unpad"));

  const auto lose = [](std::vector<Stored>& tensors) {
    std::erase_if(tensors, [](const Stored& t) { return t.declared.name == "model.image_newline"; });
  };
  edit_weights(folder, lose);
  EXPECT_TRUE(verify_checkpoint(folder).ok()) << verify_checkpoint(folder).text();
  EXPECT_EQ(checkpoint_info(Checkpoint::open(folder)).at("parameters").at("image_newline"), 0);
  edit_weights(root_ + "/again", lose);
  edit_json(root_ + "/again/config.json", [](Json& c) { c["mm_patch_merge_type"] = "spatial_unpad"; });
  EXPECT_THAT(open_refusal(root_ + "/again"), HasSubstr("1 missing: model.image_newline"));
}

TEST_F(CheckpointFolder, MicroIsSmallAndTied) {
  RandomSpec spec;
  spec.preset = "micro";
  spec.tokenizer_folder = kTokenizer;
  write_random_checkpoint(spec, root_ + "/micro");
  EXPECT_TRUE(verify_checkpoint(root_ + "/micro").ok()) << verify_checkpoint(root_ + "/micro").text();
  const ModelConfig config = Checkpoint::open(root_ + "/micro").config();
  EXPECT_EQ(config.vision.num_patches(), 16);
  EXPECT_EQ(config.text.num_attention_heads * config.text.head_dim, config.text.hidden_size);
  EXPECT_TRUE(config.text.tie_word_embeddings);
  EXPECT_EQ(config.text.vocab_size, 4160);
}

TEST_F(CheckpointFolder, InfoCountsParts) {
  const Json info = checkpoint_info(Checkpoint::open(tiny(Layout::official, "m")));
  EXPECT_EQ(info.at("parameters").at("image_newline"), 48);
  EXPECT_EQ(info.at("parameters").at("projector"), 32 * 48 + 48 + 48 * 48 + 48);
  EXPECT_EQ(info.at("dtypes").at("BF16"), info.at("tensors"));
  EXPECT_THAT(info_text(info), HasSubstr("vocabulary 4,160"));
  EXPECT_EQ(grouped_digits(893618208), "893,618,208");
  EXPECT_EQ(grouped_digits(-123), "-123");
}

}  // namespace
}  // namespace ov
