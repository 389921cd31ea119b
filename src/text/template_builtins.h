// Filters, tests and string methods of the chat template language, and the budget that bounds
// what one rendering may do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "text/template_value.h"

namespace ov {

struct Arguments {
  std::vector<Value> plain;
  std::vector<std::pair<std::string, Value>> named;

  const Value* get(std::size_t position, std::string_view name) const;
};

// One rendering: where it is, for messages, and what it may still spend.
class RenderBudget {
 public:
  explicit RenderBudget(std::string where) : where_(std::move(where)) {}

  int line = 0;
  void spend_steps(std::size_t count);  // throws resource when used up
  void spend_bytes(std::size_t count);
  // Throws format: the template does what is not implemented or not possible.
  [[noreturn]] void refuse(const std::string& what) const;
  [[noreturn]] void reject(const std::string& what) const;  // throws input

 private:
  std::string where_;
  std::size_t steps_ = 2'000'000;
  std::size_t bytes_ = std::size_t{512} << 20;
};

Value apply_filter(std::string_view name, const Value& value, const Arguments& arguments, RenderBudget& budget);
bool apply_test(std::string_view name, const Value& value, const Arguments& arguments, RenderBudget& budget);
Value apply_method(std::string_view name, const Value& object, const Arguments& arguments, RenderBudget& budget);

// str(value) for printing, `~` and join. Lists and mappings are refused.
MarkedText to_text(const Value& value, RenderBudget& budget);
// What a loop goes over; a string gives its characters, undefined gives nothing.
std::vector<Value> items_of(const Value& value, RenderBudget& budget);
// object.key and object["key"]; undefined when there is none.
Value member(const Value& object, std::string_view key, RenderBudget& budget);
// Python's ==. Lists and maps compare item by item.
bool equal(const Value& a, const Value& b, RenderBudget& budget);
// `needle in haystack`.
bool contains(const Value& haystack, const Value& needle, RenderBudget& budget);
// object[index] and object[begin:end:step] of lists and strings.
Value element(const Value& object, const Value& index, RenderBudget& budget);
Value slice(const Value& object, const Value& begin, const Value& end, const Value& step, RenderBudget& budget);

}  // namespace ov
