// A video in which one figure moves, comes nearer or goes away, turns, or stays where it is.
#include "synth/clip.h"
#include "synth/family.h"
#include "synth/question_list.h"

namespace ov {
namespace {

void ask_moving(RandomStream& random, const Move& move, const std::string& name, QuestionList& list) {
  const std::string the = "the " + name;
  if (move.way == Way::nearer || move.way == Way::away) {
    list.add("size",
             {"Does " + the + " get larger or smaller?", "Does " + the + " become larger or smaller?",
              "Is " + the + " getting larger or smaller?", "In the video, does " + the + " turn larger or smaller?",
              "How does the size of " + the + " change, larger or smaller?"},
             move.way == Way::nearer ? "larger" : "smaller");
    list.add("nearer",
             {"Does " + the + " come closer or go away?", "Is " + the + " coming closer or going away, closer or away?",
              "Does " + the + " move closer to the camera or away?", "Closer or away: where does " + the + " go?",
              "Which is it: does " + the + " come closer or move away?"},
             move.way == Way::nearer ? "closer" : "away");
    return;
  }
  list.add("way",
           {"In which direction does " + the + " move?", "Which way does " + the + " go?",
            "Where does " + the + " move: left, right, up or down?", "What is the direction of " + the + "?",
            "Does " + the + " move left, right, up or down?"},
           way_name(move.way));
  std::vector<std::string> wrong;
  for (const Way other : {Way::left, Way::right, Way::up, Way::down})
    if (other != move.way) wrong.push_back(way_name(other));
  random.shuffle(wrong);
  list.add_choice("way_choice",
                  {"In which direction does " + the + " move?", "Which way does " + the + " go in the video?",
                   "Where is " + the + " heading?"},
                  way_name(move.way), wrong);
}

// Whether the figure moves, or turns: half of the time it does neither.
void ask_whether(RandomStream& random, const Move& move, const std::string& name, QuestionList& list) {
  const std::string the = "the " + name;
  if (move.way == Way::turning || random.coin()) {
    list.add_yes_no("turns",
                    {"Does " + the + " turn?", "Is " + the + " rotating?", "Does " + the + " rotate in the video?",
                     "Is " + the + " turning around?", "Does " + the + " spin?"},
                    move.way == Way::turning);
    return;
  }
  list.add_yes_no("moves",
                  {"Does " + the + " move?", "Is " + the + " moving?", "Does " + the + " change its place?",
                   "Does " + the + " go anywhere?", "Is there any movement in the video?"},
                  move.way != Way::still);
}

void draw_direction(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  static constexpr Way kTurns[] = {Way::left,    Way::right, Way::up,      Way::down, Way::left,   Way::right,
                                   Way::up,      Way::down,  Way::nearer,  Way::away, Way::nearer, Way::away,
                                   Way::turning, Way::still, Way::turning, Way::still};
  Move move{kTurns[index % 16], {}, random.between(writer.setting("frames"))};
  const bool things = wants_things(random, writer);
  const bool nameless = things && writer.test() && random.coin();
  const std::vector<Figure> figures = pick_figures(random, writer, things, 2, nameless);
  move.figure = figures[0];
  // What looks the same from every side cannot be seen to turn.
  if (move.way == Way::turning || move.way == Way::still) make_turnable(random, writer.test(), move.figure);
  const bool whether = move.way == Way::turning || move.way == Way::still || index % 16 == 3;
  write_clip(random, writer, moving_clip(random, move));
  QuestionList list(random);
  const std::string name = nameless ? "object" : random.coin() ? move.figure.noun : move.figure.words();
  if (whether)
    ask_whether(random, move, name, list);
  else
    ask_moving(random, move, name, list);
  list.ask(writer);
}

}  // namespace

Family direction_family() {
  return {"direction",
          "a video of something that moves, comes nearer, turns or stays",
          {{"sides", {96, 160}, {48, 2048}},
           {"frames", {4, 8}, {3, 64}},
           {"things", {50, 50}, {0, 100}},
           {"rounds", {1, 1}, {1, 8}}},
          draw_direction};
}

}  // namespace ov
