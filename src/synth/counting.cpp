// How many of one sort there are among others, one to twelve; or how many of everything, of things that need no name.
#include "synth/arrangement.h"
#include "synth/asking.h"

namespace ov {
namespace {

void ask_number(RandomStream& random, SampleWriter& writer, const std::string& singular, const std::string& plural,
                std::int64_t number) {
  const std::vector<std::string> wordings = {"How many %1 are there?",     "How many %1 are in the picture?",
                                             "How many %1 can you count?", "Count the %1 in the image.",
                                             "What is the number of %1?",  "How many %1 do you see?"};
  const std::string what = number == 1 ? "is one " + singular : "are " + number_word(number) + " " + plural;
  ask(random, writer, fill(wordings, {plural}), std::to_string(number), "There " + what + " in the picture.");
}

void draw_counting(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  ArrangementForm form;
  const std::int64_t number = random.between(writer.setting("number"));
  const bool everything = index % 3 == 2;  // no names: "objects"
  form.counts = {number};
  if (everything && number > 2 && random.coin()) {
    const std::int64_t others = random.between(1, number - 1);
    form.counts = {number - others, others};
  }
  for (std::int64_t others = everything ? 0 : random.between(0, 2); others > 0; --others)
    form.counts.push_back(random.between(1, 3));
  form.nameless = everything;
  form.figures = everything ? 25 : 45;
  form.largest = 34;
  form.overlap = -0.04;
  const Arrangement scene = arrange(random, writer, form);
  writer.add_picture(scene.picture);
  writer.set_kind(everything ? "everything" : "one_sort");
  if (everything) return ask_number(random, writer, "object", "objects", number);
  const Sort& sort = scene.sorts[0];
  const std::string colour = sort.is_figure() ? sort.colour + " " : "";
  ask_number(random, writer, colour + sort.name, colour + sort.plural, number);
}

}  // namespace

Family counting_family() {
  return {"counting",
          "how many of one sort of thing there are",
          {{"sides", {112, 192}, {32, 1024}}, {"number", {1, 12}, {1, 12}}},
          draw_counting};
}

}  // namespace ov
