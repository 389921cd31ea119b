// Reading values of the chat template language: members, elements, slices, iteration, text.
#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "text/template_builtins.h"
#include "text/utf8.h"

namespace ov {
namespace {

std::vector<Value> characters(const MarkedText& text, RenderBudget& budget) {
  std::vector<Value> items;
  budget.spend_steps(text.text.size());
  auto range = text.literal.begin();
  for (std::size_t at = 0; at < text.text.size();) {
    std::size_t end = at;
    next_code_point(text.text, end);
    while (range != text.literal.end() && range->end <= at) ++range;
    const bool literal = range != text.literal.end() && range->begin < end;
    std::string character = text.text.substr(at, end - at);
    items.push_back(text_value(literal ? literal_text(std::move(character)) : control_text(std::move(character))));
    at = end;
  }
  return items;
}

// Booleans count as 0 and 1, as in Python.
bool number_of(const Value& value, std::int64_t& number) {
  if (value.integer() != nullptr) number = *value.integer();
  if (value.boolean() != nullptr) number = *value.boolean() ? 1 : 0;
  return value.integer() != nullptr || value.boolean() != nullptr;
}

std::int64_t index_of(const Value& value, RenderBudget& budget) {
  std::int64_t index = 0;
  if (!number_of(value, index)) budget.refuse("an index that is " + std::string(value.type_name()));
  return index;
}

}  // namespace

void RenderBudget::spend_steps(std::size_t count) {
  if (count > steps_) {
    throw Error(ErrorKind::resource, where_ + ": line " + std::to_string(line) +
                                         ": the chat template takes more than 2000000 steps; shorten the conversation");
  }
  steps_ -= count;
}

void RenderBudget::spend_bytes(std::size_t count) {
  if (count > bytes_) {
    throw Error(ErrorKind::resource,
                where_ + ": line " + std::to_string(line) +
                    ": the chat template makes more than 512 MiB of text; shorten the conversation");
  }
  bytes_ -= count;
}

void RenderBudget::refuse(const std::string& what) const {
  throw Error(ErrorKind::format, where_ + ": line " + std::to_string(line) + ": " + what + " is not implemented here");
}

void RenderBudget::reject(const std::string& what) const {
  throw Error(ErrorKind::input, where_ + ": line " + std::to_string(line) + ": " + what);
}

const Value* Arguments::get(std::size_t position, std::string_view name) const {
  if (position < plain.size()) return &plain[position];
  for (const auto& [key, value] : named) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool equal(const Value& a, const Value& b, RenderBudget& budget) {
  budget.spend_steps(1);
  std::int64_t x = 0, y = 0;
  if (number_of(a, x)) return number_of(b, y) && x == y;
  if (a.data.index() != b.data.index()) return false;
  if (a.text() != nullptr) return a.text()->text == b.text()->text;
  if (a.list() != nullptr) {
    const std::vector<Value>&left = a.list()->items, &right = b.list()->items;
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [&](const Value& item, const Value& other) { return equal(item, other, budget); });
  }
  if (a.map() == nullptr) return true;  // undefined or none
  if (a.map()->is_namespace || b.map()->is_namespace) return a.map() == b.map();
  if (a.map()->entries.size() != b.map()->entries.size()) return false;
  return std::all_of(a.map()->entries.begin(), a.map()->entries.end(), [&](const auto& entry) {
    const Value* other = b.map()->find(entry.first);
    return other != nullptr && equal(entry.second, *other, budget);
  });
}

MarkedText to_text(const Value& value, RenderBudget& budget) {
  if (value.text() != nullptr) {
    budget.spend_bytes(value.text()->text.size());
    return *value.text();
  }
  if (value.is_undefined()) return {};
  if (value.is_none()) return control_text("None");
  if (value.boolean() != nullptr) return control_text(*value.boolean() ? "True" : "False");
  if (value.integer() != nullptr) return control_text(std::to_string(*value.integer()));
  budget.refuse("the text of " + std::string(value.type_name()));
}

std::vector<Value> items_of(const Value& value, RenderBudget& budget) {
  if (value.is_undefined()) return {};
  if (value.text() != nullptr) return characters(*value.text(), budget);
  if (value.list() != nullptr) {
    budget.spend_steps(value.list()->items.size());
    for (const Value& item : value.list()->items) {
      if (item.text() != nullptr) budget.spend_bytes(item.text()->text.size());
    }
    return value.list()->items;
  }
  if (value.map() == nullptr || value.map()->is_namespace) {
    budget.refuse("going over " + std::string(value.type_name()));
  }
  std::vector<Value> keys;
  for (const auto& entry : value.map()->entries) keys.push_back(text_value(control_text(entry.first)));
  return keys;
}

Value member(const Value& object, std::string_view key, RenderBudget& budget) {
  if (object.is_undefined()) budget.refuse("\"" + std::string(key) + "\" of an undefined value");
  if (object.map() == nullptr) return {};
  for (const std::string_view method :
       {"items", "keys", "values", "get", "pop", "update", "copy", "setdefault", "clear"}) {
    if (key == method) budget.refuse("the method " + std::string(key));
  }
  const Value* found = object.map()->find(key);
  return found == nullptr ? Value{} : *found;
}

bool contains(const Value& haystack, const Value& needle, RenderBudget& budget) {
  if (haystack.text() != nullptr) {
    if (needle.text() == nullptr) budget.refuse(std::string(needle.type_name()) + " in a string");
    budget.spend_bytes(haystack.text()->text.size());
    return haystack.text()->text.find(needle.text()->text) != std::string::npos;
  }
  const std::vector<Value> items = items_of(haystack, budget);
  return std::any_of(items.begin(), items.end(), [&](const Value& item) { return equal(item, needle, budget); });
}

Value element(const Value& object, const Value& index, RenderBudget& budget) {
  if (index.text() != nullptr) return member(object, index.text()->text, budget);
  if (object.map() != nullptr) return {};
  if (object.list() == nullptr && object.text() == nullptr) {
    budget.refuse("an element of " + std::string(object.type_name()));
  }
  std::int64_t at = index_of(index, budget);
  std::vector<Value> letters;
  if (object.text() != nullptr) letters = characters(*object.text(), budget);
  const std::vector<Value>& items = object.list() != nullptr ? object.list()->items : letters;
  const auto size = static_cast<std::int64_t>(items.size());
  if (at < 0) at += size;
  return at < 0 || at >= size ? Value{} : items[static_cast<std::size_t>(at)];
}

Value slice(const Value& object, const Value& begin, const Value& end, const Value& step, RenderBudget& budget) {
  if (object.list() == nullptr && object.text() == nullptr) {
    budget.refuse("a slice of " + std::string(object.type_name()));
  }
  const std::vector<Value> items = items_of(object, budget);
  const auto size = static_cast<std::int64_t>(items.size());
  const std::int64_t stride = step.is_none() ? 1 : index_of(step, budget);
  if (stride == 0) budget.refuse("a slice with step 0");
  // Python's rule: negative positions count from the end, then all are clamped.
  const std::int64_t low = stride < 0 ? -1 : 0, high = stride < 0 ? size - 1 : size;
  const auto clamp = [&](const Value& value, std::int64_t otherwise) {
    if (value.is_none()) return otherwise;
    std::int64_t at = index_of(value, budget);
    if (at < 0) at = at < -size ? low : at + size;
    return std::clamp(at, low, std::max(low, high));
  };
  const std::int64_t from = clamp(begin, stride < 0 ? high : low), to = clamp(end, stride < 0 ? low : high);
  std::vector<Value> chosen;
  for (std::int64_t at = from; stride > 0 ? at < to : at > to;) {
    chosen.push_back(items[static_cast<std::size_t>(at)]);
    if (stride > size || stride < -size) break;
    at += stride;
  }
  if (object.list() != nullptr) return list_value(std::move(chosen));
  MarkedText text;
  for (const Value& letter : chosen) text.append(*letter.text());
  return text_value(std::move(text));
}

}  // namespace ov
