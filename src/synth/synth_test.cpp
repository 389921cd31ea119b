// Drawn data: the same bytes for the same seed, pictures that show what their record says, strict recipes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "base/sha256.h"
#include "media/decode.h"
#include "synth/scene.h"
#include "synth/synthesize.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

class SynthFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::temp_directory_path() / ("ov-synth-" + std::to_string(::getpid()))).string();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    set_num_threads(0);
    fs::remove_all(folder_);
  }

  std::string draw(const std::string& recipe, std::uint64_t seed, const std::string& name) {
    const std::string out = folder_ + "/" + name;
    synthesize(parse_synth_recipe(recipe, "data.yaml"), {.seed = seed, .progress = {}}, out);
    return out;
  }

  std::string folder_;
};

std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      found[fs::relative(entry.path(), folder).string()] = read_file(entry.path().string(), 1'000'000);
  }
  return found;
}

std::vector<Json> records(const std::string& path) {
  std::istringstream lines(read_file(path, 10'000'000));
  std::vector<Json> found;
  for (std::string line; std::getline(lines, line);) found.push_back(parse_json(line, path));
  return found;
}

std::string turn(const Json& record, std::size_t i) { return record["conversations"][i]["value"]; }

std::string pixel(const Image& picture, std::int64_t x, std::int64_t y) {
  const std::uint8_t* rgb = picture.rgb.data() + 3 * (y * picture.width + x);
  for (const auto list : {shape_colours(), background_colours()}) {
    for (const Colour& colour : list) {
      if (rgb[0] == colour.red && rgb[1] == colour.green && rgb[2] == colour.blue) return colour.name;
    }
  }
  return "none";
}

std::set<std::string> colours_in(const Image& picture) {
  std::set<std::string> found;
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) found.insert(pixel(picture, x, y));
  }
  for (const Colour& colour : background_colours()) found.erase(colour.name);
  return found;
}

Image picture_of(const std::string& out, const std::string& path) {
  return load_image(out + "/" + path, MediaLimits{}, Compat::exact);
}

const char* const kEveryFamily =
    "files:\n"
    "  - {name: a, family: caption, count: 9}\n"
    "  - {name: b, family: detail, count: 9}\n"
    "  - {name: c, family: question, count: 9}\n"
    "  - {name: d, family: wide, count: 9}\n"
    "  - {name: e, family: pair, count: 9}\n"
    "  - {name: f, family: motion, count: 9}\n"
    "  - {name: g, family: text, count: 9}\n";

TEST(RandomStream, DependsOnItsKeyOnly) {
  RandomStream a(1, "align", 0), same(1, "align", 0), other_index(1, "align", 1), other_name(1, "aligm", 0);
  const std::uint64_t first = a.next();
  EXPECT_EQ(first, same.next());
  EXPECT_NE(first, other_index.next());
  EXPECT_NE(first, other_name.next());
}

TEST(RandomStream, IsUniform) {
  RandomStream random(3, "dice", 0);
  std::map<std::int64_t, int> seen;
  for (int i = 0; i < 60'000; ++i) ++seen[random.between(1, 6)];
  ASSERT_EQ(seen.size(), 6U);
  for (const auto& [face, count] : seen) EXPECT_NEAR(count, 10'000, 500) << face;
  RandomStream whole(3, "whole", 0);
  EXPECT_NO_THROW(whole.between(INT64_MIN, INT64_MAX));
}

TEST(Canvas, ShapesHaveTheirAreas) {
  for (const auto& [shape, share] : {std::pair{Shape::circle, 0.7854}, std::pair{Shape::square, 1.0},
                                     std::pair{Shape::triangle, 0.5}, std::pair{Shape::bar, 1.0 / 3}}) {
    Image picture = blank_picture(300, 200, named_colour("white"));
    draw_shape(picture, shape, {50, 40, 200, 120}, named_colour("red"));
    std::int64_t count = 0;
    for (std::int64_t y = 0; y < 200; ++y) {
      for (std::int64_t x = 0; x < 300; ++x) {
        const bool drawn = pixel(picture, x, y) == "red";
        count += drawn;
        EXPECT_TRUE(!drawn || (x >= 50 && x < 250 && y >= 40 && y < 160)) << x << " " << y;
      }
    }
    EXPECT_NEAR(static_cast<double>(count) / (200 * 120), share, 0.01) << shape_name(shape);
  }
}

TEST(Canvas, CutsWhatIsOutside) {
  Image picture = blank_picture(10, 10, named_colour("white"));
  draw_shape(picture, Shape::square, {-5, -5, 7, 7}, named_colour("red"));
  EXPECT_EQ(pixel(picture, 1, 1), "red");
  EXPECT_EQ(pixel(picture, 2, 2), "white");
  draw_shape(picture, Shape::circle, {100, 100, 7, 7}, named_colour("blue"));
  EXPECT_EQ(colours_in(picture), std::set<std::string>{"red"});
}

TEST(Scene, ItemsAreApartAndDistinct) {
  for (std::uint64_t i = 0; i < 300; ++i) {
    RandomStream random(5, "scene", i);
    const std::int64_t width = random.between(12, 300), height = random.between(12, 300);
    const std::int64_t count = random.between(1, kMaxShapes);
    const Scene scene = draw_scene(random, width, height, {count, true});
    ASSERT_EQ(scene.items.size(), static_cast<std::size_t>(count));
    std::set<std::string> colours, shapes;
    for (const Item& item : scene.items) {
      colours.insert(item.colour->name);
      shapes.insert(shape_name(item.shape));
      const Box& box = item.box;
      EXPECT_EQ(pixel(scene.picture, box.x + box.width / 2, box.y + box.height / 2), item.colour->name);
    }
    EXPECT_EQ(colours_in(scene.picture), colours);
    EXPECT_EQ(colours.size(), scene.items.size());
    EXPECT_EQ(shapes.size(), scene.items.size());
  }
}

TEST_F(SynthFolder, SameSeedSameBytesOnAnyThreads) {
  set_num_threads(1);
  const auto one = contents(draw(kEveryFamily, 7, "one"));
  set_num_threads(3);
  EXPECT_EQ(one, contents(draw(kEveryFamily, 7, "three")));
  EXPECT_NE(one, contents(draw(kEveryFamily, 8, "other")));
  EXPECT_GT(one.size(), 7U + 9 * 4 + 9 * 2 + 9 * 4);
}

TEST_F(SynthFolder, AFileDoesNotDependOnItsNeighboursOrCount) {
  const std::string all = draw(kEveryFamily, 7, "all");
  const std::string one = draw("files: [{name: c, family: question, count: 4}]", 7, "one");
  const auto many = records(all + "/c.jsonl"), few = records(one + "/c.jsonl");
  ASSERT_EQ(few.size(), 4U);
  EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
}

TEST_F(SynthFolder, SplitsShareNoSample) {
  const std::string out = draw("files:\n  - {name: a, family: motion, count: 40}\n", 7, "train");
  const std::string test = draw("files:\n  - {name: a, family: motion, count: 40, split: test}\n", 7, "test");
  std::set<std::string> frames;
  for (const auto& [path, bytes] : contents(out + "/videos")) frames.insert(bytes);
  std::int64_t shared = 0;
  for (const auto& [path, bytes] : contents(test + "/videos")) shared += static_cast<std::int64_t>(frames.count(bytes));
  EXPECT_EQ(shared, 0);
}

TEST_F(SynthFolder, RecordsHaveTheFormat) {
  const std::string out = draw(kEveryFamily, 7, "out");
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) {
    const auto found = records(out + "/" + name + ".jsonl");
    ASSERT_EQ(found.size(), 9U);
    std::set<std::string> ids;
    for (const Json& record : found) {
      ids.insert(record["id"]);
      std::size_t media = record.contains("video") ? 1 : 0;
      if (record.contains("image")) media = record["image"].is_array() ? record["image"].size() : 1;
      std::string marks;
      for (std::size_t i = 0; i < media; ++i) marks += "<image>\n";
      EXPECT_THAT(turn(record, 0), ::testing::StartsWith(marks));
      EXPECT_EQ(turn(record, 0).find("<image>", marks.size()), std::string::npos);
      ASSERT_EQ(record["conversations"].size() % 2, 0U);
      for (std::size_t i = 0; i < record["conversations"].size(); ++i)
        EXPECT_EQ(record["conversations"][i]["from"], i % 2 == 0 ? "human" : "gpt");
    }
    EXPECT_EQ(ids.size(), 9U);
  }
}

TEST_F(SynthFolder, CaptionsNameTheColours) {
  const std::string out = draw("files: [{name: a, family: caption, count: 60, shapes: [1, 3]}]", 7, "out");
  for (const Json& record : records(out + "/a.jsonl")) {
    for (const std::string& colour : colours_in(picture_of(out, record["image"])))
      EXPECT_THAT(turn(record, 1), ::testing::ContainsRegex("(A|An|a|an) " + colour + " ")) << record;
    EXPECT_EQ(record["conversations"].size(), 2U);
  }
}

TEST_F(SynthFolder, AnswersAboutColoursAreTrue) {
  const std::string out = draw("files: [{name: a, family: question, count: 90, shapes: 1}]", 7, "out");
  std::set<std::string> kinds;
  for (const Json& record : records(out + "/a.jsonl")) {
    const std::string colour = *colours_in(picture_of(out, record["image"])).begin();
    const std::string question = turn(record, 0);
    const bool colours = question.find("What color is") != std::string::npos;
    const bool shapes = question.find("Which shape is " + colour) != std::string::npos;
    const bool counts = question.find("How many") != std::string::npos;
    EXPECT_EQ(colours + shapes + counts, 1) << record;
    const std::set<std::string> allowed = colours  ? std::set<std::string>{colour}
                                          : counts ? std::set<std::string>{"0", "1"}
                                                   : std::set<std::string>{"circle", "square", "triangle", "bar"};
    EXPECT_EQ(allowed.count(turn(record, 1)), 1U) << record;
    kinds.insert(question.substr(0, 13));
  }
  EXPECT_EQ(kinds.size(), 3U);
}

TEST_F(SynthFolder, EndsOfWidePicturesAreTrue) {
  const std::string out = draw("files: [{name: a, family: wide, count: 60, sides: [30, 400]}]", 7, "out");
  std::set<std::pair<std::int64_t, std::int64_t>> sizes;
  for (const Json& record : records(out + "/a.jsonl")) {
    const Image picture = picture_of(out, record["image"]);
    sizes.insert({picture.width, picture.height});
    const bool wide =
        turn(record, 0).find("left") != std::string::npos || turn(record, 0).find("right") != std::string::npos;
    EXPECT_EQ(wide, picture.width > picture.height) << record;
    const bool first =
        turn(record, 0).find("left") != std::string::npos || turn(record, 0).find("top") != std::string::npos;
    std::string end = "none";
    for (std::int64_t i = 0; i < (wide ? picture.width : picture.height); ++i) {
      for (std::int64_t j = 0; j < (wide ? picture.height : picture.width); ++j) {
        const std::string seen = wide ? pixel(picture, i, j) : pixel(picture, j, i);
        if (seen != "white" && seen != "gray" && (end == "none" || !first)) end = seen;
      }
    }
    EXPECT_EQ(turn(record, 1), end) << record;
  }
  EXPECT_GT(sizes.size(), 50U);
}

TEST_F(SynthFolder, PairsAreTrue) {
  const std::string out = draw("files: [{name: a, family: pair, count: 60}]", 7, "out");
  std::map<std::string, int> answers;
  for (const Json& record : records(out + "/a.jsonl")) {
    ++answers[turn(record, 1)];
    ASSERT_EQ(record["image"].size(), 2U);
    const bool same =
        colours_in(picture_of(out, record["image"][0])) == colours_in(picture_of(out, record["image"][1]));
    if (turn(record, 0).find("same color") == std::string::npos) continue;
    EXPECT_EQ(turn(record, 1), same ? "yes" : "no");
  }
  EXPECT_EQ(answers.size(), 4U);
  for (const auto& [answer, count] : answers) EXPECT_GT(count, 5) << answer;
}

TEST_F(SynthFolder, VideosMoveAsTheySay) {
  const std::string out = draw("files: [{name: a, family: motion, count: 20, frames: 5}]", 7, "out");
  for (const Json& record : records(out + "/a.jsonl")) {
    std::vector<std::pair<std::int64_t, std::int64_t>> corners;  // of what is drawn
    std::vector<std::string> frames;
    for (const auto& entry : fs::directory_iterator(out + "/" + record["video"].get<std::string>()))
      frames.push_back(fs::relative(entry.path(), out).string());
    std::sort(frames.begin(), frames.end());
    ASSERT_EQ(frames.size(), 5U);
    for (const std::string& frame : {frames.front(), frames.back()}) {
      const Image picture = picture_of(out, frame);
      std::pair<std::int64_t, std::int64_t> corner{INT64_MAX, INT64_MAX};
      for (std::int64_t i = 0; i < picture.width * picture.height; ++i) {
        const std::string seen = pixel(picture, i % picture.width, i / picture.width);
        if (seen == "white" || seen == "gray") continue;
        corner = {std::min(corner.first, i % picture.width), std::min(corner.second, i / picture.width)};
      }
      corners.push_back(corner);
    }
    const auto [dx, dy] = std::pair{corners[1].first - corners[0].first, corners[1].second - corners[0].second};
    const std::string way = dx < 0 ? "left" : dx > 0 ? "right" : dy < 0 ? "up" : "down";
    EXPECT_EQ(turn(record, 1), way) << record;
    EXPECT_NE(dx == 0, dy == 0);
  }
}

TEST_F(SynthFolder, SumsAreTrue) {
  const std::string out = draw("files: [{name: a, family: text, count: 90, numbers: [0, 20]}]", 7, "out");
  for (const Json& record : records(out + "/a.jsonl")) {
    std::istringstream words(turn(record, 0));
    std::string what, is, operation;
    std::int64_t a = 0, b = 0;
    words >> what >> is;
    if (what == "Repeat") continue;
    words >> a >> operation >> b;
    EXPECT_EQ(turn(record, 1), std::to_string(operation == "plus" ? a + b : a - b)) << record;
  }
}

TEST_F(SynthFolder, RefusesAFullFolderAndLeavesNothingWhenStopped) {
  const std::string recipe = "files: [{name: a, family: text, count: 1000}]";
  const std::string out = draw(recipe, 7, "out");
  EXPECT_THROW(draw(recipe, 7, "out"), Error);
  SynthOptions options;
  options.progress = [](std::int64_t done, std::int64_t total) {
    EXPECT_EQ(total, 1000);
    if (done > 100) throw Error(ErrorKind::interrupted, "interrupted");
  };
  EXPECT_THROW(synthesize(parse_synth_recipe(recipe, "r"), options, folder_ + "/stopped"), Error);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST(SynthRecipe, Reads) {
  const SynthRecipe recipe = parse_synth_recipe(
      "files:\n"
      "  - name: a\n"
      "    family: caption\n"
      "    count: 3\n"
      "    sides: 64\n"
      "  - {name: b, family: caption, count: 2, split: test, shapes: [2, 3]}\n",
      "data.yaml");
  ASSERT_EQ(recipe.files.size(), 2U);
  EXPECT_EQ(recipe.files[0].settings.at("sides"), (Range{64, 64}));
  EXPECT_EQ(recipe.files[0].settings.at("shapes"), (Range{1, 2}));
  EXPECT_EQ(recipe.files[1].settings.at("shapes"), (Range{2, 3}));
  EXPECT_EQ(recipe.files[0].split, "train");
  EXPECT_EQ(recipe.files[1].split, "test");
}

TEST(SynthRecipe, RefusesWhatItDoesNotKnow) {
  const std::pair<const char*, const char*> cases[] = {
      {"file: []", "data.yaml:1.*file"},
      {"files: []", "files"},
      {"files: [{name: a, family: captoin, count: 1}]", "caption"},
      {"files:\n  - {name: a, family: caption, count: 1}\n  - {name: b, family: text, count: 1, side: 3}",
       "data.yaml:3.*side"},
      {"files: [{name: a, family: text, count: 1, sides: 64}]", "sides"},
      {"files: [{name: a, family: caption, count: 0}]", "count"},
      {"files: [{name: a, family: caption, count: 1.5}]", "count"},
      {"files: [{name: ../a, family: caption, count: 1}]", "name"},
      {"files: [{name: a, family: caption, count: 1, sides: [9, 8]}]", "sides"},
      {"files: [{name: a, family: caption, count: 1, sides: [9, 8, 7]}]", "sides"},
      {"files: [{name: a, family: caption, count: 1, sides: 5000}]", "sides"},
      {"files: [{name: a, family: caption, count: 1, split: val}]", "split"},
      {"files: [{name: a, family: text, count: 1}, {name: a, family: text, count: 1}]", "name"},
  };
  for (const auto& [text, expected] : cases) {
    try {
      parse_synth_recipe(text, "data.yaml");
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::format) << text;
      EXPECT_THAT(error.what(), ::testing::ContainsRegex(expected)) << text;
    }
  }
}

}  // namespace
}  // namespace ov
