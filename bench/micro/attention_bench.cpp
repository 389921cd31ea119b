// Attention, norms and rotary embedding at the shapes of the 0.5B and 7B models (and their tower).
// Counters: GF/s of the two products, GB/s of keys and values read.
//
//   attention_bench --benchmark_filter=prefill
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "kernels/kernels.h"

namespace ov::kernels {
namespace {

template <class T>
std::vector<T> noise(std::int64_t count) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> wide(count);
  for (float& value : wide) value = normal(random);
  if constexpr (sizeof(T) == sizeof(float)) {
    return wide;
  } else {
    std::vector<T> narrow(count);
    convert(narrow.data(), wide.data(), count);
    return narrow;
  }
}

// Arguments: query positions, keys, query heads, kv heads, head size, causal.
template <class T, Path kPath>
void bench_attention(benchmark::State& state) {
  AttentionArgs args;
  args.tq = state.range(0);
  args.tk = state.range(1);
  args.heads = state.range(2);
  args.kv_heads = state.range(3);
  args.e = state.range(4);
  args.causal = state.range(5) != 0;
  args.path = kPath;
  const std::vector<T> q = noise<T>(args.tq * args.heads * args.e);
  const std::vector<T> k = noise<T>(args.tk * args.kv_heads * args.e);
  std::vector<T> out(q.size());
  for (auto _ : state) attention(out.data(), q.data(), k.data(), k.data(), args);
  const double pairs = static_cast<double>(args.tq) * args.tk - (args.causal ? args.tq * (args.tq - 1) / 2.0 : 0.0);
  using benchmark::Counter;
  state.counters["GF/s"] = Counter(4e-9 * pairs * args.heads * args.e, Counter::kIsIterationInvariantRate);
  state.counters["GB/s"] = Counter(2e-9 * k.size() * sizeof(T), Counter::kIsIterationInvariantRate);
}

#define OV_BENCH(name, T, path, ...) \
  BENCHMARK(bench_attention<T, path>)->Name(name)->Args({__VA_ARGS__})->UseRealTime()->Unit(benchmark::kMillisecond)

OV_BENCH("tower/bf16", bf16, Path::wide, 729, 729, 16, 16, 72, 0);
OV_BENCH("prefill/bf16/0.5b", bf16, Path::wide, 7371, 7371, 14, 2, 64, 1);
OV_BENCH("prefill_chunk/bf16/0.5b", bf16, Path::wide, 1024, 7371, 14, 2, 64, 1);
OV_BENCH("prefill/bf16/7b", bf16, Path::wide, 3700, 3700, 28, 4, 128, 1);
OV_BENCH("decode/bf16/0.5b", bf16, Path::narrow, 1, 3700, 14, 2, 64, 1);
OV_BENCH("decode/bf16/0.5b", bf16, Path::narrow, 1, 7371, 14, 2, 64, 1);
OV_BENCH("decode/bf16/0.5b", bf16, Path::narrow, 1, 32768, 14, 2, 64, 1);
OV_BENCH("decode/bf16/7b", bf16, Path::narrow, 1, 7371, 28, 4, 128, 1);
OV_BENCH("tower/float", float, Path::wide, 729, 729, 16, 16, 72, 0);
OV_BENCH("prefill/float/0.5b", float, Path::wide, 2048, 2048, 14, 2, 64, 1);
OV_BENCH("decode/float/0.5b", float, Path::narrow, 1, 7371, 14, 2, 64, 1);

template <class T>
void bench_rms_norm(benchmark::State& state) {
  const std::int64_t m = state.range(0), d = state.range(1);
  const std::vector<T> x = noise<T>(m * d), weight = noise<T>(d);
  std::vector<T> y(x.size());
  for (auto _ : state) rms_norm(y.data(), x.data(), weight.data(), m, d, 1e-6);
}
BENCHMARK(bench_rms_norm<bf16>)->Name("rms_norm/bf16")->Args({1, 896})->Args({7371, 896})->UseRealTime();
BENCHMARK(bench_rms_norm<float>)->Name("rms_norm/float")->Args({7371, 896})->UseRealTime();

template <class T>
void bench_layer_norm(benchmark::State& state) {
  const std::int64_t m = state.range(0), d = state.range(1);
  const std::vector<T> x = noise<T>(m * d), weight = noise<T>(d);
  std::vector<T> y(x.size());
  for (auto _ : state) layer_norm(y.data(), x.data(), weight.data(), weight.data(), m, d, 1e-6);
}
BENCHMARK(bench_layer_norm<bf16>)->Name("layer_norm/bf16")->Args({729, 1152})->UseRealTime();
BENCHMARK(bench_layer_norm<float>)->Name("layer_norm/float")->Args({729, 1152})->UseRealTime();

template <class T>
void bench_rope(benchmark::State& state) {
  const std::int64_t t = state.range(0), heads = state.range(1), e = state.range(2);
  std::vector<T> x = noise<T>(t * heads * e);
  for (auto _ : state) rope(x.data(), t, heads, e, heads * e, 0, 1e6);
}
BENCHMARK(bench_rope<bf16>)->Name("rope/bf16")->Args({1, 14, 64})->Args({7371, 14, 64})->UseRealTime();
BENCHMARK(bench_rope<float>)->Name("rope/float")->Args({7371, 14, 64})->UseRealTime();

}  // namespace
}  // namespace ov::kernels

BENCHMARK_MAIN();
