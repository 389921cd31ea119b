#include "text/chat_template.h"

#include <filesystem>

#include "base/file.h"
#include "text/template_render.h"
#include "text/token_json.h"
#include "text/utf8.h"

namespace ov {
namespace {

constexpr std::size_t kMaxTemplateBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxConfigBytes = std::size_t{16} << 20;

// The words that stand for media in prompts of this model family.
std::string placeholder(ChatPart::Kind kind) { return kind == ChatPart::Kind::image ? "<image>" : "<video>"; }

MarkedText part_text(const ChatPart& part) {
  if (part.kind != ChatPart::Kind::text) return control_text(placeholder(part.kind));
  if (first_invalid_utf8(part.text) != part.text.size()) {
    throw Error(ErrorKind::input, "message: its text is not UTF-8");
  }
  return part.literal ? literal_text(part.text) : control_text(part.text);
}

MarkedText role_text(const ChatMessage& message) {
  if (first_invalid_utf8(message.role) != message.role.size()) {
    throw Error(ErrorKind::input, "message: its role is not UTF-8");
  }
  return literal_text(message.role);
}

MarkedText joined_parts(const ChatMessage& message) {
  MarkedText text;
  for (const ChatPart& part : message.parts) text.append(part_text(part));
  return text;
}

Value part_value(ChatPart::Kind kind, MarkedText text) {
  if (kind == ChatPart::Kind::text) {
    return map_value({{"type", text_value(control_text("text"))}, {"text", text_value(std::move(text))}});
  }
  return map_value({{"type", text_value(control_text(kind == ChatPart::Kind::image ? "image" : "video"))}});
}

std::vector<Value> part_values(const ChatMessage& message) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < message.parts.size();) {
    const ChatPart::Kind kind = message.parts[i].kind;
    MarkedText text = part_text(message.parts[i]);
    for (++i; i < message.parts.size() && message.parts[i].continues; ++i) text.append(part_text(message.parts[i]));
    values.push_back(part_value(kind, std::move(text)));
  }
  return values;
}

Value message_value(const ChatMessage& message, bool as_parts) {
  Value content = as_parts ? list_value(part_values(message)) : text_value(joined_parts(message));
  return map_value({{"role", text_value(role_text(message))}, {"content", std::move(content)}});
}

std::string template_in(const Json& value, const std::string& where) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) {
    for (const Json& item : value) {
      const Fields named(item, where + ": chat_template");
      if (named.string("name") == "default") return named.string("template");
    }
  }
  throw Error(ErrorKind::format,
              where + ": \"chat_template\" should be a string, or a list with one named \"default\"");
}

}  // namespace

ChatTemplate::ChatTemplate(std::unique_ptr<TemplateAst> ast) : ast_(std::move(ast)) {}
ChatTemplate::~ChatTemplate() = default;
ChatTemplate::ChatTemplate(ChatTemplate&&) noexcept = default;
ChatTemplate& ChatTemplate::operator=(ChatTemplate&&) noexcept = default;

ChatTemplate ChatTemplate::parse(const std::string& source, const std::string& where) {
  if (source.size() > kMaxTemplateBytes) {
    throw Error(ErrorKind::format,
                where + ": a chat template of " + std::to_string(source.size()) + " bytes; the limit is 1048576");
  }
  return ChatTemplate(std::make_unique<TemplateAst>(parse_template(source, where)));
}

bool ChatTemplate::reads_parts() const { return ast_->reads_parts; }

RenderedPrompt ChatTemplate::render(const std::vector<ChatMessage>& messages, bool add_generation_prompt,
                                    const std::map<std::string, std::string>& variables) const {
  std::vector<Value> list;
  for (const ChatMessage& message : messages) list.push_back(message_value(message, ast_->reads_parts));
  std::vector<std::pair<std::string, Value>> known = {{"messages", list_value(std::move(list))},
                                                      {"add_generation_prompt", {add_generation_prompt}},
                                                      {"tools", {NoneValue{}}},
                                                      {"documents", {NoneValue{}}}};
  for (const auto& [name, text] : variables) known.emplace_back(name, text_value(control_text(text)));
  MarkedText prompt = render_template(*ast_, std::move(known));
  return {std::move(prompt.text), merge_ranges(std::move(prompt.literal))};
}

RenderedPrompt render_qwen_1_5(const std::vector<ChatMessage>& messages, bool add_generation_prompt) {
  MarkedText prompt;
  const auto add = [&](const MarkedText& role, const MarkedText& text) {
    prompt.append(control_text("<|im_start|>"));
    prompt.append(role);
    prompt.append(control_text("\n"));
    prompt.append(text);
    prompt.append(control_text("<|im_end|>\n"));
  };
  if (messages.empty() || messages.front().role != "system") {
    add(control_text("system"), control_text("You are a helpful assistant."));
  }
  for (const ChatMessage& message : messages) add(role_text(message), joined_parts(message));
  if (add_generation_prompt) prompt.append(control_text("<|im_start|>assistant\n"));
  return {std::move(prompt.text), merge_ranges(std::move(prompt.literal))};
}

std::optional<ChatTemplate> load_chat_template(const std::string& folder) {
  const std::filesystem::path base(folder);
  std::error_code ignored;
  const std::string whole = (base / "chat_template.jinja").string();
  if (std::filesystem::exists(whole, ignored)) return ChatTemplate::parse(read_file(whole, kMaxTemplateBytes), whole);
  for (const char* name : {"chat_template.json", "tokenizer_config.json"}) {
    const std::string path = (base / name).string();
    if (!std::filesystem::exists(path, ignored)) continue;
    const Json document = parse_token_json(read_file(path, kMaxConfigBytes), path, TokenJsonForm::plain).rest;
    const Fields fields(document, path);
    if (!fields.has("chat_template")) continue;
    return ChatTemplate::parse(template_in(fields.at("chat_template"), path), path);
  }
  return std::nullopt;
}

}  // namespace ov
