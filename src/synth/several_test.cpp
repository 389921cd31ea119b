// Families of several pictures and of videos: their answers are found again in the pictures' pixels, by patches of one
// color, without looking at what the families meant to draw. Shapes only: these need no assets.
#include <gmock/gmock.h>
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
#include "synth/view.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

struct Patch {
  std::string colour;
  double x = 0, y = 0, area = 0;  // middle and size as shares of the picture
};
using Patches = std::vector<Patch>;  // left to right

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

Rgb at(const Image& picture, std::int64_t i) {
  const std::uint8_t* rgb = picture.rgb.data() + 3 * i;
  return {static_cast<double>(rgb[0]), static_cast<double>(rgb[1]), static_cast<double>(rgb[2])};
}

std::string nearest_colour(const Rgb& rgb) {
  const auto list = thing_colours();
  return std::min_element(
             list.begin(), list.end(),
             [&](const NamedColour& a, const NamedColour& b) { return contrast(a.rgb, rgb) < contrast(b.rgb, rgb); })
      ->name;
}

// Takes the patch around `start` out of `open`.
Patch take_patch(const Image& picture, std::vector<char>& open, std::int64_t start) {
  std::vector<std::int64_t> found = {start};
  open[static_cast<std::size_t>(start)] = 0;
  std::map<std::string, int> votes;
  Patch patch;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::int64_t x = found[i] % picture.width, y = found[i] / picture.width;
    patch.x += static_cast<double>(x), patch.y += static_cast<double>(y);
    ++votes[nearest_colour(at(picture, found[i]))];
    const auto visit = [&](std::int64_t nx, std::int64_t ny) {
      if (nx < 0 || ny < 0 || nx >= picture.width || ny >= picture.height) return;
      char& cell = open[static_cast<std::size_t>(ny * picture.width + nx)];
      if (cell != 0) found.push_back(ny * picture.width + nx);
      cell = 0;
    };
    visit(x - 1, y), visit(x + 1, y), visit(x, y - 1), visit(x, y + 1);
  }
  const auto size = static_cast<double>(found.size());
  patch.x /= size * static_cast<double>(picture.width), patch.y /= size * static_cast<double>(picture.height);
  patch.area = size / static_cast<double>(picture.width * picture.height);
  const auto most = [](const auto& a, const auto& b) { return a.second < b.second; };
  patch.colour = std::max_element(votes.begin(), votes.end(), most)->first;
  return patch;
}

Patches patches_of(const Image& picture) {
  std::vector<char> open(static_cast<std::size_t>(picture.width * picture.height));
  for (std::size_t i = 0; i < open.size(); ++i)
    open[i] = contrast(at(picture, static_cast<std::int64_t>(i)), at(picture, 0)) > 60;
  Patches patches;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (open[i] == 0) continue;
    const Patch patch = take_patch(picture, open, static_cast<std::int64_t>(i));
    if (patch.area > 0.005) patches.push_back(patch);
  }
  std::sort(patches.begin(), patches.end(), [](const Patch& a, const Patch& b) { return a.x < b.x; });
  return patches;
}

std::int64_t count_of(const Patches& patches, const std::string& colour) {
  return std::count_if(patches.begin(), patches.end(), [&](const Patch& patch) { return patch.colour == colour; });
}

std::string corner_of(const Patch& patch) { return kCorners[(patch.y > 0.5 ? 2U : 0U) + (patch.x > 0.5 ? 1U : 0U)]; }

bool look_alike(const Patch& a, const Patch& b) {
  return a.colour == b.colour && std::abs(a.x - b.x) < 0.01 && std::abs(a.y - b.y) < 0.01 &&
         std::abs(a.area - b.area) < 0.1 * a.area;
}

// Those of `patches` that look like none of the others.
Patches without(const Patches& patches, const Patches& others) {
  Patches left;
  for (const Patch& patch : patches) {
    if (std::none_of(others.begin(), others.end(), [&](const Patch& other) { return look_alike(patch, other); }))
      left.push_back(patch);
  }
  return left;
}

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

  std::string draw(const std::string& files, const std::string& name) {
    synthesize(parse_synth_recipe("files:\n" + files, "data.yaml"), {.seed = 7, .progress = {}}, folder_ + "/" + name);
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

  // Calls `check`, which says whether it could judge the sample, and returns how many of each kind it judged.
  std::map<std::string, int> judge(const std::string& family, int count,
                                   const std::function<bool(const Sample&)>& check) {
    const std::string out =
        draw("  - {name: a, family: " + family + ", count: " + std::to_string(count) + ", things: 0}\n", family);
    std::map<std::string, int> judged;
    for (const Json& record : records(out + "/a.jsonl")) {
      SCOPED_TRACE(record.dump());
      const Sample sample = sample_of(out, record);
      if (check(sample)) ++judged[sample.kind];
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
  const auto judged = judge("difference", 240, [](const Sample& sample) {
    const Patches gone = without(sample.pictures[0], sample.pictures[1]);
    const Patches fresh = without(sample.pictures[1], sample.pictures[0]);
    if (sample.kind == "same") {
      EXPECT_EQ(sample.answer, gone.empty() && fresh.empty() ? "yes" : "no");
    } else if (sample.kind == "where") {
      EXPECT_EQ(sample.answer, corner_of(gone.empty() ? fresh[0] : gone[0]));
    } else if (sample.kind == "missing" || sample.kind == "moved" || sample.kind == "resized") {
      EXPECT_THAT(sample.answer, ::testing::StartsWith(gone[0].colour + " "));
    } else if (sample.kind == "added" || sample.kind == "replaced") {
      EXPECT_THAT(sample.answer, ::testing::StartsWith(fresh[0].colour + " "));
    } else if (sample.kind == "color") {
      EXPECT_EQ(sample.answer, fresh[0].colour);
    } else if (sample.kind == "moved_where") {
      EXPECT_EQ(sample.answer, corner_of(fresh[0]));
    } else if (sample.kind == "size") {
      EXPECT_EQ(sample.answer, fresh[0].area > gone[0].area ? "larger" : "smaller");
    } else {
      return false;
    }
    return true;
  });
  EXPECT_GE(judged.size(), 9U);
}

TEST_F(Several, TheOddOneIsSeen) {
  const auto judged = judge("odd_one", 180, [](const Sample& sample) {
    const bool colours = sample.question.find("color") != std::string::npos;
    if (!colours && sample.question.find("number of objects") == std::string::npos) return false;
    std::vector<std::string> seen;
    for (const Patches& patches : sample.pictures)
      seen.push_back(colours ? patches[0].colour : std::to_string(patches.size()));
    if (sample.kind == "same") EXPECT_EQ(sample.answer, seen[0] == seen[1] ? "yes" : "no");
    if (sample.kind == "same_or_different") EXPECT_EQ(sample.answer, seen[0] == seen[1] ? "same" : "different");
    if (sample.kind != "which") return sample.kind.find("same") == 0;
    std::size_t odd = 0;
    while (odd < seen.size() && std::count(seen.begin(), seen.end(), seen[odd]) > 1) ++odd;
    constexpr const char* kOrdinals[] = {"first", "second", "third", "fourth"};
    EXPECT_THAT(sample.answer, ::testing::AnyOf(std::string(kOrdinals[odd]), "image " + std::to_string(odd + 1),
                                                "picture " + std::to_string(odd + 1)));
    return true;
  });
  EXPECT_EQ(judged.size(), 3U);
}

TEST_F(Several, StatementsAreAsTrueAsTheySay) {
  std::map<std::string, int> answers;
  const auto judged = judge("statement", 240, [&](const Sample& sample) {
    ++answers[sample.answer];
    const Patches &first = sample.pictures[0], &second = sample.pictures[1];
    const std::string colour = sample.asked_colour();
    const bool in_first = count_of(first, colour) > 0, in_second = count_of(second, colour) > 0;
    bool holds = false;
    if (sample.kind == "both") {
      holds = in_first && in_second;
    } else if (sample.kind == "exactly_one") {
      holds = in_first != in_second;
    } else if (sample.kind == "neither") {
      holds = !in_first && !in_second;
    } else if (sample.kind == "at_least_one") {
      holds = in_first || in_second;
    } else if (sample.kind == "same_number") {
      holds = first.size() == second.size();
    } else if (sample.kind == "total") {
      const std::size_t total = first.size() + second.size();
      holds =
          sample.question.find(" " + number_word(static_cast<std::int64_t>(total)) + " object") != std::string::npos;
    } else {
      return false;
    }
    EXPECT_EQ(sample.answer == "true" || sample.answer == "yes", holds);
    return true;
  });
  EXPECT_EQ(judged.size(), 6U);
  EXPECT_EQ(answers["true"] + answers["yes"], answers["false"] + answers["no"]);
}

TEST_F(Several, CountsOverImagesAreSeen) {
  const auto judged = judge("which_image", 240, [](const Sample& sample) {
    const std::string colour = sample.asked_colour();
    std::int64_t images = 0, total = 0;
    for (const Patches& patches : sample.pictures) {
      images += count_of(patches, colour) > 0;
      total += count_of(patches, colour);
    }
    if (sample.kind == "how_many_images") EXPECT_EQ(sample.answer, std::to_string(images));
    if (sample.kind == "total") EXPECT_EQ(sample.answer, std::to_string(total));
    return sample.kind == "how_many_images" || sample.kind == "total";
  });
  EXPECT_EQ(judged.size(), 2U);
}

TEST_F(Several, DirectionsAreSeen) {
  const auto judged = judge("direction", 96, [](const Sample& sample) {
    const Patch &from = sample.pictures.front().at(0), &to = sample.pictures.back().at(0);
    const double x = to.x - from.x, y = to.y - from.y;
    const std::string way = std::abs(x) > std::abs(y) ? (x < 0 ? "left" : "right") : (y < 0 ? "up" : "down");
    if (sample.kind == "way") EXPECT_EQ(sample.answer, way);
    if (sample.kind == "size") EXPECT_EQ(sample.answer, to.area > from.area ? "larger" : "smaller");
    if (sample.kind == "nearer") EXPECT_EQ(sample.answer, to.area > from.area ? "closer" : "away");
    if (sample.kind == "moves") EXPECT_EQ(sample.answer, std::max(std::abs(x), std::abs(y)) > 0.1 ? "yes" : "no");
    return sample.kind != "way_choice" && sample.kind != "turns";
  });
  EXPECT_EQ(judged.size(), 4U);
}

TEST_F(Several, EventsAreSeen) {
  const auto judged = judge("events", 200, [](const Sample& sample) {
    const Patches gone = without(sample.pictures.front(), sample.pictures.back());
    const Patches fresh = without(sample.pictures.back(), sample.pictures.front());
    if (sample.kind == "appears") EXPECT_THAT(sample.answer, ::testing::StartsWith(fresh.at(0).colour + " "));
    if (sample.kind == "disappears") EXPECT_THAT(sample.answer, ::testing::StartsWith(gone.at(0).colour + " "));
    if (sample.kind == "color_before") EXPECT_EQ(sample.answer, gone.at(0).colour);
    if (sample.kind == "color_after") EXPECT_EQ(sample.answer, fresh.at(0).colour);
    if (sample.kind != "when")
      return sample.kind.find("appears") != std::string::npos || sample.kind.find("color_") == 0;
    std::size_t at = 1;
    while (without(sample.pictures[at], sample.pictures[0]).empty() &&
           without(sample.pictures[0], sample.pictures[at]).empty())
      ++at;
    EXPECT_EQ(sample.answer, 2 * at < sample.pictures.size() ? "beginning" : "end");
    return true;
  });
  EXPECT_EQ(judged.size(), 5U);
}

TEST_F(Several, RepetitionsAreSeen) {
  const auto judged = judge("event_count", 144, [](const Sample& sample) {
    if (sample.kind == "sentence" || sample.kind == "light_color") return false;
    int runs = 0;
    bool was = false;
    for (const Patches& patches : sample.pictures) {
      bool is = !patches.empty();
      if (sample.kind == "bounces") is = patches.at(0).y > 0.5;
      if (sample.kind == "light") is = !patches.empty() && patches[0].colour != "gray";
      runs += is && !was;
      was = is;
    }
    EXPECT_EQ(sample.answer, std::to_string(runs));
    return true;
  });
  EXPECT_EQ(judged.size(), 3U);
}

TEST_F(Several, ScenesOfVideosAreSeen) {
  const auto judged = judge("video_scene", 200, [](const Sample& sample) {
    const Patches& patches = sample.pictures.front();
    if (sample.kind == "count_all") EXPECT_EQ(sample.answer, std::to_string(patches.size()));
    if (sample.kind == "color") EXPECT_EQ(count_of(patches, sample.answer), 1);
    if (sample.kind == "where") {
      const auto there = [&](const Patch& patch) { return corner_of(patch) == sample.answer; };
      EXPECT_EQ(std::count_if(patches.begin(), patches.end(), there), 1);
    }
    return sample.kind == "count_all" || sample.kind == "color" || sample.kind == "where";
  });
  EXPECT_EQ(judged.size(), 3U);
}

// Pairs of a color and a shape that the conversations of a folder name and that are for tests only.
std::set<std::string> kept_out_pairs(const std::string& out) {
  std::set<std::string> found;
  for (const std::string family : kShapeFamilies) {
    const std::string text = read_file(out + "/" + family + ".jsonl", 10'000'000);
    for (std::size_t colour = 0; colour < thing_colours().size(); ++colour) {
      for (std::size_t form = 0; form < kFormNames.size(); ++form) {
        const std::string words = std::string(thing_colours()[colour].name) + " " + kFormNames[form];
        if (for_tests_only(colour, static_cast<Form>(form)) && text.find(words) != std::string::npos)
          found.insert(words);
      }
    }
  }
  return found;
}

TEST_F(Several, KeptOutPairsAreInTestsOnly) {
  EXPECT_EQ(kept_out_pairs(draw(all_families("count: 60"), "train")), std::set<std::string>{});
  EXPECT_GE(kept_out_pairs(draw(all_families("count: 60, split: test"), "test")).size(), 6U);
  RandomStream random(1, "shapes", 0);
  for (int i = 0; i < 500; ++i) {
    const Figure figure = pick_shape(random, false);
    for (const Figure& other : {figure, recoloured(random, false, figure), reshaped(random, false, figure)})
      for (std::size_t colour = 0; colour < thing_colours().size(); ++colour)
        EXPECT_FALSE(thing_colours()[colour].name == other.colour && for_tests_only(colour, other.form));
  }
}

TEST_F(Several, YesAndNoAreBalanced) {
  const std::string out = draw(all_families("count: 400, sides: 64, rounds: 1"), "out");
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
