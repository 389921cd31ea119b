#include "text/literal_range.h"

#include <algorithm>

namespace ov {

std::vector<LiteralRange> merge_ranges(std::vector<LiteralRange> ranges) {
  std::erase_if(ranges, [](const LiteralRange& range) { return range.begin >= range.end; });
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
  std::vector<LiteralRange> merged;
  for (const LiteralRange& range : ranges) {
    if (!merged.empty() && range.begin <= merged.back().end) {
      merged.back().end = std::max(merged.back().end, range.end);
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

bool overlaps(const std::vector<LiteralRange>& merged, std::size_t begin, std::size_t end) {
  const auto next = std::upper_bound(merged.begin(), merged.end(), begin,
                                     [](std::size_t at, const LiteralRange& range) { return at < range.end; });
  return next != merged.end() && next->begin < end;
}

}  // namespace ov
