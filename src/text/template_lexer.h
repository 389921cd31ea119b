// Cuts a chat template into text and tags, and tags into tokens, with the white space rules of
// Jinja2 under trim_blocks and lstrip_blocks, which is how chat templates are written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ov {

enum class TemplateTokenKind {
  text,
  print_begin,
  print_end,
  block_begin,
  block_end,
  name,
  string,
  integer,
  symbol,
  end
};

struct TemplateToken {
  TemplateTokenKind kind = TemplateTokenKind::end;
  std::string text;  // strings: after escapes
  int line = 0;
};

// The last token is `end`. Throws format naming `where` and the line.
std::vector<TemplateToken> lex_template(std::string_view source, const std::string& where);

}  // namespace ov
