// Results that several threads make ahead of their use, handed out strictly in order: what a consumer sees
// does not depend on the number of threads.
//
//   Prefetcher<Picture> pictures(count, [&](std::int64_t i) { return decode(paths[i]); },
//                                {.threads = 4, .max_ahead = 64, .max_bytes = 1 << 30},
//                                [](const Picture& picture) { return picture.bytes(); });
//   while (auto picture = pictures.next()) ...
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ov {

struct PrefetchOptions {
  int threads = 2;                                 // 0: results are made in next()
  std::int64_t max_ahead = 64;                     // results that may lie or be made before the next one
  std::int64_t max_bytes = std::int64_t{1} << 30;  // of results that lie ready; what is being made comes on top
  const std::atomic<bool>* cancelled = nullptr;    // when it turns true, next() throws interrupted
};

// The part that does not depend on the type of the results.
class OrderedQueue {
 public:
  struct Made {
    std::shared_ptr<void> value;
    std::exception_ptr error;
    std::int64_t bytes = 0;
  };
  using Make = std::function<Made(std::int64_t)>;  // never throws

  OrderedQueue(std::int64_t count, Make make, const PrefetchOptions& options);
  ~OrderedQueue();
  OrderedQueue(const OrderedQueue&) = delete;
  OrderedQueue& operator=(const OrderedQueue&) = delete;

  bool at_end() const { return next_out_ == count_; }
  std::int64_t index() const { return next_out_; }
  Made take();
  void stop();  // from any thread: no more results are begun, and who waits for one gets interrupted
  double waited_s() const { return waited_s_; }

 private:
  void work();
  bool may_start() const;
  bool is_cancelled() const;

  std::int64_t count_;
  Make make_;
  PrefetchOptions options_;
  std::mutex mutex_;
  std::condition_variable room_, ready_;
  std::unordered_map<std::int64_t, Made> done_;
  std::int64_t next_in_ = 0, next_out_ = 0, bytes_ = 0;
  bool stopping_ = false;
  double waited_s_ = 0;
  std::vector<std::thread> threads_;
};

template <typename T>
class Prefetcher {
 public:
  // `produce` is called once for each index of [0, count), from several threads; so is `bytes_of`.
  Prefetcher(std::int64_t count, std::function<T(std::int64_t)> produce, const PrefetchOptions& options = {},
             std::function<std::int64_t(const T&)> bytes_of = {})
      : queue_(
            count,
            [produce = std::move(produce), bytes_of = std::move(bytes_of)](std::int64_t index) {
              OrderedQueue::Made made;
              try {
                auto value = std::make_shared<T>(produce(index));
                made.bytes = bytes_of ? bytes_of(*value) : 0;
                made.value = std::move(value);
              } catch (...) {
                made.error = std::current_exception();
              }
              return made;
            },
            options) {}

  // The next result, or nothing after the last. What `produce` threw for its index is thrown here; the
  // call after that gives the index behind it.
  std::optional<T> next() {
    if (queue_.at_end()) return std::nullopt;
    OrderedQueue::Made made = queue_.take();
    if (made.error) std::rethrow_exception(made.error);
    return std::move(*static_cast<T*>(made.value.get()));
  }

  // Ends the work early, from any thread: next() throws interrupted where its result is not ready.
  void stop() { queue_.stop(); }

  std::int64_t index() const { return queue_.index(); }  // of the result that next() gives
  double waited_s() const { return queue_.waited_s(); }  // that next() has spent waiting, all calls together

 private:
  OrderedQueue queue_;
};

}  // namespace ov
