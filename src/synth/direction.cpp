// A video in which one figure moves, comes nearer or goes away, turns, or stays where it is.
#include "synth/asking.h"
#include "synth/clip.h"
#include "synth/family.h"

namespace ov {
namespace {

void ask_moving(RandomStream& random, const Move& move, const std::string& name, Queries& queries) {
  const std::string the = "the " + name;
  if (move.way == Way::nearer || move.way == Way::away) {
    queries.push_back(
        {"size",
         {"Does " + the + " get larger or smaller?", "Does " + the + " become larger or smaller?",
          "Is " + the + " getting larger or smaller?", "In the video, does " + the + " turn larger or smaller?",
          "How does the size of " + the + " change, larger or smaller?"},
         move.way == Way::nearer ? "larger" : "smaller"});
    queries.push_back(
        {"nearer",
         {"Does " + the + " come closer or go away?", "Is " + the + " coming closer or going away, closer or away?",
          "Does " + the + " move closer to the camera or away?", "Closer or away: where does " + the + " go?",
          "Which is it: does " + the + " come closer or move away?"},
         move.way == Way::nearer ? "closer" : "away"});
    return;
  }
  queries.push_back({"way",
                     {"In which direction does " + the + " move?", "Which way does " + the + " go?",
                      "Where does " + the + " move: left, right, up or down?",
                      "In which direction is " + the + " moving?", "Does " + the + " move left, right, up or down?"},
                     way_name(move.way)});
  std::vector<std::string> wrong;
  for (const Way other : {Way::left, Way::right, Way::up, Way::down})
    if (other != move.way) wrong.push_back(way_name(other));
  random.shuffle(wrong);
  queries.push_back(lettered("way_choice",
                             {"In which direction does " + the + " move?",
                              "Which way does " + the + " go in the video?", "Where does " + the + " go?"},
                             way_name(move.way), wrong));
}

// Whether the figure moves, or turns: half of the time it does neither.
void ask_whether(RandomStream& random, const Move& move, const std::string& name, Queries& queries) {
  const std::string the = "the " + name;
  if (move.way == Way::turning || random.coin()) {
    queries.push_back(
        yes_or_no("turns",
                  {"Does " + the + " turn?", "Is " + the + " rotating?", "Does " + the + " rotate in the video?",
                   "Is " + the + " turning around?", "Does " + the + " spin?"},
                  move.way == Way::turning));
    return;
  }
  queries.push_back(yes_or_no("moves",
                              {"Does " + the + " move?", "Is " + the + " moving?", "Does " + the + " change its place?",
                               "Does " + the + " go anywhere?", "Is there any movement in the video?"},
                              move.way != Way::still));
}

void draw_direction(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  static constexpr Way kTurns[] = {Way::left,    Way::right, Way::up,      Way::down, Way::left,   Way::right,
                                   Way::up,      Way::down,  Way::nearer,  Way::away, Way::nearer, Way::away,
                                   Way::turning, Way::still, Way::turning, Way::still};
  Move move{kTurns[index % 16], {}, random.between(writer.setting("frames"))};
  const bool things = wants_things(random, writer);
  const bool nameless = things && writer.test() && random.coin();
  const std::vector<Motif> figures = pick_motifs(random, writer, things, 2, nameless);
  move.figure = figures[0];
  // What looks the same from every side cannot be seen to turn.
  if (move.way == Way::turning || move.way == Way::still) make_turnable(random, writer.test(), move.figure);
  const bool whether = move.way == Way::turning || move.way == Way::still || index % 16 == 3 || index % 16 == 4;
  write_clip(random, writer, moving_clip(random, move));
  Queries queries;
  const std::string name = nameless ? "object" : random.coin() ? move.figure.noun : move.figure.words();
  if (whether)
    ask_whether(random, move, name, queries);
  else
    ask_moving(random, move, name, queries);
  ask_some(random, writer, queries);
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
