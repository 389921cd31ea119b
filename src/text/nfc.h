// Unicode normalisation form C with a map of byte ranges, as the `tokenizers` library computes it.
// That library carries the tables of Unicode 9: characters that are newer count as plain starters
// that neither move nor combine, so that both give the same tokens.
//
//   const NfcText normal = to_nfc(text, literal);
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/literal_range.h"

namespace ov {

struct NfcText {
  std::string text;
  // Where the ranges went. A run of characters that changed is literal as a whole as soon as one
  // byte of it was, so that a user's text can never become part of a control token.
  std::vector<LiteralRange> literal;
};

// `text` is well-formed UTF-8, `literal` merged.
NfcText to_nfc(std::string_view text, const std::vector<LiteralRange>& literal);

// False when the text has no character that normalisation could change; cheap.
bool may_change_in_nfc(std::string_view text);

}  // namespace ov
