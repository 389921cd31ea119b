// One pool of threads for the whole program: kernels, picture preparation and loading share it.
//
//   parallel_for(rows, 16, [&](int64_t begin, int64_t end) { ... });
#pragma once

#include <cstdint>
#include <functional>

namespace ov {

// Sets how many threads parallel_for uses, the caller included. 0 means one per core that this
// process may use. Not to be called while a parallel_for runs.
void set_num_threads(int count);
int num_threads();

// Calls body(begin, end) on disjoint ranges that cover [0, count), each a multiple of `grain` long
// but for the last; ranges are handed out dynamically. Nested calls and counts of at most one
// grain run inline. The first exception thrown by a body is rethrown here after all have ended.
void parallel_for(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body);

// From now on parallel_for runs inline on this thread: for threads that are many themselves, and must
// not take the pool from the others.
void run_inline_here();

}  // namespace ov
