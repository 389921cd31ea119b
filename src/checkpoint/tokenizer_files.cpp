// Facts: formats of tokenizers 0.22 and transformers 4.57. New added tokens must continue the ids
// without a gap, because the tokenizers library numbers them itself.
#include "checkpoint/tokenizer_files.h"

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "base/json.h"
#include "text/token_json.h"

namespace ov {
namespace {

constexpr std::size_t kMaxBytes = 1'000'000'000;
constexpr const char* kCopiedFiles[] = {"vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer.model"};

bool exists(const std::string& folder, const std::string& name) { return std::filesystem::exists(folder + "/" + name); }

Json load(const std::string& folder, const std::string& name) {
  const std::string path = folder + "/" + name;
  return parse_json(read_file(path, kMaxBytes), path);
}

void take(TokenizerIds& ids, std::int64_t id) { ids.next_free = std::max(ids.next_free, id + 1); }

TokenJson load_vocabulary(const std::string& folder, const std::string& name, TokenJsonForm form) {
  const std::string path = folder + "/" + name;
  return parse_token_json(read_file(path, kMaxBytes), path, form);
}

void take_tokenizer_json(TokenizerIds& ids, const std::string& folder) {
  const std::string where = folder + "/tokenizer.json";
  const TokenJson json = load_vocabulary(folder, "tokenizer.json", TokenJsonForm::tokenizer);
  for (const auto& [token, id] : json.vocab) take(ids, id);
  const Fields fields(json.rest, where);
  if (!fields.has("added_tokens")) return;
  if (!fields.at("added_tokens").is_array()) fields.refuse("added_tokens", "a list");
  for (const Json& token : fields.at("added_tokens")) {
    const Fields entry(token, where + ": added_tokens");
    const std::int64_t id = entry.integer("id", 0, kMaxTokenId);
    take(ids, id);
    ids.added[entry.string("content")] = id;
  }
}

void take_tokenizer_config(TokenizerIds& ids, const std::string& folder) {
  const std::string where = folder + "/tokenizer_config.json";
  const Json json = load(folder, "tokenizer_config.json");
  const Fields fields(json, where);
  if (!fields.has("added_tokens_decoder")) return;
  const Json& decoder = fields.at("added_tokens_decoder");
  if (!decoder.is_object()) fields.refuse("added_tokens_decoder", "an object");
  for (const auto& [key, token] : decoder.items()) {
    if (key.empty() || key.size() > 7 || key.find_first_not_of("0123456789") != std::string::npos) {
      fields.refuse("added_tokens_decoder", "keyed by token ids");
    }
    take(ids, std::stoll(key));
    ids.added[Fields(token, where + ": " + key).string("content")] = std::stoll(key);
  }
}

Json special_token(const std::string& content) {
  return {{"content", content}, {"lstrip", false},      {"normalized", false},
          {"rstrip", false},    {"single_word", false}, {"special", true}};
}

void save(const std::string& folder, const std::string& name, const Json& json) {
  write_file_atomic(folder + "/" + name, dump_json(json, 2) + "\n");
}

// Which of the two tokens have to be added; throws when that cannot work.
std::map<std::string, std::int64_t> absent_media_tokens(const std::string& folder, const MediaTokens& media) {
  TokenizerIds ids = read_tokenizer_ids(folder);
  std::map<std::string, std::int64_t> absent;
  for (const auto& [token, id] :
       std::map<std::string, std::int64_t>{{"<image>", media.image_id}, {"<video>", media.video_id}}) {
    const auto found = ids.added.find(token);
    if (found != ids.added.end() && found->second == id) continue;
    const std::string wanted = folder + ": config.json gives " + token + " the id " + std::to_string(id);
    if (found != ids.added.end()) {
      throw Error(ErrorKind::format, wanted + ", the tokenizer has it as " + std::to_string(found->second) +
                                         "; correct image_token_index or video_token_index");
    }
    if (id != ids.next_free) {
      throw Error(ErrorKind::format, wanted + ", but the tokenizer's next free id is " + std::to_string(ids.next_free) +
                                         "; set image_token_index and video_token_index to the next two free ids");
    }
    ids.next_free = id + 1;
    absent[token] = id;
  }
  return absent;
}

// tokenizer.json, added_tokens.json and tokenizer_config.json, each with the absent tokens added.
void write_extended(const std::string& source, const std::string& target,
                    const std::map<std::string, std::int64_t>& absent) {
  if (exists(source, "tokenizer.json")) {
    const std::string path = source + "/tokenizer.json";
    SortedJson json = parse_sorted_json(read_file(path, kMaxBytes), path);
    for (const auto& [token, id] : absent) {
      Json entry = {{"id", id}};
      entry.update(special_token(token));
      json["added_tokens"].push_back(SortedJson(entry));
    }
    write_file_atomic(target + "/tokenizer.json", dump_sorted_json(json, 2) + "\n");
  }
  if (exists(source, "added_tokens.json")) {
    Json json = load(source, "added_tokens.json");
    for (const auto& [token, id] : absent) json[token] = id;
    save(target, "added_tokens.json", json);
  }
  if (exists(source, "tokenizer_config.json")) {
    Json json = load(source, "tokenizer_config.json");
    for (const auto& [token, id] : absent) json["added_tokens_decoder"][std::to_string(id)] = special_token(token);
    save(target, "tokenizer_config.json", json);
  }
}

}  // namespace

TokenizerIds read_tokenizer_ids(const std::string& folder) {
  TokenizerIds ids;
  const bool whole = exists(folder, "tokenizer.json");
  if (!whole && !exists(folder, "vocab.json")) {
    throw Error(ErrorKind::input, folder + ": neither tokenizer.json nor vocab.json; an incomplete download?");
  }
  if (whole) take_tokenizer_json(ids, folder);
  if (exists(folder, "vocab.json")) {
    for (const auto& entry : load_vocabulary(folder, "vocab.json", TokenJsonForm::vocabulary).vocab)
      take(ids, entry.second);
  }
  if (exists(folder, "added_tokens.json")) {
    for (const auto& [token, id] : load_vocabulary(folder, "added_tokens.json", TokenJsonForm::vocabulary).vocab) {
      take(ids, id);
      ids.added[token] = id;
    }
  }
  if (exists(folder, "tokenizer_config.json")) take_tokenizer_config(ids, folder);
  return ids;
}

MediaTokens place_media_tokens(const TokenizerIds& ids) {
  const auto place = [&](const std::string& token, std::int64_t otherwise) {
    const auto found = ids.added.find(token);
    return found == ids.added.end() ? otherwise : found->second;
  };
  MediaTokens media;
  media.image_id = place("<image>", ids.next_free);
  media.video_id = place("<video>", std::max(ids.next_free, media.image_id + 1));
  return media;
}

std::int64_t rows_needed(const TokenizerIds& ids, const MediaTokens& media) {
  return std::max({ids.next_free, media.image_id + 1, media.video_id + 1});
}

void copy_tokenizer_files(const std::string& source, const std::string& target, const MediaTokens* media) {
  for (const char* name : kCopiedFiles) {
    if (exists(source, name)) copy_file_exact(source + "/" + name, target + "/" + name);
  }
  std::map<std::string, std::int64_t> absent;
  if (media != nullptr) absent = absent_media_tokens(source, *media);
  if (!absent.empty()) {
    write_extended(source, target, absent);
    return;
  }
  for (const char* name : {"tokenizer.json", "added_tokens.json", "tokenizer_config.json"}) {
    if (exists(source, name)) copy_file_exact(source + "/" + name, target + "/" + name);
  }
}

void copy_file_exact(const std::string& source, const std::string& target) {
  write_file_atomic(target, read_file(source, kMaxBytes));
}

}  // namespace ov
