#include "base/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace ov {
namespace {

using std::chrono::duration;
constexpr double kBarSeconds = 0.1;
constexpr double kLineSeconds = 5;

}  // namespace

ProgressBar::ProgressBar(std::string label, std::int64_t total, bool quiet)
    : label_(std::move(label)), total_(total), quiet_(quiet), terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  const std::lock_guard lock(mutex_);
  if (!quiet_ && drawn_) draw(true);
}

void ProgressBar::advance(std::int64_t amount) { set(done_ + amount, total_); }

void ProgressBar::set(std::int64_t done, std::int64_t total) {
  const std::lock_guard lock(mutex_);
  done_ = done;
  total_ = total;
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  if (duration<double>(now - shown_).count() < (terminal_ ? kBarSeconds : kLineSeconds)) return;
  shown_ = now;
  draw(false);
}

void ProgressBar::note(const std::string& text) {
  const std::lock_guard lock(mutex_);
  note_ = text.empty() ? "" : "  " + text;
}

void ProgressBar::draw(bool last) {
  drawn_ = true;
  const double share = total_ > 0 ? std::clamp(static_cast<double>(done_) / static_cast<double>(total_), 0.0, 1.0) : 0;
  const double spent = duration<double>(std::chrono::steady_clock::now() - start_).count();
  const double left = share > 0 ? spent * (1 - share) / share : 0;
  if (terminal_) {
    const int filled = static_cast<int>(share * 30);
    std::fprintf(stderr, "\r%s [%s%s] %3.0f%%  %.0fs%s%s\033[K%s", label_.c_str(), std::string(filled, '#').c_str(),
                 std::string(30 - filled, '.').c_str(), share * 100, spent,
                 last ? "" : (", " + std::to_string(static_cast<int>(left)) + "s left").c_str(), note_.c_str(),
                 last ? "\n" : "");
  } else {
    std::fprintf(stderr, "%s: %3.0f%% after %.0fs%s%s\n", label_.c_str(), share * 100, spent,
                 last ? "" : (", " + std::to_string(static_cast<int>(left)) + "s left").c_str(), note_.c_str());
  }
}

}  // namespace ov
