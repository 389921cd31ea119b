// Training data in JSON: the first byte chooses array or lines. Whatever the bytes, records lie inside the text one
// behind the other, and a record that is accepted has a mark for each of its media and paths inside its folder.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/error.h"
#include "data/json_index.h"
#include "data/record_rules.h"

namespace {

void read_record(std::string_view text) {
  const ov::Json json = ov::parse_json(text, "fuzz", ov::ErrorKind::input);
  const ov::RecordContext context{"fuzz", "pictures", "videos"};
  const ov::Sample sample = ov::make_sample(ov::parse_record(json, "fuzz"), "fuzz", context);
  if (sample.turns.empty() || sample.words <= 0 || ov::record_sha256(json).size() != 64) std::abort();
  std::size_t marks = 0;
  for (const ov::Turn& turn : sample.turns) {
    for (std::size_t at = turn.text.find("<image>"); at != std::string::npos; at = turn.text.find("<image>", at + 1)) {
      ++marks;
    }
  }
  if (!sample.media.empty() && marks != sample.media.size()) std::abort();
  for (const ov::Region& region : sample.regions) {
    if (!(region.x >= 0 && region.y >= 0 && region.width > 0 && region.height > 0) || region.words.empty())
      std::abort();
  }
  for (const ov::MediaSource& media : sample.media) {
    if (media.path.rfind(media.is_video ? "videos/" : "pictures/", 0) != 0) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const auto records = data[0] == 'a' ? ov::index_json_array(text, "fuzz") : ov::index_json_lines(text, "fuzz");
    std::size_t end = 0;
    for (const ov::RecordRange& record : records) {
      if (record.begin < end || record.length == 0 || record.begin + record.length > text.size()) std::abort();
      end = record.begin + record.length;
      try {
        read_record(text.substr(record.begin, record.length));
      } catch (const ov::Error& error) {
        if (error.kind() != ov::ErrorKind::input) std::abort();
      }
    }
  } catch (const ov::Error& error) {
    if (error.kind() != ov::ErrorKind::input) std::abort();
  }
  return 0;
}
