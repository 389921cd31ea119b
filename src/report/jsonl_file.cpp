#include "report/jsonl_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/file.h"

namespace ov {
namespace {

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error(ErrorKind::resource, path + ": cannot " + what + ": " + std::strerror(errno));
}

// Ends in the middle of a line, as a write that was cut short leaves it.
bool ends_in_half_line(int file) {
  struct stat info {};
  if (::fstat(file, &info) != 0 || info.st_size == 0) return false;
  char last = '\n';
  return ::pread(file, &last, 1, info.st_size - 1) == 1 && last != '\n';
}

// Where a line stands in the order of training.
struct Place {
  std::size_t stage;
  std::int64_t step;
  auto operator<=>(const Place&) const = default;
};

std::size_t index_of(const RunPosition& position, const std::string& stage, const std::string& where) {
  const auto found = std::find(position.stages.begin(), position.stages.end(), stage);
  if (found == position.stages.end()) {
    throw Error(ErrorKind::format, where + ": stage \"" + stage + "\" is not in the recipe of this run");
  }
  return static_cast<std::size_t>(found - position.stages.begin());
}

// Calls visit(line, where, end) with the offset behind the line break; returns the end of the last complete line.
template <class Visit>
std::size_t visit_lines(std::string_view text, const std::string& path, const Visit& visit) {
  std::size_t begin = 0;
  for (std::int64_t number = 1; begin < text.size(); ++number) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;
    const std::string where = path + ":" + std::to_string(number);
    const Json line = parse_json(text.substr(begin, end - begin), where);
    if (!line.is_object()) {
      throw Error(ErrorKind::format, where + ": found " + line.type_name() + ", expected a JSON object");
    }
    begin = end + 1;
    visit(line, where, begin);
  }
  return begin;
}

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

// lstat: a dangling link is not a missing file.
bool missing(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) != 0 && errno == ENOENT;
}

}  // namespace

JsonlFile::JsonlFile(std::string path) : path_(std::move(path)) {
  file_ = ::open(path_.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) fail(path_, "open for appending");
  if (ends_in_half_line(file_)) {
    ::close(file_);
    throw Error(ErrorKind::format, path_ + ": ends in a half-written line; resume the run to cut it off");
  }
}

JsonlFile::~JsonlFile() {
  try {
    flush();
  } catch (const Error&) {
  }
  ::close(file_);
}

void JsonlFile::add(const Json& line) {
  waiting_ += dump_json(line);
  waiting_ += '\n';
}

void JsonlFile::flush() {
  // Forgotten even when writing fails: a second try would repeat the part that was written.
  const std::string content = std::exchange(waiting_, "");
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t put = ::write(file_, content.data() + done, content.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail(path_, "write");
    done += static_cast<std::size_t>(put);
  }
}

void JsonlFile::sync() {
  flush();
  if (::fsync(file_) != 0) fail(path_, "sync");
}

std::int64_t truncate_jsonl(const std::string& path, const RunPosition& position, LineAtPosition line) {
  const Place last{index_of(position, position.stage, path), position.step};
  Place before{0, 0};
  Place kept{0, 0};
  std::size_t keep = 0;
  std::int64_t cut = 0;
  std::string_view text;
  std::unique_ptr<const MappedFile> file;
  if (!missing(path)) {
    file = std::make_unique<MappedFile>(path);
    text = text_of(*file);
    visit_lines(text, path, [&](const Json& json, const std::string& where, std::size_t end) {
      const Fields fields(json, where);
      const Place place{index_of(position, fields.string("stage"), where), fields.integer("step", 0, INT64_MAX)};
      if (place < before) {
        throw Error(ErrorKind::format, where + ": step " + std::to_string(place.step) + " of " +
                                           position.stages[place.stage] + " after step " + std::to_string(before.step) +
                                           " of " + position.stages[before.stage] + "; the order of training was lost");
      }
      before = place;
      if (place > last) {
        ++cut;
        return;
      }
      kept = place;
      keep = end;
    });
  }
  if (line == LineAtPosition::required && position.step > 0 && kept != last) {
    throw Error(ErrorKind::format, path + ": no complete line of step " + std::to_string(position.step) + " of " +
                                       position.stage + ", where the checkpoint was saved; resume from an older one");
  }
  if (keep < text.size()) write_file_atomic(path, text.substr(0, keep));
  return cut;
}

void cut_half_line(const std::string& path) {
  if (missing(path)) return;
  const MappedFile file(path);
  const std::string_view text = text_of(file);
  const std::size_t keep = text.rfind('\n') + 1;  // npos + 1 is 0
  if (keep < text.size()) write_file_atomic(path, text.substr(0, keep));
}

void for_each_line(const std::string& path, const std::function<void(const Json&, const std::string&)>& visit) {
  if (missing(path)) return;
  const MappedFile file(path);
  visit_lines(text_of(file), path,
              [&](const Json& line, const std::string& where, std::size_t) { visit(line, where); });
}

}  // namespace ov
