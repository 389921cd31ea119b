#include "prompt/conversation.h"

#include <algorithm>

#include "base/error.h"

namespace ov {
namespace {

struct Mark {
  std::string_view text;
  ChatPart::Kind kind;
};
constexpr Mark kMarks[] = {{"<image>", ChatPart::Kind::image}, {"<video>", ChatPart::Kind::video}};

ChatPart text_part(std::string text) { return {ChatPart::Kind::text, std::move(text)}; }

// The first mark in `text` at or after `from`, or null.
const Mark* find_mark(std::string_view text, std::size_t from, std::size_t& at) {
  const Mark* first = nullptr;
  at = std::string_view::npos;
  for (const Mark& mark : kMarks) {
    const std::size_t found = text.find(mark.text, from);
    if (found < at) {
      at = found;
      first = &mark;
    }
  }
  return first;
}

std::int64_t count_of(const std::vector<MediaSource>& media, bool is_video) {
  return std::count_if(media.begin(), media.end(),
                       [&](const MediaSource& source) { return source.is_video == is_video; });
}

void check_marks(const std::vector<ChatPart>& parts, const std::vector<MediaSource>& media) {
  for (const Mark& mark : kMarks) {
    const auto marks =
        std::count_if(parts.begin(), parts.end(), [&](const ChatPart& part) { return part.kind == mark.kind; });
    const std::int64_t given = count_of(media, mark.kind == ChatPart::Kind::video);
    if (marks == given) continue;
    throw Error(ErrorKind::input, "the prompt has " + std::to_string(marks) + " " + std::string(mark.text) + " but " +
                                      std::to_string(given) + (given == 1 ? " was" : " were") +
                                      " given; write one mark for each, or none to put all media first");
  }
}

Message parse_message(const Json& message, const std::string& where, std::vector<MediaSource>& media) {
  const auto refuse = [&](const std::string& what) { throw Error(ErrorKind::input, where + ": " + what); };
  if (!message.is_object()) refuse("expected an object with \"role\" and \"content\"");
  const Json role = message.value("role", Json());
  if (!role.is_string()) refuse("\"role\" should be \"system\", \"user\" or \"assistant\"");
  Message out;
  out.role = role.get<std::string>();
  if (out.role != "system" && out.role != "user" && out.role != "assistant") {
    refuse("role \"" + out.role + "\" should be \"system\", \"user\" or \"assistant\"");
  }
  const Json content = message.value("content", Json());
  if (content.is_string()) {
    out.parts.push_back(text_part(content.get<std::string>()));
    return out;
  }
  if (!content.is_array() || content.empty()) refuse("\"content\" should be a text or a list of parts");
  for (const Json& part : content) {
    const Json type = part.is_object() ? part.value("type", Json()) : Json();
    if (type == "text" && part.value("text", Json()).is_string()) {
      out.parts.push_back(text_part(part.at("text").get<std::string>()));
    } else if ((type == "image" || type == "video") && part.value("path", Json()).is_string()) {
      const bool is_video = type == "video";
      out.parts.push_back({is_video ? ChatPart::Kind::video : ChatPart::Kind::image, ""});
      media.push_back({is_video, part.at("path").get<std::string>(), 0, 0});
    } else {
      refuse(
          "a content part should be {\"type\": \"text\", \"text\": ...} or {\"type\": \"image\" or \"video\", "
          "\"path\": ...}");
    }
  }
  return out;
}

}  // namespace

Message place_media(std::string_view prompt, const std::vector<MediaSource>& media) {
  Message message{"user", {}};
  std::size_t from = 0, at = 0;
  while (const Mark* mark = find_mark(prompt, from, at)) {
    message.placed = true;
    if (at > from) message.parts.push_back(text_part(std::string(prompt.substr(from, at - from))));
    message.parts.push_back({mark->kind, ""});
    from = at + mark->text.size();
  }
  if (message.placed) {
    if (from < prompt.size()) message.parts.push_back(text_part(std::string(prompt.substr(from))));
    check_marks(message.parts, media);
    return message;
  }
  for (const MediaSource& source : media) {
    message.parts.push_back({source.is_video ? ChatPart::Kind::video : ChatPart::Kind::image, ""});
  }
  message.parts.push_back(text_part(std::string(prompt)));
  return message;
}

Conversation ask_conversation(std::string_view prompt, const std::vector<MediaSource>& media,
                              const std::string& system) {
  Conversation talk;
  if (!system.empty()) talk.messages.push_back({"system", {text_part(system)}});
  talk.messages.push_back(place_media(prompt, media));
  // Marks take the media of their own kind in order.
  std::size_t next[2] = {0, 0};
  for (const ChatPart& part : talk.messages.back().parts) {
    if (part.kind == ChatPart::Kind::text) continue;
    const bool is_video = part.kind == ChatPart::Kind::video;
    std::size_t& index = next[is_video ? 1 : 0];
    while (media[index].is_video != is_video) ++index;
    talk.media.push_back(media[index++]);
  }
  return talk;
}

Conversation parse_messages(const Json& messages, const std::string& where) {
  if (!messages.is_array() || messages.empty()) {
    throw Error(ErrorKind::input, where + ": \"messages\" should be a list with at least one message");
  }
  Conversation talk;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    talk.messages.push_back(parse_message(messages[i], where + ": message " + std::to_string(i + 1), talk.media));
  }
  return talk;
}

}  // namespace ov
