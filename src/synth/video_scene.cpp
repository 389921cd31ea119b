// A video in which nothing happens but a little shaking of the camera, with the questions that a single picture gets:
// what it is, which color, how many, where.
#include <algorithm>

#include "synth/asking.h"
#include "synth/clip.h"
#include "synth/family.h"
#include "synth/supplies.h"

namespace ov {
namespace {

struct Scenery {
  View view;
  std::vector<Motif> figures;        // with different nouns
  std::vector<std::int64_t> counts;  // of each
  std::vector<std::size_t> corners;  // of everything placed
};

Scenery make_scenery(RandomStream& random, const SampleWriter& writer) {
  Scenery scenery;
  scenery.figures = pick_motifs(random, writer, wants_things(random, writer), random.between(1, 2));
  scenery.view = pick_ground(random, scenery.figures);
  scenery.corners = {0, 1, 2, 3};
  random.shuffle(scenery.corners);
  for (const Motif& figure : scenery.figures) {
    scenery.counts.push_back(random.coin() ? 1 : random.between(1, scenery.figures.size() == 1 ? 4 : 2));
    for (std::int64_t i = 0; i < scenery.counts.back(); ++i) {
      const std::size_t corner = scenery.corners[scenery.view.placed.size()];
      scenery.view.placed.push_back({figure, corner_box(random, corner, 36, 44)});
    }
  }
  return scenery;
}

// Every frame moved by up to two hundredths.
Clip shaken(RandomStream& random, const View& view, std::int64_t frames) {
  Clip clip(static_cast<std::size_t>(frames), view);
  for (View& frame : clip) {
    const double x = static_cast<double>(random.between(-2, 2)), y = static_cast<double>(random.between(-2, 2));
    for (PlacedMotif& placed : frame.placed) placed.box.x += x, placed.box.y += y;
  }
  return clip;
}

void ask_about_figures(RandomStream& random, const SampleWriter& writer, const Scenery& scenery, Queries& queries) {
  const std::size_t i = random.below(scenery.figures.size());
  const Motif& figure = scenery.figures[i];
  const bool single = scenery.counts[i] == 1;
  if (figure.is_shape() && single) {
    queries.push_back({"color",
                       {"What color is the " + figure.noun + "?", "Which color does the " + figure.noun + " have?",
                        "What is the color of the " + figure.noun + "?", "The " + figure.noun + " is which color?",
                        "Name the color of the " + figure.noun + "."},
                       figure.colour});
    queries.push_back({"shape",
                       {"Which shape is " + figure.colour + "?", "What shape is the " + figure.colour + " object?",
                        "What is the " + figure.colour + " shape?", "Name the " + figure.colour + " shape.",
                        "What is the shape of the " + figure.colour + " thing?"},
                       figure.noun});
  }
  if (single) {
    const std::string where = kCorners[scenery.corners[i == 0 ? 0 : static_cast<std::size_t>(scenery.counts[0])]];
    queries.push_back(
        {"where",
         {"Where is the " + figure.noun + "?", "In which corner is the " + figure.noun + "?",
          "Where in the video is the " + figure.noun + "?", "Which part of the picture shows the " + figure.noun + "?",
          "In what place is the " + figure.noun + "?"},
         where});
  }
  if (!figure.is_shape() && scenery.figures.size() == 1) {
    queries.push_back({"what",
                       {"What is shown in the video?", "What object is in the video?", "What does the video show?",
                        "What is this?", "Name the thing in the video."},
                       figure.noun});
    const Thing thing{figure.noun, figure.plural, "", figure.picture};
    queries.push_back(lettered(
        "what_choice", {"What is in the video?", "What does the video show?", "Which of these is in the video?"},
        figure.noun, other_names(random, writer, thing, 3)));
  }
}

void draw_video_scene(RandomStream& random, std::int64_t, SampleWriter& writer) {
  const Scenery scenery = make_scenery(random, writer);
  write_clip(random, writer, shaken(random, scenery.view, random.between(writer.setting("frames"))));
  Queries queries;
  ask_about_figures(random, writer, scenery, queries);
  queries.push_back(
      {"background",
       {"What color is the background?", "Which color does the background have?", "What is the background color?",
        "What is the color behind the objects?", "Name the color of the background."},
       scenery.view.ground});
  const std::size_t i = random.below(scenery.figures.size());
  const std::string plural = scenery.figures[i].plural;
  queries.push_back(
      {"count",
       {"How many " + plural + " are there?", "How many " + plural + " do you see?", "Count the " + plural + ".",
        "What is the number of " + plural + "?", "How many " + plural + " are in the video?"},
       std::to_string(scenery.counts[i])});
  queries.push_back({"count_all",
                     {"How many objects are there?", "How many objects are in the video?", "Count all the objects.",
                      "What is the number of objects?", "How many things do you see?"},
                     std::to_string(scenery.view.placed.size())});
  const bool there = random.coin();
  Motif asked = random.pick(scenery.figures);
  const auto known = [&] {
    return std::any_of(scenery.figures.begin(), scenery.figures.end(),
                       [&](const Motif& f) { return f.noun == asked.noun; });
  };
  while (!there && known()) asked = pick_motifs(random, writer, !asked.is_shape(), 1)[0];
  const std::string a = with_article(asked.noun);
  queries.push_back(yes_or_no("exists",
                              {"Is there " + a + " in the video?", "Does the video show " + a + "?",
                               "Can you see " + a + "?", "Do you see " + a + "?", "Is " + a + " there?"},
                              there));
  ask_some(random, writer, queries);
}

}  // namespace

Family video_scene_family() {
  return {"video_scene",
          "a video in which nothing moves, with a single picture's questions",
          {{"sides", {96, 160}, {48, 2048}},
           {"frames", {4, 8}, {2, 64}},
           {"things", {50, 50}, {0, 100}},
           {"rounds", {1, 1}, {1, 8}}},
          draw_video_scene};
}

}  // namespace ov
