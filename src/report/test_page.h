// For tests of pages: how often a text occurs, and whether the elements are closed in order.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

namespace ov {

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

// Every element that is opened is closed in order, and no attribute or text breaks out.
inline void expect_well_formed(const std::string& page) {
  static const std::regex kTag("<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>\"]|\"[^\"<]*\")*?)(/?)>|<!doctype html>|<");
  static const std::vector<std::string> kVoid = {"meta", "img", "br", "input"};
  std::vector<std::string> open;
  const std::size_t style = page.find("<style>"), style_end = page.find("</style>");
  const std::string body = page.substr(0, style + 7) + page.substr(style_end);
  for (std::sregex_iterator tag(body.begin(), body.end(), kTag), end; tag != end; ++tag) {
    const std::string name = (*tag)[2];
    if (tag->str() == "<!doctype html>") continue;
    ASSERT_FALSE(name.empty()) << "stray < at " << body.substr(static_cast<std::size_t>(tag->position()), 80);
    if ((*tag)[4].length() > 0 || std::find(kVoid.begin(), kVoid.end(), name) != kVoid.end()) continue;
    if ((*tag)[1].length() == 0) {
      open.push_back(name);
      continue;
    }
    ASSERT_FALSE(open.empty());
    ASSERT_EQ(open.back(), name);
    open.pop_back();
  }
  EXPECT_TRUE(open.empty());
}

}  // namespace ov
