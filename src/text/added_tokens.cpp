#include "text/added_tokens.h"

#include <algorithm>

#include "text/utf8.h"

namespace ov {
namespace {

bool word_before(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  std::size_t start = previous_code_point(text, at);
  return is_word_character(next_code_point(text, start));
}

bool word_after(std::string_view text, std::size_t at) {
  return at < text.size() && is_word_character(next_code_point(text, at));
}

std::size_t skip_space_back(std::string_view text, std::size_t at) {
  while (at > 0) {
    const std::size_t start = previous_code_point(text, at);
    std::size_t end = start;
    if (!is_white_space(next_code_point(text, end))) break;
    at = start;
  }
  return at;
}

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    std::size_t end = at;
    if (!is_white_space(next_code_point(text, end))) break;
    at = end;
  }
  return at;
}

}  // namespace

void AddedTokenFinder::add(const AddedToken& token, std::string_view content) {
  std::uint64_t node = 0;
  for (const char c : content) {
    const std::uint64_t edge = node << 8 | static_cast<unsigned char>(c);
    const auto [found, is_new] = edges_.try_emplace(edge, static_cast<std::uint32_t>(ends_.size()));
    if (is_new) ends_.push_back(-1);
    node = found->second;
  }
  // Of two tokens with one normalised form the first wins.
  if (ends_[node] < 0) ends_[node] = static_cast<std::int32_t>(tokens_.size());
  tokens_.push_back(token);
  first_byte_[static_cast<unsigned char>(content[0])] = true;
}

AddedTokenFinder::Found AddedTokenFinder::longest_at(std::string_view text, std::size_t at, std::size_t limit) const {
  Found found;
  std::uint64_t node = 0;
  while (at < limit) {
    const auto edge = edges_.find(node << 8 | static_cast<unsigned char>(text[at]));
    if (edge == edges_.end()) break;
    node = edge->second;
    ++at;
    if (ends_[node] >= 0) found = {&tokens_[static_cast<std::size_t>(ends_[node])], at};
  }
  return found;
}

std::vector<TokenPiece> AddedTokenFinder::split(std::string_view text, const std::vector<LiteralRange>& literal) const {
  std::vector<TokenPiece> pieces;
  std::size_t done = 0;  // pieces cover the text up to here
  std::size_t at = 0;    // no token starts before
  auto next = literal.begin();
  while (at < text.size() && !empty()) {
    while (next != literal.end() && next->end <= at) ++next;
    if (next != literal.end() && next->begin <= at) {
      at = next->end;
      continue;
    }
    if (!first_byte_[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const Found found = longest_at(text, at, next == literal.end() ? text.size() : next->begin);
    if (found.token == nullptr) {
      ++at;
      continue;
    }
    std::size_t begin = at, end = found.end;
    at = found.end;
    const AddedToken& token = *found.token;
    if (token.single_word && (word_before(text, begin) || word_after(text, end))) continue;
    if (token.lstrip) begin = std::max(skip_space_back(text, begin), done);
    if (token.rstrip) end = skip_space(text, end);
    if (done < begin) pieces.push_back({done, begin, -1});
    pieces.push_back({begin, end, static_cast<std::int32_t>(token.id)});
    done = end;
  }
  if (done < text.size()) pieces.push_back({done, text.size(), -1});
  return pieces;
}

}  // namespace ov
