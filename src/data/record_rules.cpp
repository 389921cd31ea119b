#include "data/record_rules.h"

#include <algorithm>
#include <filesystem>

#include "base/sha256.h"
#include "text/utf8.h"

namespace ov {
namespace {

constexpr std::string_view kMark = "<image>";
constexpr std::size_t kMaxPictures = 1024;
constexpr std::size_t kMaxRegions = 16384;
constexpr std::size_t kMaxRegionItems = 20;  // four numbers and words

std::string quoted(const std::string& text) {
  return "\"" + (text.size() > 80 ? text.substr(0, 80) + "..." : text) + "\"";
}

// str.isspace of Python: the Unicode property and four control characters.
bool is_python_space(char32_t c) { return is_white_space(c) || (c >= 0x1c && c <= 0x1f); }

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

// A present value of a key, or null when it is absent or null.
const Json* value_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const Json& value, const std::string& name, const std::string& where) {
  if (!value.is_string()) refuse_record(where, name + " should be a string, found " + value.type_name());
  return value.get<std::string>();
}

Turn parse_turn(const Json& turn, const std::string& name, const std::string& where) {
  if (!turn.is_object()) refuse_record(where, name + " should be an object, found " + turn.type_name());
  const Json *from = value_of(turn, "from"), *value = value_of(turn, "value");
  const Json *role = value_of(turn, "role"), *content = value_of(turn, "content");
  if (from != nullptr && value != nullptr && role == nullptr && content == nullptr) {
    return {text_of(*from, name + ".from", where), text_of(*value, name + ".value", where)};
  }
  if (role != nullptr && content != nullptr && from == nullptr && value == nullptr) {
    return {text_of(*role, name + ".role", where), text_of(*content, name + ".content", where)};
  }
  refuse_record(where, name + " should have \"from\" and \"value\", or else \"role\" and \"content\"");
}

void parse_pictures(const Json& image, RawRecord& into, const std::string& where) {
  if (!image.is_array()) {
    into.media.push_back(MediaSource::image(text_of(image, "\"image\"", where)));
    return;
  }
  if (image.empty()) refuse_record(where, "\"image\" is an empty list; leave it out of a text-only record");
  if (image.size() > kMaxPictures) {
    refuse_record(where, "\"image\" names " + std::to_string(image.size()) + " pictures; at most " +
                             std::to_string(kMaxPictures) + " are taken");
  }
  for (const Json& path : image) into.media.push_back(MediaSource::image(text_of(path, "\"image\"'s item", where)));
}

Region parse_region(const Json& region, const std::string& name, const std::string& where) {
  const bool fits = region.is_array() && region.size() >= 5 && region.size() <= kMaxRegionItems &&
                    std::all_of(region.begin(), region.begin() + 4, [](const Json& v) { return v.is_number(); }) &&
                    std::all_of(region.begin() + 4, region.end(), [](const Json& v) {
                      return v.is_string() && !v.get_ref<const std::string&>().empty();
                    });
  if (!fits) {
    refuse_record(where, name + " should be [x, y, width, height, \"word\", ...] with at least one word and at most " +
                             std::to_string(kMaxRegionItems - 4));
  }
  Region out{region[0], region[1], region[2], region[3], {}};
  if (!(out.x >= 0 && out.y >= 0 && out.width > 0 && out.height > 0)) {
    refuse_record(where, name + " should have x and y of at least 0, width and height above 0");
  }
  for (std::size_t i = 4; i < region.size(); ++i) out.words.push_back(region[i]);
  return out;
}

void parse_regions(const Json& regions, RawRecord& into, const std::string& where) {
  if (!regions.is_array()) {
    refuse_record(where, std::string("\"regions\" should be a list, found ") + regions.type_name());
  }
  if (regions.size() > kMaxRegions) {
    refuse_record(where, "\"regions\" has " + std::to_string(regions.size()) + " items; at most " +
                             std::to_string(kMaxRegions) + " are taken");
  }
  for (const Json& region : regions) {
    into.regions.push_back(parse_region(region, "region " + std::to_string(into.regions.size()), where));
  }
}

void check_marks(const Sample& sample, std::size_t marks) {
  if (marks == sample.media.size()) return;
  const std::string expected = sample.is_video() ? "one for the video"
                                                 : "one for each of its " + std::to_string(sample.media.size()) +
                                                       (sample.media.size() == 1 ? " picture" : " pictures");
  refuse_record(sample.where, "the turns have " + std::to_string(marks) + " <image> marks, expected " + expected);
}

}  // namespace

void refuse_record(const std::string& where, const std::string& problem) {
  throw Error(ErrorKind::input, where + ": " + problem);
}

std::string media_path(const std::string& folder, const std::string& path, const std::string& where) {
  if (path.empty()) refuse_record(where, "a media path is empty");
  if (path.find('\0') != path.npos) refuse_record(where, "a media path has a zero byte");
  if (folder.empty()) return path;
  const std::filesystem::path given(path);
  if (given.is_absolute()) {
    refuse_record(where, "the media path " + quoted(path) + " is absolute; expected one inside " + folder);
  }
  const std::filesystem::path inside = given.lexically_normal();
  if (!inside.empty() && *inside.begin() == "..") {
    refuse_record(where, "the media path " + quoted(path) + " leaves its folder " + folder);
  }
  return (std::filesystem::path(folder) / given).string();
}

std::int64_t count_words(std::string_view text) {
  std::int64_t words = 0;
  bool inside = false;
  for (std::size_t at = 0; at < text.size();) {
    const bool space = is_python_space(next_code_point(text, at));
    words += !space && !inside;
    inside = !space;
  }
  return words;
}

std::string record_sha256(const Json& record) {
  const std::string canonical = dump_sorted_json(SortedJson(record));
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(canonical.data()), canonical.size()});
}

RawRecord parse_record(const Json& record, const std::string& where) {
  if (!record.is_object())
    refuse_record(where, std::string("a record should be an object, found ") + record.type_name());
  RawRecord raw;
  if (const Json* id = value_of(record, "id")) {
    raw.id = id->is_number_integer() ? id->dump() : text_of(*id, "\"id\"", where);
  }
  if (const Json* source = value_of(record, "data_source")) raw.source = text_of(*source, "\"data_source\"", where);
  // Ours, for evaluation; foreign records may use the word for something else.
  if (const Json* category = value_of(record, "category"); category != nullptr && category->is_string()) {
    raw.category = category->get<std::string>();
  }
  if (const Json* image = value_of(record, "image")) {
    parse_pictures(*image, raw, where);
  } else if (const Json* video = value_of(record, "video")) {
    raw.media.push_back(MediaSource::video(text_of(*video, "\"video\"", where)));
  }
  if (const Json* regions = value_of(record, "regions")) parse_regions(*regions, raw, where);
  const Json *turns = value_of(record, "conversations"), *text = value_of(record, "text");
  if (turns == nullptr && text != nullptr) {
    raw.turns.push_back({"gpt", text_of(*text, "\"text\"", where)});
    return raw;
  }
  if (turns == nullptr) refuse_record(where, "no \"conversations\"; expected a list of turns");
  if (!turns->is_array()) {
    refuse_record(where, std::string("\"conversations\" should be a list, found ") + turns->type_name());
  }
  for (const Json& turn : *turns) {
    raw.turns.push_back(parse_turn(turn, "turn " + std::to_string(raw.turns.size()), where));
  }
  return raw;
}

Sample make_sample(RawRecord record, const std::string& where, const RecordContext& context) {
  if (record.turns.empty()) refuse_record(where, "\"conversations\" is empty; expected at least one turn");
  Sample sample;
  sample.id = std::move(record.id);
  sample.source = record.source.empty() ? context.dataset : std::move(record.source);
  sample.category = std::move(record.category);
  sample.dataset = context.dataset;
  sample.where = where;
  sample.media = std::move(record.media);
  sample.regions = std::move(record.regions);
  for (MediaSource& media : sample.media) {
    if (record.paths_are_names || media.bytes != nullptr) continue;
    media.path = media_path(media.is_video ? context.video_folder : context.image_folder, media.path, where);
  }
  std::size_t marks = 0;
  for (Turn& turn : record.turns) {
    if (turn.role == "human") turn.role = "user";
    if (turn.role == "gpt") turn.role = "assistant";
    sample.words += count_words(turn.text);
    if (!sample.media.empty()) turn.text = arrange_turn(std::move(turn.text));
    marks += count_of(turn.text, kMark);
  }
  const std::string& first = record.turns[0].role;
  if (first != "user" && first != "assistant") {
    refuse_record(where, "the first turn is from " + quoted(first) + ", expected \"human\" or \"gpt\"");
  }
  if (sample.words == 0) refuse_record(where, "all turns are empty");
  sample.turns = std::move(record.turns);
  if (!sample.media.empty()) check_marks(sample, marks);
  return sample;
}

}  // namespace ov
