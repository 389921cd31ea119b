// Cells of Arrow arrays as our types; whatever does not fit is refused with Error input that begins with `where`.
//
//   const std::optional<std::string> text = text_cell(*batch->GetColumnByName("id"), 3, "a.parquet: row 3");
#pragma once

#include <arrow/api.h>

#include <optional>
#include <string>
#include <string_view>

#include "data/record_rules.h"

namespace ov {

template <class T>
T value_of(arrow::Result<T> result, const std::string& where) {
  if (!result.ok()) refuse_record(where, "damaged parquet: " + result.status().message());
  return std::move(result).ValueUnsafe();
}

// The bytes of a text or binary cell; null for a null cell.
std::optional<std::string_view> bytes_cell(const arrow::Array& column, std::int64_t row, const std::string& where);
std::optional<std::string> text_cell(const arrow::Array& column, std::int64_t row, const std::string& where);

// The items of a list cell as a range of rows of `values`.
struct ListItems {
  std::shared_ptr<arrow::Array> values;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
ListItems list_cell(const arrow::Array& column, std::int64_t row, const std::string& where);

const arrow::StructArray& struct_of(const arrow::Array& column, const std::string& where);

// A picture by its struct {bytes, path}, or by its bytes alone. Bytes may be absent because they were not read.
MediaSource picture_cell(const arrow::Array& pictures, std::int64_t row, const std::string& where);

// Text, numbers, truth values, lists and structs of them as JSON.
Json json_cell(const arrow::Array& column, std::int64_t row, const std::string& where);

}  // namespace ov
