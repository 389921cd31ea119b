// Feeds bytes to the chat template parser and renders a conversation with whatever parses. Only
// ov::Error may come out, and the literal ranges must lie in the text, sorted and disjoint.
//
//   chat_template_fuzz fuzz/seeds/chat_template
#include <cstdlib>
#include <string>
#include <vector>

#include "base/error.h"
#include "text/chat_template.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Kind = ov::ChatPart::Kind;
  const std::vector<ov::ChatMessage> messages = {
      {"system", {{Kind::text, " Be brief.\n"}}},
      {"user", {{Kind::image, ""}, {Kind::text, "What <image>?"}, {Kind::video, ""}, {Kind::text, "<s>", false}}},
      {"assistant", {{Kind::text, "na\xC3\xAFve"}}}};
  try {
    const std::string source(reinterpret_cast<const char*>(data), size);
    const ov::RenderedPrompt prompt =
        ov::ChatTemplate::parse(source, "fuzz").render(messages, true, {{"eos_token", "</s>"}});
    std::size_t last = 0;
    for (const ov::LiteralRange& range : prompt.literal) {
      if (range.begin < last || range.begin >= range.end || range.end > prompt.text.size()) std::abort();
      last = range.end;
    }
  } catch (const ov::Error&) {
  }
  return 0;
}
