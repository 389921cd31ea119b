#include "report/amounts.h"

#include <cmath>
#include <cstdio>

namespace ov {
namespace {

std::string print(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string compact_number(double value) {
  if (!std::isfinite(value)) return "-";
  static constexpr const char* kUnits[] = {"", "k", "M", "G", "T"};
  int unit = 0;
  // 999.5 would print as 1000.
  for (; std::abs(value) >= 999.5 && unit < 4; ++unit) value /= 1000;
  return print("%.3g", value) + kUnits[unit];
}

std::string grouped_number(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::string short_number(double value) { return std::isfinite(value) ? print("%.4g", value) : "not a number"; }

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds) || seconds < 0 || seconds > 1e10) return "-";
  const auto total = static_cast<long long>(seconds + 0.5);
  char text[64];
  if (total < 60) {
    std::snprintf(text, sizeof text, "%llds", total);
  } else if (total < 3600) {
    std::snprintf(text, sizeof text, "%lldm%02llds", total / 60, total % 60);
  } else if (total < 86400) {
    std::snprintf(text, sizeof text, "%lldh%02lldm", total / 3600, total / 60 % 60);
  } else {
    std::snprintf(text, sizeof text, "%lldd%02lldh", total / 86400, total / 3600 % 24);
  }
  return text;
}

std::string memory_text(std::int64_t bytes) {
  const double mib = static_cast<double>(bytes) / (1 << 20);
  return mib < 1000 ? print("%.0f MiB", mib) : print("%.1f GiB", mib / 1024);
}

std::string percent_text(double share) { return std::isfinite(share) ? print("%.1f%%", share * 100) : "-"; }

}  // namespace ov
