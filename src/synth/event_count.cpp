// How often something happens in a video: a light goes on, something appears, a ball touches the ground.
#include <algorithm>

#include "synth/asking.h"
#include "synth/clip.h"
#include "synth/family.h"

namespace ov {
namespace {

enum class Scene { light, figure, ball };

// Which frames are "on": `count` runs of one or two frames with at least one frame before each.
std::vector<bool> rhythm(RandomStream& random, std::int64_t count, std::int64_t frames) {
  std::vector<std::int64_t> lengths(static_cast<std::size_t>(2 * count), 1);  // off, on, off, on, ...
  std::int64_t rest = frames - 2 * count, tail = 0;
  for (; rest > 0; --rest) {
    const std::size_t at = random.below(lengths.size() + 1);
    if (at == lengths.size()) {
      ++tail;
    } else if (at % 2 == 1 && lengths[at] == 2) {
      ++lengths[at - 1];
    } else {
      ++lengths[at];
    }
  }
  std::vector<bool> on;
  for (std::size_t i = 0; i < lengths.size(); ++i)
    on.insert(on.end(), static_cast<std::size_t>(lengths[i]), i % 2 == 1);
  on.insert(on.end(), static_cast<std::size_t>(tail), false);
  return on;
}

Clip light_clip(RandomStream& random, const std::vector<bool>& on, const Motif& lit) {
  View night{"gray", {70, 74, 84}, {}};
  if (random.coin()) night.ground_rgb = {40, 48, 80};
  Motif dark = lit;
  dark.rgb = {100, 100, 100};
  const double side = static_cast<double>(random.between(50, 70));
  const Rect box{static_cast<double>(random.between(5, 25)), static_cast<double>(random.between(5, 25)), side, side};
  Clip clip(on.size(), night);
  for (std::size_t i = 0; i < on.size(); ++i) clip[i].placed.push_back({on[i] ? lit : dark, box});
  return clip;
}

Clip figure_clip(RandomStream& random, const std::vector<bool>& on, const Motif& figure) {
  Clip clip(on.size(), pick_ground(random, {figure}));
  Rect box = free_boxes(random, 1)[0];
  for (std::size_t i = 0; i < on.size(); ++i) {
    if (!on[i]) box = free_boxes(random, 1)[0];
    if (on[i]) clip[i].placed.push_back({figure, box});
  }
  return clip;
}

Clip ball_clip(RandomStream& random, const std::vector<bool>& on, const Motif& ball) {
  Clip clip(on.size(), pick_ground(random, {ball}));
  const double side = static_cast<double>(random.between(34, 44)), x = static_cast<double>(random.between(5, 55));
  for (std::size_t i = 0; i < on.size(); ++i) clip[i].placed.push_back({ball, {x, on[i] ? 98 - side : 2, side, side}});
  return clip;
}

// A ball of any color, or a light of a bright one.
Motif pick_round(RandomStream& random, bool test, Scene scene) {
  const Motif circle = make_shape(random, {0, 0});
  Motif round = recoloured(random, test, circle);
  while (scene == Scene::light && round.rgb.red + round.rgb.green < 300) round = recoloured(random, test, circle);
  if (scene == Scene::ball) round.noun = "ball";
  return round;
}

void ask_count(Scene scene, const Motif& figure, std::int64_t count, Queries& queries) {
  const std::string number = std::to_string(count), the = "the " + figure.words(), a = with_article(figure.words());
  if (scene == Scene::light) {
    queries.push_back(
        {"light",
         {"How many times does the light go on?", "How often does the light blink?", "Count the blinks of the light.",
          "How many times does the lamp light up?", "How many flashes are there in the video?"},
         number});
    queries.push_back({"light_color",
                       {"What color is the light when it is on?", "In which color does the light blink?",
                        "What is the color of the light?", "Which color does the lamp have when it lights up?"},
                       figure.colour});
  } else if (scene == Scene::figure) {
    queries.push_back({"appears",
                       {"How many times does " + a + " appear?", "How often does " + the + " come into view?",
                        "Count how many times " + the + " appears.", "How many times do you see " + a + " show up?",
                        "In this video, how many times does " + the + " appear?"},
                       number});
  } else {
    queries.push_back({"bounces",
                       {"How many times does the " + figure.noun + " touch the ground?",
                        "How often does the " + figure.noun + " reach the bottom?",
                        "Count how many times the " + figure.noun + " drops to the bottom.",
                        "How many times does the " + figure.noun + " fall down to the ground?",
                        "How many times does the " + figure.noun + " come down?"},
                       number});
  }
  const std::string what = scene == Scene::light    ? "the light goes on "
                           : scene == Scene::figure ? the + " appears "
                                                    : "the " + figure.noun + " touches the ground ";
  queries.push_back(in_a_sentence("sentence",
                                  {"Describe the video in a sentence.", "What happens in the video, and how often?",
                                   "Say what happens and how many times.", "Summarize the video."},
                                  sentence(what + (count == 1   ? "once"
                                                   : count == 2 ? "twice"
                                                                : number_word(count) + " times"))));
}

void draw_event_count(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const std::int64_t count = index % 4 + 1;
  const auto scene = static_cast<Scene>(index / 4 % 3);
  const std::int64_t frames = std::max(random.between(writer.setting("frames")), 2 * count);
  const std::vector<bool> on = rhythm(random, count, frames);
  const Motif figure = scene == Scene::figure ? pick_motifs(random, writer, wants_things(random, writer), 1)[0]
                                              : pick_round(random, writer.test(), scene);
  write_clip(random, writer,
             scene == Scene::light    ? light_clip(random, on, figure)
             : scene == Scene::figure ? figure_clip(random, on, figure)
                                      : ball_clip(random, on, figure));
  Queries queries;
  ask_count(scene, figure, count, queries);
  ask_some(random, writer, queries);
}

}  // namespace

Family event_count_family() {
  return {"event_count",
          "a video in which something happens one to four times",
          {{"sides", {96, 160}, {48, 2048}},
           {"frames", {4, 8}, {2, 64}},
           {"things", {50, 50}, {0, 100}},
           {"rounds", {1, 1}, {1, 8}}},
          draw_event_count};
}

}  // namespace ov
