// Several pictures of which one differs in one respect: another thing, color, shape or number. Or two, which are the
// same in that respect or not.
#include <algorithm>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/image_names.h"
#include "synth/view.h"

namespace ov {
namespace {

enum class Respect { thing, colour, shape, number };

// A figure and how many of it, for each picture.
struct Series {
  Respect respect = Respect::thing;
  bool nameless = false;
  std::size_t odd = 0;
  bool same = false;  // there is no odd one
  std::vector<Motif> figures;
  std::vector<std::int64_t> counts;
};

// `common` where the pictures agree; the other colours or forms differ in each picture, or agree as well.
std::vector<Motif> shapes_of(RandomStream& random, bool test, Respect respect, std::size_t count, bool varied) {
  const Motif common = pick_shape(random, test);
  std::vector<Motif> figures = {common};
  while (figures.size() < count) {
    if (!varied) {
      figures.push_back(common);
    } else {
      const Motif other =
          respect == Respect::colour ? reshaped(random, test, common) : recoloured(random, test, common);
      const bool known =
          std::any_of(figures.begin(), figures.end(), [&](const Motif& f) { return f.words() == other.words(); });
      if (!known) figures.push_back(other);
    }
  }
  return figures;
}

Series make_series(RandomStream& random, const SampleWriter& writer, std::int64_t index, std::size_t count, bool same) {
  Series series;
  const bool things = wants_things(random, writer), test = writer.test();
  // Things differ in kind or number; shapes in colour, shape or number.
  series.respect = things ? (index % 3 < 2 ? Respect::thing : Respect::number) : static_cast<Respect>(index % 3 + 1);
  series.nameless = things && test && random.coin();
  series.odd = random.below(count);
  series.same = same;
  series.counts.assign(count, series.respect == Respect::number ? random.between(1, 4) : 1);
  if (things) {
    const std::vector<Motif> two = pick_motifs(random, writer, true, 2, series.nameless);
    series.figures.assign(count, two[0]);
    if (series.respect == Respect::thing && !same) series.figures[series.odd] = two[1];
  } else {
    const bool varied = series.respect != Respect::number && random.below(3) == 0;
    series.figures = shapes_of(random, test, series.respect, count, varied);
    Motif& odd = series.figures[series.odd];
    if (same) return series;
    if (series.respect == Respect::colour) odd = recoloured(random, test, odd);
    if (series.respect == Respect::shape) odd = reshaped(random, test, odd);
  }
  if (series.respect == Respect::number && !same) {
    std::int64_t& number = series.counts[series.odd];
    const std::int64_t other = random.between(1, 3);
    number = other >= number ? other + 1 : other;
  }
  return series;
}

std::string what(Respect respect) {
  static constexpr const char* kWhat[] = {"a different thing", "a different color", "a different shape",
                                          "a different number of objects"};
  return kWhat[static_cast<std::size_t>(respect)];
}

// "shows a red star"
std::string description(const Series& series, std::size_t image) {
  const Motif& figure = series.figures[image];
  if (series.respect == Respect::colour) return "is " + figure.colour;
  if (series.respect == Respect::shape) return "shows " + with_article(figure.noun);
  return "shows " + figure.counted(series.counts[image]);
}

std::string others(const Series& series, std::size_t image) {
  const Motif& figure = series.figures[image];
  if (series.respect == Respect::colour) return "are " + figure.colour;
  if (series.respect == Respect::shape) return "show " + figure.plural;
  return series.respect == Respect::thing ? "show " + figure.plural : "show " + figure.counted(series.counts[image]);
}

void ask_odd(const Series& series, const ImageNames& names, Queries& queries) {
  const std::string different = what(series.respect), which = names.which();
  const std::vector<std::string> phrasings = {"Which image shows " + different + which,
                                              "Which image has " + different + " than the others" + which,
                                              "All images but one agree. Which one shows " + different + which,
                                              "Which picture is the odd one out, with " + different + which,
                                              "Which one does not match the others, as it has " + different + which};
  queries.push_back({"which", phrasings, names.answer(series.odd)});
  const std::vector<std::string> short_phrasings = {"Which image shows " + different + "?",
                                                    "Which picture is the odd one out, with " + different + "?",
                                                    "Find the image with " + different + "."};
  queries.push_back(lettered("choice", short_phrasings, names.the(series.odd), [&] {
    std::vector<std::string> wrong;
    for (std::size_t i = 0; i < series.figures.size(); ++i)
      if (i != series.odd) wrong.push_back(names.the(i));
    return wrong;
  }()));
  if (series.nameless) return;
  const std::size_t other = series.odd == 0 ? 1 : 0;
  queries.push_back(
      in_a_sentence("sentence",
                    {"Which image is different from the others, and why?", "Find the odd one out and explain.",
                     "One image is not like the others. Describe how it differs.",
                     "Explain which image does not belong.", "What makes one of the images different?"},
                    sentence(names.the(series.odd) + " " + description(series, series.odd) + ", while the others " +
                             others(series, other))));
}

void ask_same(const Series& series, Queries& queries) {
  static constexpr const char* kSame[] = {"the same thing", "the same color", "the same shape",
                                          "the same number of objects"};
  const std::string same = kSame[static_cast<std::size_t>(series.respect)];
  queries.push_back(
      yes_or_no("same",
                {"Do the two images show " + same + "?", "Do both images have " + same + "?",
                 "Is there " + same + " in both pictures?", "Does the second image show " + same + " as the first?",
                 "Compare the images: do they show " + same + "?"},
                series.same));
  queries.push_back({"same_or_different",
                     {"Do the two images show " + same + " or a different one? Say same or different.",
                      "Same or different: do the images have " + same + "?",
                      "Is it " + same + " in both images? Answer same or different.",
                      "Looking for " + same + ": are the two pictures same or different?"},
                     series.same ? "same" : "different"});
}

void draw_odd_one(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const bool two = index % 3 == 2;
  const std::size_t count = two ? 2 : random.below(2) + 3;
  const Series series = make_series(random, writer, index / 3, count, two && random.coin());
  const std::int64_t side = random.between(writer.setting("sides"));
  for (std::size_t i = 0; i < count; ++i) {
    View view = pick_ground(random, {series.figures[i]});
    for (const Rect& box : free_boxes(random, series.counts[i])) view.placed.push_back({series.figures[i], box});
    writer.add_picture(draw_view(random, view, side, side * random.between(85, 100) / 100));
  }
  const ImageNames names(random, count);
  Queries queries;
  if (two)
    ask_same(series, queries);
  else
    ask_odd(series, names, queries);
  ask_some(random, writer, queries);
}

}  // namespace

Family odd_one_family() {
  return {"odd_one",
          "several pictures, one of which differs from the others",
          {{"sides", {96, 160}, {48, 2048}}, {"things", {50, 50}, {0, 100}}, {"rounds", {1, 1}, {1, 8}}},
          draw_odd_one};
}

}  // namespace ov
