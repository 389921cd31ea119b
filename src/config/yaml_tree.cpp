#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>

namespace ov {
namespace {

// Builds the tree from the parser's events and throws as soon as a limit is passed.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::string name) : name_(std::move(name)) {}

  std::shared_ptr<YamlNode> root() const { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor, YamlNode::Kind::null); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "an alias to a node that is not complete yet");
    place(mark, found->second);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    const auto node = leaf_node(mark, YamlNode::Kind::scalar);
    node->quoted = tag == "!";
    node->text = value;
    place(mark, node);
    if (anchor) anchors_[anchor] = node;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    std::shared_ptr<YamlNode> node;
    YAML::anchor_t anchor = 0;
    YAML::Mark mark;
    bool has_key = false;
    std::string key;
  };

  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& problem) const {
    throw Error(ErrorKind::format, name_ + ":" + std::to_string(mark.line + 1) + ": " + problem);
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!") refuse(mark, "tag " + tag + "; tags are not used here, leave it out");
  }

  std::shared_ptr<YamlNode> leaf_node(const YAML::Mark& mark, YamlNode::Kind kind) const {
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    node->line = mark.line + 1;
    return node;
  }

  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    const auto node = leaf_node(mark, kind);
    place(mark, node);
    if (anchor) anchors_[anchor] = node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, YamlNode::Kind kind) {
    check_tag(mark, tag);
    check_depth(mark, 1);
    if (!open_.empty() && open_.back().node->kind == YamlNode::Kind::map && !open_.back().has_key) {
      refuse(mark, "a list or a map as a key; keys must be text");
    }
    open_.push_back({leaf_node(mark, kind), anchor, mark, false, ""});
  }

  void close() {
    const Open done = std::move(open_.back());
    open_.pop_back();
    if (done.anchor) anchors_[done.anchor] = done.node;
    place(done.mark, done.node);
  }

  void check_depth(const YAML::Mark& mark, int height) const {
    if (static_cast<int>(open_.size()) + height > kMaxYamlDepth + 1) {
      refuse(mark, "YAML nested deeper than " + std::to_string(kMaxYamlDepth));
    }
  }

  void place(const YAML::Mark& mark, const std::shared_ptr<YamlNode>& node) {
    if (open_.empty()) {
      root_ = node;
      return;
    }
    Open& parent = open_.back();
    YamlNode& into = *parent.node;
    if (into.kind == YamlNode::Kind::map && !parent.has_key) {
      if (node->kind != YamlNode::Kind::scalar) refuse(mark, "a key that is not text");
      if (into.find(node->text) != nullptr) refuse(mark, "key \"" + node->text + "\" appears twice");
      if (into.entries.size() == kMaxYamlKeys) refuse(mark, "more than " + std::to_string(kMaxYamlKeys) + " keys");
      parent.has_key = true;
      parent.key = node->text;
      return;
    }
    into.weight += node->weight;
    if (into.weight > kMaxYamlNodes) refuse(mark, "more than " + std::to_string(kMaxYamlNodes) + " YAML nodes");
    check_depth(mark, node->height);
    into.height = std::max(into.height, node->height + 1);
    if (into.kind == YamlNode::Kind::map) {
      into.entries.emplace_back(parent.key, node);
      parent.has_key = false;
    } else {
      into.items.push_back(node);
    }
  }

  std::string name_;
  std::shared_ptr<YamlNode> root_ = std::make_shared<YamlNode>();
  std::vector<Open> open_;
  std::map<YAML::anchor_t, std::shared_ptr<YamlNode>> anchors_;
};

// yaml-cpp guesses other encodings and replaces bad bytes, so the text is checked first.
void check_text(std::string_view text, const std::string& name) {
  if (text.size() > kMaxYamlBytes) {
    throw Error(ErrorKind::format, name + ": " + std::to_string(text.size()) + " bytes; a YAML file may have " +
                                       std::to_string(kMaxYamlBytes));
  }
  int line = 1;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') {
      throw Error(ErrorKind::format, name + ":" + std::to_string(line) + ": control byte " + std::to_string(byte));
    }
    line += c == '\n';
  }
  try {
    (void)Json(std::string(text)).dump();  // throws for bytes that are not UTF-8
  } catch (const Json::exception&) {
    throw Error(ErrorKind::format, name + ": not valid UTF-8");
  }
}

bool is_number_text(std::string_view text) {
  std::size_t i = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t begin = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - begin;
  };
  std::size_t mantissa = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    mantissa += digits();
  }
  if (mantissa == 0) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

}  // namespace

YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, node] : entries) {
    if (name == key) return node.get();
  }
  return nullptr;
}

std::shared_ptr<YamlNode> parse_yaml(std::string_view text, const std::string& name) {
  check_text(text, name);
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(name);
  TreeBuilder second(name);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return builder.root();
    if (parser.HandleNextDocument(second)) throw Error(ErrorKind::format, name + ": more than one YAML document");
  } catch (const YAML::Exception& problem) {
    throw Error(ErrorKind::format,
                name + ":" + std::to_string(problem.mark.line + 1) + ": not valid YAML: " + problem.msg);
  }
  return builder.root();
}

Json yaml_scalar(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::null) return nullptr;
  const std::string& text = node.text;
  if (node.quoted) return text;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (!is_number_text(text)) return text;
  const bool plus = text[0] == '+';
  const char* begin = text.data() + (plus ? 1 : 0);
  const char* end = text.data() + text.size();
  const char* digits = *begin == '-' ? begin + 1 : begin;
  if (text.find_first_of(".eE") == std::string::npos) {
    std::int64_t whole = 0;
    if (digits[0] == '0' && end - digits > 1) return text;
    if (std::from_chars(begin, end, whole).ec == std::errc()) return whole;
    return text;
  }
  double number = 0;
  if (std::from_chars(begin, end, number).ec == std::errc() && std::isfinite(number)) return number;
  return text;
}

Json yaml_json(YamlNode& node) {
  node.read = true;
  if (node.kind == YamlNode::Kind::list) {
    Json list = Json::array();
    for (const auto& item : node.items) list.push_back(yaml_json(*item));
    return list;
  }
  if (node.kind == YamlNode::Kind::map) {
    Json map = Json::object();
    for (const auto& [key, value] : node.entries) map[key] = yaml_json(*value);
    return map;
  }
  return yaml_scalar(node);
}

}  // namespace ov
