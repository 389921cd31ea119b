#include "data/order.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <numeric>

namespace ov {
namespace {

using Indices = std::vector<std::int64_t>;

std::uint64_t mixed(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t start) : state_(start) {}

  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t rest = (0 - n) % n;  // 2^64 mod n: numbers below it would favour some results
    std::uint64_t drawn = next();
    while (drawn < rest) drawn = next();
    return drawn % n;
  }

 private:
  std::uint64_t next() { return mixed(state_ += kStep); }

  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15ULL;
  std::uint64_t state_;
};

std::vector<Indices> cut(const Indices& indices, std::int64_t size) {
  std::vector<Indices> parts;
  for (std::size_t begin = 0; begin < indices.size(); begin += static_cast<std::size_t>(size)) {
    const std::size_t end = std::min(indices.size(), begin + static_cast<std::size_t>(size));
    parts.emplace_back(indices.begin() + static_cast<std::ptrdiff_t>(begin),
                       indices.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return parts;
}

Indices joined(const std::vector<Indices>& parts) {
  Indices all;
  for (const Indices& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// `sorted` dealt to `world` chunks: each item to the chunk with the smallest sum that is not full; a number
// of items that does not divide is dealt in turns.
std::vector<Indices> even_chunks(const Indices& sorted, std::span<const std::int64_t> lengths, std::int64_t world) {
  std::vector<Indices> chunks(static_cast<std::size_t>(world));
  if (sorted.size() % chunks.size() != 0) {
    for (std::size_t i = 0; i < sorted.size(); ++i) chunks[i % chunks.size()].push_back(sorted[i]);
    return chunks;
  }
  constexpr std::int64_t kFull = std::numeric_limits<std::int64_t>::max();
  const std::size_t room = sorted.size() / chunks.size();
  std::vector<std::int64_t> sums(chunks.size(), 0);
  for (const std::int64_t index : sorted) {
    const auto shortest = static_cast<std::size_t>(std::min_element(sums.begin(), sums.end()) - sums.begin());
    chunks[shortest].push_back(index);
    sums[shortest] =
        chunks[shortest].size() == room ? kFull : sums[shortest] + lengths[static_cast<std::size_t>(index)];
  }
  return chunks;
}

Indices length_grouped(std::span<const std::int64_t> lengths, std::int64_t batch_samples, std::int64_t world,
                       const Permutations& draw) {
  std::vector<Indices> batches = cut(draw(static_cast<std::int64_t>(lengths.size())), batch_samples);
  for (Indices& batch : batches) {
    std::stable_sort(batch.begin(), batch.end(), [&](std::int64_t a, std::int64_t b) {
      return lengths[static_cast<std::size_t>(a)] > lengths[static_cast<std::size_t>(b)];
    });
    batch = joined(even_chunks(batch, lengths, world));
  }
  return joined(batches);
}

// The samples of one sign, grouped and cut into batches; indices are those of the whole data set.
std::vector<Indices> batches_of_sign(std::span<const std::int64_t> lengths, bool positive, std::int64_t batch_samples,
                                     std::int64_t world, const Permutations& draw) {
  Indices indices, sizes;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if ((lengths[i] > 0) != positive) continue;
    indices.push_back(static_cast<std::int64_t>(i));
    sizes.push_back(std::abs(lengths[i]));
  }
  Indices order = length_grouped(sizes, batch_samples, world, draw);
  for (std::int64_t& index : order) index = indices[static_cast<std::size_t>(index)];
  return cut(order, batch_samples);
}

Indices modality_grouped(std::span<const std::int64_t> lengths, std::int64_t batch_samples, std::int64_t world,
                         const Permutations& draw) {
  if (std::find(lengths.begin(), lengths.end(), 0) != lengths.end()) {
    throw Error(ErrorKind::internal, "training order: a sample of no words");
  }
  const auto num_positive = std::count_if(lengths.begin(), lengths.end(), [](std::int64_t l) { return l > 0; });
  if (num_positive == 0 || num_positive == static_cast<std::ptrdiff_t>(lengths.size())) {
    return joined(batches_of_sign(lengths, num_positive != 0, batch_samples, world, draw));
  }
  std::vector<Indices> pictures = batches_of_sign(lengths, true, batch_samples, world, draw);
  std::vector<Indices> text = batches_of_sign(lengths, false, batch_samples, world, draw);
  Indices last = joined({pictures.back(), text.back()});
  std::sort(last.begin(), last.end());
  pictures.pop_back();
  text.pop_back();
  pictures.insert(pictures.end(), text.begin(), text.end());
  std::vector<Indices> shuffled;
  for (const std::int64_t batch : draw(static_cast<std::int64_t>(pictures.size()))) {
    shuffled.push_back(pictures[static_cast<std::size_t>(batch)]);
  }
  shuffled.push_back(last);
  return joined(shuffled);
}

}  // namespace

OrderKind parse_order(const std::string& name) {
  if (name == "random") return OrderKind::random;
  if (name == "length") return OrderKind::length;
  if (name == "modality_length") return OrderKind::modality_length;
  throw Error(ErrorKind::usage, "order \"" + name + "\" is unknown; expected random, length or modality_length");
}

Permutations permutations(std::uint64_t seed, std::uint64_t stage, std::uint64_t epoch) {
  SplitMix64 random(mixed(mixed(mixed(seed) + stage + 1) + epoch + 1));
  return [random](std::int64_t n) mutable {
    Indices order(static_cast<std::size_t>(n));
    std::iota(order.begin(), order.end(), 0);
    for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[random.below(i + 1)]);
    return order;
  };
}

std::vector<std::int64_t> modality_lengths(const Measured& measured) {
  Indices lengths = measured.words;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (measured.kinds[i] == SampleKind::text) lengths[i] = -lengths[i];
  }
  return lengths;
}

std::vector<std::int64_t> plain_lengths(const Measured& measured) {
  constexpr std::int64_t kPictureWords = 128;
  Indices lengths = measured.words;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (measured.kinds[i] == SampleKind::image) lengths[i] += kPictureWords;
  }
  return lengths;
}

std::vector<std::int64_t> training_order(OrderKind kind, std::span<const std::int64_t> lengths,
                                         std::int64_t batch_samples, std::int64_t micro_batch,
                                         const Permutations& draw) {
  if (micro_batch < 1 || batch_samples < micro_batch || batch_samples % micro_batch != 0) {
    throw Error(ErrorKind::usage, "batch_size " + std::to_string(batch_samples) + " is no multiple of micro_batch " +
                                      std::to_string(micro_batch));
  }
  if (lengths.empty()) return {};
  const std::int64_t world = batch_samples / micro_batch;
  if (kind == OrderKind::length) return length_grouped(lengths, batch_samples, world, draw);
  if (kind == OrderKind::modality_length) return modality_grouped(lengths, batch_samples, world, draw);
  return draw(static_cast<std::int64_t>(lengths.size()));
}

std::vector<std::int64_t> training_order(OrderKind kind, const Measured& measured, std::int64_t batch_samples,
                                         std::int64_t micro_batch, const Permutations& draw) {
  const Indices lengths = kind == OrderKind::modality_length ? modality_lengths(measured) : plain_lengths(measured);
  Indices good, good_lengths;
  auto bad = measured.bad.begin();
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto index = static_cast<std::int64_t>(i);
    if (bad != measured.bad.end() && bad->index == index) {
      ++bad;
      continue;
    }
    good.push_back(index);
    good_lengths.push_back(lengths[i]);
  }
  Indices order = training_order(kind, good_lengths, batch_samples, micro_batch, draw);
  for (std::int64_t& index : order) index = good[static_cast<std::size_t>(index)];
  return order;
}

}  // namespace ov
