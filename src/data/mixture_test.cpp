#include "data/mixture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/error.h"
#include "data/dataset.h"
#include "data/python_random.h"

namespace ov {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kData = std::string(OV_TESTDATA) + "/data/";

std::vector<std::uint32_t> shuffled(PythonRandom& random, std::uint32_t count) {
  std::vector<std::uint32_t> items(count);
  std::iota(items.begin(), items.end(), 0U);
  random.shuffle(items);
  return items;
}

std::uint64_t weighted_sum(const std::vector<std::uint32_t>& items) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < items.size(); ++i) sum += i * items[i];
  return sum;
}

template <class Body>
std::string refusal(const Body& body, ErrorKind kind = ErrorKind::format) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  return "nothing was thrown";
}

std::string mixture_refusal(const std::string& text) {
  return refusal([&] { parse_mixture(text, "m.yaml"); });
}

// Values from CPython 3.11: random.Random(seed).shuffle(list(range(n))), one after the other.
TEST(PythonRandom, ShufflesAsPythonDoes) {
  PythonRandom zero(0), answer(42), large((std::uint64_t{1} << 40) + 7);
  EXPECT_THAT(shuffled(zero, 12), ElementsAre(1, 9, 8, 5, 10, 2, 3, 7, 4, 0, 11, 6));
  EXPECT_THAT(shuffled(zero, 5), ElementsAre(2, 0, 3, 1, 4));
  EXPECT_EQ(zero.bits32(), 3246154361U);
  EXPECT_THAT(shuffled(answer, 12), ElementsAre(7, 5, 2, 8, 9, 6, 11, 3, 4, 0, 1, 10));
  EXPECT_THAT(shuffled(answer, 5), ElementsAre(1, 2, 3, 4, 0));
  EXPECT_THAT(shuffled(large, 12), ElementsAre(0, 5, 2, 3, 6, 1, 8, 4, 7, 11, 10, 9));
  PythonRandom many(42);
  EXPECT_EQ(weighted_sum(shuffled(many, 1000)), 250181598U);
  EXPECT_EQ(weighted_sum(shuffled(many, 100000)), 250277282881620U);
}

TEST(Sampling, TakesTheRowsOfTheStrategy) {
  PythonRandom random(0);
  const auto rows = [&](const std::string& text, std::int64_t count) {
    return sampled_rows(parse_sampling(text, "m"), count, random);
  };
  EXPECT_THAT(rows("first:2", 5), ElementsAre(0, 1));
  EXPECT_THAT(rows("end:2", 5), ElementsAre(3, 4));
  EXPECT_THAT(rows("first:9", 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(rows("end:9", 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(rows("first:34%", 3), ElementsAre(0, 1));
  EXPECT_THAT(rows("all", 2), ElementsAre(0, 1));
  EXPECT_THAT(rows("random:3", 12), ElementsAre(1, 9, 8));           // random.Random(0), as above
  EXPECT_THAT(rows("random:40%", 5), ElementsAre(2, 0));             // the same generator goes on
  EXPECT_EQ(parse_sampling("first:10%", "m").rows_of(74502), 7451);  // hme100k of the published list
  EXPECT_EQ(parse_sampling("end:20%", "m").rows_of(299992), 59999);
  EXPECT_EQ(parse_sampling("first:5%", "m").rows_of(19218), 961);
  EXPECT_EQ(parse_sampling("first:1%", "m").rows_of(0), 0);
}

TEST(Sampling, RefusesWhatItDoesNotKnow) {
  for (const char* text :
       {"frist:3", "first", "first:", "first:x", "first:3:4", "first:1.5%", "first:-1", "first:0", "end:0", "first:0%",
        "first:101%", "all:3", "", "random:%", "first: 3", "first:99999999999"}) {
    EXPECT_THAT(refusal([&] { parse_sampling(text, "m.yaml:3"); }), HasSubstr("m.yaml:3: sampling_strategy")) << text;
  }
  EXPECT_THAT(refusal([] { parse_sampling("frist:3", "m"); }), HasSubstr("did you mean \"first\""));
}

TEST(Mixture, ReadsEveryKey) {
  const auto entries = read_mixture(kData + "mixtures/all.yaml");
  ASSERT_EQ(entries.size(), 6U);
  EXPECT_EQ(entries[0].name, "lines");
  EXPECT_EQ(entries[0].path, kData + "records/good.jsonl");
  EXPECT_EQ(entries[0].image_folder, kData + "mixtures/pictures");
  EXPECT_EQ(entries[0].rows, 11);
  EXPECT_THAT(entries[0].prompts, ElementsAre(9, 11));
  EXPECT_EQ(entries[0].source, "nobody/nothing");
  EXPECT_EQ(entries[0].note, "eleven records");
  EXPECT_EQ(entries[0].where, kData + "mixtures/all.yaml:3");
  EXPECT_EQ(entries[1].path, kData + "records/good.json");
  EXPECT_EQ(entries[2].path, kData + "records/good.json");
  EXPECT_EQ(entries[2].name, "good");
  EXPECT_FALSE(entries[3].released);
  EXPECT_EQ(entries[4].video_folder, "/clips");
}

TEST(Mixture, ABareDataFileIsOneEntry) {
  const auto entries = read_mixture("dir/{a,b}.json");
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[1].path, "dir/b.json");
  EXPECT_EQ(entries[1].name, "b");
  EXPECT_EQ(read_mixture("dir/ai2d(cauldron,llava_format)/")[0].name, "ai2d(cauldron,llava_format)");
  EXPECT_EQ(read_mixture("dir/v1.5")[0].name, "v1.5");
}

TEST(Mixture, RefusesWithLineAndNearestName) {
  EXPECT_THAT(mixture_refusal("datasets:\n  - json_path: a.json\n    sampling_stratgy: all\n"),
              HasSubstr("m.yaml:3: unknown key \"datasets[0].sampling_stratgy\"; did you mean \"sampling_strategy\"?"));
  EXPECT_THAT(mixture_refusal("dataset:\n  - json_path: a.json\n"), HasSubstr("\"datasets\""));
  EXPECT_THAT(mixture_refusal("datasets: []\n"), HasSubstr("at least one entry"));
  EXPECT_THAT(mixture_refusal("datasets:\n  - name: a\n"), HasSubstr("\"datasets[0].json_path\" should be text"));
  EXPECT_THAT(mixture_refusal("datasets:\n  - a.json\n"), HasSubstr("should be a map"));
  EXPECT_THAT(mixture_refusal("datasets: [{json_path: a.json, sampling_strategy: some}]\n"), HasSubstr("m.yaml:1"));
  EXPECT_THAT(mixture_refusal("datasets: [{json_path: a.json, rows: -1}]\n"), HasSubstr("rows"));
  EXPECT_THAT(mixture_refusal("datasets: [{json_path: a.json}]\nseed: 1\n"),
              HasSubstr("m.yaml:2: unknown key \"seed\""));
  EXPECT_THAT(mixture_refusal("datasets: [{json_path: '{a,b}.json', rows: 5}]\n"), HasSubstr("2 files"));
  EXPECT_THAT(mixture_refusal("datasets: [{json_path: '{a,}.json'}]\n"), HasSubstr("empty name"));
  EXPECT_THAT(mixture_refusal("datasets: [{json_path: '{a,{b,c}}.json'}]\n"), HasSubstr("one pair of braces"));
  EXPECT_THAT(mixture_refusal("datasets: [{json_path: 'a}.json'}]\n"), HasSubstr("one pair of braces"));
}

TEST(Dataset, JoinsEntriesAndListsWhatIsMissing) {
  const Dataset data(read_mixture(kData + "mixtures/all.yaml"), {.image_folder = "", .video_folder = "v", .seed = 0});
  // 3 + ceil(20% of 11) twice + nothing + ceil(50% of 11) + nothing
  ASSERT_EQ(data.size(), 3 + 3 + 3 + 6);
  EXPECT_EQ(data.entry_of(2), 0U);
  EXPECT_EQ(data.entry_of(3), 1U);
  EXPECT_EQ(data.entry_of(9), 4U);
  EXPECT_THROW(data.entry_of(15), Error);
  EXPECT_THAT(data.where(3), HasSubstr("good.json:"));
  EXPECT_THAT(data.where(3), HasSubstr("(record 8)"));
  EXPECT_EQ(data.sample(1).dataset, "lines");
  EXPECT_EQ(data.sample(0).media[0].path, kData + "mixtures/pictures/a.jpg");
  EXPECT_EQ(data.sample(5).media[0].path, kData + "records/a/../b/./c.jpg");
  EXPECT_EQ(data.entries()[1].context.video_folder, "v");
  EXPECT_EQ(data.entries()[4].context.video_folder, "/clips");
  PythonRandom random(0);
  EXPECT_THAT(data.where(9), HasSubstr("(record " + std::to_string(shuffled(random, 11)[0]) + ")"));
  const std::string message = refusal([&] { data.require_complete(); }, ErrorKind::input);
  EXPECT_THAT(message, HasSubstr("2 of 6 data files cannot be used"));
  EXPECT_THAT(message, HasSubstr("all.yaml:13: " + kData +
                                 "records/missing.json: missing (from lmms-lab/not-released) "
                                 "(never released)"));
  EXPECT_THAT(message, HasSubstr("truncated.json:16: the file ends"));
}

TEST(Dataset, MeasureReadsAllAndKeepsTheBad) {
  const Dataset data(read_mixture(kData + "{records/good,corrupt/records}.jsonl"), {});
  std::int64_t last = 0;
  const Measured measured = measure(data, [&](std::int64_t done, std::int64_t all) {
    EXPECT_EQ(all, data.size());
    EXPECT_GT(done, last);
    last = done;
  });
  EXPECT_EQ(last, data.size());
  ASSERT_EQ(measured.bad.size(), static_cast<std::size_t>(data.size() - 11));
  EXPECT_EQ(measured.bad[0].index, 11);
  EXPECT_THAT(measured.bad[0].message, HasSubstr("records.jsonl:1: "));
  EXPECT_EQ(measured.words[0], 7);
  EXPECT_EQ(measured.words[11], 0);
  EXPECT_EQ(measured.kinds[0], SampleKind::image);
  EXPECT_EQ(measured.kinds[6], SampleKind::video);
  EXPECT_EQ(measured.kinds[7], SampleKind::text);
}

}  // namespace
}  // namespace ov
