#include "text/template_value.h"

#include <algorithm>

#include "text/utf8.h"

namespace ov {

void MarkedText::append(const MarkedText& more) {
  const std::size_t offset = text.size();
  text += more.text;
  for (const LiteralRange& range : more.literal) {
    const LiteralRange moved{range.begin + offset, range.end + offset};
    if (!literal.empty() && literal.back().end == moved.begin) {
      literal.back().end = moved.end;
    } else {
      literal.push_back(moved);
    }
  }
}

MarkedText MarkedText::part(std::size_t begin, std::size_t end) const {
  MarkedText result{text.substr(begin, end - begin), {}};
  for (const LiteralRange& range : literal) {
    const std::size_t from = std::max(range.begin, begin), to = std::min(range.end, end);
    if (from < to) result.literal.push_back({from - begin, to - begin});
  }
  return result;
}

MarkedText control_text(std::string text) { return {std::move(text), {}}; }

MarkedText literal_text(std::string text) {
  MarkedText result{std::move(text), {}};
  if (!result.text.empty()) result.literal.push_back({0, result.text.size()});
  return result;
}

const ListData* Value::list() const {
  const auto* found = std::get_if<std::shared_ptr<const ListData>>(&data);
  return found == nullptr ? nullptr : found->get();
}

MapData* Value::map() const {
  const auto* found = std::get_if<std::shared_ptr<MapData>>(&data);
  return found == nullptr ? nullptr : found->get();
}

bool Value::truthy() const {
  if (const bool* flag = boolean()) return *flag;
  if (const std::int64_t* number = integer()) return *number != 0;
  if (text() != nullptr) return !text()->text.empty();
  if (list() != nullptr) return !list()->items.empty();
  if (map() != nullptr) return map()->is_namespace || !map()->entries.empty();
  return false;
}

std::string_view Value::type_name() const {
  if (is_undefined()) return "undefined";
  if (is_none()) return "none";
  if (boolean() != nullptr) return "a boolean";
  if (integer() != nullptr) return "an integer";
  if (text() != nullptr) return "a string";
  if (list() != nullptr) return "a list";
  return map()->is_namespace ? "a namespace" : "a mapping";
}

int Value::depth() const {
  if (list() != nullptr) return list()->depth;
  return map() != nullptr ? 1 : 0;
}

const Value* MapData::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name == key) return &value;
  }
  return nullptr;
}

void MapData::put(std::string_view key, Value value) {
  for (auto& [name, old] : entries) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  entries.emplace_back(key, std::move(value));
}

Value text_value(MarkedText text) { return {std::move(text)}; }

Value list_value(std::vector<Value> items) {
  auto list = std::make_shared<ListData>();
  for (const Value& item : items) list->depth = std::max(list->depth, item.depth() + 1);
  list->items = std::move(items);
  return {std::shared_ptr<const ListData>(std::move(list))};
}

Value map_value(std::vector<std::pair<std::string, Value>> entries) {
  auto map = std::make_shared<MapData>();
  map->entries = std::move(entries);
  return {std::move(map)};
}

bool is_python_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

std::pair<std::size_t, std::size_t> stripped_range(std::string_view text, bool left, bool right) {
  std::size_t begin = 0, end = text.size();
  while (left && begin < end) {
    std::size_t after = begin;
    if (!is_python_space(next_code_point(text, after))) break;
    begin = after;
  }
  while (right && end > begin) {
    const std::size_t before = previous_code_point(text, end);
    std::size_t after = before;
    if (!is_python_space(next_code_point(text, after))) break;
    end = before;
  }
  return {begin, end};
}

}  // namespace ov
