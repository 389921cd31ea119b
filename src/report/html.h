// Text inside HTML. Names of data sets and answers of models are untrusted: everything goes through html().
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace ov {

// Escaped for elements and for quoted attributes. Control characters other than tab and line break are replaced.
std::string html(std::string_view text);

// Replaces every {{name}} of the skeleton, in one pass: braces inside values stay. Throws internal when a name has
// no value or a value no place.
std::string fill_page(std::string_view skeleton, const std::map<std::string, std::string>& values);

}  // namespace ov
