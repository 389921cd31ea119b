// SHA-256 (FIPS 180-4), for naming media and comparing files; not for secrets.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace ov {

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::span<const std::uint8_t> bytes);

}  // namespace ov
