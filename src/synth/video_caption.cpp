// One or two sentences about what happens in a video: something moves, or one or two events.
#include <algorithm>

#include "synth/asking.h"
#include "synth/events.h"
#include "synth/family.h"

namespace ov {
namespace {

std::string move_words(const Move& move) {
  const std::string a = with_article(move.figure.words());
  switch (move.way) {
    case Way::nearer: return a + " comes closer and gets larger";
    case Way::away: return a + " goes away and gets smaller";
    case Way::turning: return a + " turns around";
    case Way::still: return a + " stays where it is";
    default: return a + " moves " + way_name(move.way);
  }
}

// "The background is light blue."
std::string with_ground(RandomStream& random, const std::string& words, const View& view) {
  return random.coin() ? sentence(words) : sentence(words + " on a " + view.ground + " background");
}

void draw_video_caption(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const std::int64_t frames = std::max(random.between(writer.setting("frames")), INT64_C(4));
  std::string caption;
  std::string kind = "move";
  if (index % 2 == 0) {
    Move move{static_cast<Way>(index / 2 % 8), {}, frames};
    move.figure = pick_motifs(random, writer, wants_things(random, writer), 1)[0];
    if (move.way == Way::turning) make_turnable(random, writer.test(), move.figure);
    const Clip clip = moving_clip(random, move);
    caption = with_ground(random, move_words(move), clip[0]);
    write_clip(random, writer, clip);
  } else {
    const std::vector<Event> events = make_events(random, writer, frames >= 6 ? 1 + random.below(2) : 1, frames);
    write_clip(random, writer, events_clip(random, events, frames));
    caption = sentence(event_words(events[0]));
    if (events.size() == 2) caption += " " + sentence("then " + event_words(events[1]));
    kind = events.size() == 2 ? "two_events" : "event";
  }
  writer.set_kind(kind);
  ask(random, writer,
      in_a_sentence(kind,
                    {"Describe the video.", "What happens in this video?", "Write a caption for the video.",
                     "Give a short description of this video.", "Say in a sentence or two what the video shows.",
                     "Summarize what happens in the clip."},
                    caption));
}

}  // namespace

Family video_caption_family() {
  return {"video_caption",
          "one or two sentences about what happens in a video",
          {{"sides", {96, 160}, {48, 2048}},
           {"frames", {4, 8}, {4, 64}},
           {"things", {50, 50}, {0, 100}},
           {"rounds", {1, 1}, {1, 1}}},
          draw_video_caption};
}

}  // namespace ov
