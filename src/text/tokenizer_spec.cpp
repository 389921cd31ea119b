#include "text/tokenizer_spec.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>

#include "base/file.h"
#include "text/split_pattern.h"
#include "text/token_json.h"

namespace ov {
namespace {

constexpr std::size_t kMaxAddedTokens = 65536;

[[noreturn]] void unsupported(const std::string& where, const std::string& found, const std::string& expected) {
  throw Error(ErrorKind::format, where + ": " + found + " is not implemented; expected " + expected);
}

std::string type_of(const Fields& part) { return part.string("type"); }

const Json& list_of(const Fields& part, const std::string& key) {
  if (!part.has(key) || !part.at(key).is_array()) part.refuse(key, "a list");
  return part.at(key);
}

bool reads_nfc(const Json& normalizer, const std::string& where) {
  const Fields part(normalizer, where);
  const std::string type = type_of(part);
  if (type == "NFC") return true;
  if (type != "Sequence") unsupported(where, "normalizer " + type, "null, NFC or a Sequence of those");
  bool nfc = false;
  for (const Json& step : list_of(part, "normalizers")) nfc = reads_nfc(step, where + ": Sequence") || nfc;
  return nfc;
}

// The part as a list of steps, with Sequences taken apart.
void flatten(const Json& json, const std::string& key, const std::string& where, std::vector<Fields>& steps) {
  const Fields part(json, where);
  if (type_of(part) != "Sequence") {
    steps.push_back(part);
    return;
  }
  for (const Json& step : list_of(part, key)) flatten(step, key, where, steps);
}

std::string split_regex(const Fields& part) {
  const std::string behavior = part.string("behavior");
  if (behavior != "Isolated") unsupported(part.where(), "Split with behavior " + behavior, "Isolated");
  if (part.boolean_or("invert", false)) unsupported(part.where(), "Split with invert true", "false");
  const Fields pattern = part.object("pattern");
  if (!pattern.has("Regex")) unsupported(part.where(), "Split by a plain string", "a Regex");
  return pattern.string("Regex");
}

std::string read_pattern(const Json& pre_tokenizer, const std::string& where) {
  const std::string expected = "Split(Regex) + ByteLevel(use_regex false), or ByteLevel alone";
  std::vector<Fields> steps;
  flatten(pre_tokenizer, "pretokenizers", where, steps);
  for (const Fields& step : steps) {
    const std::string type = type_of(step);
    if (type != "Split" && type != "ByteLevel") unsupported(where, "pre-tokenizer " + type, expected);
  }
  if (steps.empty() || steps.size() > 2 || type_of(steps.back()) != "ByteLevel") {
    unsupported(where, "a Sequence of " + std::to_string(steps.size()) + " pre-tokenizers", expected);
  }
  const Fields& bytes = steps.back();
  if (bytes.boolean_or("add_prefix_space", true)) {
    unsupported(where, "ByteLevel with add_prefix_space true", "add_prefix_space false");
  }
  const bool own_regex = bytes.boolean_or("use_regex", true);
  if (steps.size() == 1 && own_regex) return std::string(kGpt2Pattern);
  if (steps.size() == 1 || own_regex || type_of(steps.front()) != "Split") {
    unsupported(where, "this combination of pre-tokenizers", expected);
  }
  return split_regex(steps.front());
}

void check_decoder(const Json& decoder, const std::string& where) {
  std::vector<Fields> steps;
  flatten(decoder, "decoders", where, steps);
  if (steps.size() != 1 || type_of(steps.front()) != "ByteLevel") {
    unsupported(where, "a decoder other than ByteLevel", "ByteLevel");
  }
}

// ByteLevel only trims offsets here; a template may be there as long as it adds no token.
void check_post_processor(const Json& post_processor, const std::string& where) {
  std::vector<Fields> steps;
  flatten(post_processor, "processors", where, steps);
  for (const Fields& step : steps) {
    const std::string type = type_of(step);
    if (type == "ByteLevel") continue;
    if (type != "TemplateProcessing") unsupported(where, "post-processor " + type, "null or ByteLevel");
    for (const Json& item : list_of(step, "single")) {
      if (item.is_object() && item.contains("SpecialToken")) {
        unsupported(where, "a TemplateProcessing that adds tokens", "one that adds none");
      }
    }
  }
}

void read_model(const Json& document, const std::string& where, TokenizerSpec& spec) {
  const Fields model = Fields(document, where).object("model");
  const std::string type = model.string_or("type", "BPE");
  if (type != "BPE") unsupported(where, "model " + type, "BPE");
  if (model.number_or("dropout", 0.0, 0.0, 1.0) != 0.0) unsupported(where, "BPE with dropout", "none");
  if (model.boolean_or("byte_fallback", false)) unsupported(where, "BPE with byte_fallback", "false");
  for (const char* affix : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!model.string_or(affix, "").empty()) unsupported(where, std::string("BPE with ") + affix, "none");
  }
  spec.ignore_merges = model.boolean_or("ignore_merges", false);
}

AddedToken read_added_token(const Json& json, std::int64_t id, const std::string& where) {
  const Fields fields(json, where);
  AddedToken token;
  token.content = fields.string("content");
  token.id = id;
  token.special = fields.boolean_or("special", false);
  token.lstrip = fields.boolean_or("lstrip", false);
  token.rstrip = fields.boolean_or("rstrip", false);
  token.single_word = fields.boolean_or("single_word", false);
  token.normalized = fields.boolean_or("normalized", !token.special);
  return token;
}

// Decimal, without sign or leading zeros.
std::optional<std::int64_t> parse_id(const std::string& text) {
  if (text.empty() || text.size() > 8 || (text.size() > 1 && text[0] == '0')) return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  const std::int64_t id = std::stoll(text);
  return id <= kMaxTokenId ? std::optional(id) : std::nullopt;
}

std::optional<std::string> read_if_there(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  return read_file(path.string(), kMaxTokenizerBytes);
}

void add_from_config(const std::filesystem::path& path, std::vector<AddedToken>& added) {
  const std::optional<std::string> text = read_if_there(path);
  if (!text) return;
  const TokenJson file = parse_token_json(*text, path.string(), TokenJsonForm::plain);
  const Fields config(file.rest, path.string());
  if (!config.has("added_tokens_decoder")) return;
  config.object("added_tokens_decoder");
  for (const auto& [key, value] : config.at("added_tokens_decoder").items()) {
    const std::optional<std::int64_t> id = parse_id(key);
    if (!id) unsupported(path.string(), "the token id \"" + key + "\"", "a whole number up to 4194303");
    added.push_back(read_added_token(value, *id, path.string() + ": added_tokens_decoder"));
  }
}

void collect_contents(const Json& value, std::set<std::string>& contents) {
  if (value.is_string()) contents.insert(value.get<std::string>());
  if (value.is_object() && value.contains("content")) collect_contents(value.at("content"), contents);
  if (value.is_array()) {
    for (const Json& item : value) collect_contents(item, contents);
  }
}

void add_from_lists(const std::filesystem::path& folder, std::vector<AddedToken>& added) {
  const std::string path = (folder / "added_tokens.json").string();
  const std::optional<std::string> text = read_if_there(path);
  if (!text) return;
  std::set<std::string> special, known;
  const std::string map_path = (folder / "special_tokens_map.json").string();
  if (const std::optional<std::string> map = read_if_there(map_path)) {
    const TokenJson file = parse_token_json(*map, map_path, TokenJsonForm::plain);
    for (const Json& value : file.rest) collect_contents(value, special);
  }
  for (const AddedToken& token : added) known.insert(token.content);
  for (const auto& [content, id] : parse_token_json(*text, path, TokenJsonForm::vocabulary).vocab) {
    if (known.contains(content)) continue;
    const bool is_special = special.contains(content);
    added.push_back({.content = content, .id = id, .special = is_special, .normalized = !is_special});
  }
}

}  // namespace

TokenizerSpec parse_tokenizer_json(std::string_view text, const std::string& where) {
  TokenJson file = parse_token_json(text, where, TokenJsonForm::tokenizer);
  const Fields document(file.rest, where);
  TokenizerSpec spec;
  spec.where = where;
  read_model(file.rest, where, spec);
  if (!file.has_vocab || !file.has_merges) {
    throw Error(ErrorKind::format, where + ": the BPE model has no vocab object or no merges list");
  }
  spec.vocab = std::move(file.vocab);
  spec.merges = std::move(file.merges);
  spec.nfc = document.has("normalizer") && reads_nfc(document.at("normalizer"), where);
  spec.pattern = read_pattern(document.at("pre_tokenizer"), where);
  check_decoder(document.at("decoder"), where);
  if (document.has("post_processor")) check_post_processor(document.at("post_processor"), where);
  if (document.has("added_tokens")) {
    const Json& added = list_of(document, "added_tokens");
    if (added.size() > kMaxAddedTokens) document.refuse("added_tokens", "a list of at most 65536 tokens");
    for (const Json& token : added) {
      const std::int64_t id = Fields(token, where + ": added_tokens").integer("id", 0, kMaxTokenId);
      spec.added.push_back(read_added_token(token, id, where + ": added_tokens"));
    }
  }
  return spec;
}

TokenizerSpec parse_vocab_and_merges(std::string_view vocab_json, std::string_view merges_txt,
                                     const std::string& folder) {
  TokenizerSpec spec;
  spec.where = folder;
  spec.nfc = true;
  spec.pattern = std::string(kQwen2Pattern);
  spec.vocab = parse_token_json(vocab_json, folder + "/vocab.json", TokenJsonForm::vocabulary).vocab;
  const std::string where = folder + "/merges.txt";
  bool first = true;
  while (!merges_txt.empty()) {
    const std::size_t end = std::min(merges_txt.find('\n'), merges_txt.size());
    std::string_view line = merges_txt.substr(0, end);
    merges_txt.remove_prefix(std::min(end + 1, merges_txt.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool heading = first && line.starts_with("#version");
    first = false;
    if (heading || line.empty()) continue;
    spec.merges.push_back(parse_merge(line, where));
  }
  return spec;
}

TokenizerSpec load_tokenizer_spec(const std::string& folder) {
  const std::filesystem::path base(folder);
  const std::string whole = (base / "tokenizer.json").string();
  if (const auto text = read_if_there(whole)) return parse_tokenizer_json(*text, whole);
  const auto vocab = read_if_there(base / "vocab.json");
  const auto merges = read_if_there(base / "merges.txt");
  if (!vocab || !merges) {
    throw Error(ErrorKind::input,
                folder + ": no tokenizer found; expected tokenizer.json, or vocab.json and merges.txt");
  }
  TokenizerSpec spec = parse_vocab_and_merges(*vocab, *merges, folder);
  add_from_config(base / "tokenizer_config.json", spec.added);
  add_from_lists(base, spec.added);
  return spec;
}

}  // namespace ov
