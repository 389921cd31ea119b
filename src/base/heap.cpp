#include "base/heap.h"

#include <sys/mman.h>

#include <climits>
#include <cstdlib>
#include <new>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace ov {

std::shared_ptr<void> lazy_zeros(std::size_t bytes) {
  const std::size_t size = bytes == 0 ? 1 : bytes;
  void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
#if defined(MADV_HUGEPAGE)
  // Fewer faults when the pages come. Where the system has no huge pages nothing changes.
  constexpr std::size_t kWorthwhile = std::size_t{8} << 20;
  if (size >= kWorthwhile) ::madvise(memory, size, MADV_HUGEPAGE);
#endif
  return {memory, [size](void* data) { ::munmap(data, size); }};
}

void keep_freed_memory() {
#if defined(__GLIBC__)
  ::mallopt(M_MMAP_MAX, 0);  // large pieces come from the heap too, not each from the system
  ::mallopt(M_TRIM_THRESHOLD, INT_MAX);
  ::mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void return_freed_memory() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

}  // namespace ov
