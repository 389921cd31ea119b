// A statement about two pictures, true or false, in the manner of NLVR2. It is drawn until it is as true as was
// decided beforehand, so that half of the statements hold.
#include <algorithm>
#include <optional>

#include "synth/asking.h"
#include "synth/family.h"
#include "synth/image_names.h"
#include "synth/view.h"

namespace ov {
namespace {

// How many of each figure a picture shows; some are 0.
using Counts = std::vector<std::int64_t>;

struct Exhibits {
  std::vector<Motif> figures;
  Counts images[2];

  std::int64_t total(std::size_t image) const {
    std::int64_t sum = 0;
    for (const std::int64_t count : images[image]) sum += count;
    return sum;
  }
};

struct Statement {
  std::string kind;
  std::string words;
  bool holds = false;
};

Exhibits make_exhibits(RandomStream& random, const SampleWriter& writer) {
  Exhibits exhibits;
  exhibits.figures = pick_motifs(random, writer, wants_things(random, writer), 3);
  for (Counts& counts : exhibits.images) {
    counts.assign(3, 0);
    const std::size_t main = random.below(3);
    counts[main] = random.between(1, 3);
    if (random.coin()) counts[random.below(3)] = random.between(1, 2);
  }
  return exhibits;
}

std::string total_words(std::int64_t count) { return number_word(count) + (count == 1 ? " object" : " objects"); }

Statement about_one(RandomStream& random, const Exhibits& exhibits, const ImageNames& names) {
  const std::size_t image = random.below(2), i = random.below(3);
  const Motif& figure = exhibits.figures[i];
  const std::int64_t count = exhibits.images[image][i], claimed = random.between(1, 3);
  if (random.coin())
    return {"one_image", capitalised(names.the(image)) + " contains " + with_article(figure.words()) + ".", count > 0};
  return {"count",
          capitalised(names.the(image)) + " contains exactly " + number_word(claimed) + " " +
              (claimed == 1 ? figure.words() : figure.plural_words()) + ".",
          count == claimed};
}

Statement about_each(RandomStream& random, const Exhibits& exhibits) {
  const std::size_t i = random.below(3);
  const std::string figure = with_article(exhibits.figures[i].words());
  const bool first = exhibits.images[0][i] > 0, second = exhibits.images[1][i] > 0;
  switch (random.below(4)) {
    case 0: return {"both", "Both images contain " + figure + ".", first && second};
    case 1: return {"exactly_one", "Exactly one of the images contains " + figure + ".", first != second};
    case 2: return {"neither", "Neither image contains " + figure + ".", !first && !second};
    default: return {"at_least_one", "At least one image contains " + figure + ".", first || second};
  }
}

Statement about_contents(RandomStream& random, const Exhibits& exhibits) {
  const std::size_t i = random.below(3), j = (i + 1 + random.below(2)) % 3;
  const std::int64_t one = random.between(1, 3), other = random.between(1, 3);
  const auto shows = [&](std::size_t image, std::size_t figure, std::int64_t count) {
    return exhibits.images[image][figure] == count && exhibits.total(image) == count;
  };
  const std::string words = "One image shows only " + exhibits.figures[i].counted(one) + " and the other shows only " +
                            exhibits.figures[j].counted(other) + ".";
  return {"contents", words, (shows(0, i, one) && shows(1, j, other)) || (shows(1, i, one) && shows(0, j, other))};
}

Statement about_numbers(RandomStream& random, const Exhibits& exhibits, const ImageNames& names) {
  const std::size_t i = random.below(3), image = random.below(2);
  const Motif& figure = exhibits.figures[i];
  const std::int64_t here = exhibits.images[image][i], there = exhibits.images[1 - image][i];
  const std::int64_t first = exhibits.total(0), second = exhibits.total(1), claimed = random.between(2, 8);
  switch (random.below(4)) {
    case 0:
      return {"more",
              "There are more " + figure.plural_words() + " in " + names.the(image) + " than in " +
                  names.the(1 - image) + ".",
              here > there};
    case 1: return {"same_number", "Both images show the same number of objects.", first == second};
    case 2:
      return {"total", "There are " + total_words(claimed) + " in the two images together.", first + second == claimed};
    default:
      return {"more_objects", capitalised(names.the(image)) + " shows more objects than " + names.the(1 - image) + ".",
              exhibits.total(image) > exhibits.total(1 - image)};
  }
}

Statement make_statement(RandomStream& random, const Exhibits& exhibits, const ImageNames& names, std::uint64_t form) {
  if (form == 0) return about_one(random, exhibits, names);
  if (form == 1) return about_each(random, exhibits);
  if (form == 2) return about_contents(random, exhibits);
  return about_numbers(random, exhibits, names);
}

// None when these pictures have no such statement: the next pictures may.
std::optional<Statement> make_statement(RandomStream& random, const Exhibits& exhibits, const ImageNames& names,
                                        std::uint64_t form, bool holds) {
  for (int tries = 0; tries < 40; ++tries) {
    Statement statement = make_statement(random, exhibits, names, form);
    if (statement.holds == holds) return statement;
  }
  return std::nullopt;
}

Query statement_query(RandomStream& random, const Statement& statement) {
  const std::string& words = statement.words;
  if (random.coin()) {
    return {statement.kind,
            {words + " True or false?", "Is this statement about the two images true or false? " + words,
             "True or false: " + words, words + " Is that true or false?",
             "Look at both images. Is the following true or false? " + words},
            statement.holds ? "true" : "false"};
  }
  return yes_or_no(statement.kind,
                   {words + " Is this correct?", "Is the statement correct? " + words,
                    "Does this sentence describe the two images correctly? " + words,
                    "Look at both images. Is this right? " + words, words + " Is that so? Say yes or no."},
                   statement.holds);
}

void add_view(RandomStream& random, const Exhibits& exhibits, std::size_t image, SampleWriter& writer) {
  View view = pick_ground(random, exhibits.figures);
  const std::vector<Rect> boxes = free_boxes(random, exhibits.total(image));
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::int64_t k = 0; k < exhibits.images[image][i]; ++k)
      view.placed.push_back({exhibits.figures[i], boxes[view.placed.size()]});
  }
  const std::int64_t side = random.between(writer.setting("sides"));
  writer.add_picture(draw_view(random, view, side, side * random.between(85, 100) / 100));
}

void draw_statement(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const ImageNames names(random, 2);
  const auto form = static_cast<std::uint64_t>(index % 4);
  const bool holds = index / 4 % 2 == 0;
  for (;;) {
    const Exhibits exhibits = make_exhibits(random, writer);
    const std::optional<Statement> statement = make_statement(random, exhibits, names, form, holds);
    if (!statement) continue;
    add_view(random, exhibits, 0, writer);
    add_view(random, exhibits, 1, writer);
    ask(random, writer, statement_query(random, *statement));
    const std::int64_t more = random.between(writer.setting("rounds")) - 1;
    for (std::int64_t round = 0; round < more; ++round) {
      const auto other = make_statement(random, exhibits, names, random.below(4), random.coin());
      if (other && other->words != statement->words) ask(random, writer, statement_query(random, *other));
    }
    writer.set_kind(statement->kind);
    return;
  }
}

}  // namespace

Family statement_family() {
  return {"statement",
          "a statement about two pictures, true or false",
          {{"sides", {96, 160}, {48, 2048}}, {"things", {50, 50}, {0, 100}}, {"rounds", {1, 1}, {1, 8}}},
          draw_statement};
}

}  // namespace ov
