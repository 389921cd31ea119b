#include "data/arrow_cells.h"

#include "text/utf8.h"

namespace ov {
namespace {

[[noreturn]] void refuse_type(const arrow::Array& column, const std::string& expected, const std::string& where) {
  refuse_record(where, "a column of type " + column.type()->ToString() + ", expected " + expected);
}

template <class ListArray>
ListItems items_of(const arrow::Array& column, std::int64_t row) {
  const auto& list = static_cast<const ListArray&>(column);
  return {list.values(), list.value_offset(row), list.value_offset(row) + list.value_length(row)};
}

template <class NumberArray>
Json number_of(const arrow::Array& column, std::int64_t row) {
  return static_cast<const NumberArray&>(column).Value(row);
}

Json struct_cell(const arrow::StructArray& column, std::int64_t row, const std::string& where) {
  Json object = Json::object();
  for (int i = 0; i < column.num_fields(); ++i) {
    object[column.struct_type()->field(i)->name()] = json_cell(*column.field(i), row, where);
  }
  return object;
}

}  // namespace

std::optional<std::string_view> bytes_cell(const arrow::Array& column, std::int64_t row, const std::string& where) {
  if (column.IsNull(row)) return std::nullopt;
  switch (column.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY: return static_cast<const arrow::BinaryArray&>(column).GetView(row);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY: return static_cast<const arrow::LargeBinaryArray&>(column).GetView(row);
    default: refuse_type(column, "text", where);
  }
}

std::optional<std::string> text_cell(const arrow::Array& column, std::int64_t row, const std::string& where) {
  const auto found = bytes_cell(column, row, where);
  if (!found) return std::nullopt;
  if (first_invalid_utf8(*found) != found->size()) refuse_record(where, "a text that is not valid UTF-8");
  return std::string(*found);
}

ListItems list_cell(const arrow::Array& column, std::int64_t row, const std::string& where) {
  ListItems items;
  switch (column.type_id()) {
    case arrow::Type::LIST: items = items_of<arrow::ListArray>(column, row); break;
    case arrow::Type::LARGE_LIST: items = items_of<arrow::LargeListArray>(column, row); break;
    case arrow::Type::FIXED_SIZE_LIST: items = items_of<arrow::FixedSizeListArray>(column, row); break;
    default: refuse_type(column, "a list", where);
  }
  if (items.begin < 0 || items.end < items.begin || items.end > items.values->length()) {
    refuse_record(where, "damaged parquet: a list outside its column");
  }
  return items;
}

const arrow::StructArray& struct_of(const arrow::Array& column, const std::string& where) {
  if (column.type_id() != arrow::Type::STRUCT) refuse_type(column, "a struct", where);
  return static_cast<const arrow::StructArray&>(column);
}

MediaSource picture_cell(const arrow::Array& pictures, std::int64_t row, const std::string& where) {
  MediaSource media;
  const auto read_bytes = [&](const arrow::Array& bytes) {
    if (const auto found = bytes_cell(bytes, row, where)) media.bytes = std::make_shared<const std::string>(*found);
  };
  if (arrow::is_base_binary_like(pictures.type_id())) {
    read_bytes(pictures);
    return media;
  }
  const arrow::StructArray& parts = struct_of(pictures, where);
  if (const auto path = parts.GetFieldByName("path")) media.path = text_cell(*path, row, where).value_or("");
  if (const auto bytes = parts.GetFieldByName("bytes")) read_bytes(*bytes);
  return media;
}

Json json_cell(const arrow::Array& column, std::int64_t row, const std::string& where) {
  if (column.IsNull(row)) return nullptr;
  switch (column.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING: return *text_cell(column, row, where);
    case arrow::Type::BOOL: return static_cast<const arrow::BooleanArray&>(column).Value(row);
    case arrow::Type::INT8: return number_of<arrow::Int8Array>(column, row);
    case arrow::Type::INT16: return number_of<arrow::Int16Array>(column, row);
    case arrow::Type::INT32: return number_of<arrow::Int32Array>(column, row);
    case arrow::Type::INT64: return number_of<arrow::Int64Array>(column, row);
    case arrow::Type::UINT8: return number_of<arrow::UInt8Array>(column, row);
    case arrow::Type::UINT16: return number_of<arrow::UInt16Array>(column, row);
    case arrow::Type::UINT32: return number_of<arrow::UInt32Array>(column, row);
    case arrow::Type::UINT64: return number_of<arrow::UInt64Array>(column, row);
    case arrow::Type::FLOAT: return number_of<arrow::FloatArray>(column, row);
    case arrow::Type::DOUBLE: return number_of<arrow::DoubleArray>(column, row);
    case arrow::Type::STRUCT: return struct_cell(struct_of(column, where), row, where);
    case arrow::Type::DICTIONARY: {
      const auto& coded = static_cast<const arrow::DictionaryArray&>(column);
      return json_cell(*coded.dictionary(), coded.GetValueIndex(row), where);
    }
    case arrow::Type::LIST:
    case arrow::Type::LARGE_LIST:
    case arrow::Type::FIXED_SIZE_LIST: {
      const ListItems items = list_cell(column, row, where);
      Json list = Json::array();
      for (std::int64_t i = items.begin; i < items.end; ++i) list.push_back(json_cell(*items.values, i, where));
      return list;
    }
    default: refuse_type(column, "text, numbers, lists or structs of them", where);
  }
}

}  // namespace ov
