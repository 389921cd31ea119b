// The pattern that cuts a text into words before BPE. It comes from the tokenizer's file, where it
// is written for Oniguruma; it is run by PCRE2. Only constructs that mean the same in both are
// accepted, with \s, \p{L}, \p{N} and the like widened to Oniguruma's tables (Unicode 16).
//
//   const SplitPattern pattern(kQwen2Pattern, "tokenizer.json");
//   pattern.split("two words", [&](std::string_view word) { ... });
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace ov {

inline constexpr std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
inline constexpr std::string_view kGpt2Pattern =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

class SplitPattern {
 public:
  // Throws format for a pattern that PCRE2 refuses or whose meaning could differ.
  SplitPattern(std::string_view pattern, const std::string& where);
  ~SplitPattern();
  SplitPattern(SplitPattern&&) noexcept;
  SplitPattern& operator=(SplitPattern&&) noexcept;

  // Calls `word` with every match and every stretch between matches, in order, so that the words
  // joined give `text` (well-formed UTF-8). Throws input when the pattern takes too long on it.
  void split(std::string_view text, const std::function<void(std::string_view)>& word) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

// The same pattern for PCRE2. Throws format naming `where` and the construct.
std::string translate_pattern(std::string_view pattern, const std::string& where);

}  // namespace ov
