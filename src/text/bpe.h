// Byte-pair encoding of one word: repeatedly joins the neighbouring pair of lowest rank, the
// leftmost first. Works on token ids; knows nothing of text.
//
//   BpeMerges merges; merges.add(a, b, joined);  ...  merges.apply(ids);
#pragma once

#include <cstdint>
#include <vector>

namespace ov {

class BpeMerges {
 public:
  explicit BpeMerges(std::size_t count = 0);

  // Rank is the number of merges added before. False when the pair is there already.
  bool add(std::int32_t left, std::int32_t right, std::int32_t joined);

  // Joins in place. Quadratic for short words, n log n for long ones.
  void apply(std::vector<std::int32_t>& ids) const;
  // The two ways, which give the same result.
  void apply_by_scan(std::vector<std::int32_t>& ids) const;
  void apply_by_heap(std::vector<std::int32_t>& ids) const;

  std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint64_t pair = kEmpty;
    std::int32_t rank = 0;
    std::int32_t joined = 0;
  };
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};  // ids are not negative, so no pair

  const Slot* find(std::int32_t left, std::int32_t right) const;
  std::size_t probe(std::uint64_t pair) const;
  void resize(std::size_t slots);

  std::vector<Slot> slots_;  // open addressing, a power of two, at most half full
  std::size_t size_ = 0;
};

}  // namespace ov
