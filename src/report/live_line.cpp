#include "report/live_line.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>
#include <vector>

#include "report/amounts.h"

namespace ov {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr double kLineSeconds = 5;

std::string print(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// One rate for all parts that are trained, and by name those that differ: "lr 1e-05, vision 2e-06".
std::string rates_text(const PartRates& lr) {
  const std::pair<const char*, double> parts[] = {
      {"language", lr.language}, {"projector", lr.projector}, {"newline", lr.newline}, {"vision", lr.vision}};
  double main_rate = 0;
  std::string text = "lr 0";
  for (const auto& [name, rate] : parts) {
    if (rate == 0 || rate == main_rate) continue;
    if (main_rate == 0) {
      main_rate = rate;
      text = "lr " + print("%.3g", rate);
    } else {
      text += std::string(", ") + name + " " + print("%.3g", rate);
    }
  }
  return text;
}

}  // namespace

std::string live_text(const StepMetrics& m, std::int64_t total_steps, double smooth_loss, double step_seconds,
                      int width) {
  struct Part {
    int rank;  // the highest goes first when the line is too long
    std::string text;
  };
  const double left = step_seconds * static_cast<double>(std::max<std::int64_t>(total_steps - m.step, 0));
  std::vector<Part> parts = {{0, m.stage + " " + std::to_string(m.step) + "/" + std::to_string(total_steps)},
                             // The average passes over a loss that is not a number; people must see it.
                             {1, "loss " + print("%.4f", std::isfinite(m.loss) ? smooth_loss : m.loss)},
                             {4, rates_text(m.lr)},
                             {3, compact_number(m.tokens_per_s) + " tokens/s"},
                             {7, compact_number(m.samples_per_s) + " samples/s"},
                             {6, "busy " + print("%.0f%%", m.utilisation * 100)},
                             {5, memory_text(m.peak_rss_bytes)},
                             {2, duration_text(left) + " left"}};
  const auto joined = [&] {
    std::string text;
    for (const Part& part : parts) text += (text.empty() ? "" : "  ") + part.text;
    return text;
  };
  const auto by_rank = [](const Part& a, const Part& b) { return a.rank < b.rank; };
  while (parts.size() > 1 && joined().size() > static_cast<std::size_t>(width)) {
    parts.erase(std::max_element(parts.begin(), parts.end(), by_rank));
  }
  return joined().substr(0, static_cast<std::size_t>(width));
}

LiveLine::LiveLine(LiveLineOptions options) : options_(std::move(options)) {
  if (options_.out == nullptr) options_.out = stderr;
  if (!options_.seconds) {
    options_.seconds = [] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    };
  }
}

LiveLine::~LiveLine() {
  const std::lock_guard lock(mutex_);
  end_line();
}

int LiveLine::width() const {
  if (options_.terminal_width >= 0) return options_.terminal_width;
  if (::isatty(::fileno(options_.out)) != 1) return 0;
  winsize size{};
  const bool known = ::ioctl(::fileno(options_.out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

void LiveLine::start_stage(const std::string& stage, std::int64_t total_steps) {
  const std::lock_guard lock(mutex_);
  end_line();
  metrics_ = {};
  metrics_.stage = stage;
  total_steps_ = total_steps;
  loss_ = Smoothed(0.95);
  step_seconds_ = Smoothed(0.95);
  first_of_stage_ = true;
}

void LiveLine::step(const StepMetrics& metrics) {
  const std::lock_guard lock(mutex_);
  metrics_ = metrics;
  loss_.add(metrics.loss);
  step_seconds_.add(metrics.seconds);
  pending_ = true;
  if (options_.quiet) return;
  const bool last = metrics.step >= total_steps_;
  const double waited = options_.seconds() - shown_;
  if (!first_of_stage_ && !last && waited < (width() > 0 ? kRedrawSeconds : kLineSeconds)) return;
  first_of_stage_ = false;
  draw();
  if (last) end_line();
}

void LiveLine::note(const std::string& sentence) {
  const std::lock_guard lock(mutex_);
  if (options_.quiet) return;
  std::fprintf(options_.out, "%s%s%s\n", open_ ? "\r" : "", sentence.c_str(), open_ ? "\033[K" : "");
  if (open_) draw();
  std::fflush(options_.out);
}

void LiveLine::draw() {
  const int columns = width();
  // A line that reached the last column would wrap, and then \r does not reach its start.
  const int room = columns > 0 ? std::max(columns - 1, 1) : 1000;
  const std::string text = live_text(metrics_, total_steps_, loss_.get(), step_seconds_.get(), room);
  open_ = columns > 0;
  std::fprintf(options_.out, open_ ? "\r%s\033[K" : "%s\n", text.c_str());
  std::fflush(options_.out);
  pending_ = false;
  shown_ = options_.seconds();
}

void LiveLine::end_line() {
  if (options_.quiet) return;
  if (pending_) draw();
  if (open_) std::fputc('\n', options_.out);
  std::fflush(options_.out);
  open_ = false;
}

}  // namespace ov
