// One POST over HTTP or HTTPS with bounds on everything: the part of the judge that knows libcurl.
//
//   const Transfer transfer = post_json(url, {.body = text, .key = key, .limits = limits});
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "judge/chat_endpoint.h"

namespace ov {

struct PostRequest {
  std::string body;
  std::string key;      // sent as a bearer token; "" = none
  bool direct = false;  // past the proxies that the environment names
  ChatLimits limits;
  std::function<bool()> cancelled;
};

struct Transfer {
  int status = 0;       // of HTTP; 0 when no whole reply came
  std::string problem;  // why not
  bool interrupted = false;
  bool oversized = false;  // more than the limits allow: cut off
  std::string body;
  std::string location;  // where a redirect, which is not followed, leads
  std::optional<std::chrono::seconds> wait;
};

Transfer post_json(const std::string& url, const PostRequest& request);

// The parts of an address as the transfer will read it.
struct UrlParts {
  std::string scheme, host, path;
  bool plain = true;  // no user, password, query or fragment
};
std::optional<UrlParts> parse_url(const std::string& url);

}  // namespace ov
