// Bytes of a text that came from a user: special-token text inside them is ordinary text.
#pragma once

#include <cstddef>
#include <vector>

namespace ov {

struct LiteralRange {
  std::size_t begin = 0;
  std::size_t end = 0;  // one past the last byte

  bool operator==(const LiteralRange&) const = default;
};

// Sorted, disjoint, without empty ranges.
std::vector<LiteralRange> merge_ranges(std::vector<LiteralRange> ranges);

// Whether [begin, end) shares a byte with a range of a merged list.
bool overlaps(const std::vector<LiteralRange>& merged, std::size_t begin, std::size_t end);

}  // namespace ov
