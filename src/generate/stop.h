// Stop strings in streamed text: holds back what may become one, and never prints any of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ov {

class StopMatcher {
 public:
  // Empty strings are refused (usage).
  explicit StopMatcher(std::vector<std::string> stops);

  // Adds text; returns what can be shown now.
  std::string push(std::string_view text);
  // Text still held back at the end of generation.
  std::string finish();
  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace ov
