#include "checkpoint/safetensors.h"

#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/json.h"
#include "checkpoint/safetensors_writer.h"

namespace ov {
namespace {

using testing::HasSubstr;

std::vector<std::uint8_t> file_of(const std::string& header, std::size_t data_bytes, std::uint64_t length) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(length >> (8 * i)));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.resize(bytes.size() + data_bytes, 1);
  return bytes;
}

std::string refusal(const std::vector<std::uint8_t>& bytes) {
  try {
    parse_safetensors(bytes, "f.safetensors");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::format);
    EXPECT_THAT(error.what(), HasSubstr("f.safetensors"));
    return error.what();
  }
  return "accepted";
}

std::string refusal(const std::string& header, std::size_t data_bytes) {
  return refusal(file_of(header, data_bytes, header.size()));
}

TEST(Safetensors, ReadsTensorsInOrderOfBytes) {
  const std::string header = R"({"__metadata__":{"format":"pt"},)"
                             R"("b":{"dtype":"BF16","shape":[2,3],"data_offsets":[8,20]},)"
                             R"("a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},)"
                             R"("none":{"dtype":"F32","shape":[0,5],"data_offsets":[8,8]}}   )";
  const std::vector<std::uint8_t> bytes = file_of(header, 20, header.size());
  const SafetensorsHeader parsed = parse_safetensors(bytes, "f");
  ASSERT_EQ(parsed.tensors.size(), 3U);
  EXPECT_EQ(parsed.tensors[0].name, "a");
  EXPECT_EQ(parsed.tensors[0].num_elements(), 1);
  EXPECT_EQ(parsed.tensors[1].name, "none");
  EXPECT_EQ(parsed.tensors[2].name, "b");
  EXPECT_EQ(parsed.tensors[2].dtype, Dtype::bf16);
  EXPECT_EQ(parsed.tensors[2].shape, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(parsed.tensors[2].bytes.data(), bytes.data() + 8 + header.size() + 8);
  EXPECT_EQ(parsed.metadata.at("format"), "pt");
}

TEST(Safetensors, RefusesBrokenFrames) {
  EXPECT_THAT(refusal(std::vector<std::uint8_t>{}), HasSubstr("too short"));
  EXPECT_THAT(refusal(std::vector<std::uint8_t>(7, 0)), HasSubstr("too short"));
  EXPECT_THAT(refusal(file_of("{}", 0, 100'000'001)), HasSubstr("above the limit"));
  EXPECT_THAT(refusal(file_of("{}", 0, UINT64_MAX)), HasSubstr("above the limit"));
  EXPECT_THAT(refusal(file_of("{}", 0, 3)), HasSubstr("incomplete download"));
  EXPECT_THAT(refusal(file_of("", 0, 0)), HasSubstr("begin with"));
  EXPECT_THAT(refusal(" {}", 0), HasSubstr("begin with"));
  EXPECT_THAT(refusal("{\"a\"", 0), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{} x", 0), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{\"a\xff\":1}", 0), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{}", 1), HasSubstr("the tensors end at byte 0"));
  std::string deep = R"({"__metadata__":)";
  for (int i = 0; i < 100'000; ++i) deep += "[";
  EXPECT_THAT(refusal(deep, 0), HasSubstr("nested deeper"));
}

// One tensor's entry, spoiled in one place at a time.
std::string one(const std::string& dtype, const std::string& shape, const std::string& offsets) {
  return R"({"t":{"dtype":)" + dtype + R"(,"shape":)" + shape + R"(,"data_offsets":)" + offsets + "}}";
}

TEST(Safetensors, RefusesBrokenEntries) {
  const std::string f32 = R"("F32")";
  ASSERT_EQ(refusal(one(f32, "[2]", "[0,8]"), 8), "accepted");
  EXPECT_THAT(refusal(one(R"("F8")", "[2]", "[0,8]"), 8), HasSubstr("dtype"));
  EXPECT_THAT(refusal(one("32", "[2]", "[0,8]"), 8), HasSubstr("dtype"));
  EXPECT_THAT(refusal(one(f32, "[-2]", "[0,8]"), 8), HasSubstr("-2"));
  EXPECT_THAT(refusal(one(f32, "[2.0]", "[0,8]"), 8), HasSubstr("2.0"));
  EXPECT_THAT(refusal(one(f32, "[\"2\"]", "[0,8]"), 8), HasSubstr("whole number"));
  EXPECT_THAT(refusal(one(f32, "2", "[0,8]"), 8), HasSubstr("list"));
  EXPECT_THAT(refusal(one(f32, "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,2]", "[0,8]"), 8), HasSubstr("at most 16"));
  EXPECT_THAT(refusal(one(f32, "[9223372036854775808]", "[0,8]"), 8), HasSubstr("whole number"));
  EXPECT_THAT(refusal(one(f32, "[18446744073709551616]", "[0,8]"), 8), HasSubstr("whole number"));
  // 2^62 + 2 elements of four bytes are 8 bytes modulo 2^64.
  EXPECT_THAT(refusal(one(f32, "[4611686018427387906]", "[0,8]"), 8), HasSubstr("more than 2^64"));
  EXPECT_THAT(refusal(one(f32, "[4294967296,4294967296,2]", "[0,0]"), 0), HasSubstr("more than 2^64"));
  EXPECT_THAT(refusal(one(f32, "[3]", "[0,8]"), 8), HasSubstr("needs 12 bytes"));
  EXPECT_THAT(refusal(one(f32, "[2]", "[8,0]"), 8), HasSubstr("begin <= end"));
  EXPECT_THAT(refusal(one(f32, "[2]", "[0]"), 8), HasSubstr("begin <= end"));
  EXPECT_THAT(refusal(one(f32, "[2]", "[0,8,8]"), 8), HasSubstr("begin <= end"));
  EXPECT_THAT(refusal(one(f32, "[2]", "[0,8.0]"), 8), HasSubstr("begin <= end"));
  EXPECT_THAT(refusal(one(f32, "[2]", "[-8,0]"), 8), HasSubstr("begin <= end"));
  EXPECT_THAT(refusal(one(f32, "[2]", "[0,8]"), 7), HasSubstr("incomplete download"));
  EXPECT_THAT(refusal(one(f32, "[2]", "[18446744073709551608,18446744073709551615]"), 8), HasSubstr("incomplete"));
  EXPECT_THAT(refusal(R"({"t":[1]})", 0), HasSubstr("exactly"));
  EXPECT_THAT(refusal(R"({"t":{"dtype":"F32","shape":[0]}})", 0), HasSubstr("exactly"));
  EXPECT_THAT(refusal(R"({"t":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"more":1}})", 0), HasSubstr("exactly"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"a":1}})", 0), HasSubstr("__metadata__"));
  EXPECT_THAT(refusal(R"({"__metadata__":[]})", 0), HasSubstr("__metadata__"));
}

std::string two(const std::string& first, const std::string& second, const std::string& second_name = "u") {
  return R"({"t":{"dtype":"U8","shape":[4],"data_offsets":)" + first + R"(},")" + second_name +
         R"(":{"dtype":"U8","shape":[4],"data_offsets":)" + second + "}}";
}

TEST(Safetensors, RefusesOverlapsAndGaps) {
  ASSERT_EQ(refusal(two("[4,8]", "[0,4]"), 8), "accepted");
  EXPECT_THAT(refusal(two("[0,4]", "[0,4]"), 4), HasSubstr("inside the tensor before it"));
  EXPECT_THAT(refusal(two("[0,4]", "[3,7]"), 7), HasSubstr("inside the tensor before it"));
  EXPECT_THAT(refusal(two("[0,4]", "[5,9]"), 9), HasSubstr("leaving a gap"));
  EXPECT_THAT(refusal(two("[1,5]", "[5,9]"), 9), HasSubstr("leaving a gap"));
  EXPECT_THAT(refusal(two("[0,4]", "[4,8]"), 9), HasSubstr("damaged file"));
  EXPECT_THAT(refusal(two("[0,4]", "[4,8]", "t"), 8), HasSubstr("twice"));
  // An empty tensor may not point into another one.
  const std::string alias = R"({"t":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                            R"("e":{"dtype":"U8","shape":[0],"data_offsets":[2,2]}})";
  EXPECT_THAT(refusal(alias, 4), HasSubstr("inside the tensor before it"));
}

TEST(Safetensors, RefusesEveryCorruptFile) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(OV_TESTDATA) + "/corrupt/safetensors")) {
    EXPECT_THROW(SafetensorsFile(entry.path().string()), Error) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 20);
}

class SafetensorsWriting : public testing::Test {
 protected:
  SafetensorsWriting() : folder_(testing::TempDir() + "ov_writer_" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~SafetensorsWriting() override { std::filesystem::remove_all(folder_); }
  std::size_t num_files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
  std::string folder_;
};

TEST_F(SafetensorsWriting, ReadsBackWhatItWrote) {
  const std::string path = folder_ + "/f.safetensors";
  std::vector<std::uint8_t> bytes(24 + 5'000'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 7);
  SafetensorsWriter writer(path, {{"first", Dtype::f32, {2, 3}}, {"second \"x\"", Dtype::bf16, {2'500'000}}});
  EXPECT_FALSE(std::filesystem::exists(path));
  writer.append(std::span(bytes).first(10));
  writer.append(std::span(bytes).subspan(10));
  writer.finish();
  EXPECT_EQ(num_files(), 1U);
  const SafetensorsFile file(path);
  ASSERT_EQ(file.tensors().size(), 2U);
  EXPECT_EQ(file.metadata().at("format"), "pt");
  const TensorView* second = file.find("second \"x\"");
  ASSERT_NE(second, nullptr);
  EXPECT_TRUE(second->is_aligned());
  EXPECT_TRUE(std::equal(second->bytes.begin(), second->bytes.end(), bytes.begin() + 24));
  EXPECT_EQ(file.find("third"), nullptr);
}

TEST_F(SafetensorsWriting, LeavesNothingBehind) {
  { const SafetensorsWriter unfinished(folder_ + "/f.safetensors", {{"t", Dtype::u8, {4}}}); }
  EXPECT_EQ(num_files(), 0U);
  SafetensorsWriter writer(folder_ + "/f.safetensors", {{"t", Dtype::u8, {4}}});
  const std::vector<std::uint8_t> five(5);
  EXPECT_THROW(writer.append(five), Error);
  EXPECT_THROW(writer.finish(), Error);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/f.safetensors"));
}

TEST_F(SafetensorsWriting, FullDiskIsAResourceError) {
  // A limit on file sizes stands in for a full disk.
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  const struct rlimit small = {1'000'000, before.rlim_max};
  const auto old_signal = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  std::string message = "accepted";
  try {
    SafetensorsWriter writer(folder_ + "/f.safetensors", {{"t", Dtype::u8, {2'000'000}}});
    const std::vector<std::uint8_t> bytes(2'000'000);
    writer.append(bytes);
    writer.finish();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::resource);
    message = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_signal);
  EXPECT_THAT(message, HasSubstr("f.safetensors"));
  EXPECT_EQ(num_files(), 0U);
}

}  // namespace
}  // namespace ov
