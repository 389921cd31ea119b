#include "cli/console.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace ov {
namespace {

std::atomic<bool> was_cancelled{false};
std::atomic<bool> was_terminated{false};
bool json_errors = false;

void on_signal(int number) {
  if (number == SIGTERM) was_terminated = true;
  if (was_cancelled.exchange(true)) ::_exit(exit_code(ErrorKind::interrupted));
}

}  // namespace

std::string version() { return "onevision " OV_VERSION; }

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

const std::atomic<bool>& cancelled() { return was_cancelled; }

bool forget_interrupt() {
  if (was_terminated) return false;
  was_cancelled = false;
  return true;
}

void report_errors_as_json(bool on) { json_errors = on; }

Json error_json(ErrorKind kind, const std::string& message) {
  return {{"kind", std::string(kind_name(kind))}, {"message", message}};
}

int report(ErrorKind kind, const std::string& message) {
  std::fflush(stdout);
  if (json_errors) std::printf("%s\n", dump_json({{"error", error_json(kind, message)}}).c_str());
  std::fflush(stdout);
  std::fprintf(stderr, "error: %s\n", message.c_str());
  if (kind == ErrorKind::internal)
    std::fprintf(stderr, "This is a bug in onevision; please report it with the command you ran.\n");
  return exit_code(kind);
}

bool print_streaming(std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

void print(std::string_view text) {
  if (print_streaming(text)) return;
  if (errno == EPIPE) return;  // the reader has seen enough
  throw Error(ErrorKind::resource, std::string("cannot write the result: ") + std::strerror(errno));
}

void print_json(const Json& value) { print(dump_json(value) + "\n"); }

void check_replaceable(const std::string& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored) || std::filesystem::is_regular_file(path, ignored)) return;
  throw Error(ErrorKind::resource, path + ": exists and is not a regular file; choose another name");
}

std::int64_t peak_rss_bytes() {
  struct rusage usage {};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

std::string human_bytes(double bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  int unit = 0;
  while (bytes >= 1000 && unit < 4) bytes /= 1000, ++unit;
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  return text;
}

}  // namespace ov
