// Writing .safetensors files of any size in one pass: the header from the declared tensors, then their
// bytes in the declared order, in pieces of any size. The file appears complete or not at all.
//
//   SafetensorsWriter writer(path, {{"a", Dtype::f32, {2, 3}}});
//   writer.append(bytes);
//   writer.finish();
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checkpoint/safetensors.h"

namespace ov {

struct TensorDeclaration {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::int64_t> shape;

  std::uint64_t num_bytes() const;
};

class SafetensorsWriter {
 public:
  // Reserves the whole size, so that a full disk is found before any work. Throws resource.
  SafetensorsWriter(std::string path, const std::vector<TensorDeclaration>& tensors,
                    const std::map<std::string, std::string>& metadata = {{"format", "pt"}});
  ~SafetensorsWriter();  // without finish(), nothing is left behind
  SafetensorsWriter(const SafetensorsWriter&) = delete;
  SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;

  // The next bytes. Throws resource when they cannot be written, internal beyond the declared size.
  void append(std::span<const std::uint8_t> bytes);
  // Syncs and renames into place. Throws internal when declared bytes are missing.
  void finish();

 private:
  void put(const std::uint8_t* data, std::size_t size);
  void flush();
  [[noreturn]] void give_up(const std::string& what);

  std::string path_;
  std::string aside_;
  int fd_ = -1;
  std::uint64_t left_ = 0;  // bytes of tensors still to come
  std::vector<std::uint8_t> buffer_;
};

}  // namespace ov
