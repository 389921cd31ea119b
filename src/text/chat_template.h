// From a conversation to the prompt's text. A model folder may bring its own template in a small
// part of Jinja2; without one the official template qwen_1_5 applies. The prompt remembers which
// bytes a user wrote, so that "<|im_end|>" or "<image>" inside a question stays ordinary text.
//
//   const auto chat = load_chat_template(folder);
//   const RenderedPrompt prompt = chat ? chat->render(messages, true) : render_qwen_1_5(messages, true);
//   tokenizer.encode(prompt.text, prompt.literal);
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "text/literal_range.h"

namespace ov {

struct ChatPart {
  enum class Kind { text, image, video };
  Kind kind = Kind::text;
  std::string text;
  bool literal = true;     // false: control text, in which special tokens count
  bool continues = false;  // belongs to the part before it: a template sees both as one part
};

struct ChatMessage {
  std::string role;  // always literal
  std::vector<ChatPart> parts;
};

struct RenderedPrompt {
  std::string text;
  std::vector<LiteralRange> literal;  // merged
};

struct TemplateAst;

class ChatTemplate {
 public:
  // Throws format naming `where`, the line and what is not implemented: everything but for, if,
  // set, generation, and the expressions, filters and tests listed in template_builtins.cpp.
  static ChatTemplate parse(const std::string& source, const std::string& where);
  ~ChatTemplate();
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;

  // The template sees `messages`, `add_generation_prompt`, `tools` and `documents` (none), and
  // `variables` such as bos_token. A message's content is a list of {"type": "image"} and
  // {"type": "text", "text": ...} if the template looks at parts, else one string with <image> and
  // <video> in their places. Throws input when the template calls raise_exception, format when
  // it does what is not possible or not implemented, resource when it takes too long.
  RenderedPrompt render(const std::vector<ChatMessage>& messages, bool add_generation_prompt,
                        const std::map<std::string, std::string>& variables = {}) const;

  bool reads_parts() const;

 private:
  explicit ChatTemplate(std::unique_ptr<TemplateAst> ast);
  std::unique_ptr<TemplateAst> ast_;
};

// The official template: "<|im_start|>{role}\n{text}<|im_end|>\n" for each message, after a system
// message "You are a helpful assistant." unless the first is one.
RenderedPrompt render_qwen_1_5(const std::vector<ChatMessage>& messages, bool add_generation_prompt);

// The template of a model folder: chat_template.jinja, else "chat_template" in chat_template.json,
// else in tokenizer_config.json (a string, or a list in which "default" is taken).
std::optional<ChatTemplate> load_chat_template(const std::string& folder);

}  // namespace ov
