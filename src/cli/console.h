// What every command needs around it: version, signals, error reports, results on stdout.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace ov {

std::string version();

// Ctrl-C and SIGTERM set cancelled(); a second one ends the program at once with 130. A closed
// output pipe is an ordinary write error.
void install_signal_handlers();
const std::atomic<bool>& cancelled();
// Goes on after a Ctrl-C; false after SIGTERM, which ends the program.
bool forget_interrupt();

// Prints "error: message" on stderr (with --json also {"error": ...} on stdout); returns the exit code.
int report(ErrorKind kind, const std::string& message);
void report_errors_as_json(bool on);

Json error_json(ErrorKind kind, const std::string& message);

// Writes to stdout; throws resource when that fails (a full disk behind a redirection).
void print(std::string_view text);
void print_json(const Json& value);

// Throws resource where a file that is written aside and renamed would take the place of something
// else, such as a device or a pipe.
void check_replaceable(const std::string& path);
// False when the reader of stdout has gone away.
bool print_streaming(std::string_view text);

// Largest resident memory of this process so far, in bytes.
std::int64_t peak_rss_bytes();

// "1.2 GB"; decimal units, as disks and downloads are counted.
std::string human_bytes(double bytes);

}  // namespace ov
