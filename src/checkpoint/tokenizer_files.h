// The tokenizer's files of a checkpoint folder, as far as conversion touches them: which ids are
// taken, and whether <image> and <video> are tokens, as a llava-hf folder needs.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace ov {

struct TokenizerIds {
  std::int64_t next_free = 0;                 // one above the highest id
  std::map<std::string, std::int64_t> added;  // special and other added tokens
};

// From tokenizer.json, or vocab.json with added_tokens.json and tokenizer_config.json. Throws input when
// the folder has neither.
TokenizerIds read_tokenizer_ids(const std::string& folder);

// <image> and <video> under the ids of the configuration; the second is the next one.
struct MediaTokens {
  std::int64_t image_id = 0;
  std::int64_t video_id = 0;
};

// For a new model: where the tokenizer has them, otherwise its next free ids.
MediaTokens place_media_tokens(const TokenizerIds& ids);
// One above the highest id of the tokenizer and of both.
std::int64_t rows_needed(const TokenizerIds& ids, const MediaTokens& media);

// Copies every tokenizer file that exists. With `media` the two tokens are added where they are
// absent; throws format when their ids are taken by other tokens or would leave a gap.
void copy_tokenizer_files(const std::string& source, const std::string& target, const MediaTokens* media);

// A byte-exact copy of a file of at most 1 GB.
void copy_file_exact(const std::string& source, const std::string& target);

}  // namespace ov
