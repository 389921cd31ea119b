// Numbers as people read them, for the live line and the report.
#pragma once

#include <cstdint>
#include <string>

namespace ov {

std::string compact_number(double value);        // "950", "8.13k", "1.2M": three digits
std::string grouped_number(std::int64_t value);  // "1,234,567"
std::string short_number(double value);          // "0.0001", "1e-05", "12.3": four digits at most
std::string duration_text(double seconds);       // "45s", "3m20s", "2h05m", "1d04h"
std::string memory_text(std::int64_t bytes);     // "512 MiB", "3.2 GiB"
std::string percent_text(double share);          // "97.3%"

}  // namespace ov
