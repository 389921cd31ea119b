// How fast the matrix products are at the model's shapes: arithmetic rate of wide products, bytes of
// weights per second of narrow ones. Arguments: rows M, outputs N, inputs K.
//
//   linear_bench --benchmark_filter=wide_bf16
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/kernels.h"

namespace ov::kernels {
namespace {

template <class T>
std::vector<T> values(std::int64_t count, float scale) {
  std::vector<float> wide(static_cast<std::size_t>(count));
  std::uint32_t state = 1;
  for (float& value : wide) {
    state = state * 1664525u + 1013904223u;
    value = scale * (static_cast<float>(state >> 8) * 0x1p-23f - 1);
  }
  if constexpr (std::is_same_v<T, float>) {
    return wide;
  } else {
    std::vector<T> rounded(wide.size());
    convert(rounded.data(), wide.data(), count);
    return rounded;
  }
}

LinearArgs arguments(const benchmark::State& state, Path path) {
  return {.m = state.range(0), .n = state.range(1), .k = state.range(2), .path = path};
}

void report_flops(benchmark::State& state, const LinearArgs& args, double factors) {
  const double flops = 2.0 * factors * static_cast<double>(args.m * args.n * args.k);
  state.counters["FLOP/s"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

template <class T>
void wide(benchmark::State& state) {
  const LinearArgs args = arguments(state, Path::wide);
  const auto x = values<T>(args.m * args.k, 1), w = values<T>(args.n * args.k, 0.05f), bias = values<T>(args.n, 1);
  std::vector<T> y(static_cast<std::size_t>(args.m * args.n));
  for (auto _ : state) linear(y.data(), x.data(), w.data(), bias.data(), nullptr, args);
  report_flops(state, args, 1);
}

void wide_gated_bf16(benchmark::State& state) {
  const LinearArgs args = arguments(state, Path::wide);
  const auto x = values<bf16>(args.m * args.k, 1);
  const auto gate = values<bf16>(args.n * args.k, 0.05f), up = values<bf16>(args.n * args.k, 0.04f);
  std::vector<bf16> y(static_cast<std::size_t>(args.m * args.n));
  for (auto _ : state) gated_linear(y.data(), x.data(), gate.data(), up.data(), args);
  report_flops(state, args, 2);
}

// Walks over enough copies of the weights that they come from memory, as they do in a model.
template <class Y>
void narrow(benchmark::State& state) {
  constexpr std::int64_t kBytes = 400'000'000;
  const LinearArgs args = arguments(state, Path::narrow);
  const std::int64_t size = args.n * args.k, copies = std::max<std::int64_t>(1, kBytes / (2 * size));
  const auto x = values<bf16>(args.m * args.k, 1), w = values<bf16>(copies * size, 0.05f);
  std::vector<Y> y(static_cast<std::size_t>(args.m * args.n));
  std::int64_t copy = 0;
  for (auto _ : state) {
    const bf16* weights = w.data() + copy * size;
    if constexpr (std::is_same_v<Y, float>) {
      linear(y.data(), x.data(), weights, args);
    } else {
      linear(y.data(), x.data(), weights, nullptr, nullptr, args);
    }
    copy = (copy + 1) % copies;
  }
  state.SetBytesProcessed(state.iterations() * size * 2);
}

void tower_and_models(benchmark::internal::Benchmark* bench) {
  bench->Args({7290, 1152, 588})->Args({7290, 1152, 1152})->Args({7290, 4304, 1152})->Args({7290, 1152, 4304});
  bench->Args({7290, 896, 896})->Args({7290, 128, 896})->Args({7290, 896, 4864})->Args({729, 1152, 1152});
  bench->Args({2048, 3584, 3584})->Args({1024, 3584, 18944})->UseRealTime();
}
void float_shapes(benchmark::internal::Benchmark* bench) {
  bench->Args({1458, 1152, 1152})->Args({1458, 4304, 1152})->Args({1458, 1152, 4304})->UseRealTime();
}
void gated_shapes(benchmark::internal::Benchmark* bench) {
  bench->Args({7290, 4864, 896})->Args({1024, 18944, 3584})->UseRealTime();
}
void decoding(benchmark::internal::Benchmark* bench) {
  bench->Args({1, 896, 896})->Args({1, 4864, 896})->Args({4, 4864, 896})->Args({16, 4864, 896})->Args({1, 896, 4864});
  bench->Args({1, 3584, 3584})->Args({1, 18944, 3584})->UseRealTime();
}

BENCHMARK(wide<bf16>)->Name("wide_bf16")->Apply(tower_and_models);
BENCHMARK(wide_gated_bf16)->Apply(gated_shapes);
BENCHMARK(wide<float>)->Name("wide_float")->Apply(float_shapes);
BENCHMARK(narrow<bf16>)->Name("narrow_bf16")->Apply(decoding);
BENCHMARK(narrow<float>)->Name("narrow_logits")->Args({1, 151936, 896})->UseRealTime();

}  // namespace
}  // namespace ov::kernels

BENCHMARK_MAIN();
