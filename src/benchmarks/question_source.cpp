#include "benchmarks/question_source.h"

#include <algorithm>

#include "base/error.h"
#include "data/record_rules.h"

namespace ov {
namespace {

constexpr std::size_t kLetters = 26;

std::string letter_of(std::size_t index) { return std::string(1, static_cast<char>('A' + index)); }

}  // namespace

std::vector<MediaSource> QuestionSource::pictures(const std::string& column) const {
  std::vector<MediaSource> found = row_.pictures(column);
  for (MediaSource& picture : found) {
    if (!with_media_ || picture.bytes != nullptr) continue;
    const std::string path = folder_.find(picture.path, row_.where());
    if (path.empty()) row_.refuse(column, "names " + picture.path + ", which is not in " + folder_.path());
    picture.path = path;
  }
  return found;
}

std::vector<MediaSource> QuestionSource::one_picture(const std::string& column) const {
  std::vector<MediaSource> found = pictures(column);
  if (found.size() != 1) row_.refuse(column, "has " + std::to_string(found.size()) + " pictures; expected one");
  return found;
}

std::vector<MediaSource> QuestionSource::video(const std::string& stem, const std::vector<std::string>& endings) const {
  std::vector<std::string> names;
  for (const std::string& ending : endings) names.push_back(stem + ending);
  if (!with_media_) return {MediaSource::video(names[0])};
  const std::string path = folder_.find(names, row_.where());
  if (!path.empty()) return {MediaSource::video(path)};
  std::string text = "no video " + names[0];
  for (std::size_t i = 1; i < names.size(); ++i) text += " or " + names[i];
  text += "; looked in ";
  const std::vector<std::string>& folders = folder_.media_folders();
  for (const std::string& folder : folders) text += (&folder == folders.data() ? "" : ", ") + folder;
  const std::string archives = folder_.archives();
  refuse_record(row_.where(), text + (archives.empty() ? "" : "; " + archives));
}

std::string QuestionSource::lettered(const std::vector<std::string>& options, BenchmarkQuestion& out) const {
  if (options.size() > kLetters) {
    refuse_record(row_.where(), std::to_string(options.size()) + " options; at most 26 have a letter");
  }
  std::string list;
  for (std::size_t i = 0; i < options.size(); ++i) {
    list += (i == 0 ? "" : "\n") + letter_of(i) + ". " + options[i];
  }
  out.reference.choices = options;
  return list;
}

bool QuestionSource::is_withheld(const std::string& column) const {
  if (!row_.has(column)) return true;
  const Json value = row_.value(column);
  return value.is_string() && (value.get_ref<const std::string&>().empty() || value == "None");
}

void QuestionSource::answer_letter(const std::string& column, BenchmarkQuestion& out) const {
  out.reference.answer_type = "letter";
  if (is_withheld(column)) return;
  const std::string letter = row_.text(column);
  const std::size_t options = out.reference.choices.empty() ? kLetters : out.reference.choices.size();
  if (letter.size() != 1 || letter[0] < 'A' || letter[0] >= static_cast<char>('A' + options)) {
    row_.refuse(column, "is \"" + letter + "\"; expected a letter from A to " + letter_of(options - 1));
  }
  out.reference.answers = {letter};
}

void QuestionSource::answer_index(const std::string& column, BenchmarkQuestion& out) const {
  out.reference.answer_type = "letter";
  if (is_withheld(column)) return;
  const std::int64_t index = row_.integer(column);
  const auto options = static_cast<std::int64_t>(out.reference.choices.size());
  if (index < 0 || index >= options) {
    row_.refuse(column,
                "is " + std::to_string(index) + "; expected an index of the " + std::to_string(options) + " options");
  }
  out.reference.answers = {letter_of(static_cast<std::size_t>(index))};
}

void QuestionSource::answer_text(const std::string& column, BenchmarkQuestion& out) const {
  if (row_.has(column)) out.reference.answers = {row_.text(column)};
}

void QuestionSource::tags(const std::vector<std::string>& columns, BenchmarkQuestion& out) const {
  for (const std::string& column : columns) {
    if (!row_.has(column)) continue;
    const bool is_list = row_.value(column).is_array();
    out.tags[column.substr(column.rfind('.') + 1)] =
        is_list ? row_.texts(column) : std::vector<std::string>{row_.text(column)};
  }
}

}  // namespace ov
