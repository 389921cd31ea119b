// Two pictures of the same figures in four corners, the second with one change: something is gone, new, moved,
// replaced, or has another colour or size. Half of the pairs that are asked whether they are the same are.
#include <algorithm>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/image_names.h"
#include "synth/view.h"

namespace ov {
namespace {

enum class Change { none, gone, added, moved, replaced, colour, size };

struct Pair {
  View before, after;
  Change change = Change::none;
  bool nameless = false;
  Motif was, now;                // of the figure that changed
  std::size_t from = 0, to = 0;  // its corners
  bool larger = false;
};

// With three figures, so that a corner is free, or two.
Pair make_pair(RandomStream& random, const SampleWriter& writer, Change change) {
  Pair pair;
  pair.change = change;
  const bool things = wants_things(random, writer);
  pair.nameless = things && writer.test() && random.coin();
  if (things && change == Change::colour) pair.change = change = Change::replaced;
  const std::int64_t count = random.between(2, 3);
  const std::vector<Motif> figures = pick_motifs(random, writer, things, count + 1, pair.nameless);
  std::vector<std::size_t> corners = {0, 1, 2, 3};
  random.shuffle(corners);
  std::vector<Rect> boxes;
  for (const std::size_t corner : corners) boxes.push_back(corner_box(random, corner));
  const Motif repainted = things ? figures[0] : recoloured(random, writer.test(), figures[0]);
  std::vector<Motif> all = figures;
  all.push_back(repainted);
  pair.before = pick_ground(random, all);
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    pair.before.placed.push_back({figures[i], boxes[i]});
  pair.after = pair.before;
  pair.was = pair.now = figures[0];
  pair.from = pair.to = corners[0];
  std::vector<PlacedMotif>& after = pair.after.placed;
  pair.larger = random.coin();
  if (change == Change::gone || change == Change::added) after.erase(after.begin());
  if (change == Change::added) std::swap(pair.before, pair.after);
  if (change == Change::moved) after[0].box = boxes[3], pair.to = corners[3];
  if (change == Change::replaced) after[0].motif = pair.now = figures.back();
  if (change == Change::colour) after[0].motif = pair.now = repainted;
  if (change == Change::size) {
    after[0].box = boxes[0].inset(boxes[0].width / 4);
    if (pair.larger) std::swap(pair.before, pair.after);
  }
  return pair;
}

std::string description(const Pair& pair) {
  const std::string was = "the " + pair.was.words(), now = pair.now.words();
  switch (pair.change) {
    case Change::none: return "There is no difference, the two images are the same.";
    case Change::gone: return sentence(was + " is gone");
    case Change::added: return sentence(with_article(now) + " was added at the " + kCorners[pair.to]);
    case Change::moved: return sentence(was + " moved to the " + kCorners[pair.to]);
    case Change::replaced: return sentence(was + " was replaced by " + with_article(now));
    case Change::colour:
      return sentence("the " + pair.was.noun + " changed from " + pair.was.colour + " to " + pair.now.colour);
    case Change::size: return sentence(was + " became " + (pair.larger ? "larger" : "smaller"));
  }
  return "";
}

std::string summary(Change change) {
  static constexpr const char* kSummaries[] = {"nothing",
                                               "something disappeared",
                                               "something was added",
                                               "something moved",
                                               "something was replaced",
                                               "something changed its color",
                                               "something changed its size"};
  return kSummaries[static_cast<std::size_t>(change)];
}

// What can be asked of things that have no name.
void ask_plainly(RandomStream& random, const Pair& pair, Queries& queries) {
  queries.push_back(
      yes_or_no("same",
                {"Are the two images the same?", "Are these two pictures identical?", "Do both images look the same?",
                 "Is the second image the same as the first?", "Do the images show exactly the same picture?"},
                pair.change == Change::none));
  if (pair.change == Change::none) return;
  if (pair.change != Change::moved) {
    queries.push_back(
        {"where",
         {"Where do the two images differ?", "In which corner is the difference?", "Where is the change?",
          "In which part of the picture did something change?", "Which corner is different in the second image?"},
         kCorners[pair.from]});
  }
  std::vector<std::string> wrong;
  for (const Change other :
       {Change::gone, Change::added, Change::moved, Change::replaced, Change::colour, Change::size})
    if (other != pair.change) wrong.push_back(summary(other));
  random.shuffle(wrong);
  wrong.resize(3);
  queries.push_back(
      lettered("type",
               {"What happened between the two images?", "What changed from the first image to the second?",
                "How does the second image differ from the first?", "What is the change?",
                "Which of these describes the difference?"},
               summary(pair.change), wrong));
}

// Something that is gone, new, or at another place.
void ask_what(const Pair& pair, const ImageNames& names, Queries& queries) {
  const std::string was = pair.was.words(), second = names.the(1), first = names.the(0);
  switch (pair.change) {
    case Change::none: break;
    case Change::gone:
      queries.push_back({"missing",
                         {"What is missing in " + second + "?", "Which object is gone in " + second + "?",
                          "What does " + first + " show that " + second + " does not?", "What disappeared?",
                          "Which object is only in " + first + "?"},
                         was});
      break;
    case Change::added:
      queries.push_back({"added",
                         {"What was added in " + second + "?", "What is new in " + second + "?",
                          "Which object is only in " + second + "?", "What appeared?",
                          "What does " + second + " show that " + first + " does not?"},
                         was});
      break;
    case Change::moved:
      queries.push_back(
          {"moved",
           {"Which object moved?", "What is at another place in " + second + "?", "What changed its place?",
            "Which object stands somewhere else in " + second + "?", "What was moved?"},
           was});
      queries.push_back({"moved_where",
                         {"Where is the " + was + " in " + second + "?", "Where did the " + was + " move?",
                          "To which corner did the " + was + " go?", "In " + second + ", where is the " + was + "?",
                          "What is the new place of the " + was + "?"},
                         kCorners[pair.to]});
      break;
    case Change::replaced:
      queries.push_back({"replaced",
                         {"What is in " + second + " instead of the " + was + "?", "What replaced the " + was + "?",
                          "What took the place of the " + was + "?", "What did the " + was + " turn into?",
                          "In " + second + ", what stands where the " + was + " was?"},
                         pair.now.words()});
      break;
    case Change::colour:
    case Change::size: break;
  }
}

// Something that has another color or size.
void ask_look(const Pair& pair, const ImageNames& names, Queries& queries) {
  const std::string was = pair.was.words(), second = names.the(1), first = names.the(0);
  if (pair.change == Change::colour) {
    queries.push_back({"color",
                       {"What color did the " + pair.was.noun + " become in " + second + "?",
                        "What is the new color of the " + pair.was.noun + "?",
                        "In " + second + ", what color is the " + pair.was.noun + "?",
                        "Which color does the " + pair.was.noun + " have in " + second + "?",
                        "The " + pair.was.noun + " changed its color. What color is it now?"},
                       pair.now.colour});
    queries.push_back({"recolored",
                       {"Which shape has another color in " + second + "?", "Which shape changed its color?",
                        "What shape is colored differently in " + second + "?", "Whose color changed?",
                        "Which shape got a new color?"},
                       pair.was.noun});
  } else if (pair.change == Change::size) {
    queries.push_back({"size",
                       {"Is the " + was + " larger or smaller in " + second + "?",
                        "Did the " + was + " become larger or smaller?", "Did the " + was + " grow larger or smaller?",
                        "Compared with " + first + ", is the " + was + " in " + second + " larger or smaller?",
                        "How did the size of the " + was + " change, larger or smaller?"},
                       pair.larger ? "larger" : "smaller"});
    queries.push_back({"resized",
                       {"Which object changed its size?", "What has another size in " + second + "?",
                        "Which object has a different size?", "What was resized?", "The size of which object changed?"},
                       was});
  }
}

void draw_difference(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  // One change of each kind by turns, and twice as many pairs without one as of each.
  const Pair pair = make_pair(random, writer, static_cast<Change>(index % 8 == 7 ? 0 : index % 8));
  const std::int64_t width = random.between(writer.setting("sides")), height = width * random.between(85, 100) / 100;
  const ImageNames names(random, 2);
  writer.add_picture(draw_view(random, pair.before, width, height));
  writer.add_picture(draw_view(random, pair.after, width, height));
  Queries queries;
  ask_plainly(random, pair, queries);
  if (!pair.nameless) {
    ask_what(pair, names, queries);
    ask_look(pair, names, queries);
    queries.push_back(
        in_a_sentence("sentence",
                      {"What is the difference between the two images?", "Describe the change between the images.",
                       "Compare the two images. What changed?", "How do these two images differ? Say it in a sentence.",
                       "Spot the difference and describe it."},
                      description(pair)));
  }
  ask_some(random, writer, queries);
}

}  // namespace

Family difference_family() {
  return {"difference",
          "two pictures of the same figures, one of them changed",
          {{"sides", {96, 160}, {48, 2048}}, {"things", {50, 50}, {0, 100}}, {"rounds", {1, 1}, {1, 8}}},
          draw_difference};
}

}  // namespace ov
