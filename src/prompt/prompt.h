// What the model sees of a conversation: token ids with every picture and video in its place.
//
//   for (const PromptMedia& media : prompt.media) ...  // prompt.ids[media.begin] is its first token
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "media/geometry.h"
#include "prompt/conversation.h"

namespace ov {

// One picture or video in its place.
struct PromptMedia {
  MediaSource source;
  MediaPlan plan;
  std::vector<std::int64_t> frames;  // of a video: which frames are shown, in order
  std::int64_t begin = 0;            // position of its first token in Prompt::ids; it has plan.tokens
};

struct Prompt {
  std::string text;               // as rendered, one <image> or <video> for each medium
  std::vector<std::int64_t> ids;  // with every placeholder repeated plan.tokens times
  std::vector<PromptMedia> media;

  std::int64_t length() const { return static_cast<std::int64_t>(ids.size()); }
};

}  // namespace ov
