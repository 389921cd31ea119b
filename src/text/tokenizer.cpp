#include "text/tokenizer.h"

#include <algorithm>
#include <array>
#include <functional>
#include <mutex>
#include <unordered_map>

#include "base/error.h"
#include "text/added_tokens.h"
#include "text/bpe.h"
#include "text/byte_letters.h"
#include "text/nfc.h"
#include "text/split_pattern.h"
#include "text/utf8.h"

namespace ov {
namespace {

constexpr std::size_t kMaxAddedTokenBytes = 512;

struct StringHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// Words seen before and their ids; forgets all when full.
class WordCache {
 public:
  const std::vector<std::int32_t>* find(std::string_view word) const {
    const auto found = words_.find(word);
    return found == words_.end() ? nullptr : &found->second;
  }
  void put(std::string_view word, const std::vector<std::int32_t>& ids) {
    if (word.size() > kMaxWordBytes) return;
    if (words_.size() >= kMaxWords) words_.clear();
    words_.emplace(word, ids);
  }

 private:
  static constexpr std::size_t kMaxWords = 1 << 15;
  static constexpr std::size_t kMaxWordBytes = 64;
  std::unordered_map<std::string, std::vector<std::int32_t>, StringHash, std::equal_to<>> words_;
};

std::string quoted(std::string_view text) {
  const std::string whole = replace_invalid_utf8(text.substr(0, 60));
  return "\"" + whole + (text.size() > 60 ? "...\"" : "\"");
}

}  // namespace

struct Tokenizer::Tables {
  std::string where;
  std::vector<std::string> tokens;                         // by id; empty where there is none
  std::unordered_map<std::string_view, std::int32_t> ids;  // views into tokens
  std::vector<bool> special, added;
  std::array<std::int32_t, 256> byte_ids{};  // -1: the vocabulary lacks this byte
  BpeMerges merges;
  bool ignore_merges = false;
  bool nfc = false;
  AddedTokenFinder raw_added;         // searched before normalisation
  AddedTokenFinder normalised_added;  // searched after it
  SplitPattern pattern;
  mutable std::mutex cache_mutex;
  mutable WordCache cache;

  explicit Tables(TokenizerSpec spec);
  [[noreturn]] void refuse(const std::string& what) const { throw Error(ErrorKind::format, where + ": " + what); }
  void take_vocab(TokenizerSpec& spec);
  void take_merges(const TokenizerSpec& spec);
  void take_added(const TokenizerSpec& spec);
  void put_token(std::string content, std::int64_t id);
  void encode_word(std::string_view word, WordCache& words, std::vector<std::int32_t>& scratch,
                   std::vector<std::int64_t>& out) const;
};

Tokenizer::Tables::Tables(TokenizerSpec spec)
    : where(spec.where), ignore_merges(spec.ignore_merges), nfc(spec.nfc), pattern(spec.pattern, spec.where) {
  take_vocab(spec);
  take_merges(spec);
  take_added(spec);
}

void Tokenizer::Tables::put_token(std::string content, std::int64_t id) {
  std::string& place = tokens[static_cast<std::size_t>(id)];
  if (content.empty()) refuse("token " + std::to_string(id) + " is empty");
  if (!place.empty()) {
    refuse("tokens " + quoted(place) + " and " + quoted(content) + " have the same id " + std::to_string(id));
  }
  place = std::move(content);
  if (!ids.emplace(place, static_cast<std::int32_t>(id)).second) refuse("token " + quoted(place) + " has two ids");
}

void Tokenizer::Tables::take_vocab(TokenizerSpec& spec) {
  if (spec.vocab.empty()) refuse("the vocabulary is empty");
  std::int64_t last = 0;
  for (const auto& entry : spec.vocab) last = std::max(last, entry.second);
  for (const AddedToken& token : spec.added) last = std::max(last, token.id);
  tokens.resize(static_cast<std::size_t>(last) + 1);
  special.resize(tokens.size());
  added.resize(tokens.size());
  ids.reserve(spec.vocab.size() + spec.added.size());
  for (auto& [content, id] : spec.vocab) put_token(std::move(content), id);
  for (int byte = 0; byte < 256; ++byte) {
    const auto found = ids.find(letter_of_byte(static_cast<unsigned char>(byte)));
    byte_ids[static_cast<std::size_t>(byte)] = found == ids.end() ? -1 : found->second;
  }
}

void Tokenizer::Tables::take_merges(const TokenizerSpec& spec) {
  merges = BpeMerges(spec.merges.size());
  const auto id_of = [&](const std::string& token, const std::string& merge) {
    const auto found = ids.find(token);
    if (found == ids.end())
      refuse("the merge " + quoted(merge) + " needs token " + quoted(token) + ", which is missing");
    return found->second;
  };
  for (const auto& [left, right] : spec.merges) {
    const std::string merge = left + " " + right;
    const std::int32_t left_id = id_of(left, merge), right_id = id_of(right, merge);
    if (!merges.add(left_id, right_id, id_of(left + right, merge)))
      refuse("the merge " + quoted(merge) + " appears twice");
  }
}

void Tokenizer::Tables::take_added(const TokenizerSpec& spec) {
  for (const AddedToken& token : spec.added) {
    const std::string name = "added token " + quoted(token.content);
    if (token.content.empty()) refuse("added token " + std::to_string(token.id) + " is empty");
    if (token.content.size() > kMaxAddedTokenBytes) refuse(name + " is longer than 512 bytes");
    if (first_invalid_utf8(token.content) != token.content.size()) refuse(name + " is not UTF-8");
    const auto known = ids.find(token.content);
    if (known == ids.end()) {
      put_token(token.content, token.id);
    } else if (known->second != token.id) {
      refuse(name + " has id " + std::to_string(token.id) + " and also " + std::to_string(known->second));
    }
    added[static_cast<std::size_t>(token.id)] = true;
    if (token.special) special[static_cast<std::size_t>(token.id)] = true;
    if (token.normalized && nfc) {
      normalised_added.add(token, to_nfc(token.content, {}).text);
    } else {
      (token.normalized ? normalised_added : raw_added).add(token, token.content);
    }
  }
}

void Tokenizer::Tables::encode_word(std::string_view word, WordCache& words, std::vector<std::int32_t>& scratch,
                                    std::vector<std::int64_t>& out) const {
  if (const auto* known = words.find(word)) {
    out.insert(out.end(), known->begin(), known->end());
    return;
  }
  scratch.clear();
  std::string letters;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte_ids[byte] < 0) {
      throw Error(ErrorKind::input, "text: byte " + std::to_string(byte) + " of " + quoted(word) +
                                        " has no token in the vocabulary of " + where);
    }
    scratch.push_back(byte_ids[byte]);
    if (ignore_merges) letters += letter_of_byte(byte);
  }
  const auto whole = ignore_merges ? ids.find(letters) : ids.end();
  // An added token that was not found as one, for example in literal text, is no whole word either.
  if (whole != ids.end() && !added[static_cast<std::size_t>(whole->second)]) {
    scratch.assign(1, whole->second);
  } else {
    merges.apply(scratch);
  }
  words.put(word, scratch);
  out.insert(out.end(), scratch.begin(), scratch.end());
}

Tokenizer::Tokenizer(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;

Tokenizer Tokenizer::load(const std::string& folder) {
  return Tokenizer(std::make_unique<Tables>(load_tokenizer_spec(folder)));
}

Tokenizer Tokenizer::parse(std::string_view json_text, const std::string& where) {
  return Tokenizer(std::make_unique<Tables>(parse_tokenizer_json(json_text, where)));
}

std::vector<std::int64_t> Tokenizer::encode(std::string_view text, std::span<const LiteralRange> literal) const {
  const std::size_t bad = first_invalid_utf8(text);
  if (bad != text.size()) throw Error(ErrorKind::input, "text: not UTF-8 at byte " + std::to_string(bad));
  for (const LiteralRange& range : literal) {
    if (range.begin > range.end || range.end > text.size()) {
      throw Error(ErrorKind::input, "text: literal range " + std::to_string(range.begin) + " to " +
                                        std::to_string(range.end) + " outside " + std::to_string(text.size()) +
                                        " bytes");
    }
  }
  const std::vector<LiteralRange> merged = merge_ranges({literal.begin(), literal.end()});
  // One caller at a time has the shared cache; another one works with its own.
  WordCache own;
  const std::unique_lock lock(tables_->cache_mutex, std::try_to_lock);
  WordCache& words = lock.owns_lock() ? tables_->cache : own;
  std::vector<std::int64_t> out;
  std::vector<std::int32_t> scratch;
  const auto encode_words = [&](std::string_view stretch) {
    tables_->pattern.split(stretch, [&](std::string_view word) { tables_->encode_word(word, words, scratch, out); });
  };
  const auto encode_normalised = [&](std::string_view stretch, const std::vector<LiteralRange>& ranges) {
    for (const TokenPiece& piece : tables_->normalised_added.split(stretch, ranges)) {
      if (piece.id >= 0) out.push_back(piece.id);
      if (piece.id < 0) encode_words(stretch.substr(piece.begin, piece.end - piece.begin));
    }
  };
  auto next_range = merged.begin();
  for (const TokenPiece& piece : tables_->raw_added.split(text, merged)) {
    if (piece.id >= 0) {
      out.push_back(piece.id);
      continue;
    }
    std::vector<LiteralRange> ranges;
    while (next_range != merged.end() && next_range->end <= piece.begin) ++next_range;
    for (auto range = next_range; range != merged.end() && range->begin < piece.end; ++range) {
      ranges.push_back(
          {std::max(range->begin, piece.begin) - piece.begin, std::min(range->end, piece.end) - piece.begin});
    }
    const std::string_view stretch = text.substr(piece.begin, piece.end - piece.begin);
    if (tables_->nfc && may_change_in_nfc(stretch)) {
      const NfcText normal = to_nfc(stretch, ranges);
      encode_normalised(normal.text, normal.literal);
    } else {
      encode_normalised(stretch, ranges);
    }
  }
  return out;
}

std::vector<std::int64_t> Tokenizer::encode_ordinary(std::string_view text) const {
  const LiteralRange all{0, text.size()};
  return encode(text, {&all, 1});
}

bool Tokenizer::has_token(std::int64_t id) const {
  return id >= 0 && id < vocab_size() && !tables_->tokens[static_cast<std::size_t>(id)].empty();
}

const std::string& Tokenizer::id_to_token(std::int64_t id) const {
  if (!has_token(id)) {
    throw Error(ErrorKind::input, "token id " + std::to_string(id) + " has no token; ids go from 0 to " +
                                      std::to_string(vocab_size() - 1));
  }
  return tables_->tokens[static_cast<std::size_t>(id)];
}

std::optional<std::int64_t> Tokenizer::token_to_id(std::string_view token) const {
  const auto found = tables_->ids.find(token);
  if (found == tables_->ids.end()) return std::nullopt;
  return found->second;
}

std::int64_t Tokenizer::vocab_size() const { return static_cast<std::int64_t>(tables_->tokens.size()); }

bool Tokenizer::is_special(std::int64_t id) const {
  return id >= 0 && id < vocab_size() && tables_->special[static_cast<std::size_t>(id)];
}

std::string Tokenizer::token_bytes(std::int64_t id) const {
  // A token with a character outside the alphabet stands for its own text, as in `tokenizers`.
  const std::string& token = id_to_token(id);
  return bytes_of_letters(token).value_or(token);
}

std::string Tokenizer::decode(std::span<const std::int64_t> ids, bool skip_special) const {
  std::string bytes;
  for (const std::int64_t id : ids) {
    if (skip_special && is_special(id)) continue;
    bytes += token_bytes(id);
  }
  return replace_invalid_utf8(bytes);
}

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, bool skip_special)
    : tokenizer_(tokenizer), skip_special_(skip_special) {}

std::string StreamDecoder::push(std::int64_t id) {
  if (skip_special_ && tokenizer_.is_special(id)) return {};
  pending_ += tokenizer_.token_bytes(id);
  const std::size_t whole = pending_.size() - truncated_utf8_tail(pending_);
  std::string text = replace_invalid_utf8(std::string_view(pending_).substr(0, whole));
  pending_.erase(0, whole);
  return text;
}

std::string StreamDecoder::finish() {
  std::string text = replace_invalid_utf8(pending_);
  pending_.clear();
  return text;
}

}  // namespace ov
