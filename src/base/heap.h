// How the C library's heap treats memory that is freed. A training step frees and takes the same large
// pieces again and again; given back to the system each time, half of the step goes into page faults.
//
//   keep_freed_memory();    // once, before the first step
//   return_freed_memory();  // when much less is needed from now on
#pragma once

#include <cstddef>
#include <memory>

namespace ov {

// Zeros whose pages the system gives one by one as they are written. Throws std::bad_alloc.
std::shared_ptr<void> lazy_zeros(std::size_t bytes);

// Freed memory stays with the process, pieces of any size, for the rest of its life.
void keep_freed_memory();
// Gives free pages back now. No effect with other C libraries than glibc.
void return_freed_memory();

}  // namespace ov
