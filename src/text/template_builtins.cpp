#include "text/template_builtins.h"

#include <utf8proc.h>

#include <algorithm>

#include "text/template_ast.h"
#include "text/utf8.h"

namespace ov {
namespace {

constexpr std::string_view kFilters[] = {"selectattr", "rejectattr", "map",    "trim",       "length", "count",
                                         "upper",      "lower",      "join",   "default",    "d",      "list",
                                         "first",      "last",       "string", "capitalize", "replace"};
constexpr std::string_view kTests[] = {"defined", "undefined", "string",  "mapping", "iterable", "sequence", "none",
                                       "true",    "false",     "boolean", "integer", "number",   "equalto",  "eq",
                                       "ne",      "in",        "odd",     "even",    "lt",       "gt"};
constexpr std::string_view kMethods[] = {"strip",      "lstrip",     "rstrip",   "upper",   "lower",
                                         "capitalize", "startswith", "endswith", "replace", "get"};

template <std::size_t N>
bool one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

enum class Case { upper, lower };

// Only letters whose other case is one character in ASCII; others have rules that we do not have.
MarkedText change_case(const MarkedText& text, std::size_t begin, Case target, RenderBudget& budget) {
  MarkedText result = text;
  budget.spend_bytes(text.text.size());
  for (std::size_t at = begin; at < text.text.size();) {
    std::size_t end = at;
    const auto c = static_cast<utf8proc_int32_t>(next_code_point(text.text, end));
    if (c >= 0x80 && (utf8proc_toupper(c) != c || utf8proc_tolower(c) != c || c == 0xDF)) {
      budget.refuse("changing the case of a letter outside ASCII");
    }
    if (target == Case::upper && c >= 'a' && c <= 'z') result.text[at] = static_cast<char>(c - 32);
    if (target == Case::lower && c >= 'A' && c <= 'Z') result.text[at] = static_cast<char>(c + 32);
    at = end;
  }
  return result;
}

MarkedText capitalised(const MarkedText& text, RenderBudget& budget) {
  MarkedText result = change_case(text, 0, Case::lower, budget);
  if (!result.text.empty() && result.text[0] >= 'a' && result.text[0] <= 'z') {
    result.text[0] = static_cast<char>(result.text[0] - 32);
  }
  return result;
}

MarkedText stripped(const MarkedText& text, bool left, bool right, RenderBudget& budget) {
  budget.spend_bytes(text.text.size());
  const auto [begin, end] = stripped_range(text.text, left, right);
  return text.part(begin, end);
}

MarkedText replaced(const MarkedText& text, const Arguments& arguments, RenderBudget& budget) {
  const bool good = arguments.plain.size() == 2 && arguments.named.empty() && arguments.plain[0].text() != nullptr &&
                    arguments.plain[1].text() != nullptr && !arguments.plain[0].text()->text.empty();
  if (!good) budget.refuse("replace with other arguments than two strings");
  const std::string& old = arguments.plain[0].text()->text;
  const MarkedText& with = *arguments.plain[1].text();
  MarkedText result;
  std::size_t at = 0;
  while (true) {
    const std::size_t found = text.text.find(old, at);
    budget.spend_steps(1 + text.literal.size());
    budget.spend_bytes(std::min(found, text.text.size()) - at + with.text.size());
    result.append(text.part(at, std::min(found, text.text.size())));
    if (found == std::string::npos) return result;
    result.append(with);
    at = found + old.size();
  }
}

void expect_arguments(std::string_view name, const Arguments& arguments, std::size_t most, RenderBudget& budget) {
  if (arguments.plain.size() + arguments.named.size() > most) {
    budget.refuse(std::string(name) + " with these arguments");
  }
}

// item.a.b for the attribute "a.b".
Value attribute_of(Value item, const Value& path, RenderBudget& budget) {
  if (path.text() == nullptr) budget.refuse("an attribute that is " + std::string(path.type_name()));
  std::string_view rest = path.text()->text;
  while (true) {
    const std::size_t dot = std::min(rest.find('.'), rest.size());
    item = member(item, rest.substr(0, dot), budget);
    if (dot == rest.size()) return item;
    rest.remove_prefix(dot + 1);
  }
}

Value select(const Value& value, bool wanted, const Arguments& arguments, RenderBudget& budget) {
  if (arguments.plain.empty() || !arguments.named.empty()) budget.refuse("selectattr with these arguments");
  std::string test;
  if (arguments.plain.size() > 1) {
    if (arguments.plain[1].text() == nullptr) budget.refuse("a test that is not named by a string");
    test = arguments.plain[1].text()->text;
    if (test == "==") test = "eq";
    if (test == "!=") test = "ne";
    if (!is_known_test(test)) budget.refuse("the test \"" + test + "\"");
  }
  Arguments rest;
  for (std::size_t i = 2; i < arguments.plain.size(); ++i) rest.plain.push_back(arguments.plain[i]);
  std::vector<Value> chosen;
  for (const Value& item : items_of(value, budget)) {
    const Value found = attribute_of(item, arguments.plain[0], budget);
    const bool passed = test.empty() ? found.truthy() : apply_test(test, found, rest, budget);
    if (passed == wanted) chosen.push_back(item);
  }
  return list_value(std::move(chosen));
}

Value map_attribute(const Value& value, const Arguments& arguments, RenderBudget& budget) {
  const Value* path = arguments.get(arguments.plain.size(), "attribute");
  if (path == nullptr || !arguments.plain.empty() || arguments.named.size() != 1) {
    budget.refuse("map without attribute=");
  }
  std::vector<Value> items;
  for (const Value& item : items_of(value, budget)) items.push_back(attribute_of(item, *path, budget));
  return list_value(std::move(items));
}

Value join(const Value& value, const Arguments& arguments, RenderBudget& budget) {
  expect_arguments("join", arguments, 2, budget);
  const Value* between = arguments.get(0, "d");
  const Value* path = arguments.get(1, "attribute");
  const MarkedText separator = between == nullptr ? MarkedText{} : to_text(*between, budget);
  MarkedText text;
  bool first = true;
  for (const Value& item : items_of(value, budget)) {
    budget.spend_bytes(separator.text.size());
    if (!first) text.append(separator);
    first = false;
    text.append(to_text(path == nullptr ? item : attribute_of(item, *path, budget), budget));
  }
  return text_value(std::move(text));
}

Value length_of(const Value& value, RenderBudget& budget) {
  if (value.list() != nullptr) return {static_cast<std::int64_t>(value.list()->items.size())};
  return {static_cast<std::int64_t>(items_of(value, budget).size())};
}

Value default_of(const Value& value, const Arguments& arguments, RenderBudget& budget) {
  expect_arguments("default", arguments, 2, budget);
  const Value* otherwise = arguments.get(0, "default_value");
  const Value* empty_too = arguments.get(1, "boolean");
  const bool keep = empty_too != nullptr && empty_too->truthy() ? value.truthy() : !value.is_undefined();
  if (keep) return value;
  return otherwise == nullptr ? text_value({}) : *otherwise;
}

bool ordered(std::string_view name, const Value& a, const Value& b, RenderBudget& budget) {
  if (a.integer() != nullptr && b.integer() != nullptr) {
    return name == "lt" ? *a.integer() < *b.integer() : *a.integer() > *b.integer();
  }
  budget.refuse("ordering " + std::string(a.type_name()) + " and " + std::string(b.type_name()));
}

}  // namespace

bool is_known_filter(std::string_view name) { return one_of(kFilters, name); }
bool is_known_test(std::string_view name) { return one_of(kTests, name); }
bool is_known_method(std::string_view name) { return one_of(kMethods, name); }

Value apply_filter(std::string_view name, const Value& value, const Arguments& arguments, RenderBudget& budget) {
  if (name == "selectattr") return select(value, true, arguments, budget);
  if (name == "rejectattr") return select(value, false, arguments, budget);
  if (name == "map") return map_attribute(value, arguments, budget);
  if (name == "join") return join(value, arguments, budget);
  if (name == "default" || name == "d") return default_of(value, arguments, budget);
  if (name == "replace") return text_value(replaced(to_text(value, budget), arguments, budget));
  expect_arguments(name, arguments, 0, budget);
  if (name == "length" || name == "count") return length_of(value, budget);
  if (name == "list") return list_value(items_of(value, budget));
  if (name == "string") return text_value(to_text(value, budget));
  if (name == "trim") return text_value(stripped(to_text(value, budget), true, true, budget));
  if (name == "upper") return text_value(change_case(to_text(value, budget), 0, Case::upper, budget));
  if (name == "lower") return text_value(change_case(to_text(value, budget), 0, Case::lower, budget));
  if (name == "capitalize") return text_value(capitalised(to_text(value, budget), budget));
  const std::vector<Value> items = items_of(value, budget);
  if (items.empty()) return {};
  return name == "first" ? items.front() : items.back();
}

bool apply_test(std::string_view name, const Value& value, const Arguments& arguments, RenderBudget& budget) {
  const bool compares =
      name == "equalto" || name == "eq" || name == "ne" || name == "in" || name == "lt" || name == "gt";
  if (arguments.plain.size() != (compares ? 1U : 0U) || !arguments.named.empty()) {
    budget.refuse("the test " + std::string(name) + " with these arguments");
  }
  budget.spend_steps(1);
  if (name == "equalto" || name == "eq") return equal(value, arguments.plain[0], budget);
  if (name == "ne") return !equal(value, arguments.plain[0], budget);
  if (name == "in") return contains(arguments.plain[0], value, budget);
  if (name == "lt" || name == "gt") return ordered(name, value, arguments.plain[0], budget);
  if (name == "defined") return !value.is_undefined();
  if (name == "undefined") return value.is_undefined();
  if (name == "none") return value.is_none();
  if (name == "string") return value.text() != nullptr;
  if (name == "boolean") return value.boolean() != nullptr;
  if (name == "true" || name == "false") return value.boolean() != nullptr && *value.boolean() == (name == "true");
  if (name == "integer") return value.integer() != nullptr;
  if (name == "number") return value.integer() != nullptr || value.boolean() != nullptr;
  const bool is_map = value.map() != nullptr && !value.map()->is_namespace;
  if (name == "mapping") return is_map;
  if (name == "iterable" || name == "sequence") {
    return value.text() != nullptr || value.list() != nullptr || is_map || value.is_undefined();
  }
  if (value.integer() == nullptr) budget.refuse("odd or even of " + std::string(value.type_name()));
  return (*value.integer() % 2 != 0) == (name == "odd");
}

Value apply_method(std::string_view name, const Value& object, const Arguments& arguments, RenderBudget& budget) {
  if (name == "get" && object.map() != nullptr && !object.map()->is_namespace) {
    const bool good = !arguments.plain.empty() && arguments.plain.size() <= 2 && arguments.named.empty() &&
                      arguments.plain[0].text() != nullptr;
    if (!good) budget.refuse("get with these arguments");
    if (const Value* found = object.map()->find(arguments.plain[0].text()->text)) return *found;
    return arguments.plain.size() == 2 ? arguments.plain[1] : Value{NoneValue{}};
  }
  if (object.text() == nullptr || name == "get") {
    budget.refuse("the method " + std::string(name) + " of " + std::string(object.type_name()));
  }
  const MarkedText& text = *object.text();
  if (name == "replace") return text_value(replaced(text, arguments, budget));
  if (name == "startswith" || name == "endswith") {
    const bool good = arguments.plain.size() == 1 && arguments.named.empty() && arguments.plain[0].text() != nullptr;
    if (!good) budget.refuse(std::string(name) + " with other arguments than one string");
    const std::string& affix = arguments.plain[0].text()->text;
    return {name == "startswith" ? text.text.starts_with(affix) : text.text.ends_with(affix)};
  }
  expect_arguments(name, arguments, 0, budget);
  if (name == "strip") return text_value(stripped(text, true, true, budget));
  if (name == "lstrip") return text_value(stripped(text, true, false, budget));
  if (name == "rstrip") return text_value(stripped(text, false, true, budget));
  if (name == "capitalize") return text_value(capitalised(text, budget));
  return text_value(change_case(text, 0, name == "upper" ? Case::upper : Case::lower, budget));
}

}  // namespace ov
