// One YAML map read by key with types and ranges checked; every error says "file:line" and the path of
// the key, and finish() refuses keys that nobody read, with the nearest name that is known.
//
//   const YamlFields recipe = YamlFields::parse(read_file(path, kMaxYamlBytes), path);
//   const std::int64_t seed = recipe.integer_or("seed", 42, 0, kMaxSeed);
//   for (const YamlFields& stage : recipe.objects("stages")) read_stage(stage.over(defaults));
//   recipe.finish();    // "r.yaml:7: unknown key \"sed\"; did you mean \"seed\"?"
// Copies share the tree and its marks of what was read. Reading marks, so not for several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/yaml_tree.h"

namespace ov {

class YamlFields {
 public:
  // Throws format when `text` is not YAML or its top is not a map. `name` stands in messages.
  static YamlFields parse(std::string_view text, const std::string& name);

  bool has(const std::string& key) const;      // present and not null
  bool is_list(const std::string& key) const;  // these three do not count as reading
  bool is_object(const std::string& key) const;
  bool is_number(const std::string& key) const;

  // Required forms throw format when the key is absent, of another type or out of range. A string is
  // any plain or quoted scalar as written ("7b", 2024); a key with the value null counts as absent.
  std::string string(const std::string& key) const;
  std::string string_or(const std::string& key, const std::string& otherwise) const;
  std::string choice(const std::string& key, const std::vector<std::string>& names) const;
  std::string choice_or(const std::string& key, const std::string& otherwise,
                        const std::vector<std::string>& names) const;
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high) const;
  std::int64_t integer_or(const std::string& key, std::int64_t otherwise, std::int64_t low, std::int64_t high) const;
  double number(const std::string& key, double low, double high) const;
  double number_or(const std::string& key, double otherwise, double low, double high) const;
  bool boolean_or(const std::string& key, bool otherwise) const;
  YamlFields object(const std::string& key) const;
  YamlFields object_or_empty(const std::string& key) const;
  std::vector<YamlFields> objects(const std::string& key) const;   // a list of maps
  std::vector<std::string> strings(const std::string& key) const;  // a list of scalars, or one
  std::vector<std::int64_t> integers(const std::string& key, std::int64_t low, std::int64_t high) const;
  Json json(const std::string& key) const;  // whatever is there; counts as read whole

  // The same map with `defaults` for keys that it lacks; where both have a map, that merges the same way.
  YamlFields over(const YamlFields& defaults) const;

  // Puts a value, written as YAML, at a path such as "stages.0.tiling.mode", as the command line does.
  // Missing maps on the way are made. To be called before reading. Throws usage when the path meets a scalar or misses
  // a list.
  void set(const std::string& path, const std::string& value);

  // Throws format for the first key of this map, or of a map read from it, that was never read. Keys of
  // `defaults` given to over() are not looked at: finish the defaults themselves.
  void finish() const;

  std::string where() const;                        // "file.yaml:12"
  std::string where(const std::string& key) const;  // of the key's value
  [[noreturn]] void refuse(const std::string& key, const std::string& expected) const;

 private:
  using Node = std::shared_ptr<YamlNode>;
  YamlFields(Node node, std::shared_ptr<const std::string> name, std::string path);
  const YamlFields& holder(const std::string& key) const;  // this map or the defaults, whichever has the key
  Node find(const std::string& key) const;                 // null when absent or null; not from the defaults
  Json scalar(const std::string& key, const std::string& expected) const;
  Node list(const std::string& key, const std::string& expected) const;
  YamlFields child(const Node& node, const std::string& path) const;
  void finish_node(const YamlNode& node, const std::string& path) const;

  Node node_;
  std::shared_ptr<const std::string> name_;  // of the file
  std::string path_;                         // "stages[1].", "" at the top
  std::shared_ptr<const YamlFields> defaults_;
};

// "; did you mean \"seed\"?" when one of `names` is close to `name`, else "; known: a, b, c".
std::string nearest_name(std::string_view name, const std::vector<std::string>& names);

}  // namespace ov
