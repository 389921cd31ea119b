// Videos in which something appears, disappears, or changes its color or shape: what, when, and in which order.
#include "synth/events.h"

#include <algorithm>

#include "synth/asking.h"
#include "synth/family.h"

namespace ov {
namespace {

Event make_event(RandomStream& random, bool test, const Motif& figure, std::size_t corner) {
  Event event;
  event.kind = static_cast<EventKind>(random.below(figure.is_shape() ? 4 : 2));
  event.before = event.after = figure;
  if (event.kind == EventKind::recolours) event.after = recoloured(random, test, figure);
  if (event.kind == EventKind::reshapes) event.after = reshaped(random, test, figure);
  event.box = corner_box(random, corner, 40, 46);
  return event;
}

const char* kind_words(EventKind kind) {
  static constexpr const char* kWords[] = {"something appears", "something disappears", "a color changes",
                                           "a shape changes"};
  return kWords[static_cast<std::size_t>(kind)];
}

void ask_what(const Event& event, Queries& queries) {
  const std::string was = event.before.words(), noun = event.before.noun, colour = event.before.colour;
  switch (event.kind) {
    case EventKind::appears:
      queries.push_back(
          {"appears",
           {"What appears in the video?", "What comes into view?", "Which object appears?",
            "Something shows up in the video. What is it?", "What is there at the end that was not there at first?"},
           was});
      break;
    case EventKind::disappears:
      queries.push_back({"disappears",
                         {"What disappears in the video?", "What vanishes?", "Which object disappears?",
                          "Something goes away in the video. What is it?", "What is gone at the end?"},
                         was});
      break;
    case EventKind::recolours:
      queries.push_back(
          {"color_after",
           {"What color does the " + noun + " become?", "What color is the " + noun + " at the end?",
            "To which color does the " + noun + " change?", "At the end of the video, what color is the " + noun + "?",
            "The " + noun + " changes its color. Which one does it get?"},
           event.after.colour});
      queries.push_back(
          {"color_before",
           {"What color is the " + noun + " at first?", "What color does the " + noun + " have at the beginning?",
            "Before it changes, what color is the " + noun + "?", "In which color does the " + noun + " start?",
            "At the start of the video, what color is the " + noun + "?"},
           colour});
      break;
    case EventKind::reshapes:
      queries.push_back({"shape_after",
                         {"What does the " + noun + " turn into?", "What shape does the " + noun + " become?",
                          "Into which shape does the " + noun + " change?", "Which shape replaces the " + noun + "?",
                          "The " + noun + " changes its shape. What is it at the end?"},
                         event.after.noun});
      queries.push_back({"shape_before",
                         {"What was the " + event.after.noun + " before it changed?",
                          "What shape is there before the " + event.after.noun + "?",
                          "Which shape turns into the " + event.after.noun + "?",
                          "Which shape becomes the " + event.after.noun + "?"},
                         noun});
      break;
  }
}

void ask_type(const Event& event, Queries& queries) {
  std::vector<std::string> wrong;
  for (const EventKind other : {EventKind::appears, EventKind::disappears, EventKind::recolours, EventKind::reshapes})
    if (other != event.kind) wrong.push_back(kind_words(other));
  queries.push_back(lettered("type",
                             {"What happens in the video?", "Which of these happens in the video?",
                              "What kind of change is there?", "Choose what the video shows.", "What takes place?"},
                             kind_words(event.kind), wrong));
}

void ask_when(const Event& event, std::int64_t frames, Queries& queries) {
  const bool early = 3 * event.frame <= frames + 1, late = 3 * event.frame >= 2 * frames;
  if (!early && !late) return;
  const std::string what = event_words(event);
  queries.push_back({"when",
                     {"Does this happen near the beginning or near the end of the video: " + what + "?",
                      "When in the video is it, near the beginning or near the end: " + what + "?",
                      sentence(what) + " Is that near the beginning or near the end of the video?",
                      "Beginning or end: when do you see that " + what + "?"},
                     early ? "beginning" : "end"});
}

void ask_order(RandomStream& random, const std::vector<Event>& events, Queries& queries) {
  const std::string first = event_words(events[0]), second = event_words(events[1]);
  queries.push_back(in_a_sentence(
      "sentence",
      {"Describe what happens in the video, in order.", "What happens first, and what happens then?",
       "Tell the two events of the video in their order.", "Say what changes in the video, step by step."},
      sentence("first " + first + ", then " + second)));
  const bool ask_first = random.coin();
  const std::string place = ask_first ? "first" : "last";
  queries.push_back(lettered("order",
                             {"What happens " + place + "?", "Which of these events comes " + place + "?",
                              "In the video, what happens " + place + "?", "Which change is the " + place + " one?"},
                             ask_first ? first : second, {ask_first ? second : first}));
  queries.push_back(
      {"which_" + place,
       {"Which object changes " + place + ": the " + events[0].before.words() + " or the " + events[1].before.words() +
            "?",
        "Something happens to the " + events[1].before.words() + " and to the " + events[0].before.words() +
            ". To which " + place + "?",
        "What changes " + place + ", the " + events[1].before.words() + " or the " + events[0].before.words() + "?"},
       events[ask_first ? 0 : 1].before.words()});
  const bool holds = random.coin();
  queries.push_back(yes_or_no(
      "before",
      {"Is it true that " + (holds ? first : second) + " before " + (holds ? second : first) + "?",
       "Is this the right order: first " + (holds ? first : second) + ", then " + (holds ? second : first) + "?",
       "Do you first see that " + (holds ? first : second) + " and then that " + (holds ? second : first) + "?"},
      holds));
}

void draw_events(RandomStream& random, std::int64_t index, SampleWriter& writer) {
  const std::size_t count = static_cast<std::size_t>(index % 2) + 1;
  const std::int64_t frames = std::max(random.between(writer.setting("frames")), count == 2 ? INT64_C(6) : INT64_C(4));
  const std::vector<Event> events = make_events(random, writer, count, frames);
  write_clip(random, writer, events_clip(random, events, frames));
  Queries queries;
  if (count == 2) {
    ask_order(random, events, queries);
  } else {
    ask_what(events[0], queries);
    ask_type(events[0], queries);
    ask_when(events[0], frames, queries);
    queries.push_back(
        in_a_sentence("sentence",
                      {"Describe what happens in the video.", "What happens in this video? Say it in a sentence.",
                       "What changes in the video?", "Tell what the video shows."},
                      sentence(event_words(events[0]))));
  }
  ask_some(random, writer, queries);
}

}  // namespace

std::string event_words(const Event& event) {
  const std::string the = "the " + event.before.words();
  if (event.kind == EventKind::appears) return the + " appears";
  if (event.kind == EventKind::disappears) return the + " disappears";
  if (event.kind == EventKind::recolours)
    return "the " + event.before.noun + " changes from " + event.before.colour + " to " + event.after.colour;
  return the + " turns into " + with_article(event.after.noun);
}

std::vector<Event> make_events(RandomStream& random, const SampleWriter& writer, std::size_t count,
                               std::int64_t frames) {
  const std::vector<Motif> figures =
      pick_motifs(random, writer, wants_things(random, writer), static_cast<std::int64_t>(count));
  std::vector<std::size_t> corners = {0, 1, 2, 3};
  random.shuffle(corners);
  std::vector<Event> events;
  for (std::size_t i = 0; i < count; ++i) {
    events.push_back(make_event(random, writer.test(), figures[i], corners[i]));
    events[i].frame = count == 1 ? random.between(1, frames - 1)
                      : i == 0   ? random.between(1, frames - 3)
                                 : random.between(events[0].frame + 2, frames - 1);
  }
  return events;
}

Clip events_clip(RandomStream& random, const std::vector<Event>& events, std::int64_t frames) {
  std::vector<Motif> figures;
  for (const Event& event : events) figures.insert(figures.end(), {event.before, event.after});
  const View empty = pick_ground(random, figures);
  Clip clip;
  for (std::int64_t i = 0; i < frames; ++i) {
    clip.push_back(empty);
    for (const Event& event : events) {
      const bool changed = i >= event.frame;
      if (event.kind == (changed ? EventKind::disappears : EventKind::appears)) continue;
      clip.back().placed.push_back({changed ? event.after : event.before, event.box});
    }
  }
  return clip;
}

Family events_family() {
  return {"events",
          "a video in which one or two things happen: what, when, in which order",
          {{"sides", {96, 160}, {48, 2048}},
           {"frames", {4, 8}, {4, 64}},
           {"things", {50, 50}, {0, 100}},
           {"rounds", {1, 1}, {1, 8}}},
          draw_events};
}

}  // namespace ov
