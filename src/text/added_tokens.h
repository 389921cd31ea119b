// Finds added tokens in raw text: leftmost first, of those the longest, as the `tokenizers` library
// does, but never where a byte of the token lies in a literal range.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/literal_range.h"
#include "text/tokenizer_spec.h"

namespace ov {

// A stretch of text that is one added token, or (id -1) text between them.
struct TokenPiece {
  std::size_t begin = 0, end = 0;
  std::int32_t id = -1;
};

class AddedTokenFinder {
 public:
  // `content` must be as it will be found: normalised, where the token is normalised.
  void add(const AddedToken& token, std::string_view content);
  bool empty() const { return tokens_.empty(); }

  std::vector<TokenPiece> split(std::string_view text, const std::vector<LiteralRange>& literal) const;

 private:
  struct Found {
    const AddedToken* token = nullptr;
    std::size_t end = 0;
  };
  Found longest_at(std::string_view text, std::size_t at, std::size_t limit) const;

  std::vector<AddedToken> tokens_;
  std::unordered_map<std::uint64_t, std::uint32_t> edges_;  // node << 8 | byte -> node
  std::vector<std::int32_t> ends_{-1};                      // per node: index into tokens_, or -1
  bool first_byte_[256] = {};
};

}  // namespace ov
