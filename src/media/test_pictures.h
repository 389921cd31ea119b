// For tests: golden values written by reference/goldens_image.py, and pictures made by a formula.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/sha256.h"
#include "media/image.h"

namespace ov {

inline const Json& image_goldens() {
  static const std::string path = std::string(OV_TESTDATA) + "/images/goldens.json";
  static const Json goldens = parse_json(read_file(path, 10'000'000), path);
  return goldens;
}

// The high bytes of s = s * 1664525 + 1013904223 mod 2^32, from s = 1.
inline Image noise_picture(std::int64_t width, std::int64_t height) {
  Image image{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * width * height))};
  std::uint32_t state = 1;
  for (std::uint8_t& byte : image.rgb) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24);
  }
  return image;
}

template <typename T>
std::string sha256_of(const std::vector<T>& values) {
  std::vector<std::uint8_t> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return sha256_hex(bytes);
}

}  // namespace ov
