// What a tokenizer folder says, read and checked but not yet built: from tokenizer.json, or from
// vocab.json + merges.txt with the added tokens of added_tokens.json, tokenizer_config.json and
// special_tokens_map.json. What the second form leaves open is as in Qwen2 (its pattern, and NFC).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ov {

struct AddedToken {
  std::string content;
  std::int64_t id = 0;
  bool special = false;      // left out by decode(..., skip_special)
  bool lstrip = false;       // takes white space before it along
  bool rstrip = false;       // and after it
  bool single_word = false;  // only where no word character touches it
  bool normalized = false;   // searched after normalisation instead of before
};

struct TokenizerSpec {
  std::string where;
  std::vector<std::pair<std::string, std::int64_t>> vocab;
  std::vector<std::pair<std::string, std::string>> merges;
  std::vector<AddedToken> added;
  bool ignore_merges = false;
  bool nfc = false;
  std::string pattern;
};

constexpr std::size_t kMaxTokenizerBytes = std::size_t{64} << 20;

// Throws format for what is malformed or not implemented, naming it.
TokenizerSpec parse_tokenizer_json(std::string_view text, const std::string& where);
TokenizerSpec parse_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt,
                                     const std::string& folder);
TokenizerSpec load_tokenizer_spec(const std::string& folder);

}  // namespace ov
