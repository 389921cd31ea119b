#include "checkpoint/finite.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <vector>

#include "base/parallel.h"

namespace ov {
namespace {

constexpr std::int64_t kBlock = 64 << 10;  // elements copied out at a time, so that alignment never matters

// An exponent of all ones means infinity or NaN in every IEEE format.
template <class Word>
std::int64_t count_not_finite(const Word* words, std::int64_t count, Word exponent) {
  std::int64_t bad = 0;
  for (std::int64_t i = 0; i < count; ++i) bad += (words[i] & exponent) == exponent ? 1 : 0;
  return bad;
}

template <class Word>
ValueCounts scan(const TensorView& tensor, Word exponent) {
  std::atomic<std::int64_t> bad{0};
  std::atomic<bool> zero{true};
  const std::int64_t total = tensor.num_elements();
  parallel_for((total + kBlock - 1) / kBlock, 4, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Word> words(kBlock);
    for (std::int64_t block = begin; block < end; ++block) {
      const std::int64_t count = std::min(kBlock, total - block * kBlock);
      std::memcpy(words.data(), tensor.bytes.data() + block * kBlock * static_cast<std::int64_t>(sizeof(Word)),
                  static_cast<std::size_t>(count) * sizeof(Word));
      bad += count_not_finite(words.data(), count, exponent);
      if (zero && std::any_of(words.begin(), words.begin() + count, [](Word word) { return word != 0; })) zero = false;
    }
  });
  return {bad, zero};
}

}  // namespace

ValueCounts scan_values(const TensorView& tensor) {
  switch (tensor.dtype) {
    case Dtype::f64: return scan<std::uint64_t>(tensor, 0x7ff0'0000'0000'0000);
    case Dtype::f32: return scan<std::uint32_t>(tensor, 0x7f80'0000);
    case Dtype::f16: return scan<std::uint16_t>(tensor, 0x7c00);
    case Dtype::bf16: return scan<std::uint16_t>(tensor, 0x7f80);
    default: return {0, false};
  }
}

}  // namespace ov
