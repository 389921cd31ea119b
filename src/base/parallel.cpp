#include "base/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace ov {
namespace {

thread_local bool inside_parallel_region = false;

void relax() {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

int cores_allowed() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

// Work of one parallel_for, shared by the caller and the workers.
struct Job {
  std::int64_t count = 0;
  std::int64_t grain = 1;
  const std::function<void(std::int64_t, std::int64_t)>* body = nullptr;
  std::atomic<std::int64_t> next{0};
  std::mutex error_mutex;
  std::exception_ptr error;

  void work() {
    inside_parallel_region = true;
    for (;;) {
      const std::int64_t begin = next.fetch_add(grain, std::memory_order_relaxed);
      if (begin >= count) break;
      try {
        (*body)(begin, std::min(begin + grain, count));
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!error) error = std::current_exception();
        next.store(count, std::memory_order_relaxed);
      }
    }
    inside_parallel_region = false;
  }
};

class Pool {
 public:
  explicit Pool(int num_workers) {
    for (int i = 0; i < num_workers; ++i) workers_.emplace_back([this] { run(); });
  }
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void execute(Job& job) {
    {
      const std::lock_guard lock(mutex_);
      job_ = &job;
      running_.store(static_cast<int>(workers_.size()), std::memory_order_relaxed);
      generation_.fetch_add(1, std::memory_order_release);
    }
    wake_.notify_all();
    job.work();
    for (int i = 0; i < kSpins && running_.load(std::memory_order_acquire) != 0; ++i) relax();
    for (int left = running_.load(std::memory_order_acquire); left != 0;
         left = running_.load(std::memory_order_acquire)) {
      running_.wait(left, std::memory_order_acquire);
    }
  }

 private:
  // Decoding starts a new job every few microseconds: spinning for about 0.1 ms before sleeping saves
  // a wake-up each time, and longer spinning would starve others on a busy machine.
  static constexpr int kSpins = 2000;

  void run() {
    std::uint64_t seen = 0;
    for (;;) {
      for (int i = 0; i < kSpins && generation_.load(std::memory_order_acquire) == seen; ++i) relax();
      Job* job = nullptr;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return generation_.load(std::memory_order_relaxed) != seen; });
        seen = generation_.load(std::memory_order_relaxed);
        if (stopping_) return;
        job = job_;
      }
      job->work();
      if (running_.fetch_sub(1, std::memory_order_release) == 1) running_.notify_all();
    }
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<std::uint64_t> generation_{0};
  std::atomic<int> running_{0};
  Job* job_ = nullptr;
  bool stopping_ = false;
};

std::mutex pool_mutex;
int chosen_threads = 0;
std::unique_ptr<Pool> pool;

}  // namespace

void set_num_threads(int count) {
  const std::lock_guard lock(pool_mutex);
  pool.reset();
  chosen_threads = count > 0 ? count : cores_allowed();
}

int num_threads() {
  const std::lock_guard lock(pool_mutex);
  if (chosen_threads == 0) chosen_threads = cores_allowed();
  return chosen_threads;
}

void run_inline_here() { inside_parallel_region = true; }

void parallel_for(std::int64_t count, std::int64_t grain, const std::function<void(std::int64_t, std::int64_t)>& body) {
  if (count <= 0) return;
  grain = std::max<std::int64_t>(grain, 1);
  const int threads = inside_parallel_region || count <= grain ? 1 : num_threads();
  // A second caller at the same time works alone instead of waiting for the pool.
  static std::mutex busy;
  std::unique_lock claim(busy, std::defer_lock);
  if (threads == 1 || !claim.try_lock()) {
    body(0, count);
    return;
  }
  {
    const std::lock_guard lock(pool_mutex);
    if (!pool) pool = std::make_unique<Pool>(threads - 1);
  }
  Job job;
  job.count = count;
  job.grain = grain;
  job.body = &body;
  pool->execute(job);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace ov
