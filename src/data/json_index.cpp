#include "data/json_index.h"

#include <cstring>

#include "base/error.h"

namespace ov {
namespace {

bool is_json_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

std::string shown(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f ? std::string("'") + c + "'" : "byte " + std::to_string(byte);
}

class ArrayScan {
 public:
  ArrayScan(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  std::vector<RecordRange> records() {
    skip_space();
    if (at_ == text_.size()) refuse("an empty file; expected one JSON array of records");
    if (text_[at_] != '[') {
      refuse("starts with " + shown(text_[at_]) +
             ", expected one JSON array; a file with one object a line is named .jsonl");
    }
    ++at_;
    skip_space();
    if (at_ < text_.size() && text_[at_] == ']') {
      ++at_;
    } else {
      while (next_record()) continue;
    }
    skip_space();
    if (at_ != text_.size()) refuse(shown(text_[at_]) + " after the end of the array");
    return std::move(found_);
  }

 private:
  // One record and what follows it; false after the closing bracket.
  bool next_record() {
    skip_space();
    if (at_ == text_.size()) refuse_end();
    if (text_[at_] != '{') refuse("record " + number() + " should be an object, found " + shown(text_[at_]));
    const std::size_t begin = at_;
    skip_object();
    const std::size_t length = at_ - begin;
    if (length > kMaxRecordBytes) {
      refuse("record " + number() + " has " + std::to_string(length) + " bytes; at most " +
             std::to_string(kMaxRecordBytes) + " are taken");
    }
    found_.push_back({begin, static_cast<std::uint32_t>(length), line_at(begin)});
    skip_space();
    if (at_ == text_.size()) refuse_end();
    const char after = text_[at_];
    if (after != ',' && after != ']') refuse("expected ',' or ']' after record " + std::to_string(found_.size() - 1));
    ++at_;
    return after == ',';
  }

  void skip_space() {
    while (at_ < text_.size() && is_json_space(text_[at_])) ++at_;
  }

  // From a bracket behind the one that closes it. Whether kinds match is the parser's business.
  void skip_object() {
    const std::size_t begin = at_;
    std::int64_t depth = 0;
    do {
      if (at_ == text_.size()) {
        at_ = begin;
        refuse("the file ends inside record " + number() + "; it is cut off, get it again");
      }
      const char c = text_[at_++];
      if (c == '"') skip_string(begin);
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
    } while (depth > 0);
  }

  void skip_string(std::size_t record) {
    while (at_ < text_.size()) {
      const void* quote = std::memchr(text_.data() + at_, '"', text_.size() - at_);
      if (quote == nullptr) break;
      const std::size_t end = static_cast<const char*>(quote) - text_.data();
      std::size_t slashes = 0;
      while (end - slashes > at_ && text_[end - slashes - 1] == '\\') ++slashes;
      at_ = end + 1;
      if (slashes % 2 == 0) return;
    }
    at_ = record;
    refuse("the file ends inside a string of record " + number() + "; it is cut off, get it again");
  }

  std::uint32_t line_at(std::size_t at) {
    while (counted_ < at) {
      const void* newline = std::memchr(text_.data() + counted_, '\n', at - counted_);
      if (newline == nullptr) break;
      counted_ = static_cast<const char*>(newline) - text_.data() + 1;
      ++line_;
    }
    counted_ = at;
    return line_;
  }

  std::string number() const { return std::to_string(found_.size()); }

  [[noreturn]] void refuse(const std::string& problem) {
    throw Error(ErrorKind::input, name_ + ":" + std::to_string(line_at(at_)) + ": " + problem);
  }
  [[noreturn]] void refuse_end() { refuse("the array is not closed; the file is cut off, get it again"); }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t counted_ = 0;  // newlines before this are in line_
  std::uint32_t line_ = 1;
  std::vector<RecordRange> found_;
};

}  // namespace

std::vector<RecordRange> index_json_array(std::string_view text, const std::string& name) {
  return ArrayScan(text, name).records();
}

std::vector<RecordRange> index_json_lines(std::string_view text, const std::string& name) {
  std::vector<RecordRange> found;
  std::uint32_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::size_t first = begin;
    while (first < end && is_json_space(text[first])) ++first;
    if (end - first > kMaxRecordBytes) {
      throw Error(ErrorKind::input, name + ":" + std::to_string(line) + ": a line of " + std::to_string(end - first) +
                                        " bytes; at most " + std::to_string(kMaxRecordBytes) + " are taken");
    }
    if (first < end) found.push_back({first, static_cast<std::uint32_t>(end - first), line});
    begin = end + 1;
  }
  return found;
}

}  // namespace ov
