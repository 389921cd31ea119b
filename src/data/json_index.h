// Where the records of a JSON array or of JSON lines lie, found by one scan that knows strings and brackets
// and nothing else: records are parsed, and refused, one by one when they are read.
//
//   const std::vector<RecordRange> records = index_json_array(text, "caps.json");
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ov {

constexpr std::size_t kMaxRecordBytes = 64 << 20;

struct RecordRange {
  std::uint64_t begin = 0;
  std::uint32_t length = 0;
  std::uint32_t line = 0;  // from 1
};

// Throws input as "<name>:<line>: ..." when the text is not one array of objects or ends inside it.
std::vector<RecordRange> index_json_array(std::string_view text, const std::string& name);

// Every line that is not blank is a record. Throws input for a record above kMaxRecordBytes.
std::vector<RecordRange> index_json_lines(std::string_view text, const std::string& name);

}  // namespace ov
