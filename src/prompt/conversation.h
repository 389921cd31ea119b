// A conversation with pictures and videos, as the user gave it: messages in order, each a list of
// text and media parts, and the sources that the media parts stand for.
//
//   Conversation talk = ask_conversation("What is shown?", {MediaSource::image("photo.jpg")}, "");
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "text/chat_template.h"

namespace ov {

struct MediaSource {
  bool is_video = false;
  std::string path;        // a file, or for videos also a folder of frames; with `bytes` only a name
  std::int64_t width = 0;  // when path is empty: a picture known by its size only (explain)
  std::int64_t height = 0;
  std::shared_ptr<const std::string> bytes;  // an encoded picture or video in memory, else null

  static MediaSource image(std::string path) { return {false, std::move(path), 0, 0, nullptr}; }
  static MediaSource video(std::string path) { return {true, std::move(path), 0, 0, nullptr}; }
  static MediaSource sized(std::int64_t width, std::int64_t height) { return {false, "", width, height, nullptr}; }
};

struct Message {
  std::string role;  // "system", "user" or "assistant"
  std::vector<ChatPart> parts;
  bool placed = false;  // media stand where the text has its marks, not where a template puts them
};

struct Conversation {
  std::vector<Message> messages;
  std::vector<MediaSource> media;  // in the order of the media parts of all messages
};

// A user message. Where `prompt` holds <image> or <video> marks, they place the media of their kind in
// order and the counts must match exactly (Error input otherwise); without any mark all media come
// first.
Message place_media(std::string_view prompt, const std::vector<MediaSource>& media);

// One question, with an optional system message ("" for the template's own).
Conversation ask_conversation(std::string_view prompt, const std::vector<MediaSource>& media,
                              const std::string& system);

// The "messages" array of a request: [{"role", "content": text | [{"type", "text" | "path"}]}].
// Throws input naming `where`.
Conversation parse_messages(const Json& messages, const std::string& where);

}  // namespace ov
