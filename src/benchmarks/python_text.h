// Text as Python writes and reads it: prompts of the reference harness are made by its string functions.
// Everything takes and gives well-formed UTF-8.
//
//   python_repr(std::vector<std::string>{"A. cat", "B. it's"}) == R"(['A. cat', "B. it's"])"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ov {

std::string stripped(std::string_view text);     // str.strip()
std::string capitalized(std::string_view text);  // str.capitalize(): the first letter upper, all others lower
std::string without(std::string text, std::string_view part);  // str.replace(part, "")

std::string python_repr(std::string_view text);
std::string python_repr(const std::vector<std::string>& texts);

// A list literal of texts and numbers: "['x', \"y\", 3.5]". Numbers are given as they are written. Nothing for
// anything else.
std::optional<std::vector<std::string>> parse_python_list(std::string_view literal);

}  // namespace ov
