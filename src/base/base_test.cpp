#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/parallel.h"
#include "base/sha256.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (fs::temp_directory_path() / "ov_base_XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() { fs::remove_all(path_); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::internal;
}

TEST(Error, KindsDecideExitCodes) {
  EXPECT_EQ(exit_code(ErrorKind::usage), 2);
  EXPECT_EQ(exit_code(ErrorKind::input), 3);
  EXPECT_EQ(exit_code(ErrorKind::format), 4);
  EXPECT_EQ(exit_code(ErrorKind::resource), 5);
  EXPECT_EQ(exit_code(ErrorKind::interrupted), 130);
  EXPECT_EQ(exit_code(ErrorKind::internal), 70);
  EXPECT_EQ(kind_name(ErrorKind::format), "format");
}

TEST(File, WritesWholeAndReadsBack) {
  const TempFolder folder;
  const std::string path = folder.file("a.txt");
  write_file_atomic(path, "first");
  write_file_atomic(path, std::string("second\0part", 11));
  EXPECT_EQ(read_file(path, 100), std::string("second\0part", 11));
  const MappedFile mapped(path);
  EXPECT_EQ(mapped.bytes().size(), 11u);
  EXPECT_EQ(mapped.bytes()[0], 's');
  mapped.release(mapped.bytes());
  EXPECT_EQ(mapped.bytes()[1], 'e');
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1)
      << "a partial file stayed";
}

TEST(File, RefusesWhatIsNotARegularFile) {
  const TempFolder folder;
  EXPECT_EQ(kind_of([&] { read_file(folder.file("missing"), 10); }), ErrorKind::input);
  EXPECT_EQ(kind_of([&] { read_file(folder.path(), 10); }), ErrorKind::input);
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(kind_of([&] { MappedFile pipe(folder.file("pipe")); }), ErrorKind::input);
  write_file_atomic(folder.file("big"), "0123456789");
  EXPECT_EQ(kind_of([&] { read_file(folder.file("big"), 9); }), ErrorKind::input);
  write_file_atomic(folder.file("empty"), "");
  EXPECT_TRUE(MappedFile(folder.file("empty")).bytes().empty());
}

TEST(File, UnwritableFolderIsAResourceErrorAndKeepsTheOldFile) {
  EXPECT_EQ(kind_of([] { write_file_atomic("/proc/no_such_place/x", "text"); }), ErrorKind::resource);
  EXPECT_EQ(kind_of([] { write_file_atomic("/dev/full/x", "text"); }), ErrorKind::resource);
}

TEST(Json, RefusesDuplicateKeysDepthAndBadSyntax) {
  EXPECT_EQ(parse_json(R"({"a": {"b": 1}, "c": {"b": 2}})", "x").at("c").at("b"), 2);
  EXPECT_EQ(kind_of([] { parse_json(R"({"a": 1, "a": 2})", "x"); }), ErrorKind::format);
  EXPECT_EQ(kind_of([] { parse_json(R"({"o": {"a": 1, "b": 2, "a": 3}})", "x"); }), ErrorKind::format);
  EXPECT_EQ(kind_of([] { parse_json(std::string(100000, '['), "x"); }), ErrorKind::format);
  EXPECT_EQ(kind_of([] { parse_json("{\"a\": \"\xff\"}", "x"); }), ErrorKind::format);
  EXPECT_EQ(kind_of([] { parse_json("", "x", ErrorKind::input); }), ErrorKind::input);
}

TEST(Json, FieldsCheckTypesAndRanges) {
  const Json doc =
      parse_json(R"({"n": 5, "f": 0.5, "s": "text", "b": true, "huge": 18446744073709551615, "null": null})", "doc");
  const Fields fields(doc, "doc");
  EXPECT_EQ(fields.integer("n", 1, 5), 5);
  EXPECT_EQ(fields.integer_or("absent", 7, 0, 10), 7);
  EXPECT_EQ(fields.integer_or("null", 8, 0, 10), 8);
  EXPECT_EQ(fields.number_or("f", 1, 0, 1), 0.5);
  EXPECT_EQ(fields.string_or("s", ""), "text");
  EXPECT_TRUE(fields.boolean_or("b", false));
  for (const char* key : {"f", "s", "huge", "absent"}) {
    EXPECT_EQ(kind_of([&] { fields.integer(key, 0, INT64_MAX); }), ErrorKind::format) << key;
  }
  EXPECT_EQ(kind_of([&] { fields.integer("n", 6, 9); }), ErrorKind::format);
  try {
    fields.integer("n", 6, 9);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                testing::AllOf(testing::HasSubstr("doc"), testing::HasSubstr("\"n\""), testing::HasSubstr("5")));
  }
}

TEST(Sha256, PublishedVectors) {
  const auto hash = [](const std::string& text) {
    return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Parallel, CoversEveryIndexOnceForAnyThreadCount) {
  for (const int threads : {1, 2, 3, 8}) {
    set_num_threads(threads);
    for (const std::int64_t count : {0, 1, 7, 64, 1000}) {
      std::vector<std::atomic<int>> hits(static_cast<std::size_t>(count));
      parallel_for(count, 3, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) hits[static_cast<std::size_t>(i)].fetch_add(1);
      });
      for (const auto& hit : hits) EXPECT_EQ(hit.load(), 1);
    }
  }
  set_num_threads(0);
}

TEST(Parallel, RethrowsAndNests) {
  set_num_threads(3);
  EXPECT_THROW(parallel_for(100, 1,
                            [](std::int64_t begin, std::int64_t) {
                              if (begin == 50) throw std::runtime_error("stop");
                            }),
               std::runtime_error);
  std::atomic<int> inner{0};
  parallel_for(8, 1, [&](std::int64_t, std::int64_t) {
    parallel_for(4, 1, [&](std::int64_t begin, std::int64_t end) { inner.fetch_add(static_cast<int>(end - begin)); });
  });
  EXPECT_EQ(inner.load(), 32);
  set_num_threads(0);
}

}  // namespace
}  // namespace ov
