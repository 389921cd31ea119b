// What a training record must be, whatever file it lies in. Source: LazySupervisedDataset and
// preprocess_multimodal of the authors' train.py:
//   - "conversations" has at least one turn; the first is from human or gpt; texts are strings
//   - human becomes user, gpt becomes assistant, other roles stay
//   - with pictures or a video: in each turn a single <image> that is not at the front moves there, then
//     "QA_GT_caption_based_noisy" is removed; all turns together have one <image> a picture, one a video
//   - paths stay inside their folder (ours: a data file must not read elsewhere)
// Whatever breaks a rule is refused with Error input that begins with `where`.
//
//   const Sample sample = make_sample(parse_record(json, where), where, context);
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "data/record_file.h"

namespace ov {

struct RawRecord {
  std::string id;
  std::string source;  // "" = the record names none
  std::string category;
  std::vector<MediaSource> media;  // a path as the file has it, or bytes with the name they are shown by
  bool paths_are_names = false;    // the media lie in the file, loaded or not
  std::vector<Region> regions;     // of the record's one picture
  std::vector<Turn> turns;         // roles and texts as the file has them
};

// The JSON form: "image" is a path or a list of paths, "video" a path; null counts as absent and image
// wins over video. A turn has from and value, or role and content. Plain text may be a record {"text": "..."}: one
// turn of gpt. "regions" says what a picture shows where: [[x, y, width, height, "word", ...], ...] in pixels.
RawRecord parse_record(const Json& record, const std::string& where);

Sample make_sample(RawRecord record, const std::string& where, const RecordContext& context);

// `path` below `folder`. Throws input for absolute paths and for ones that leave the folder; the check is of
// the text only, links are followed. With an empty folder every path is taken as it is.
std::string media_path(const std::string& folder, const std::string& path, const std::string& where);

// Pieces between white space as Python's str.split sees it.
std::int64_t count_words(std::string_view text);

// sha256 of the record with sorted keys and no spaces.
std::string record_sha256(const Json& record);

[[noreturn]] void refuse_record(const std::string& where, const std::string& problem);

}  // namespace ov
