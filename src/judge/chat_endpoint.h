// One request to an OpenAI-compatible chat completions endpoint. The other side is not trusted: what it sends is
// bounded in size and in time, redirects are not followed, and anything but an answer comes back as a problem in words.
//
//   const ChatEndpoint endpoint("http://127.0.0.1:8000/v1", judge_api_key(), {});
//   const ChatReply reply = endpoint.post(body, [] { return interrupted; });
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/json.h"

namespace ov {

struct ChatLimits {
  std::chrono::milliseconds connect{10'000};
  std::chrono::milliseconds total{120'000};  // from the first to the last byte, however they trickle
  std::size_t body_bytes = 1 << 20;
};

struct ChatReply {
  enum class State {
    answered,
    try_again,    // busy, not reachable, too slow: the same request may succeed later
    refused,      // this request will not be answered, others may be
    shut,         // no request will be: wrong key, wrong address, unknown model
    interrupted,  // `cancelled` said so
  };
  State state = State::try_again;
  std::string text;                          // of an answer
  std::string problem;                       // of all others: one line, without control characters and the key
  std::optional<std::chrono::seconds> wait;  // Retry-After
  std::int64_t prompt_tokens = 0;            // as the endpoint counts them; 0 when it does not
  std::int64_t reply_tokens = 0;
};

class ChatEndpoint {
 public:
  // `url` is http:// or https://, up to the version ("https://api.openai.com/v1") or the whole path. Throws usage for
  // another form, and for a key that would travel unencrypted to another machine.
  ChatEndpoint(const std::string& url, std::string key, ChatLimits limits);

  // Returns at most about a second after `cancelled` says so. May be called by many threads.
  ChatReply post(const Json& body, const std::function<bool()>& cancelled) const;

  const std::string& url() const { return url_; }  // with the whole path

 private:
  std::string url_, key_;
  bool loopback_ = false;
  ChatLimits limits_;
};

// $OPENAI_API_KEY, "" when it is not set.
std::string judge_api_key();

}  // namespace ov
