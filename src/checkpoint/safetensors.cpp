// Every number of the header is checked before it is used to address the mapping.
#include "checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "base/json.h"

namespace ov {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;
constexpr std::size_t kMaxRank = 16;

struct DtypeRow {
  Dtype dtype;
  const char* name;
  std::size_t size;
};
// In the order of the enum.
constexpr std::array<DtypeRow, 10> kDtypes = {{{Dtype::f64, "F64", 8},
                                               {Dtype::f32, "F32", 4},
                                               {Dtype::f16, "F16", 2},
                                               {Dtype::bf16, "BF16", 2},
                                               {Dtype::i64, "I64", 8},
                                               {Dtype::i32, "I32", 4},
                                               {Dtype::i16, "I16", 2},
                                               {Dtype::i8, "I8", 1},
                                               {Dtype::u8, "U8", 1},
                                               {Dtype::boolean, "BOOL", 1}}};

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorKind::format, where + ": " + what);
}

std::string quoted(const std::string& name) { return dump_json(name.substr(0, 200)); }

std::optional<std::uint64_t> whole_number(const SortedJson& value) {
  if (!value.is_number_unsigned()) return std::nullopt;
  return value.get<std::uint64_t>();
}

Dtype parse_dtype(const SortedJson& value, const std::string& where) {
  if (value.is_string()) {
    for (const DtypeRow& row : kDtypes) {
      if (value == row.name) return row.dtype;
    }
  }
  refuse(where,
         "dtype " + dump_sorted_json(value).substr(0, 60) + " is not one that onevision reads (F32, F16, BF16, ...)");
}

std::vector<std::int64_t> parse_shape(const SortedJson& value, const std::string& where) {
  if (!value.is_array() || value.size() > kMaxRank) refuse(where, "\"shape\" should be a list of at most 16 sizes");
  std::vector<std::int64_t> shape;
  for (const SortedJson& size : value) {
    const auto number = whole_number(size);
    if (!number || *number > static_cast<std::uint64_t>(INT64_MAX)) {
      refuse(where, "\"shape\" holds " + dump_sorted_json(size).substr(0, 60) + ", expected a whole number from 0");
    }
    shape.push_back(static_cast<std::int64_t>(*number));
  }
  return shape;
}

// Bytes that shape and dtype ask for; none on overflow.
std::optional<std::uint64_t> wanted_bytes(const std::vector<std::int64_t>& shape, Dtype dtype) {
  std::uint64_t bytes = dtype_size(dtype);
  for (const std::int64_t size : shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) return std::nullopt;
  }
  return bytes;
}

// One entry of the header; its bytes are still unchecked against its neighbours.
TensorView parse_tensor(const std::string& name, const SortedJson& entry, std::span<const std::uint8_t> data,
                        const std::string& file) {
  const std::string where = file + ": tensor " + quoted(name);
  if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
      !entry.contains("data_offsets")) {
    refuse(where, "expected exactly \"dtype\", \"shape\" and \"data_offsets\", found " +
                      dump_sorted_json(entry).substr(0, 100));
  }
  TensorView tensor;
  tensor.name = name;
  tensor.dtype = parse_dtype(entry["dtype"], where);
  tensor.shape = parse_shape(entry["shape"], where);
  const SortedJson& offsets = entry["data_offsets"];
  const bool pair = offsets.is_array() && offsets.size() == 2;
  const auto begin = pair ? whole_number(offsets[0]) : std::nullopt;
  const auto end = pair ? whole_number(offsets[1]) : std::nullopt;
  if (!begin || !end || *begin > *end) {
    refuse(where, "\"data_offsets\" should be [begin, end] with begin <= end, found " +
                      dump_sorted_json(offsets).substr(0, 60));
  }
  if (*end > data.size()) {
    refuse(where, "ends at byte " + std::to_string(*end) + " of the data, but the file has only " +
                      std::to_string(data.size()) + "; an incomplete download? Get the file again");
  }
  const auto wanted = wanted_bytes(tensor.shape, tensor.dtype);
  if (!wanted || *wanted != *end - *begin) {
    refuse(where, "shape " + shape_text(tensor.shape) + " of " + dtype_name(tensor.dtype) + " needs " +
                      (wanted ? std::to_string(*wanted) : "more than 2^64") + " bytes, \"data_offsets\" give " +
                      std::to_string(*end - *begin));
  }
  tensor.bytes = data.subspan(*begin, *end - *begin);
  return tensor;
}

// Tensors cover the data exactly once: each begins where the one before it ends.
void check_cover(std::vector<TensorView>& tensors, std::span<const std::uint8_t> data, const std::string& file) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorView& a, const TensorView& b) {
    if (a.bytes.data() != b.bytes.data()) return a.bytes.data() < b.bytes.data();
    return a.bytes.size() < b.bytes.size();
  });
  std::size_t at = 0;
  for (const TensorView& tensor : tensors) {
    const auto begin = static_cast<std::size_t>(tensor.bytes.data() - data.data());
    if (begin != at) {
      refuse(file, "tensor " + quoted(tensor.name) + " begins at byte " + std::to_string(begin) + " of the data, " +
                       (begin < at ? "inside the tensor before it" : "leaving a gap") + "; expected " +
                       std::to_string(at));
    }
    at += tensor.bytes.size();
  }
  if (at != data.size()) {
    refuse(file, "the tensors end at byte " + std::to_string(at) + " of the data, the file has " +
                     std::to_string(data.size()) + "; a damaged file? Get it again");
  }
}

std::map<std::string, std::string> parse_metadata(const SortedJson& entry, const std::string& file) {
  std::map<std::string, std::string> metadata;
  if (!entry.is_object()) refuse(file, "\"__metadata__\" should be an object of strings");
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) refuse(file, "\"__metadata__\": " + quoted(key) + " should be a string");
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

}  // namespace

std::size_t dtype_size(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].size; }

const char* dtype_name(Dtype dtype) { return kDtypes[static_cast<std::size_t>(dtype)].name; }

bool is_weight_dtype(Dtype dtype) { return dtype == Dtype::f32 || dtype == Dtype::f16 || dtype == Dtype::bf16; }

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

std::int64_t TensorView::num_elements() const { return static_cast<std::int64_t>(bytes.size() / dtype_size(dtype)); }

SafetensorsHeader parse_safetensors(std::span<const std::uint8_t> bytes, const std::string& where) {
  if (bytes.size() < 8) {
    refuse(where, std::to_string(bytes.size()) + " bytes, too short for a safetensors file; an incomplete download?");
  }
  std::uint64_t length = 0;
  for (int i = 7; i >= 0; --i) length = length << 8 | bytes[static_cast<std::size_t>(i)];
  if (length > kMaxHeaderBytes) {
    refuse(where, "the first 8 bytes ask for a header of " + std::to_string(length) + " bytes, above the limit of " +
                      std::to_string(kMaxHeaderBytes) + "; not a safetensors file? (a pointer file of git-lfs or a " +
                      "saved web page looks like this)");
  }
  if (length > bytes.size() - 8) {
    refuse(where, "the header should have " + std::to_string(length) + " bytes, the file has " +
                      std::to_string(bytes.size()) + "; an incomplete download? Get the file again");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, length);
  if (text.empty() || text.front() != '{') refuse(where, "the header should begin with '{'; not a safetensors file?");
  const SortedJson header = parse_sorted_json(text, where + ": header");

  SafetensorsHeader parsed;
  const std::span<const std::uint8_t> data = bytes.subspan(8 + length);
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") {
      parsed.metadata = parse_metadata(entry, where);
    } else {
      parsed.tensors.push_back(parse_tensor(name, entry, data, where));
    }
  }
  check_cover(parsed.tensors, data, where);
  return parsed;
}

SafetensorsFile::SafetensorsFile(const std::string& path) : file_(path) {
  SafetensorsHeader header = parse_safetensors(file_.bytes(), path);
  tensors_ = std::move(header.tensors);
  metadata_ = std::move(header.metadata);
  for (std::size_t i = 0; i < tensors_.size(); ++i) index_[tensors_[i].name] = i;
}

const TensorView* SafetensorsFile::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &tensors_[found->second];
}

bool SafetensorsFile::contains(std::span<const std::uint8_t> bytes) const {
  const std::span<const std::uint8_t> all = file_.bytes();
  return bytes.data() >= all.data() && bytes.data() + bytes.size() <= all.data() + all.size();
}

}  // namespace ov
