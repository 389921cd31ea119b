// Progress of a long job on stderr: a bar on a terminal, a plain line every few seconds otherwise,
// nothing when quiet. The only printing below the command line, and only when a command asks for it.
//
//   ProgressBar progress("verify", total_bytes, quiet);
//   progress.advance(bytes);
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace ov {

class ProgressBar {
 public:
  ProgressBar(std::string label, std::int64_t total, bool quiet);
  ~ProgressBar();  // leaves the last state on its own line
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void advance(std::int64_t amount = 1);
  void set(std::int64_t done, std::int64_t total);
  void note(const std::string& text);  // shown behind the numbers from the next drawing on

 private:
  void draw(bool last);

  std::string label_;
  std::int64_t total_;
  std::int64_t done_ = 0;
  std::string note_;
  bool quiet_;
  bool terminal_;
  bool drawn_ = false;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_ = start_;
};

}  // namespace ov
