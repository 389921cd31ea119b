#include "report/html.h"

#include "base/error.h"

namespace ov {

std::string html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      case '\t':
      case '\n': out += c; break;
      case '\r': break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += "&#xfffd;";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string fill_page(std::string_view skeleton, const std::map<std::string, std::string>& values) {
  std::string page;
  std::size_t filled = 0;
  while (true) {
    const std::size_t open = skeleton.find("{{");
    const std::size_t close = skeleton.find("}}", open);
    if (close == std::string_view::npos) break;
    const std::string name(skeleton.substr(open + 2, close - open - 2));
    const auto value = values.find(name);
    if (value == values.end()) throw Error(ErrorKind::internal, "the page has {{" + name + "}}, which has no value");
    page += skeleton.substr(0, open);
    page += value->second;
    skeleton.remove_prefix(close + 2);
    ++filled;
  }
  if (filled != values.size()) {
    throw Error(ErrorKind::internal,
                "the page has " + std::to_string(filled) + " places for " + std::to_string(values.size()) + " values");
  }
  return page + std::string(skeleton);
}

}  // namespace ov
