// The benchmarks by theme; benchmarks() has all of them.
#pragma once

#include <vector>

#include "benchmarks/benchmark.h"

namespace ov {

std::vector<Benchmark> document_benchmarks();
std::vector<Benchmark> science_benchmarks();
std::vector<Benchmark> general_benchmarks();
std::vector<Benchmark> judged_benchmarks();
std::vector<Benchmark> several_image_benchmarks();
std::vector<Benchmark> video_choice_benchmarks();
std::vector<Benchmark> video_task_benchmarks();
std::vector<Benchmark> open_video_benchmarks();

}  // namespace ov
