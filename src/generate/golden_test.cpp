// The whole way from a conversation to 64 greedy tokens against transformers 4.57.6 on tiny models:
// every intermediate that `trace` names, for every case of testdata/goldens/manifest.json, on every
// layout it holds for. Formats: testdata/goldens/README.md.
#include <ATen/ops/abs.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"
#include "checkpoint/safetensors.h"
#include "generate/trace.h"
#include "model/load.h"
#include "tensor/ops.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
const std::string kGoldens = OV_TESTDATA "/goldens/";

// The formula of testdata/goldens/README.md, as an uncompressed BMP file.
void write_pattern(const std::string& path, std::int64_t width, std::int64_t height, std::int64_t seed) {
  const std::int64_t row = (width * 3 + 3) / 4 * 4;
  std::string file(54 + static_cast<std::size_t>(row * height), '\0');
  const auto put = [&](std::size_t at, std::uint32_t value) {
    for (int i = 0; i < 4; ++i) file[at + i] = static_cast<char>(value >> (8 * i));
  };
  file[0] = 'B', file[1] = 'M';
  put(2, static_cast<std::uint32_t>(file.size())), put(10, 54), put(14, 40);
  put(18, static_cast<std::uint32_t>(width)), put(22, static_cast<std::uint32_t>(height)), put(26, 1 | 24 << 16);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      for (std::int64_t c = 0; c < 3; ++c) {
        const std::int64_t value =
            x * (7 + c) + y * (13 + 2 * c) + x * y * (seed % 5) + seed * 31 + ((x / 16) ^ (y / 16)) * c * 17;
        file[54 + static_cast<std::size_t>((height - 1 - y) * row + 3 * x + 2 - c)] = static_cast<char>(value & 255);
      }
    }
  }
  std::ofstream(path, std::ios::binary) << file;
}

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (fs::temp_directory_path() / "ov_golden_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

const Json& manifest() {
  static const Json json = parse_json(read_file(kGoldens + "manifest.json", 10'000'000), "manifest.json");
  return json;
}

MediaSource write_medium(const Json& medium, const std::string& path) {
  const auto width = medium.at("width").get<std::int64_t>(), height = medium.at("height").get<std::int64_t>();
  const auto seed = medium.at("seed").get<std::int64_t>();
  if (medium.at("kind") == "image") {
    write_pattern(path + ".bmp", width, height, seed);
    return MediaSource::image(path + ".bmp");
  }
  fs::create_directory(path);
  for (std::int64_t k = 0; k < medium.at("frames").get<std::int64_t>(); ++k) {
    write_pattern(path + "/frame_" + std::to_string(k) + ".bmp", width, height, seed + k);
  }
  return MediaSource::video(path);
}

Conversation conversation(const Json& golden, const TempFolder& folder) {
  std::vector<MediaSource> sources;
  for (const Json& medium : golden.at("media")) {
    sources.push_back(write_medium(medium, folder / ("medium" + std::to_string(sources.size()))));
  }
  Conversation talk;
  for (const Json& message : golden.at("messages")) {
    if (message.contains("placed")) {
      std::vector<MediaSource> placed;
      for (const Json& part : message.at("placed")) placed.push_back(sources.at(part.at("media").get<std::size_t>()));
      talk.messages.push_back(place_media(message.at("content")[0].at("text").get<std::string>(), placed));
      talk.media.insert(talk.media.end(), placed.begin(), placed.end());
      continue;
    }
    Message out{message.at("role").get<std::string>(), {}};
    for (const Json& part : message.at("content")) {
      if (part.at("type") == "text") {
        out.parts.push_back({ChatPart::Kind::text, part.at("text").get<std::string>()});
        continue;
      }
      out.parts.push_back({part.at("type") == "image" ? ChatPart::Kind::image : ChatPart::Kind::video, ""});
      talk.media.push_back(sources.at(part.at("media").get<std::size_t>()));
    }
    talk.messages.push_back(std::move(out));
  }
  return talk;
}

Tensor as_tensor(const TensorView& view) {
  const auto type = view.dtype == Dtype::i64 ? at::kLong : at::kFloat;
  return at::from_blob(const_cast<std::uint8_t*>(view.bytes.data()), view.shape, at::TensorOptions().dtype(type))
      .clone();
}

// Rows 0, stride, 2 * stride, ... and the last of the flattened tensor.
Tensor strided_rows(const Tensor& tensor, std::int64_t stride) {
  const Tensor rows = tensor.reshape({-1, tensor.size(-1)});
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < rows.size(0); row += stride) kept.push_back(row);
  if (kept.back() != rows.size(0) - 1) kept.push_back(rows.size(0) - 1);
  return at::index_select(rows, 0, at::tensor(kept, at::TensorOptions().dtype(at::kLong)));
}

void compare(const std::string& name, const Tensor& found, const Json& spec, const SafetensorsFile& golden) {
  ASSERT_EQ(found.sizes().vec(), spec.at("shape").get<std::vector<std::int64_t>>()) << name;
  if (name == "pixel_values") {
    const auto* bytes = static_cast<const std::uint8_t*>(found.data_ptr());
    EXPECT_EQ(sha256_hex({bytes, found.nbytes()}), spec.at("sha256").get<std::string>()) << name;
    return;
  }
  const TensorView* view = golden.find(name);
  ASSERT_NE(view, nullptr) << name;
  const Tensor expected = as_tensor(*view);
  if (name == "input_ids") {
    EXPECT_TRUE(found.equal(expected)) << name;
    return;
  }
  const auto stride = spec.value("row_stride", std::int64_t{1});
  const Tensor kept = name == "logits" ? found : strided_rows(found, stride).reshape(expected.sizes());
  const double worst = (kept - expected).abs().max().item<float>();
  const double size = std::max(1.0, static_cast<double>(expected.abs().max().item<float>()));
  EXPECT_LE(worst, name == "logits" ? 1e-4 : 1e-5 * size) << name;
  if (name == "logits") {
    EXPECT_EQ(found.argmax().item<std::int64_t>(), expected.argmax().item<std::int64_t>());
  }
}

class Golden : public testing::TestWithParam<std::size_t> {};

TEST_P(Golden, TraceAndGreedyTokens) {
  const Json& golden = manifest().at("cases").at(GetParam());
  SCOPED_TRACE(golden.at("name").get<std::string>());
  const TempFolder folder;
  const Conversation talk = conversation(golden, folder);
  const SafetensorsFile file(kGoldens + golden.at("file").get<std::string>());
  for (const Json& name : golden.at("checkpoints")) {
    SCOPED_TRACE(name.get<std::string>());
    const std::string path = kGoldens + name.get<std::string>();
    const auto checkpoint = std::make_shared<const Checkpoint>(Checkpoint::open(path));
    ProcessorOptions options;
    options.num_frames = 4096;
    for (const Json& medium : golden.at("media")) {
      if (medium.at("kind") == "video") options.num_frames = medium.at("frames").get<std::int64_t>();
    }
    const Processor processor(path, checkpoint->config(), options);
    const auto model = load_onevision(checkpoint, at::kFloat, at::kCPU);
    const Engine engine(*model, processor);
    const Prompt prompt = processor.prepare(talk);
    EXPECT_EQ(prompt.text, golden.at("prompt").get<std::string>());

    std::map<std::string, Tensor> found;
    for (const auto& [key, tensor] : trace(engine, prompt, /*all_logits=*/false)) found[key] = tensor;
    for (const auto& [key, spec] : golden.at("tensors").items()) {
      ASSERT_TRUE(found.count(key)) << key;
      compare(key, found[key], spec, file);
    }
    GenerateOptions generate;
    generate.max_new_tokens = manifest().at("greedy_tokens").get<std::int64_t>();
    const Tensor greedy = as_tensor(*file.find("greedy_ids"));
    const std::vector<std::int64_t> expected(greedy.data_ptr<std::int64_t>(),
                                             greedy.data_ptr<std::int64_t>() + greedy.numel());
    EXPECT_EQ(engine.generate(prompt, generate).token_ids, expected);
  }
}

std::string case_name(const testing::TestParamInfo<std::size_t>& param) {
  std::string name = manifest().at("cases").at(param.param).at("name").get<std::string>();
  for (char& letter : name) letter = std::isalnum(static_cast<unsigned char>(letter)) ? letter : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, testing::Range<std::size_t>(0, manifest().at("cases").size()), case_name);

}  // namespace
}  // namespace ov
