#include "data/prefetcher.h"

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/parallel.h"

namespace ov {

OrderedQueue::OrderedQueue(std::int64_t count, Make make, const PrefetchOptions& options)
    : count_(count), make_(std::move(make)), options_(options) {
  const auto threads = std::min<std::int64_t>(options_.threads, count_);
  for (std::int64_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

void OrderedQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  room_.notify_all();
  ready_.notify_all();
}

OrderedQueue::~OrderedQueue() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

bool OrderedQueue::is_cancelled() const {
  return options_.cancelled && options_.cancelled->load(std::memory_order_relaxed);
}

// The result that is waited for may always be made, however large the ready ones are.
bool OrderedQueue::may_start() const {
  if (next_in_ == next_out_) return true;
  return next_in_ - next_out_ < options_.max_ahead && bytes_ < options_.max_bytes;
}

void OrderedQueue::work() {
  run_inline_here();  // the pool belongs to the consumer's kernels
  std::unique_lock lock(mutex_);
  for (;;) {
    room_.wait(lock, [&] { return stopping_ || next_in_ == count_ || may_start(); });
    if (stopping_ || next_in_ == count_ || is_cancelled()) return;
    const std::int64_t index = next_in_++;
    lock.unlock();
    Made made = make_(index);
    lock.lock();
    bytes_ += made.bytes;
    done_.emplace(index, std::move(made));
    if (index == next_out_) ready_.notify_one();
  }
}

OrderedQueue::Made OrderedQueue::take() {
  using std::chrono::steady_clock;
  // A signal handler can only set the flag, so the wait looks at it from time to time.
  constexpr auto kGlance = std::chrono::milliseconds(50);
  if (is_cancelled()) throw Error(ErrorKind::interrupted, "interrupted while reading data");
  const auto start = steady_clock::now();
  const auto waited = [&] { return std::chrono::duration<double>(steady_clock::now() - start).count(); };
  if (threads_.empty()) {
    Made made = make_(next_out_++);
    waited_s_ += waited();
    return made;
  }
  std::unique_lock lock(mutex_);
  while (!ready_.wait_for(lock, kGlance, [&] { return stopping_ || done_.contains(next_out_); })) {
    if (is_cancelled()) throw Error(ErrorKind::interrupted, "interrupted while reading data");
  }
  if (!done_.contains(next_out_)) throw Error(ErrorKind::interrupted, "reading data was stopped");
  waited_s_ += waited();
  Made made = std::move(done_.extract(next_out_).mapped());
  bytes_ -= made.bytes;
  ++next_out_;
  lock.unlock();
  room_.notify_all();
  return made;
}

}  // namespace ov
