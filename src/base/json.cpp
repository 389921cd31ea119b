#include "base/json.h"

#include <cmath>
#include <set>
#include <type_traits>

namespace ov {
namespace {

template <class AnyJson>
AnyJson parse_strictly(std::string_view text, const std::string& where, ErrorKind kind) {
  // One set of seen keys for every object that is still open.
  std::vector<std::set<std::string>> open_objects;
  const auto check = [&](int depth, typename AnyJson::parse_event_t event, AnyJson& parsed) {
    using Event = typename AnyJson::parse_event_t;
    if (depth > kMaxJsonDepth) {
      throw Error(kind, where + ": JSON nested deeper than " + std::to_string(kMaxJsonDepth));
    }
    if (event == Event::object_start) open_objects.emplace_back();
    if (event == Event::object_end) open_objects.pop_back();
    if (event == Event::key && std::is_same_v<AnyJson, Json> && open_objects.back().size() >= kMaxJsonKeys) {
      throw Error(kind, where + ": a JSON object with more than " + std::to_string(kMaxJsonKeys) + " keys");
    }
    if (event == Event::key && !open_objects.back().insert(parsed.template get<std::string>()).second) {
      throw Error(kind,
                  where + ": key \"" + parsed.template get<std::string>() + "\" appears twice in one JSON object");
    }
    return true;
  };
  try {
    return AnyJson::parse(text.begin(), text.end(), check);
  } catch (const typename AnyJson::exception& problem) {
    throw Error(kind, where + ": not valid JSON: " + problem.what());
  }
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where, ErrorKind kind) {
  return parse_strictly<Json>(text, where, kind);
}

SortedJson parse_sorted_json(std::string_view text, const std::string& where, ErrorKind kind) {
  return parse_strictly<SortedJson>(text, where, kind);
}

std::string dump_json(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string dump_sorted_json(const SortedJson& value, int indent) {
  return value.dump(indent, ' ', false, SortedJson::error_handler_t::replace);
}

Fields::Fields(const Json& object, std::string where) : object_(&object), where_(std::move(where)) {
  if (!object.is_object()) {
    throw Error(ErrorKind::format, where_ + ": expected a JSON object, found " + std::string(object.type_name()));
  }
}

bool Fields::has(const std::string& key) const {
  const auto found = object_->find(key);
  return found != object_->end() && !found->is_null();
}

void Fields::refuse(const std::string& key, const std::string& expected) const {
  std::string found = has(key) ? dump_json(object_->at(key)) : "nothing";
  if (found.size() > 80) found = found.substr(0, 80) + "...";
  throw Error(ErrorKind::format, where_ + ": \"" + key + "\" should be " + expected + ", found " + found);
}

const Json& Fields::at(const std::string& key) const {
  if (!has(key)) refuse(key, "present");
  return object_->at(key);
}

std::int64_t Fields::integer(const std::string& key, std::int64_t low, std::int64_t high) const {
  const std::string expected = "a whole number from " + std::to_string(low) + " to " + std::to_string(high);
  if (!has(key)) refuse(key, expected);
  const Json& value = object_->at(key);
  if (!value.is_number_integer()) refuse(key, expected);
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    refuse(key, expected);
  }
  const auto number = value.get<std::int64_t>();
  if (number < low || number > high) refuse(key, expected);
  return number;
}

std::int64_t Fields::integer_or(const std::string& key, std::int64_t otherwise, std::int64_t low,
                                std::int64_t high) const {
  return has(key) ? integer(key, low, high) : otherwise;
}

double Fields::number_or(const std::string& key, double otherwise, double low, double high) const {
  if (!has(key)) return otherwise;
  const Json& value = object_->at(key);
  const std::string expected = "a number from " + Json(low).dump() + " to " + Json(high).dump();
  if (!value.is_number()) refuse(key, expected);
  const double number = value.get<double>();
  if (!std::isfinite(number) || number < low || number > high) refuse(key, expected);
  return number;
}

bool Fields::boolean_or(const std::string& key, bool otherwise) const {
  if (!has(key)) return otherwise;
  if (!object_->at(key).is_boolean()) refuse(key, "true or false");
  return object_->at(key).get<bool>();
}

std::string Fields::string(const std::string& key) const {
  if (!has(key) || !object_->at(key).is_string()) refuse(key, "a string");
  return object_->at(key).get<std::string>();
}

std::string Fields::string_or(const std::string& key, const std::string& otherwise) const {
  return has(key) ? string(key) : otherwise;
}

Fields Fields::object(const std::string& key) const {
  if (!has(key) || !object_->at(key).is_object()) refuse(key, "an object");
  return Fields(object_->at(key), where_ + ": " + key);
}

}  // namespace ov
