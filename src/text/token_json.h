// JSON with a vocabulary in it. The vocabulary and the merges, which have 150,000 entries, go
// straight into flat lists; everything else becomes a small Json document. Bounded like
// parse_json: depth, duplicate keys, well-formed UTF-8, and the number of keys of other objects.
//
//   const TokenJson file = parse_token_json(text, path, TokenJsonForm::tokenizer);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace ov {

constexpr std::int64_t kMaxTokenId = (1 << 22) - 1;

enum class TokenJsonForm {
  tokenizer,   // tokenizer.json: vocabulary at model.vocab, merges at model.merges
  vocabulary,  // vocab.json, added_tokens.json: the whole file is {"token": id}
  plain,       // no vocabulary
};

struct TokenJson {
  Json rest;
  std::vector<std::pair<std::string, std::int64_t>> vocab;  // file order, contents distinct
  std::vector<std::pair<std::string, std::string>> merges;  // file order, which is rank order
  bool has_vocab = false;
  bool has_merges = false;
};

// Throws format naming `where`.
TokenJson parse_token_json(std::string_view text, const std::string& where, TokenJsonForm form);

// "a b" as the pair a, b; throws format when it is not two words.
std::pair<std::string, std::string> parse_merge(std::string_view line, const std::string& where);

}  // namespace ov
