// Questions of many kinds about several things and figures; the kinds take turns.
#include <algorithm>

#include "synth/arrangement_questions.h"

namespace ov {
namespace {

constexpr int kTries = 60;  // scenes drawn until one suits the kind

ArrangementForm form_for(RandomStream& random, const std::string& kind) {
  ArrangementForm form;
  form.figures = random.between(25, 75);
  if (kind == "count" || kind == "more") {
    form.counts = {random.between(1, 7), random.between(1, 3)};
    if (random.coin()) form.counts.push_back(random.between(1, 2));
    form.largest = 34;
    return form;
  }
  form.counts.assign(static_cast<std::size_t>(random.between(2, 4)), 1);
  if (kind == "color" || kind == "shape" || kind == "same") form.figures = 80;
  if (kind == "same") form.counts = {1, 1};
  form.alike = kind == "same";
  if (kind == "group") form.figures = 30;
  form.sizes = kind == "size" || random.below(3) == 0;
  if (kind != "size" && kind != "same" && random.below(3) == 0) form.counts[0] = 2;
  return form;
}

void draw_scene_question(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const auto kinds = arrangement_kinds();
  const std::size_t first = static_cast<std::size_t>(index) % kinds.size();
  Arrangement scene;
  Queries questions;
  for (int tries = 0; tries < kTries && questions.empty(); ++tries) {
    scene = arrange(random, writer, form_for(random, kinds[first]));
    if (const auto question = ask_about(random, writer, kinds[first], scene)) questions.push_back(*question);
  }
  const auto rounds = static_cast<std::size_t>(random.between(writer.setting("rounds")));
  for (std::size_t tries = 0; tries < 100 && questions.size() < std::max<std::size_t>(rounds, 1); ++tries) {
    const auto question = ask_about(random, writer, random.pick(kinds), scene);
    if (!question) continue;
    const bool asked = std::any_of(questions.begin(), questions.end(), [&](const Query& other) {
      return other.kind == question->kind && other.answer == question->answer;
    });
    if (!asked) questions.push_back(*question);
  }
  writer.add_picture(scene.picture);
  for (const Query& question : questions) ask(random, writer, question);
  if (questions.size() == 1) writer.set_kind(questions[0].kind);
}

}  // namespace

Family scene_question_family() {
  return {"scene_question",
          "names, places, colors, numbers, sizes and relations of things and shapes",
          {{"sides", {112, 192}, {32, 1024}}, {"rounds", {2, 4}, {1, 8}}},
          draw_scene_question};
}

}  // namespace ov
