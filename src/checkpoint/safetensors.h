// Reading .safetensors files that we do not trust: the file is mapped, its header is checked in full,
// and tensors are views into the mapping, never copies.
// Format: 8 bytes little-endian header length, JSON header, then the tensors' bytes without gaps.
//
//   const SafetensorsFile file("model.safetensors");
//   const TensorView* weight = file.find("lm_head.weight");
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"

namespace ov {

enum class Dtype { f64, f32, f16, bf16, i64, i32, i16, i8, u8, boolean };

std::size_t dtype_size(Dtype dtype);                             // bytes of one element
const char* dtype_name(Dtype dtype);                             // "F32", as files spell it
bool is_weight_dtype(Dtype dtype);                               // F32, F16 or BF16
std::string shape_text(const std::vector<std::int64_t>& shape);  // "[896, 1152]"

struct TensorView {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::uint8_t> bytes;

  std::int64_t num_elements() const;
  // False only in files that other writers left unpadded: then the elements may only be copied out.
  bool is_aligned() const { return reinterpret_cast<std::uintptr_t>(bytes.data()) % dtype_size(dtype) == 0; }
};

class SafetensorsFile {
 public:
  // Throws input when the file cannot be opened, format when it breaks any rule of the format: header
  // above 100 MB, bad JSON, duplicate or unknown keys, dimensions that are not whole numbers, sizes
  // that overflow, lie outside the file, overlap, leave gaps or differ from shape times dtype.
  explicit SafetensorsFile(const std::string& path);

  // In the order of their bytes.
  const std::vector<TensorView>& tensors() const { return tensors_; }
  const TensorView* find(const std::string& name) const;  // null when absent
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& path() const { return file_.path(); }
  std::size_t size() const { return file_.bytes().size(); }
  bool contains(std::span<const std::uint8_t> bytes) const;
  void release(std::span<const std::uint8_t> bytes) const { file_.release(bytes); }

 private:
  MappedFile file_;
  std::vector<TensorView> tensors_;
  std::map<std::string, std::size_t> index_;
  std::map<std::string, std::string> metadata_;
};

struct SafetensorsHeader {
  std::vector<TensorView> tensors;
  std::map<std::string, std::string> metadata;
};

// The checks of SafetensorsFile on bytes in memory; the views point into `bytes`.
SafetensorsHeader parse_safetensors(std::span<const std::uint8_t> bytes, const std::string& where);

}  // namespace ov
