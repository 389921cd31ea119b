#include "text/token_json.h"

#include <unordered_set>

namespace ov {
namespace {

constexpr std::size_t kMaxKeys = 8192;  // Json looks keys up one by one, so objects must be small
constexpr std::size_t kMaxValues = 1 << 20;
constexpr std::size_t kMaxEntries = 1 << 21;

std::string brief(std::string_view text) {
  return dump_json(Json(std::string(text.substr(0, 60)) + (text.size() > 60 ? "..." : "")));
}

// Receives the parser's events. `path_` holds the keys of the open containers.
class TokenSax : public nlohmann::json_sax<Json> {
 public:
  TokenSax(const std::string& where, TokenJsonForm form) : where_(where), form_(form) {}

  TokenJson take() && { return std::move(result_); }

  bool null() override { return value(nullptr); }
  bool boolean(bool val) override { return value(val); }
  bool number_integer(number_integer_t val) override { return in_vocab() ? token(val) : value(val); }
  bool number_unsigned(number_unsigned_t val) override {
    if (!in_vocab()) return value(val);
    return token(val > static_cast<number_unsigned_t>(kMaxTokenId) ? -1 : static_cast<std::int64_t>(val));
  }
  bool number_float(number_float_t val, const string_t&) override { return value(val); }
  bool binary(binary_t&) override { refuse("binary data"); }

  bool string(string_t& val) override {
    if (in_pair()) {
      if (pair_.size() == 2) refuse("a merge of more than 2 tokens");
      pair_.push_back(std::move(val));
      return true;
    }
    if (in_merges()) return merge(parse_merge(val, where_));
    return value(std::move(val));
  }

  bool start_object(std::size_t) override {
    if (in_vocab() || in_merges() || in_pair()) refuse("an object inside the vocabulary or the merges");
    const bool vocab =
        form_ == TokenJsonForm::vocabulary ? open_.empty() : form_ == TokenJsonForm::tokenizer && at("vocab");
    if (vocab) result_.has_vocab = true;
    return open(vocab ? Kind::vocab : Kind::object, Json::object());
  }

  bool start_array(std::size_t) override {
    if (in_vocab() || in_pair()) refuse("a list inside the vocabulary or a merge");
    if (in_merges()) return open(Kind::pair, Json());
    const bool merges = form_ == TokenJsonForm::tokenizer && at("merges");
    if (merges) result_.has_merges = true;
    return open(merges ? Kind::merges : Kind::array, Json::array());
  }

  bool key(string_t& val) override {
    if (in_vocab() ? !seen_.insert(val).second : open_.back().json->contains(val)) {
      refuse("the key " + brief(val) + " twice in one object");
    }
    if (!in_vocab() && open_.back().json->size() >= kMaxKeys) refuse("an object with more than 8192 keys");
    key_ = std::move(val);
    return true;
  }

  bool end_object() override { return close(); }
  bool end_array() override {
    if (in_pair()) {
      if (pair_.size() != 2) refuse("a merge of " + std::to_string(pair_.size()) + " tokens instead of 2");
      merge({std::move(pair_[0]), std::move(pair_[1])});
      pair_.clear();
    }
    return close();
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& problem) override {
    throw Error(ErrorKind::format, where_ + ": not valid JSON: " + problem.what());
  }

 private:
  enum class Kind { object, array, vocab, merges, pair };
  struct Open {
    Kind kind;
    Json* json;  // null for the kinds that do not become Json
    std::string key;
  };

  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorKind::format, where_ + ": found " + what);
  }

  bool in(Kind kind) const { return !open_.empty() && open_.back().kind == kind; }
  bool in_vocab() const { return in(Kind::vocab); }
  bool in_merges() const { return in(Kind::merges); }
  bool in_pair() const { return in(Kind::pair); }
  // Whether the value about to come is model.<name>.
  bool at(std::string_view name) const {
    return open_.size() == 2 && open_[1].kind == Kind::object && open_[1].key == "model" && key_ == name;
  }

  bool token(std::int64_t id) {
    if (id < 0 || id > kMaxTokenId) refuse("token " + brief(key_) + " with an id outside 0 to 4194303");
    if (result_.vocab.size() >= kMaxEntries) refuse("more than 2097152 tokens");
    result_.vocab.emplace_back(std::move(key_), id);
    return true;
  }

  bool merge(std::pair<std::string, std::string> parts) {
    if (result_.merges.size() >= kMaxEntries) refuse("more than 2097152 merges");
    result_.merges.push_back(std::move(parts));
    return true;
  }

  Json* place(Json&& val) {
    if (++values_ > kMaxValues) refuse("more than 1048576 values beside the vocabulary and the merges");
    if (open_.empty()) {
      result_.rest = std::move(val);
      return &result_.rest;
    }
    if (in_vocab()) refuse("token " + brief(key_) + " whose id is not a whole number");
    if (in_merges() || in_pair()) refuse("a merge that is not text");
    Json& parent = *open_.back().json;
    if (parent.is_array()) {
      parent.push_back(std::move(val));
      return &parent.back();
    }
    return &(parent[key_] = std::move(val));
  }

  bool value(Json val) { return place(std::move(val)) != nullptr; }

  bool open(Kind kind, Json empty) {
    if (open_.size() >= static_cast<std::size_t>(kMaxJsonDepth)) refuse("JSON nested deeper than 64");
    const bool kept = kind == Kind::object || kind == Kind::array;
    std::string name = key_;
    open_.push_back({kind, kept ? place(std::move(empty)) : nullptr, std::move(name)});
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  const std::string& where_;
  TokenJsonForm form_;
  TokenJson result_;
  std::vector<Open> open_;
  std::size_t values_ = 0;
  std::string key_;
  std::vector<std::string> pair_;
  std::unordered_set<std::string> seen_;
};

}  // namespace

TokenJson parse_token_json(std::string_view text, const std::string& where, TokenJsonForm form) {
  TokenSax sax(where, form);
  if (!Json::sax_parse(text.begin(), text.end(), &sax)) throw Error(ErrorKind::format, where + ": not valid JSON");
  return std::move(sax).take();
}

std::pair<std::string, std::string> parse_merge(std::string_view line, const std::string& where) {
  const std::size_t space = line.find(' ');
  const bool good = space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
                    line.find(' ', space + 1) == std::string_view::npos;
  if (!good) {
    throw Error(ErrorKind::format,
                where + ": expected a merge of two tokens with one space between, found " + brief(line));
  }
  return {std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
}

}  // namespace ov
