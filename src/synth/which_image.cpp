// Two to four pictures, each of one or more of one figure: which of them shows it, in how many it is, how many there
// are over all pictures, and what is in one of them.
#include <algorithm>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/image_names.h"
#include "synth/view.h"

namespace ov {
namespace {

struct Show {
  Motif figure;
  std::int64_t count = 1;
};
using Shows = std::vector<Show>;

// Figures may come again in a later picture; the first picture's one does in half of the samples.
Shows make_shows(RandomStream& random, const SampleWriter& writer, std::size_t count) {
  const bool things = wants_things(random, writer);
  const std::vector<Motif> figures = pick_motifs(random, writer, things, static_cast<std::int64_t>(count));
  Shows shows;
  for (const Motif& figure : figures) shows.push_back({figure, random.below(2) == 0 ? 1 : random.between(2, 3)});
  if (count > 2 && random.coin()) shows[random.below(count - 1) + 1].figure = figures[0];
  random.shuffle(shows);
  return shows;
}

std::int64_t images_with(const Shows& shows, const std::string& words) {
  return std::count_if(shows.begin(), shows.end(), [&](const Show& show) { return show.figure.words() == words; });
}

void ask_which(RandomStream& random, const Shows& shows, const ImageNames& names, Queries& queries) {
  std::vector<std::size_t> single;
  for (std::size_t i = 0; i < shows.size(); ++i)
    if (images_with(shows, shows[i].figure.words()) == 1) single.push_back(i);
  if (single.empty()) return;
  const std::size_t image = random.pick(single);
  const std::string words = shows[image].figure.words(), a = with_article(words), which = names.which();
  queries.push_back(
      {"which",
       {"Which image contains " + a + which, "Which image shows " + a + which, "Where can you see " + a + which,
        "In which picture is there " + a + which, "Which one has " + a + which},
       names.answer(image)});
  std::vector<std::string> wrong;
  for (const std::size_t other : {0U, 1U, 2U, 3U})
    if (other < shows.size() && other != image) wrong.push_back(names.the(other));
  queries.push_back(
      lettered("which_choice",
               {"Which image contains " + a + "?", "Which picture shows " + a + "?", "Where can you see " + a + "?"},
               names.the(image), wrong));
}

void ask_over_all(RandomStream& random, const Shows& shows, Queries& queries) {
  const Motif& figure = random.pick(shows).figure;
  const std::string words = figure.words(), plural = figure.plural_words();
  std::int64_t total = 0;
  for (const Show& show : shows) total += show.figure.words() == words ? show.count : 0;
  queries.push_back(
      {"how_many_images",
       {"In how many of the images is there " + with_article(words) + "?",
        "How many images contain " + with_article(words) + "?", "How many of the pictures show " + plural + "?",
        "How many images have at least one " + words + "?", "Count the images with " + with_article(words) + "."},
       std::to_string(images_with(shows, words))});
  queries.push_back(
      {"total",
       {"How many " + plural + " are there in all images together?", "Count the " + plural + " in all the images.",
        "What is the total number of " + plural + " in the images?",
        "Over all pictures, how many " + plural + " do you see?",
        "If you add up all the images, how many " + plural + " are there?"},
       std::to_string(total)});
}

void ask_about_one(RandomStream& random, const Shows& shows, const ImageNames& names, Queries& queries) {
  const std::size_t image = random.below(shows.size());
  const Show& show = shows[image];
  const std::string the = names.the(image), words = show.figure.words();
  const std::string plural = show.figure.plural, noun = show.count == 1 ? show.figure.noun : plural;
  queries.push_back({"count",
                     {"How many " + plural + " are in " + the + "?", "How many " + plural + " does " + the + " show?",
                      "Count the " + plural + " in " + the + ".", "In " + the + ", how many " + plural + " are there?",
                      "What is the number of " + plural + " in " + the + "?"},
                     std::to_string(show.count)});
  if (show.figure.is_shape()) {
    const std::string is = show.count == 1 ? "is" : "are";
    queries.push_back(
        {"color",
         {"What color " + is + " the " + noun + " in " + the + "?",
          "In " + the + ", what color " + is + " the " + noun + "?", "Which color do you see in " + the + "?",
          "What is the color of the " + noun + " in " + the + "?",
          "Name the color of the " + noun + " in " + the + "."},
         show.figure.colour});
    queries.push_back({"shape",
                       {"What shape is in " + the + "?", "Which shape does " + the + " show?",
                        "In " + the + ", which shape is there?", "Name the shape in " + the + ".",
                        "What kind of shape do you see in " + the + "?"},
                       show.figure.noun});
  } else {
    queries.push_back({"content",
                       {"What is in " + the + "?", "What does " + the + " show?", "What can be seen in " + the + "?",
                        "Name the thing in " + the + ".", "What do you see in " + the + "?"},
                       show.figure.noun});
  }
  const Show& asked = random.coin() ? show : shows[(image + 1) % shows.size()];
  const std::string a = with_article(asked.figure.words());
  queries.push_back(yes_or_no(
      "exists",
      {"Is there " + a + " in " + the + "?", "Does " + the + " show " + a + "?", "Does " + the + " contain " + a + "?",
       "Can you see " + a + " in " + the + "?", "Is there " + a + " to see in " + the + "?"},
      asked.figure.words() == words));
}

void draw_which_image(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const std::size_t count = static_cast<std::size_t>(index % 3) + 2;
  const Shows shows = make_shows(random, writer, count);
  const std::int64_t side = random.between(writer.setting("sides"));
  std::vector<std::string> parts;
  const ImageNames names(random, count);
  for (const Show& show : shows) {
    View view = pick_ground(random, {show.figure});
    for (const Rect& box : free_boxes(random, show.count)) view.placed.push_back({show.figure, box});
    writer.add_picture(draw_view(random, view, side, side * random.between(85, 100) / 100));
    parts.push_back(names.the(parts.size()) + " shows " + show.figure.counted(show.count));
  }
  Queries queries;
  ask_which(random, shows, names, queries);
  ask_over_all(random, shows, queries);
  ask_about_one(random, shows, names, queries);
  queries.push_back(
      in_a_sentence("sentence",
                    {"Describe each of the images.", "What do the images show?", "Say what is in each image.",
                     "Give a short description of every image.", "Go through the images and describe them."},
                    sentence(listed(parts))));
  ask_some(random, writer, queries);
}

}  // namespace

Family which_image_family() {
  return {"which_image",
          "several pictures: which of them shows something, in how many it is, what is in one of them",
          {{"sides", {96, 160}, {48, 2048}}, {"things", {50, 50}, {0, 100}}, {"rounds", {1, 1}, {1, 8}}},
          draw_which_image};
}

}  // namespace ov
