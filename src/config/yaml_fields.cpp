#include "config/yaml_fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ov {
namespace {

using Kind = YamlNode::Kind;

std::string shown(const YamlNode* node) {
  if (node == nullptr || node->kind == Kind::null) return "nothing";
  if (node->kind == Kind::list) return "a list";
  if (node->kind == Kind::map) return "a map";
  const std::string text = node->text.size() > 80 ? node->text.substr(0, 80) + "..." : node->text;
  return node->quoted ? "the text \"" + text + "\"" : text;
}

std::string range_text(const std::string& what, const Json& low, const Json& high) {
  return what + " from " + low.dump() + " to " + high.dump();
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Levenshtein's distance, in the one row that it needs.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

// The item of a list that a path names: by its number, or a map by its "name".
std::shared_ptr<YamlNode>* list_item(YamlNode& list, std::string_view step) {
  std::size_t index = 0;
  const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
  if (parsed.ec == std::errc() && parsed.ptr == step.data() + step.size()) {
    return index < list.items.size() ? &list.items[index] : nullptr;
  }
  for (auto& item : list.items) {
    const YamlNode* name = item->find("name");
    if (name != nullptr && name->kind == Kind::scalar && name->text == step) return &item;
  }
  return nullptr;
}

std::shared_ptr<YamlNode>* map_entry(YamlNode& map, std::string_view step) {
  for (auto& [key, value] : map.entries) {
    if (key == step) return &value;
  }
  map.entries.emplace_back(std::string(step), std::make_shared<YamlNode>());
  return &map.entries.back().second;
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& names) {
  constexpr std::size_t kMaxLength = 200;
  const std::string* best = nullptr;
  std::size_t best_distance = 0;
  for (const std::string& candidate : names) {
    if (name.size() > kMaxLength || candidate.size() > kMaxLength) continue;
    const std::size_t distance = edit_distance(name, candidate);
    const std::size_t allowed = (std::max(name.size(), candidate.size()) + 2) / 3;
    if (distance <= allowed && (best == nullptr || distance < best_distance)) {
      best = &candidate;
      best_distance = distance;
    }
  }
  if (best != nullptr) return "; did you mean \"" + *best + "\"?";
  return names.empty() ? "" : "; known: " + listed(names);
}

YamlFields::YamlFields(Node node, std::shared_ptr<const std::string> name, std::string path)
    : node_(std::move(node)), name_(std::move(name)), path_(std::move(path)) {}

YamlFields YamlFields::parse(std::string_view text, const std::string& name) {
  const Node root = parse_yaml(text, name);
  if (root->kind != Kind::map) {
    throw Error(ErrorKind::format, name + ": expected a map of \"key: value\" lines at the top, found " +
                                       (root->kind == Kind::null ? "an empty file" : shown(root.get())));
  }
  return YamlFields(root, std::make_shared<const std::string>(name), "");
}

YamlFields::Node YamlFields::find(const std::string& key) const {
  for (const auto& [name, value] : node_->entries) {
    if (name == key && value->kind != Kind::null) return value;
  }
  return nullptr;
}

const YamlFields& YamlFields::holder(const std::string& key) const {
  node_->asked.insert(key);
  if (YamlNode* own = node_->find(key); own != nullptr && own->kind == Kind::null) own->read = true;
  return find(key) || !defaults_ ? *this : defaults_->holder(key);
}

bool YamlFields::has(const std::string& key) const { return holder(key).find(key) != nullptr; }

bool YamlFields::is_list(const std::string& key) const {
  const Node node = holder(key).find(key);
  return node && node->kind == Kind::list;
}

bool YamlFields::is_object(const std::string& key) const {
  const Node node = holder(key).find(key);
  return node && node->kind == Kind::map;
}

bool YamlFields::is_number(const std::string& key) const {
  const Node node = holder(key).find(key);
  return node && node->kind == Kind::scalar && yaml_scalar(*node).is_number();
}

std::string YamlFields::where() const {
  if (!node_->origin.empty()) return node_->origin;
  return node_->line > 0 ? *name_ + ":" + std::to_string(node_->line) : *name_;
}

std::string YamlFields::where(const std::string& key) const {
  const YamlFields& from = holder(key);
  const Node node = from.find(key);
  return node ? from.child(node, "").where() : where();
}

void YamlFields::refuse(const std::string& key, const std::string& expected) const {
  const YamlFields& from = holder(key);
  throw Error(ErrorKind::format, where(key) + ": \"" + from.path_ + key + "\" should be " + expected + ", found " +
                                     shown(from.find(key).get()));
}

Json YamlFields::scalar(const std::string& key, const std::string& expected) const {
  const Node node = holder(key).find(key);
  if (!node || node->kind != Kind::scalar) refuse(key, expected);
  node->read = true;
  return yaml_scalar(*node);
}

std::string YamlFields::string(const std::string& key) const {
  scalar(key, "text");
  return holder(key).find(key)->text;
}

std::string YamlFields::string_or(const std::string& key, const std::string& otherwise) const {
  return has(key) ? string(key) : otherwise;
}

std::string YamlFields::choice(const std::string& key, const std::vector<std::string>& names) const {
  const std::string expected = "one of " + listed(names);
  scalar(key, expected);
  const std::string value = string(key);
  if (std::find(names.begin(), names.end(), value) != names.end()) return value;
  const std::string nearest = nearest_name(value, names);
  throw Error(ErrorKind::format, where(key) + ": \"" + holder(key).path_ + key + "\" should be " + expected +
                                     ", found " + value.substr(0, 80) +
                                     (nearest.rfind("; did", 0) == 0 ? nearest : ""));
}

std::string YamlFields::choice_or(const std::string& key, const std::string& otherwise,
                                  const std::vector<std::string>& names) const {
  return has(key) ? choice(key, names) : otherwise;
}

std::int64_t YamlFields::integer(const std::string& key, std::int64_t low, std::int64_t high) const {
  const std::string expected = range_text("a whole number", low, high);
  const Json value = scalar(key, expected);
  if (!value.is_number_integer()) refuse(key, expected);
  const auto whole = value.get<std::int64_t>();
  if (whole < low || whole > high) refuse(key, expected);
  return whole;
}

std::int64_t YamlFields::integer_or(const std::string& key, std::int64_t otherwise, std::int64_t low,
                                    std::int64_t high) const {
  return has(key) ? integer(key, low, high) : otherwise;
}

double YamlFields::number(const std::string& key, double low, double high) const {
  const std::string expected = range_text("a number", low, high);
  const Json value = scalar(key, expected);
  if (!value.is_number()) refuse(key, expected);
  const auto number = value.get<double>();
  if (number < low || number > high) refuse(key, expected);
  return number;
}

double YamlFields::number_or(const std::string& key, double otherwise, double low, double high) const {
  return has(key) ? number(key, low, high) : otherwise;
}

bool YamlFields::boolean_or(const std::string& key, bool otherwise) const {
  if (!has(key)) return otherwise;
  const Json value = scalar(key, "true or false");
  if (!value.is_boolean()) refuse(key, "true or false");
  return value.get<bool>();
}

YamlFields YamlFields::child(const Node& node, const std::string& path) const {
  node->read = true;
  return YamlFields(node, name_, path);
}

YamlFields YamlFields::object(const std::string& key) const {
  const YamlFields& from = holder(key);
  const Node node = from.find(key);
  if (!node || node->kind != Kind::map) refuse(key, "a map");
  const YamlFields own = from.child(node, from.path_ + key + ".");
  if (&from != this || !defaults_ || !defaults_->is_object(key)) return own;
  return own.over(defaults_->object(key));
}

YamlFields YamlFields::object_or_empty(const std::string& key) const {
  if (has(key)) return object(key);
  const auto empty = std::make_shared<YamlNode>();
  empty->kind = Kind::map;
  return YamlFields(empty, name_, path_ + key + ".");
}

YamlFields::Node YamlFields::list(const std::string& key, const std::string& expected) const {
  const Node node = holder(key).find(key);
  if (!node || node->kind != Kind::list) refuse(key, expected);
  node->read = true;
  return node;
}

std::vector<YamlFields> YamlFields::objects(const std::string& key) const {
  const Node node = list(key, "a list of maps");
  const YamlFields& from = holder(key);
  std::vector<YamlFields> found;
  for (const Node& item : node->items) {
    const std::string path = from.path_ + key + "[" + std::to_string(found.size()) + "]";
    if (item->kind != Kind::map) {
      throw Error(ErrorKind::format,
                  from.child(item, "").where() + ": \"" + path + "\" should be a map, found " + shown(item.get()));
    }
    found.push_back(from.child(item, path + "."));
  }
  return found;
}

std::vector<std::string> YamlFields::strings(const std::string& key) const {
  const YamlFields& from = holder(key);
  if (const Node node = from.find(key); node && node->kind == Kind::scalar) return {string(key)};
  std::vector<std::string> found;
  for (const Node& item : list(key, "text or a list of texts")->items) {
    if (item->kind != Kind::scalar) refuse(key, "a list of texts only");
    found.push_back(item->text);
  }
  return found;
}

std::vector<std::int64_t> YamlFields::integers(const std::string& key, std::int64_t low, std::int64_t high) const {
  const YamlFields& from = holder(key);
  if (const Node node = from.find(key); node && node->kind == Kind::scalar) return {integer(key, low, high)};
  const std::string expected = range_text("a list of whole numbers", low, high);
  std::vector<std::int64_t> found;
  for (const Node& item : list(key, expected)->items) {
    const Json value = item->kind == Kind::scalar ? yaml_scalar(*item) : Json();
    if (!value.is_number_integer() || value.get<std::int64_t>() < low || value.get<std::int64_t>() > high) {
      throw Error(ErrorKind::format, from.child(item, "").where() + ": \"" + from.path_ + key + "\" should be " +
                                         expected + ", found " + shown(item.get()));
    }
    found.push_back(value.get<std::int64_t>());
  }
  return found;
}

Json YamlFields::json(const std::string& key) const {
  const Node node = holder(key).find(key);
  return node ? yaml_json(*node) : Json();
}

YamlFields YamlFields::over(const YamlFields& defaults) const {
  YamlFields merged = *this;
  merged.defaults_ = std::make_shared<const YamlFields>(defaults_ ? defaults_->over(defaults) : defaults);
  return merged;
}

void YamlFields::set(const std::string& path, const std::string& value) {
  const std::string origin = "setting " + path;
  Node* at = &node_;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string step = path.substr(begin, end - begin);
    if (step.empty()) throw Error(ErrorKind::usage, origin + ": an empty name in the path; expected a.b.c=value");
    if (at != &node_) *at = std::make_shared<YamlNode>(**at);  // an alias elsewhere keeps its value
    YamlNode& parent = **at;
    if (parent.kind == Kind::null) parent.kind = Kind::map;
    if (parent.kind == Kind::scalar) {
      throw Error(ErrorKind::usage,
                  origin + ": \"" + step + "\" is looked for in a value that is no map: " + shown(&parent));
    }
    at = parent.kind == Kind::map ? map_entry(parent, step) : list_item(parent, step);
    if (at == nullptr) {
      throw Error(ErrorKind::usage, origin + ": the list has no item \"" + step +
                                        "\"; name one by its number from 0 "
                                        "or by its \"name\"");
    }
    begin = end + 1;
  }
  *at = parse_yaml(value, origin);
  (*at)->origin = origin;
}

void YamlFields::finish_node(const YamlNode& node, const std::string& path) const {
  for (const auto& [key, value] : node.entries) {
    if (!value->read) {
      const std::vector<std::string> known(node.asked.begin(), node.asked.end());
      throw Error(ErrorKind::format, YamlFields(value, name_, "").where() + ": unknown key \"" + path + key + "\"" +
                                         nearest_name(key, known));
    }
    if (value->kind == Kind::map) finish_node(*value, path + key + ".");
    for (std::size_t i = 0; i < value->items.size(); ++i) {
      finish_node(*value->items[i], path + key + "[" + std::to_string(i) + "].");
    }
  }
}

void YamlFields::finish() const { finish_node(*node_, path_); }

}  // namespace ov
