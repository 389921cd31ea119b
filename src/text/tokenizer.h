// Byte-level BPE of the Qwen2 kind, giving the ids of the `tokenizers` library (0.22). The facts are
// in that library's documentation of tokenizer.json and in Qwen2's tokenizer files.
//
//   const Tokenizer tokenizer = Tokenizer::load("models/nano");
//   std::vector<std::int64_t> ids = tokenizer.encode("<|im_start|>user\nHi<|im_end|>\n", {{17, 19}});
//   std::string text = tokenizer.decode(ids, /*skip_special=*/true);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/literal_range.h"

namespace ov {

class Tokenizer {
 public:
  // From a folder with tokenizer.json, or vocab.json and merges.txt. Throws input when there is
  // none, format when it is malformed or needs something not implemented.
  static Tokenizer load(const std::string& folder);
  // From the text of a tokenizer.json; `where` names it in errors.
  static Tokenizer parse(std::string_view json_text, const std::string& where);

  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;

  // Ids of well-formed UTF-8; no token is added. Added tokens are found in the raw text, but not
  // where they touch a byte of a literal range: there, and only there, their text is ordinary.
  // Throws input for ill-formed UTF-8 or ranges outside the text. May be called by several threads.
  std::vector<std::int64_t> encode(std::string_view text, std::span<const LiteralRange> literal = {}) const;
  // The whole text is literal.
  std::vector<std::int64_t> encode_ordinary(std::string_view text) const;

  // Bytes that are not UTF-8 become U+FFFD. Throws input for an id without a token.
  std::string decode(std::span<const std::int64_t> ids, bool skip_special) const;
  // The bytes that one token stands for.
  std::string token_bytes(std::int64_t id) const;

  // False for ids beyond the vocabulary and for holes in it, such as padded rows of the weights.
  bool has_token(std::int64_t id) const;
  // The token as written in the file: bytes in the GPT-2 alphabet. Throws input for an unknown id.
  const std::string& id_to_token(std::int64_t id) const;
  std::optional<std::int64_t> token_to_id(std::string_view token) const;
  std::int64_t vocab_size() const;  // largest id + 1
  bool is_special(std::int64_t id) const;

 private:
  struct Tables;
  explicit Tokenizer(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

// Text out of ids that arrive one at a time: only whole characters leave, and all pieces joined are
// exactly decode() of all ids. The tokenizer must outlive it.
class StreamDecoder {
 public:
  StreamDecoder(const Tokenizer& tokenizer, bool skip_special);
  std::string push(std::int64_t id);
  std::string finish();

 private:
  const Tokenizer& tokenizer_;
  bool skip_special_;
  std::string pending_;  // bytes that later ones may complete
};

}  // namespace ov
