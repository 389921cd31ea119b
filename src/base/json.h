// JSON from files we do not trust: bounded depth, no duplicate keys, errors that name the file.
// A Fields object reads one JSON object by key with types and ranges checked.
//
//   const Json doc = parse_json(read_file(path, kMax), path);
//   const Fields fields(doc, path);
//   const int64_t heads = fields.integer("num_attention_heads", 1, 4096);
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace ov {

// Keeps the order of keys, so that a rewritten file looks like the original.
using Json = nlohmann::ordered_json;

constexpr int kMaxJsonDepth = 64;
constexpr std::size_t kMaxJsonKeys = 20'000;  // of one object: look-ups in Json are linear

// Parses strictly. Throws `kind` naming `where` for bad syntax, bad UTF-8, duplicate keys,
// nesting deeper than kMaxJsonDepth or an object with more than kMaxJsonKeys keys.
Json parse_json(std::string_view text, const std::string& where, ErrorKind kind = ErrorKind::format);

// The same with keys in sorted order and look-ups that stay fast in objects of 100,000 keys, where
// Json would take minutes.
using SortedJson = nlohmann::json;
SortedJson parse_sorted_json(std::string_view text, const std::string& where, ErrorKind kind = ErrorKind::format);

// Compact text. Invalid UTF-8 inside strings is replaced, never thrown.
std::string dump_json(const Json& value, int indent = -1);
std::string dump_sorted_json(const SortedJson& value, int indent = -1);

class Fields {
 public:
  // Throws format when `object` is not a JSON object.
  Fields(const Json& object, std::string where);

  bool has(const std::string& key) const;  // present and not null
  // Required forms throw format when the key is absent, of another type or out of range.
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high) const;
  std::int64_t integer_or(const std::string& key, std::int64_t otherwise, std::int64_t low, std::int64_t high) const;
  double number_or(const std::string& key, double otherwise, double low, double high) const;
  bool boolean_or(const std::string& key, bool otherwise) const;
  std::string string(const std::string& key) const;
  std::string string_or(const std::string& key, const std::string& otherwise) const;
  Fields object(const std::string& key) const;
  const Json& at(const std::string& key) const;
  const std::string& where() const { return where_; }

  [[noreturn]] void refuse(const std::string& key, const std::string& expected) const;

 private:
  const Json* object_;
  std::string where_;
};

}  // namespace ov
