// YAML from files we do not trust, as a plain tree: bounded size, depth and number of nodes (an alias
// counts as all that it stands for, which stops "billion laughs"), valid UTF-8, one document, no
// duplicate keys, no tags, keys that are text. Parsed by yaml-cpp's event parser.
// Read it through YamlFields (config/yaml_fields.h).
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace ov {

constexpr std::size_t kMaxYamlBytes = 1 << 20;
constexpr int kMaxYamlDepth = 16;
constexpr std::int64_t kMaxYamlNodes = 100'000;
constexpr std::size_t kMaxYamlKeys = 2'000;  // of one map: look-ups are linear

struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  int line = 0;         // from 1; 0 = not from a file
  bool quoted = false;  // a scalar that is text whatever it looks like
  std::string text;     // of a scalar
  std::vector<std::shared_ptr<YamlNode>> items;
  std::vector<std::pair<std::string, std::shared_ptr<YamlNode>>> entries;  // in the order of the file
  std::int64_t weight = 1;                                                 // nodes below, this one included
  int height = 1;                                                          // levels below, this one included

  // Kept by YamlFields: whether this value was read, which keys it was asked for, and where it comes
  // from when that is not the file.
  bool read = false;
  std::set<std::string> asked;
  std::string origin;

  YamlNode* find(std::string_view key) const;
};

// Throws format as "<name>:<line>: ...". An empty document is a null node.
std::shared_ptr<YamlNode> parse_yaml(std::string_view text, const std::string& name);

// A plain scalar by YAML's core rules: null, true or false, a whole number, a number, else text.
// Whole numbers with leading zeros are text, because YAML versions disagree about them.
Json yaml_scalar(const YamlNode& node);

// The tree below as JSON; marks all of it as read.
Json yaml_json(YamlNode& node);

}  // namespace ov
