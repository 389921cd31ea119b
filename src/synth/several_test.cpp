// Families of several pictures and of videos: their answers are found again in the pictures' pixels, by patches of one
// color, without looking at what the families meant to draw. Shapes only: these need no assets.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <sstream>

#include "base/file.h"
#include "base/parallel.h"
#include "media/decode.h"
#include "synth/synthesize.h"
#include "synth/test_patches.h"
#include "synth/view.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

struct Sample {
  std::string kind, question, answer;
  std::vector<Patches> pictures;  // or frames

  std::string asked_colour(std::size_t skip = 0) const {
    std::istringstream words(question);
    for (std::string word; words >> word;)
      for (const NamedColour& colour : thing_colours())
        if (word == colour.name && skip-- == 0) return word;
    return "";
  }
};

class Several : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = (fs::temp_directory_path() / ("ov-several-" + std::to_string(::getpid()))).string();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    set_num_threads(0);
    fs::remove_all(folder_);
  }

  std::string draw(const std::string& files, const std::string& name, std::uint64_t seed = 7) {
    const SynthRecipe recipe = parse_synth_recipe("files:\n" + files, "data.yaml");
    synthesize(recipe, {.seed = seed, .progress = {}}, folder_ + "/" + name);
    return folder_ + "/" + name;
  }

  static std::vector<Json> records(const std::string& path) {
    std::istringstream lines(read_file(path, 10'000'000));
    std::vector<Json> found;
    for (std::string line; std::getline(lines, line);) found.push_back(parse_json(line, path));
    return found;
  }

  static Sample sample_of(const std::string& out, const Json& record) {
    Sample sample;
    const std::string source = record["data_source"];
    sample.kind = source.substr(source.find('/') + 1);
    sample.question = record["conversations"][0]["value"];
    sample.answer = record["conversations"][1]["value"];
    std::vector<std::string> paths;
    if (record.contains("image")) paths = record["image"].get<std::vector<std::string>>();
    if (record.contains("video")) {
      for (const auto& entry : fs::directory_iterator(out + "/" + record["video"].get<std::string>()))
        paths.push_back(fs::relative(entry.path(), out).string());
    }
    std::sort(paths.begin(), paths.end(), [](const std::string& a, const std::string& b) {
      return std::pair(a.size(), a) < std::pair(b.size(), b);
    });
    for (const std::string& path : paths)
      sample.pictures.push_back(patches_of(load_image(out + "/" + path, MediaLimits{}, Compat::exact)));
    return sample;
  }

  // Compares answers with what `look` finds in the pictures: "red*" stands for any answer that begins so, and "" says
  // that it cannot tell. Returns how many of each kind were judged.
  std::map<std::string, int> judge(const std::string& family, int count,
                                   const std::function<std::string(const Sample&)>& look) {
    const std::string out =
        draw("  - {name: a, family: " + family + ", count: " + std::to_string(count) + ", things: 0}\n", family);
    std::map<std::string, int> judged;
    for (const Json& record : records(out + "/a.jsonl")) {
      const Sample sample = sample_of(out, record);
      const std::string seen = look(sample);
      if (seen.empty()) continue;
      ++judged[sample.kind];
      const bool begins = seen.back() == '*' && sample.answer.find(seen.substr(0, seen.size() - 1)) == 0;
      EXPECT_TRUE(begins || sample.answer == seen) << seen << "\n" << record;
    }
    return judged;
  }

  std::string folder_;
};

constexpr const char* kShapeFamilies[] = {"difference", "odd_one",     "statement",     "which_image", "direction",
                                          "events",     "event_count", "video_caption", "video_scene"};

std::string all_families(const std::string& more) {
  std::string files;
  for (const std::string family : kShapeFamilies)
    files += "  - {name: " + family + ", family: " + family + ", things: 0, " + more + "}\n";
  return files;
}

TEST_F(Several, SameBytesOnAnyThreads) {
  const auto contents = [](const std::string& out) {
    std::map<std::string, std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(out))
      if (entry.is_regular_file())
        found[fs::relative(entry.path(), out).string()] = read_file(entry.path().string(), 1'000'000);
    return found;
  };
  set_num_threads(1);
  const auto one = contents(draw(all_families("count: 6"), "one"));
  set_num_threads(3);
  EXPECT_EQ(one, contents(draw(all_families("count: 6"), "three")));
}

TEST_F(Several, DifferencesAreSeen) {
  const auto judged = judge("difference", 240, [](const Sample& sample) -> std::string {
    const Patches gone = without(sample.pictures[0], sample.pictures[1]);
    const Patches fresh = without(sample.pictures[1], sample.pictures[0]);
    const std::string& kind = sample.kind;
    if (kind == "same") return gone.empty() && fresh.empty() ? "yes" : "no";
    if (kind == "where") return corner_of(gone.empty() ? fresh[0] : gone[0]);
    if (kind == "missing" || kind == "moved" || kind == "resized") return gone.at(0).colour + "*";
    if (kind == "added" || kind == "replaced") return fresh.at(0).colour + "*";
    if (kind == "color") return fresh.at(0).colour;
    if (kind == "moved_where") return corner_of(fresh.at(0));
    if (kind == "size") return fresh.at(0).area > gone.at(0).area ? "larger" : "smaller";
    return "";
  });
  EXPECT_GE(judged.size(), 9U);
}

TEST_F(Several, TheOddOneIsSeen) {
  const auto judged = judge("odd_one", 180, [](const Sample& sample) -> std::string {
    const bool colours = sample.question.find("color") != std::string::npos;
    if (!colours && sample.question.find("number of objects") == std::string::npos) return "";
    std::vector<std::string> seen;
    for (const Patches& patches : sample.pictures)
      seen.push_back(colours ? patches[0].colour : std::to_string(patches.size()));
    if (sample.kind == "same") return seen[0] == seen[1] ? "yes" : "no";
    if (sample.kind == "same_or_different") return seen[0] == seen[1] ? "same" : "different";
    if (sample.kind != "which") return "";
    std::size_t odd = 0;
    while (odd < seen.size() && std::count(seen.begin(), seen.end(), seen[odd]) > 1) ++odd;
    if (sample.answer.find(' ') != std::string::npos)
      return sample.answer.substr(0, sample.answer.find(' ') + 1) + std::to_string(odd + 1);
    return std::vector<std::string>{"first", "second", "third", "fourth"}.at(odd);
  });
  EXPECT_EQ(judged.size(), 3U);
}

TEST_F(Several, StatementsAreAsTrueAsTheySay) {
  std::map<std::string, int> answers;
  const auto judged = judge("statement", 240, [&](const Sample& sample) -> std::string {
    ++answers[sample.answer];
    const Patches &first = sample.pictures[0], &second = sample.pictures[1];
    const std::string colour = sample.asked_colour(), &kind = sample.kind;
    const bool in_first = count_of(first, colour) > 0, in_second = count_of(second, colour) > 0;
    const std::string total = number_word(static_cast<std::int64_t>(first.size() + second.size()));
    const std::map<std::string, bool> truths = {
        {"both", in_first && in_second},
        {"exactly_one", in_first != in_second},
        {"neither", !in_first && !in_second},
        {"at_least_one", in_first || in_second},
        {"same_number", first.size() == second.size()},
        {"total", sample.question.find(" " + total + " object") != std::string::npos}};
    if (truths.count(kind) == 0) return "";
    const bool words = sample.answer == "true" || sample.answer == "false";
    return truths.at(kind) ? (words ? "true" : "yes") : (words ? "false" : "no");
  });
  EXPECT_EQ(judged.size(), 6U);
  EXPECT_EQ(answers["true"] + answers["yes"], answers["false"] + answers["no"]);
}

TEST_F(Several, CountsOverImagesAreSeen) {
  const auto judged = judge("which_image", 240, [](const Sample& sample) -> std::string {
    const std::string colour = sample.asked_colour();
    std::int64_t images = 0, total = 0;
    for (const Patches& patches : sample.pictures) {
      images += count_of(patches, colour) > 0;
      total += count_of(patches, colour);
    }
    if (sample.kind == "how_many_images") return std::to_string(images);
    return sample.kind == "total" ? std::to_string(total) : "";
  });
  EXPECT_EQ(judged.size(), 2U);
}

TEST_F(Several, DirectionsAreSeen) {
  const auto judged = judge("direction", 128, [](const Sample& sample) -> std::string {
    const Patch &from = sample.pictures.front().at(0), &to = sample.pictures.back().at(0);
    const double x = to.x - from.x, y = to.y - from.y;
    if (sample.kind == "way") return std::abs(x) > std::abs(y) ? (x < 0 ? "left" : "right") : (y < 0 ? "up" : "down");
    if (sample.kind == "size") return to.area > from.area ? "larger" : "smaller";
    if (sample.kind == "nearer") return to.area > from.area ? "closer" : "away";
    if (sample.kind == "moves") return std::max(std::abs(x), std::abs(y)) > 0.1 ? "yes" : "no";
    return "";
  });
  EXPECT_EQ(judged.size(), 4U);
}

TEST_F(Several, EventsAreSeen) {
  const auto judged = judge("events", 240, [](const Sample& sample) -> std::string {
    const std::vector<Patches>& frames = sample.pictures;
    const Patches gone = without(frames.front(), frames.back()), fresh = without(frames.back(), frames.front());
    if (sample.kind == "appears") return fresh.at(0).colour + "*";
    if (sample.kind == "disappears") return gone.at(0).colour + "*";
    if (sample.kind == "color_before") return gone.at(0).colour;
    if (sample.kind == "color_after") return fresh.at(0).colour;
    if (sample.kind != "when") return "";
    std::size_t at = 1;
    while (without(frames[at], frames[0]).empty() && without(frames[0], frames[at]).empty()) ++at;
    return 2 * at < frames.size() ? "beginning" : "end";
  });
  EXPECT_EQ(judged.size(), 5U);
}

TEST_F(Several, RepetitionsAreSeen) {
  const auto judged = judge("event_count", 144, [](const Sample& sample) -> std::string {
    if (sample.kind == "sentence" || sample.kind == "light_color") return "";
    int runs = 0;
    bool was = false;
    for (const Patches& patches : sample.pictures) {
      bool is = !patches.empty();
      if (sample.kind == "bounces") is = patches.at(0).y > 0.5;
      if (sample.kind == "light") is = !patches.empty() && patches[0].colour != "gray";
      runs += is && !was;
      was = is;
    }
    return std::to_string(runs);
  });
  EXPECT_EQ(judged.size(), 3U);
}

TEST_F(Several, ScenesOfVideosAreSeen) {
  const auto judged = judge("video_scene", 200, [](const Sample& sample) -> std::string {
    const Patches& patches = sample.pictures.front();
    if (sample.kind == "count_all") return std::to_string(patches.size());
    for (const Patch& patch : patches) {
      if (sample.kind == "color" && patch.colour == sample.answer) return patch.colour;
      if (sample.kind == "where" && corner_of(patch) == sample.answer) return corner_of(patch);
    }
    return sample.kind == "color" || sample.kind == "where" ? "nothing like it" : "";
  });
  EXPECT_EQ(judged.size(), 3U);
}

// What is drawn without letters: bars, candles and figures, measured by the area or the number of patches.
TEST_F(Several, OrdersAreSeen) {
  int judged = 0;
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    const std::string name = std::to_string(seed);
    const std::string out = draw("  - {name: a, family: ordering, count: 5, things: 0, sides: 96}\n", name, seed);
    const std::vector<Json> found = records(out + "/a.jsonl");
    for (const std::size_t i : {0U, 3U, 4U}) {
      const Sample sample = sample_of(out, found[i]);
      std::vector<std::pair<double, std::size_t>> sizes;
      for (const Patches& patches : sample.pictures) {
        double size = 0;
        for (const Patch& patch : patches) size += i == 4 ? 1 : i == 3 ? -patch.area : patch.area;
        sizes.emplace_back(size, sizes.size() + 1);
      }
      const bool sorted = std::is_sorted(sizes.begin(), sizes.end());
      std::sort(sizes.begin(), sizes.end());
      std::string order;
      for (const auto& [size, image] : sizes) order += (order.empty() ? "" : ", ") + std::to_string(image);
      if (sample.kind != "order" && sample.kind != "is_right") continue;
      ++judged;
      EXPECT_EQ(sample.answer, sample.kind == "order" ? order : sorted ? "yes" : "no") << found[i];
    }
  }
  EXPECT_GT(judged, 10);
}

// Pairs of a color and a shape that the conversations of a folder name and that are for tests only.
std::set<std::string> kept_out_pairs(const std::string& out) {
  std::set<std::string> found;
  for (const std::string family : kShapeFamilies) {
    const std::string text = read_file(out + "/" + family + ".jsonl", 10'000'000);
    for (std::size_t colour = 0; colour < thing_colours().size(); ++colour) {
      for (std::size_t form = 0; form < figures().size(); ++form) {
        const std::string words = std::string(thing_colours()[colour].name) + " " + figures()[form].name;
        if (kept_for_tests({form, colour}) && text.find(words) != std::string::npos) found.insert(words);
      }
    }
  }
  return found;
}

TEST_F(Several, KeptOutPairsAreInTestsOnly) {
  EXPECT_EQ(kept_out_pairs(draw(all_families("count: 60, sides: 48"), "train")), std::set<std::string>{});
  EXPECT_GE(kept_out_pairs(draw(all_families("count: 60, sides: 48, split: test"), "test")).size(), 6U);
  RandomStream random(1, "shapes", 0);
  for (int i = 0; i < 500; ++i) {
    const Motif figure = pick_shape(random, false);
    for (const Motif& other : {figure, recoloured(random, false, figure), reshaped(random, false, figure)})
      EXPECT_FALSE(kept_for_tests(other.paint)) << other.words();
  }
}

TEST_F(Several, YesAndNoAreBalanced) {
  const std::string out = draw(all_families("count: 240, sides: 48"), "out");
  std::map<std::string, int> answers;
  for (const std::string family : kShapeFamilies)
    for (const Json& record : records(out + "/" + family + ".jsonl"))
      ++answers[family + " " + record["conversations"][1]["value"].get<std::string>()];
  for (const std::string family :
       {"difference", "odd_one", "statement", "which_image", "direction", "events", "video_scene"}) {
    const double yes = answers[family + " yes"], no = answers[family + " no"];
    EXPECT_GT(yes + no, 15) << family;
    EXPECT_NEAR(yes / (yes + no), 0.5, 0.2) << family;
  }
}

}  // namespace
}  // namespace ov
