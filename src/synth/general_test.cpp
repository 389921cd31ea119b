// General families: answers agree with the arrangement by a second route, are spread over what is possible, and keep
// some pairs of figure and colour for tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "media/decode.h"
#include "media/write_png.h"
#include "synth/arrangement_questions.h"
#include "synth/assets.h"
#include "synth/figures.h"
#include "synth/palette.h"
#include "synth/places.h"
#include "synth/synthesize.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kNames[][2] = {
    {"cat", "animal"},  {"dog", "animal"},  {"cow", "animal"},    {"owl", "animal"},
    {"apple", "food"},  {"pear", "food"},   {"cake", "food"},     {"egg", "food"},
    {"car", "vehicle"}, {"bus", "vehicle"}, {"ship", "vehicle"},  {"truck", "vehicle"},
    {"hammer", "tool"}, {"saw", "tool"},    {"bag", "household"}, {"cup", "household"}};

class GeneralFamilies : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::temp_directory_path() / ("ov-general-" + std::to_string(::getpid()))).string();
    fs::remove_all(folder_);
    fs::create_directories(folder_ + "/assets");
    make_assets();
    assets_ = Assets::open(folder_ + "/assets");
  }
  void TearDown() override {
    set_num_threads(0);
    fs::remove_all(folder_);
  }

  // Every picture is a disc of its own colour.
  std::string disc(const std::string& file, int i) {
    Drawing drawing(24, 24, kWhite);
    drawing.fill_ellipse(drawing.all(), {40.0 + 6 * i, 20, 200.0 - 6 * i});
    write_png(folder_ + "/assets/" + file, drawing.image());
    return file;
  }

  void make_assets() {
    Json objects = Json::array(), photos = Json::array();
    int i = 0;
    for (const auto& [name, group] : kNames) {
      Json pictures = Json::array();
      for (const std::string split : {"train", "test"})
        pictures.push_back(
            {{"file", disc(std::string(name) + split + ".png", i)}, {"source", "emoji"}, {"split", split}});
      objects.push_back(
          {{"name", name}, {"plural", std::string(name) + "s"}, {"group", group}, {"pictures", pictures}});
      for (const std::string split : {"train", "test"})
        photos.push_back(
            {{"label", name}, {"file", disc("photo" + std::string(name) + split + ".png", i++)}, {"split", split}});
    }
    std::string digits;
    for (char value = 0; value < 10; ++value) digits += value + std::string(28 * 28, 'x');
    write_file_atomic(folder_ + "/assets/digits.bin", digits + digits);
    const Json catalogue = {{"fonts", Json::array()},
                            {"objects", objects},
                            {"photos", photos},
                            {"digits", {{"file", "digits.bin"}, {"train", 10}, {"test", 10}}}};
    write_file_atomic(folder_ + "/assets/catalogue.json", dump_json(catalogue));
  }

  std::string draw(const std::string& recipe, const std::string& name) {
    SynthOptions options;
    options.seed = 7;
    options.assets = &assets_;
    synthesize(parse_synth_recipe(recipe, "data.yaml"), options, folder_ + "/" + name);
    return folder_ + "/" + name;
  }

  std::vector<Json> draw_records(const std::string& family, const std::string& settings, const std::string& name) {
    const std::string out = draw("files: [{name: a, family: " + family + ", " + settings + "}]", name);
    std::istringstream lines(read_file(out + "/a.jsonl", 10'000'000));
    std::vector<Json> found;
    for (std::string line; std::getline(lines, line);) found.push_back(parse_json(line, out));
    return found;
  }

  std::string folder_;
  Assets assets_;
};

std::string turn(const Json& record, std::size_t i) { return record["conversations"][i]["value"]; }

std::string without_mark(const std::string& text) { return text.substr(text.find('\n') + 1); }

std::map<std::string, std::string> contents(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      found[fs::relative(entry.path(), folder).string()] = read_file(entry.path().string(), 1'000'000);
  }
  return found;
}

TEST_F(GeneralFamilies, SameBytesOnAnyThreads) {
  std::string recipe = "files:\n";
  for (const char* family :
       {"object_caption", "scene_detail", "scene_question", "counting", "photo_caption", "composite"})
    recipe += "  - {name: " + std::string(family) + ", family: " + family + ", count: 9}\n";
  set_num_threads(1);
  const auto one = contents(draw(recipe, "one"));
  set_num_threads(3);
  EXPECT_EQ(one, contents(draw(recipe, "three")));
  EXPECT_EQ(one.size(), 6U * 10);
}

TEST_F(GeneralFamilies, AnswersAreSpreadAndQuestionsPhrasedInManyWays) {
  for (const char* family : {"scene_question", "counting", "photo_caption", "composite"}) {
    const bool counting = std::string(family) == "counting";
    const std::string settings = std::string("count: 800, sides: 112") + (counting ? "" : ", rounds: 1");
    std::map<std::string, std::map<std::string, int>> answers;
    std::map<std::string, std::set<std::string>> openings;
    for (const Json& record : draw_records(family, settings, family)) {
      const std::string question = without_mark(turn(record, 0)), kind = record["data_source"];
      openings[kind].insert(question.substr(0, 9));
      if (question.find("\nAnswer") != std::string::npos) ++answers[kind][turn(record, 1)];
    }
    for (const auto& [kind, counts] : answers) {
      int all = 0, most = 0;
      for (const auto& [answer, count] : counts) {
        all += count;
        most = std::max(most, count);
      }
      EXPECT_GE(all, 12) << kind;
      EXPECT_LE(most, all * (counts.size() == 2 ? 0.72 : 0.46)) << kind;
      EXPECT_GE(counts.size(), 2U) << kind;
    }
    for (const auto& [kind, found] : openings) EXPECT_GE(found.size(), 3U) << kind;
  }
}

// Where the words stand on their own: "located" has no cat in it.
std::size_t find_words(const std::string& text, const std::string& words) {
  const auto is_letter = [&](std::size_t at) {
    return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at]));
  };
  std::size_t at = text.find(words);
  while (at != std::string::npos && ((at > 0 && is_letter(at - 1)) || is_letter(at + words.size())))
    at = text.find(words, at + 1);
  return at;
}

// The items whose words stand in the text, in the order of the text.
std::vector<const Placed*> mentioned(const Arrangement& scene, const std::string& text) {
  std::map<std::size_t, const Placed*> found;
  for (const Placed& item : scene.items) {
    const std::size_t at = find_words(text, scene.sort_of(item).coloured());
    if (at != std::string::npos) found[at] = &item;
  }
  std::vector<const Placed*> items;
  for (const auto& [at, item] : found) items.push_back(item);
  return items;
}

bool beyond(const Placed& item, const Placed& other, const std::string& text) {
  const Point a = item.box.middle(), b = other.box.middle();
  if (text.find("left of") != std::string::npos) return a.x < b.x;
  if (text.find("right of") != std::string::npos) return a.x > b.x;
  return text.find("above") != std::string::npos ? a.y < b.y : a.y > b.y;
}

std::int64_t counted(const Arrangement& scene, const std::string& plural) {
  return std::count_if(scene.items.begin(), scene.items.end(), [&](const Placed& item) {
    const Sort& sort = scene.sort_of(item);
    return plural == "shapes" || plural == "objects" || plural == sort.plural || plural == sort.colour + " shapes";
  });
}

void check_number(const Arrangement& scene, const std::string& question, const std::string& answer) {
  std::set<std::string> plurals = {"objects", "shapes"};
  for (const Sort& sort : scene.sorts) {
    plurals.insert(sort.plural);
    if (sort.is_figure()) plurals.insert(sort.colour + " shapes");
  }
  std::string longest;  // "red shapes" before "shapes"
  for (const std::string& plural : plurals) {
    if (question.find(plural) != std::string::npos && plural.size() > longest.size()) longest = plural;
  }
  EXPECT_EQ(std::to_string(counted(scene, longest)), answer) << question;
}

void check_answer(const Arrangement& scene, const Query& asked, const std::string& question) {
  const std::string where = question + " -> " + asked.answer;
  const Rect all{0, 0, static_cast<double>(scene.width), static_cast<double>(scene.height)};
  const auto items = mentioned(scene, question), answers = mentioned(scene, asked.answer);
  if (asked.kind == "where") {
    ASSERT_FALSE(items.empty()) << where;
    EXPECT_EQ(place_name(items.back()->box, all), asked.answer) << where;
  } else if (asked.kind == "what") {
    for (const Placed& item : scene.items) {
      const bool here = question.find(ov::where(item.place) + " of") != std::string::npos ||
                        question.find(ov::where(item.place) + "?") != std::string::npos;
      if (here) {
        EXPECT_EQ(scene.sort_of(item).coloured(), asked.answer) << where;
      }
    }
  } else if (asked.kind == "color" || asked.kind == "shape") {
    const bool colour = asked.kind == "color";
    const auto fitting = std::count_if(scene.sorts.begin(), scene.sorts.end(), [&](const Sort& sort) {
      return question.find(colour ? sort.name : sort.colour) != std::string::npos && sort.is_figure() &&
             (colour ? sort.colour : sort.name) == asked.answer;
    });
    EXPECT_EQ(fitting, 1) << where;
  } else if (asked.kind == "count") {
    check_number(scene, question, asked.answer);
  } else if (asked.kind == "exists") {
    EXPECT_EQ(asked.answer, items.empty() ? "no" : "yes") << where;
  } else if (asked.kind == "relation") {
    ASSERT_EQ(items.size(), 1U) << where;
    std::vector<std::string> there;
    for (const Placed& item : scene.items) {
      if (&item != items[0] && beyond(item, *items[0], question)) there.push_back(scene.sort_of(item).coloured());
    }
    EXPECT_EQ(there, std::vector<std::string>{asked.answer}) << where;
  } else if (asked.kind == "side") {
    ASSERT_EQ(items.size(), 2U) << where;
    EXPECT_EQ(asked.answer, beyond(*items[0], *items[1], question) ? "yes" : "no") << where;
  } else if (asked.kind == "size") {
    ASSERT_FALSE(answers.empty()) << where;
    const bool big = question.find("bigg") != std::string::npos;
    for (const Placed& item : scene.items) {
      if (&item == answers.back()) continue;
      EXPECT_EQ(item.box.width < answers.back()->box.width, big) << where;
    }
  } else if (asked.kind == "choice") {
    const bool place = !items.empty() && items[0]->place == asked.answer;
    EXPECT_TRUE(place || !answers.empty()) << where;
    for (const std::string& wrong : asked.wrong) EXPECT_TRUE(place || mentioned(scene, wrong).empty()) << wrong;
  }
}

TEST_F(GeneralFamilies, AnswersAgreeWithTheArrangement) {
  const std::map<std::string, Range> settings = {{"sides", {112, 192}}};
  const SampleContext context{folder_, "a", false, false, &settings, &assets_};
  const SampleWriter writer(context, 0);
  std::map<std::string, int> asked;
  for (std::uint64_t i = 0; i < 300; ++i) {
    RandomStream random(5, "arrangement", i);
    ArrangementForm form;
    form.counts = {random.between(1, 3), 1, random.between(1, 2)};
    if (i % 3 == 0) form.counts = {1, 1};
    form.sizes = random.coin();
    form.alike = i % 5 == 0;
    const Arrangement scene = arrange(random, writer, form);
    ASSERT_EQ(counted(scene, "objects"), static_cast<std::int64_t>(scene.items.size()));
    for (const char* kind : arrangement_kinds()) {
      const auto question = ask_about(random, writer, kind, scene);
      if (!question) continue;
      ++asked[question->kind];
      EXPECT_EQ(question->kind, kind);
      for (const std::string& wording : question->wordings) check_answer(scene, *question, wording);
    }
  }
  for (const char* kind : arrangement_kinds()) EXPECT_GE(asked[kind], 10) << kind;
}

// Patches of pixels that are far from every ground.
std::int64_t patches(const Image& picture) {
  const auto differs = [&](std::int64_t i) {
    int sum = 0;
    for (int c = 0; c < 3; ++c) sum += std::abs(picture.rgb[static_cast<std::size_t>(3 * i + c)] - 230);
    return sum > 165;
  };
  const std::int64_t size = picture.width * picture.height;
  std::vector<bool> seen(static_cast<std::size_t>(size));
  std::int64_t found = 0;
  for (std::int64_t start = 0; start < size; ++start) {
    std::vector<std::int64_t> open = {start};
    std::int64_t area = 0;
    while (!open.empty()) {
      const std::int64_t at = open.back();
      open.pop_back();
      if (seen[static_cast<std::size_t>(at)] || !differs(at)) continue;
      seen[static_cast<std::size_t>(at)] = true;
      ++area;
      for (const std::int64_t next : {at - 1, at + 1, at - picture.width, at + picture.width}) {
        if (next >= 0 && next < size && std::abs(next % picture.width - at % picture.width) <= 1) open.push_back(next);
      }
    }
    found += area > 12;
  }
  return found;
}

TEST_F(GeneralFamilies, NumbersAreTheNumbersOfPatches) {
  int compared = 0;
  for (const Json& record : draw_records("counting", "count: 120, sides: [160, 192]", "out")) {
    const bool everything = record["data_source"] == "synth_counting/everything";
    if (!everything || turn(record, 0).find("\nAnswer") == std::string::npos) continue;
    const Image picture =
        load_image(folder_ + "/out/" + record["image"].get<std::string>(), MediaLimits{}, Compat::exact);
    EXPECT_EQ(std::to_string(patches(picture)), turn(record, 1)) << record;
    ++compared;
  }
  EXPECT_GT(compared, 15);
}

TEST_F(GeneralFamilies, SomePairsAreForTestsOnly) {
  std::map<std::string, int> kept;
  for (const std::string split : {"train", "test"}) {
    for (const char* family : {"object_caption", "scene_question"}) {
      for (const Json& record : draw_records(family, "count: 200, sides: 112, split: " + split, family + split)) {
        for (std::size_t figure = 0; figure < figures().size(); ++figure) {
          for (std::size_t colour = 0; colour < thing_colours().size(); ++colour) {
            const std::string pair = std::string(thing_colours()[colour].name) + " " + figures()[figure].name;
            if (kept_for_tests({figure, colour}) && dump_json(record).find(" " + pair) != std::string::npos)
              ++kept[split];
          }
        }
      }
    }
  }
  EXPECT_EQ(kept["train"], 0);
  EXPECT_GT(kept["test"], 40);
}

TEST_F(GeneralFamilies, DescriptionsAreShortAndNightIsDark) {
  for (const Json& record : draw_records("scene_detail", "count: 200, sides: 112", "detail")) {
    const std::string text = turn(record, 1);
    EXPECT_LE(std::count(text.begin(), text.end(), ' '), 58) << text;
    EXPECT_THAT(text, ::testing::MatchesRegex("There (is|are) .*\\. The background is [a-z ]+\\."));
  }
  int checked = 0;
  for (const Json& record : draw_records("composite", "count: 400, rounds: 1, sides: 112", "composite")) {
    if (record["data_source"] != "synth_composite/time") continue;
    const Image picture =
        load_image(folder_ + "/composite/" + record["image"].get<std::string>(), MediaLimits{}, Compat::exact);
    std::int64_t blue = 0;
    for (std::int64_t x = 0; x < picture.width; ++x) blue += picture.rgb[static_cast<std::size_t>(3 * x + 2)];
    EXPECT_THAT(turn(record, 1), HasSubstr(blue / picture.width < 128 ? "night" : "day"));
    ++checked;
  }
  EXPECT_GT(checked, 15);
}

}  // namespace
}  // namespace ov
