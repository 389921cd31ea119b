// The one exception of the program. Every failure carries a kind, which decides the exit code
// (and later the HTTP status), and a message that says where, what was found, what was expected
// and what to try. The library never prints, exits or aborts.
//
//   throw Error(ErrorKind::input, "photo.jpg: truncated JPEG; download it again");
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace ov {

enum class ErrorKind {
  usage,        // the command line or a request option is wrong
  input,        // a picture, video, prompt or data record cannot be used
  format,       // a checkpoint, tokenizer or configuration file is malformed
  resource,     // out of memory, disk or a user-set limit
  interrupted,  // Ctrl-C or SIGTERM
  internal,     // a bug in onevision
};

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

// "usage", "input", ... as written in JSON output.
std::string_view kind_name(ErrorKind kind);

// 2 usage, 3 input, 4 format, 5 resource, 130 interrupted, 70 internal.
int exit_code(ErrorKind kind);

}  // namespace ov
