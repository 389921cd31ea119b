// Compares with golden ids made by the `tokenizers` library, and with the facts about the real
// vocabulary when OV_QWEN2_TOKENIZER names a folder with it.
#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <random>
#include <sstream>

#include "base/file.h"
#include "base/json.h"

namespace ov {
namespace {

using Ids = std::vector<std::int64_t>;

const std::string kFolder = std::string(OV_TESTDATA) + "/tokenizer";

const Tokenizer& cut() {
  static const Tokenizer tokenizer = Tokenizer::load(kFolder + "/qwen4096");
  return tokenizer;
}

std::vector<std::pair<std::string, Ids>> read_goldens(const std::string& name) {
  std::vector<std::pair<std::string, Ids>> goldens;
  std::istringstream lines(read_file(kFolder + "/" + name, 1 << 22));
  for (std::string line; std::getline(lines, line);) {
    const Json row = parse_json(line, name);
    goldens.emplace_back(row[0].get<std::string>(), row[1].get<Ids>());
  }
  return goldens;
}

TEST(Tokenizer, GivesTheLibrarysIds) {
  const auto goldens = read_goldens("goldens.jsonl");
  ASSERT_GT(goldens.size(), 300U);
  for (const auto& [text, ids] : goldens) EXPECT_EQ(cut().encode(text), ids) << text;
}

TEST(Tokenizer, VocabAndMergesFilesGiveTheSame) {
  const std::string from = kFolder + "/qwen4096/", to = testing::TempDir() + "/vocab_and_merges";
  ASSERT_EQ(std::system(("mkdir -p " + to).c_str()), 0);
  for (const std::string name : {"vocab.json", "merges.txt", "tokenizer_config.json"}) {
    write_file_atomic(to + "/" + name, read_file(from + name, 1 << 22));
  }
  const Tokenizer tokenizer = Tokenizer::load(to);
  for (const auto& [text, ids] : read_goldens("goldens.jsonl")) EXPECT_EQ(tokenizer.encode(text), ids) << text;
  EXPECT_TRUE(tokenizer.is_special(4099));
}

TEST(Tokenizer, AddedTokensOfAnOlderFolder) {
  const std::string from = kFolder + "/qwen4096/", to = testing::TempDir() + "/added_tokens";
  ASSERT_EQ(std::system(("mkdir -p " + to).c_str()), 0);
  for (const std::string name : {"vocab.json", "merges.txt"}) {
    write_file_atomic(to + "/" + name, read_file(from + name, 1 << 22));
  }
  write_file_atomic(to + "/added_tokens.json", R"({"<|im_start|>": 4097, "extra": 4098})");
  write_file_atomic(to + "/special_tokens_map.json",
                    R"({"additional_special_tokens": ["<|im_start|>"], "eos_token": {"content": "x"}})");
  const Tokenizer tokenizer = Tokenizer::load(to);
  EXPECT_EQ(tokenizer.encode("<|im_start|>extra"), (Ids{4097, 4098}));
  EXPECT_TRUE(tokenizer.is_special(4097));
  EXPECT_FALSE(tokenizer.is_special(4098));
  EXPECT_EQ(tokenizer.vocab_size(), 4099);
}

TEST(Tokenizer, FlagsOfAddedTokens) {
  const std::string path = kFolder + "/flags.json";
  const Tokenizer tokenizer = Tokenizer::parse(read_file(path, 1 << 22), path);
  for (const auto& [text, ids] : read_goldens("flags_goldens.jsonl")) EXPECT_EQ(tokenizer.encode(text), ids) << text;
}

TEST(Tokenizer, DecodesLikeTheLibraryAtOnceAndInPieces) {
  std::istringstream lines(read_file(kFolder + "/decode_goldens.jsonl", 1 << 22));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const Json row = parse_json(line, "decode_goldens");
    const Ids ids = row[0].get<Ids>();
    EXPECT_EQ(cut().decode(ids, false), row[1].get<std::string>()) << line;
    StreamDecoder stream(cut(), false);
    std::string pieces;
    for (const std::int64_t id : ids) pieces += stream.push(id);
    EXPECT_EQ(pieces + stream.finish(), row[1].get<std::string>()) << line;
  }
  EXPECT_GT(count, 100);
}

TEST(Tokenizer, StreamHoldsBackAnUnfinishedCharacter) {
  const Ids ids = cut().encode("\xF0\x9F\x8D\x8E");  // several byte tokens
  ASSERT_GT(ids.size(), 1U);
  StreamDecoder stream(cut(), false);
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) EXPECT_EQ(stream.push(ids[i]), "");
  EXPECT_EQ(stream.push(ids.back()), "\xF0\x9F\x8D\x8E");
  EXPECT_EQ(stream.finish(), "");
  EXPECT_EQ(stream.push(ids.front()), "");
  EXPECT_EQ(stream.finish(), "\xEF\xBF\xBD");
}

TEST(Tokenizer, SkipsSpecialTokens) {
  const Ids ids = cut().encode("<|im_start|>user<|im_end|>");
  EXPECT_EQ(cut().decode(ids, true), "user");
  EXPECT_EQ(cut().decode(ids, false), "<|im_start|>user<|im_end|>");
}

TEST(Tokenizer, LiteralTextHoldsNoSpecialTokens) {
  const std::string text = "<|im_start|>a<image>b<|im_end|>";
  const std::int64_t start = 4097, end = 4098, image = 4099;
  const std::vector<LiteralRange> user = {{13, 20}};
  const Ids ids = cut().encode(text, user);
  EXPECT_EQ(ids.front(), start);
  EXPECT_EQ(ids.back(), end);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), image), 0);
  EXPECT_EQ(cut().decode(ids, false), text);
  // One shared byte is enough; none is not.
  const std::vector<LiteralRange> first_byte = {{13, 14}}, before = {{12, 13}};
  const Ids touched = cut().encode(text, first_byte), untouched = cut().encode(text, before);
  EXPECT_EQ(std::count(touched.begin(), touched.end(), image), 0);
  EXPECT_EQ(std::count(untouched.begin(), untouched.end(), image), 1);
  const Ids ordinary = cut().encode_ordinary(text);
  EXPECT_TRUE(std::all_of(ordinary.begin(), ordinary.end(), [](auto id) { return id < 4096; }));
}

TEST(Tokenizer, LiteralTextHoldsNoSpecialTokensWithoutMergesEither) {
  const std::string path = kFolder + "/flags.json";  // ignore_merges is true
  const Tokenizer tokenizer = Tokenizer::parse(read_file(path, 1 << 22), path);
  EXPECT_EQ(tokenizer.encode("zword"), (Ids{4104}));
  EXPECT_EQ(tokenizer.encode_ordinary("zword"), (Ids{89, 1158}));
}

TEST(Tokenizer, WordsRunAcrossLiteralBorders) {
  const std::vector<LiteralRange> middle = {{3, 9}};
  EXPECT_EQ(cut().encode("What is shown?", middle), cut().encode("What is shown?"));
}

TEST(Tokenizer, LiteralRangesSurviveNormalisation) {
  // The user's combining accent changes the length of what comes before the literal token text.
  const std::string text = "e\xCC\x81 caf\xC3\xA9 [x]";
  const std::string path = kFolder + "/flags.json";
  const Tokenizer tokenizer = Tokenizer::parse(read_file(path, 1 << 22), path);
  const std::int64_t cafe = *tokenizer.token_to_id("caf\xC3\xA9");
  const Ids control = tokenizer.encode(text);
  EXPECT_EQ(std::count(control.begin(), control.end(), cafe), 1);
  const std::vector<LiteralRange> user = {{4, 9}}, accent = {{0, 3}}, later = {{10, 13}};
  const Ids literal = tokenizer.encode(text, user);
  EXPECT_EQ(std::count(literal.begin(), literal.end(), cafe), 0);
  for (const auto& other : {accent, later}) {
    const Ids ids = tokenizer.encode(text, other);
    EXPECT_EQ(std::count(ids.begin(), ids.end(), cafe), 1);
  }
}

TEST(Tokenizer, LongTextOfOneLetterIsQuick) {
  const std::string text(1'000'000, 'a');
  const auto begin = std::chrono::steady_clock::now();
  const Ids ids = cut().encode(text);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(cut().decode(ids, false), text);
}

TEST(Tokenizer, SeveralThreadsAtOnce) {
  const auto goldens = read_goldens("goldens.jsonl");
  const auto work = [&] {
    return std::all_of(goldens.begin(), goldens.end(),
                       [](const auto& row) { return cut().encode(row.first) == row.second; });
  };
  auto a = std::async(std::launch::async, work), b = std::async(std::launch::async, work);
  EXPECT_TRUE(a.get());
  EXPECT_TRUE(b.get());
}

ErrorKind kind_of(const std::function<void()>& action, const std::string& part) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    return error.kind();
  }
  ADD_FAILURE() << "nothing thrown, expected: " << part;
  return ErrorKind::internal;
}

TEST(Tokenizer, RefusesBadInput) {
  EXPECT_EQ(kind_of([] { cut().encode("ab\xC3"); }, "byte 2"), ErrorKind::input);
  EXPECT_EQ(kind_of([] { cut().encode("\xED\xA0\x80"); }, "byte 0"), ErrorKind::input);
  const std::vector<LiteralRange> outside = {{0, 9}};
  EXPECT_EQ(kind_of([&] { cut().encode("ab", outside); }, "literal range"), ErrorKind::input);
  EXPECT_EQ(kind_of([] { cut().decode(Ids{4101}, false); }, "4101"), ErrorKind::input);
  EXPECT_EQ(kind_of([] { cut().decode(Ids{-200}, true); }, "-200"), ErrorKind::input);
  EXPECT_EQ(kind_of([] { Tokenizer::load(kFolder); }, "no tokenizer"), ErrorKind::input);
}

// A small whole tokenizer.json in which one part can be replaced.
Json small_file() {
  return parse_json(R"({"added_tokens": [{"id": 4, "content": "<s>", "special": true}], "normalizer": {"type": "NFC"},
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
    "post_processor": null, "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "\u0120": 3}, "merges": ["a b"]}})",
                    "small");
}

TEST(Tokenizer, SmallFile) {
  const Tokenizer tokenizer = Tokenizer::parse(small_file().dump(), "small");
  EXPECT_EQ(tokenizer.encode("ab<s>ba"), (Ids{2, 4, 1, 0}));
  EXPECT_EQ(kind_of([&] { tokenizer.encode("abc"); }, "byte 99"), ErrorKind::input);
  EXPECT_EQ(tokenizer.id_to_token(3), "\xC4\xA0");
  EXPECT_EQ(tokenizer.decode(Ids{0, 3, 1}, false), "a b");
  EXPECT_EQ(tokenizer.token_to_id("zz"), std::nullopt);
}

TEST(Tokenizer, RefusesWhatIsNotImplemented) {
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {"/normalizer", R"({"type": "Lowercase"})", "Lowercase"},
      {"/pre_tokenizer", R"({"type": "Metaspace"})", "Metaspace"},
      {"/pre_tokenizer", R"({"type": "ByteLevel", "add_prefix_space": true})", "add_prefix_space"},
      {"/pre_tokenizer", "null", "pre_tokenizer"},
      {"/post_processor", R"({"type": "BertProcessing"})", "BertProcessing"},
      {"/post_processor", R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>"}}]})",
       "adds tokens"},
      {"/decoder", R"({"type": "WordPiece"})", "decoder"},
      {"/model/type", R"("WordPiece")", "WordPiece"},
      {"/model/dropout", "0.1", "dropout"},
      {"/model/byte_fallback", "true", "byte_fallback"},
      {"/model/end_of_word_suffix", R"("</w>")", "end_of_word_suffix"},
      {"/model/vocab/ab", "1", "same id"},
      {"/model/vocab/ab", "-3", "id outside"},
      {"/model/vocab/ab", "4194304", "id outside"},
      {"/model/vocab/ab", "1.5", "not a whole number"},
      {"/model/vocab/ab", "[[1]]", "list inside"},
      {"/model/merges", R"(["a b", "a b"])", "twice"},
      {"/model/merges", R"(["a c"])", "missing"},
      {"/model/merges", R"(["b a"])", "missing"},
      {"/model/merges", R"(["a b c"])", "one space"},
      {"/model/merges", R"([["a", "b", "c"]])", "more than 2"},
      {"/model/merges", R"([["a"]])", "1 tokens"},
      {"/model/merges", R"([3])", "not text"},
      {"/model/vocab", "{}", "empty"},
      {"/model/vocab", "[]", "no vocab"},
      {"/added_tokens/0/id", "2", "same id"},
      {"/added_tokens/0/content", R"("ab")", "also 2"},
      {"/added_tokens/0/content", R"("")", "empty"},
  };
  for (const auto& [place, value, part] : cases) {
    Json file = small_file();
    file[Json::json_pointer(place)] = parse_json(value, "value");
    EXPECT_EQ(kind_of([&] { Tokenizer::parse(file.dump(), "small"); }, part), ErrorKind::format) << place << value;
  }
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  EXPECT_EQ(kind_of([&] { Tokenizer::parse(deep, "deep"); }, "deeper"), ErrorKind::format);
  EXPECT_EQ(kind_of([] { Tokenizer::parse("{\"model\": {\"vocab\": {\"\xFF\": 1}}}", "bytes"); }, "JSON"),
            ErrorKind::format);
  EXPECT_EQ(kind_of([] { Tokenizer::parse(R"({"model": {"vocab": {"a": 1, "a": 2}}})", "twice"); }, "twice"),
            ErrorKind::format);
}

// The facts about the 151,643-token vocabulary (Qwen2, ids from 151643 are special).
TEST(Tokenizer, FullVocabulary) {
  const char* folder = std::getenv("OV_QWEN2_TOKENIZER");
  if (folder == nullptr) GTEST_SKIP() << "OV_QWEN2_TOKENIZER names no folder; reference/make_tokenizer.py makes one";
  const Tokenizer tokenizer = Tokenizer::load(folder);
  const std::vector<std::pair<std::string, Ids>> fixtures = {
      {"<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
       {151644, 8948, 198, 2610, 525, 264, 10950, 17847, 13, 151645, 198, 151644, 872, 198}},
      {"\nWhat is shown in this image?<|im_end|>\n<|im_start|>assistant\n",
       {198, 3838, 374, 6839, 304, 419, 2168, 30, 151645, 198, 151644, 77091, 198}},
      {"1234", {16, 17, 18, 19}},
      {"don't", {15007, 944}},
      {"DON'T", {84641, 17323}},
      {"  two spaces", {220, 1378, 12621}},
      {"e\xCC\x81", {963}},
      {"\xE4\xB8\xAD\xE6\x96\x87\xEF\xBC\x8C\xE6\xB5\x8B\xE8\xAF\x95", {104811, 3837, 81705}},
      {"\n", {198}},
      {"\n\n", {271}},
      {"\r\n", {319}},
      {".\n", {624}},
      {"3.14", {18, 13, 16, 19}},
      {" \n x", {715, 856}},
      {"\t\tx", {197, 10225}},
      {"<|endoftext|><|im_start|><|im_end|>", {151643, 151644, 151645}},
  };
  for (const auto& [text, ids] : fixtures) EXPECT_EQ(tokenizer.encode(text), ids) << text;
  for (const auto& [text, ids] : read_goldens("goldens.jsonl")) {
    EXPECT_EQ(tokenizer.encode(cut().decode(ids, false)), tokenizer.encode(text)) << text;
  }
}

}  // namespace
}  // namespace ov
