#include "text/bpe.h"

#include <bit>
#include <queue>

namespace ov {
namespace {

constexpr std::size_t kLongWord = 48;

std::uint64_t pair_of(std::int32_t left, std::int32_t right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
}

std::uint64_t mix(std::uint64_t x) {
  x = (x ^ x >> 33) * 0xFF51AFD7ED558CCDULL;
  x = (x ^ x >> 29) * 0xC4CEB9FE1A85EC53ULL;
  return x ^ x >> 32;
}

}  // namespace

BpeMerges::BpeMerges(std::size_t count) { resize(std::bit_ceil(2 * count + 2)); }

void BpeMerges::resize(std::size_t slots) {
  std::vector<Slot> old(slots);
  old.swap(slots_);
  for (const Slot& slot : old) {
    if (slot.pair != kEmpty) slots_[probe(slot.pair)] = slot;
  }
}

// The slot that holds the pair, or the free one where it belongs.
std::size_t BpeMerges::probe(std::uint64_t pair) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = mix(pair) & mask;
  while (slots_[at].pair != kEmpty && slots_[at].pair != pair) at = (at + 1) & mask;
  return at;
}

bool BpeMerges::add(std::int32_t left, std::int32_t right, std::int32_t joined) {
  if (2 * (size_ + 1) > slots_.size()) resize(2 * slots_.size());
  Slot& slot = slots_[probe(pair_of(left, right))];
  if (slot.pair != kEmpty) return false;
  slot = {pair_of(left, right), static_cast<std::int32_t>(size_++), joined};
  return true;
}

const BpeMerges::Slot* BpeMerges::find(std::int32_t left, std::int32_t right) const {
  const Slot& slot = slots_[probe(pair_of(left, right))];
  return slot.pair == kEmpty ? nullptr : &slot;
}

void BpeMerges::apply(std::vector<std::int32_t>& ids) const {
  if (ids.size() < kLongWord) {
    apply_by_scan(ids);
  } else {
    apply_by_heap(ids);
  }
}

void BpeMerges::apply_by_scan(std::vector<std::int32_t>& ids) const {
  if (ids.size() < 2) return;
  // pairs[i] is the merge of ids[i] and ids[i + 1], if there is one.
  std::vector<const Slot*> pairs(ids.size() - 1);
  for (std::size_t i = 0; i + 1 < ids.size(); ++i) pairs[i] = find(ids[i], ids[i + 1]);
  while (true) {
    std::size_t best = pairs.size();
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (pairs[i] != nullptr && (best == pairs.size() || pairs[i]->rank < pairs[best]->rank)) best = i;
    }
    if (best == pairs.size()) return;
    ids[best] = pairs[best]->joined;
    const auto at = static_cast<std::ptrdiff_t>(best);
    ids.erase(ids.begin() + at + 1);
    pairs.erase(pairs.begin() + at);
    if (best > 0) pairs[best - 1] = find(ids[best - 1], ids[best]);
    if (best < pairs.size()) pairs[best] = find(ids[best], ids[best + 1]);
  }
}

void BpeMerges::apply_by_heap(std::vector<std::int32_t>& ids) const {
  struct Candidate {
    std::int32_t rank;
    std::size_t left, right;         // positions of the two parts
    std::int32_t left_id, right_id;  // what they were; when either changed the candidate is stale
    bool operator>(const Candidate& other) const { return rank != other.rank ? rank > other.rank : left > other.left; }
  };
  constexpr std::int32_t kGone = -1;
  const std::size_t count = ids.size();
  std::vector<std::size_t> next(count), previous(count);
  std::vector<Candidate> first;
  const auto candidate = [&](std::size_t left, std::size_t right, auto&& put) {
    if (const Slot* merge = find(ids[left], ids[right]))
      put(Candidate{merge->rank, left, right, ids[left], ids[right]});
  };
  for (std::size_t i = 0; i < count; ++i) {
    next[i] = i + 1;
    previous[i] = i - 1;
    if (i + 1 < count) candidate(i, i + 1, [&](Candidate c) { first.push_back(c); });
  }
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue(std::greater<>{}, std::move(first));
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    if (ids[top.left] != top.left_id || ids[top.right] != top.right_id || next[top.left] != top.right) continue;
    ids[top.left] = find(top.left_id, top.right_id)->joined;
    ids[top.right] = kGone;
    const std::size_t after = next[top.right];
    next[top.left] = after;
    if (after < count) {
      previous[after] = top.left;
      candidate(top.left, after, [&](Candidate c) { queue.push(c); });
    }
    if (top.left > 0) candidate(previous[top.left], top.left, [&](Candidate c) { queue.push(c); });
  }
  std::erase(ids, kGone);
}

}  // namespace ov
