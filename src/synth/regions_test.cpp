// Regions: they lie inside the picture, have ink, spell the text and name the colour that is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/file.h"
#include "base/parallel.h"
#include "media/decode.h"
#include "synth/assets.h"
#include "synth/marked_drawing.h"
#include "synth/synthesize.h"
#include "synth/test_patches.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

std::string fresh_folder() {
  const std::string folder = (fs::temp_directory_path() / ("ov-regions-" + std::to_string(::getpid()))).string();
  fs::remove_all(folder);
  return folder;
}

// How far the darkest and the lightest pixel of the box lie apart, 0 to 765.
double spread(const Image& picture, const Json& region) {
  double low = 765, high = 0;
  for (std::int64_t y = region[1]; y < region[1].get<int>() + region[3].get<int>(); ++y) {
    for (std::int64_t x = region[0]; x < region[0].get<int>() + region[2].get<int>(); ++x) {
      const Rgb rgb = at(picture, y * picture.width + x);
      low = std::min(low, rgb.red + rgb.green + rgb.blue), high = std::max(high, rgb.red + rgb.green + rgb.blue);
    }
  }
  return high - low;
}

std::string without_spaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

TEST(Regions, AreCutToThePicture) {
  const std::string folder = fresh_folder();
  const SampleContext context{folder, "a", false, false, nullptr, nullptr};
  SampleWriter writer(context, 0);
  EXPECT_FALSE(writer.record("x").contains("regions"));
  writer.add_picture(Drawing(20, 10, kWhite).image());
  writer.add_region({-5, 2.4, 10, 20}, {"light blue", "bar"});
  writer.add_region({3, 3, 0.4, 5}, {"thin"});
  writer.add_region({21, 3, 5, 5}, {"outside"});
  const Json regions = writer.record("x")["regions"];
  EXPECT_EQ(dump_json(regions), R"([[0,2,5,8,"light blue","bar"]])");
  fs::remove_all(folder);
}

TEST(Regions, FiguresHaveTheirColoursInTheMiddle) {
  const std::string folder = fresh_folder();
  for (std::size_t figure = 0; figure < figures().size(); ++figure) {
    for (std::size_t colour = 0; colour < thing_colours().size(); ++colour) {
      RandomStream random(3, "figure", 10 * figure + colour);
      const SampleContext context{folder, "a", false, false, nullptr, nullptr};
      SampleWriter writer(context, 0);
      MarkedDrawing marked(Drawing(80, 80, {205, 226, 248}));
      const Motif motif = make_shape(random, {figure, colour});
      marked.show(motif, {10, 20, 50, 50}, static_cast<double>(random.between(-15, 15)));
      marked.hand_over(random, writer);
      const Json record = writer.record("x"), region = record["regions"][0];
      const Image picture = load_image(folder + "/" + record["image"].get<std::string>(), MediaLimits{}, Compat::exact);
      const std::int64_t x = region[0].get<int>() + region[2].get<int>() / 2,
                         y = region[1].get<int>() + region[3].get<int>() / 2;
      EXPECT_EQ(region[4], nearest_colour(at(picture, y * picture.width + x))) << region;
      EXPECT_EQ(region[5], figures()[figure].name);
      EXPECT_THAT(record["conversations"][1]["value"].get<std::string>(), ::testing::HasSubstr(" " + motif.words()));
    }
  }
  fs::remove_all(folder);
}

// Fonts and things are fetched by ./run assets.
class RegionsOfAssets : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string assets = std::string(OV_TESTDATA) + "/../build/assets";
    if (!fs::exists(assets + "/catalogue.json")) GTEST_SKIP() << "no fonts: ./run assets";
    assets_ = Assets::open(assets);
    folder_ = fresh_folder();
  }
  void TearDown() override {
    set_num_threads(0);
    fs::remove_all(folder_);
  }

  std::vector<Json> draw(const std::string& split) {
    fs::remove_all(folder_);
    SynthOptions options;
    options.assets = &assets_;
    const std::string recipe =
        "files: [{name: a, family: regions, count: 120, sides: [100, 160], split: " + split + "}]";
    synthesize(parse_synth_recipe(recipe, "data.yaml"), options, folder_);
    std::istringstream lines(read_file(folder_ + "/a.jsonl", 10'000'000));
    std::vector<Json> found;
    for (std::string line; std::getline(lines, line);) found.push_back(parse_json(line, folder_));
    return found;
  }

  std::string folder_;
  Assets assets_;
};

TEST_F(RegionsOfAssets, LieInThePictureAndHaveInk) {
  int letters = 0, pale = 0;
  for (const Json& record : draw("train")) {
    const Image picture = load_image(folder_ + "/" + record["image"].get<std::string>(), MediaLimits{}, Compat::exact);
    ASSERT_TRUE(record.contains("regions")) << record;
    for (const Json& region : record["regions"]) {
      ASSERT_GE(region.size(), 5U);
      ASSERT_TRUE(region[0] >= 0 && region[1] >= 0 && region[2] >= 1 && region[3] >= 1) << region;
      ASSERT_LE(region[0].get<int>() + region[2].get<int>(), picture.width) << region;
      ASSERT_LE(region[1].get<int>() + region[3].get<int>(), picture.height) << region;
      ++letters;
      pale += spread(picture, region) < 90 && region.size() == 5;
    }
  }
  EXPECT_GT(letters, 2000);
  EXPECT_LE(pale, letters / 50);  // dots and dashes of thin fonts
}

TEST_F(RegionsOfAssets, AreTheSameOnAnyThreads) {
  const auto content = [&](int threads) {
    set_num_threads(threads);
    const std::vector<Json> records = draw("train");
    std::string bytes = read_file(folder_ + "/a.jsonl", 10'000'000);
    for (const Json& record : records)
      bytes += read_file(folder_ + "/" + record["image"].get<std::string>(), 1'000'000);
    return bytes;
  };
  EXPECT_EQ(content(1), content(3));
}

TEST_F(RegionsOfAssets, SpellTheText) {
  int spelled = 0;
  for (const Json& record : draw("test")) {
    const std::string kind = record["data_source"];
    bool text = false;
    for (const char* name : {"lines", "word", "paragraph", "receipt", "grid", "digits", "chinese"})
      text = text || kind == std::string("synth_regions/") + name;
    if (!text) continue;
    std::string letters;
    for (const Json& region : record["regions"]) letters += region[4].get<std::string>();
    EXPECT_EQ(letters, without_spaces(record["conversations"][1]["value"])) << record;
    ++spelled;
  }
  EXPECT_GT(spelled, 40);
}

TEST_F(RegionsOfAssets, LettersStandSideBySide) {
  const std::string font = use_font(assets_.fonts(Split::train, Script::latin)[0].path);
  const Drawing drawing(100, 100, kWhite);
  std::string text;
  double right = 10;
  for (const Letter& letter : drawing.letters({.font = font, .size = 20}, "on e\xC3\xA9", {10, 30})) {
    EXPECT_GE(letter.box.x, right - 0.01);
    EXPECT_TRUE(letter.box.y > 30 && letter.box.y + letter.box.height < 56);
    right = letter.box.x + letter.box.width;
    text += letter.text + ",";
  }
  EXPECT_EQ(text, "o,n,e,\xC3\xA9,");
  EXPECT_NEAR(right, 10 + drawing.measure({.font = font, .size = 20}, "on e\xC3\xA9").width, 0.1);
}

}  // namespace
}  // namespace ov
