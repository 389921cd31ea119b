// What happens in a video at one of its frames: something appears, disappears, or changes its color or shape.
#pragma once

#include <string>
#include <vector>

#include "synth/clip.h"

namespace ov {

enum class EventKind { appears, disappears, recolours, reshapes };

struct Event {
  EventKind kind = EventKind::appears;
  std::int64_t frame = 1;  // the first that shows the change
  Figure before, after;    // the same but for changes of colour and shape
  Rect box;
};

// "the red circle appears", "the circle changes from red to blue"
std::string event_words(const Event& event);

// One or two events with different figures, at least two frames between them and before the first.
std::vector<Event> make_events(RandomStream& random, const SampleWriter& writer, std::size_t count,
                               std::int64_t frames);
Clip events_clip(RandomStream& random, const std::vector<Event>& events, std::int64_t frames);

}  // namespace ov
