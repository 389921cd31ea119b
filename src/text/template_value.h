// The values of the chat template language. Strings remember which of their bytes a user wrote.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "text/literal_range.h"

namespace ov {

// Text in which `literal` (merged) marks the user's bytes.
struct MarkedText {
  std::string text;
  std::vector<LiteralRange> literal;

  void append(const MarkedText& more);
  MarkedText part(std::size_t begin, std::size_t end) const;
};
MarkedText control_text(std::string text);
MarkedText literal_text(std::string text);

struct Undefined {};
struct NoneValue {};
struct ListData;
struct MapData;

struct Value {
  std::variant<Undefined, NoneValue, bool, std::int64_t, MarkedText, std::shared_ptr<const ListData>,
               std::shared_ptr<MapData>>
      data;

  const MarkedText* text() const { return std::get_if<MarkedText>(&data); }
  const ListData* list() const;
  MapData* map() const;
  bool is_undefined() const { return std::holds_alternative<Undefined>(data); }
  bool is_none() const { return std::holds_alternative<NoneValue>(data); }
  // Integers, and booleans as 0 and 1 like in Python.
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data); }
  const bool* boolean() const { return std::get_if<bool>(&data); }

  bool truthy() const;
  std::string_view type_name() const;
  int depth() const;  // nesting of lists; maps and namespaces count 1
};

struct ListData {
  std::vector<Value> items;
  int depth = 1;
};

struct MapData {
  std::vector<std::pair<std::string, Value>> entries;
  bool is_namespace = false;  // may be written by {% set ns.key = ... %}

  const Value* find(std::string_view key) const;
  void put(std::string_view key, Value value);
};

Value text_value(MarkedText text);
Value list_value(std::vector<Value> items);
Value map_value(std::vector<std::pair<std::string, Value>> entries);

// Python's str.isspace for one code point.
bool is_python_space(char32_t c);
// [begin, end) of the text without white space at its start and end.
std::pair<std::size_t, std::size_t> stripped_range(std::string_view text, bool left, bool right);

}  // namespace ov
