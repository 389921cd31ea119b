#include "judge/chat_endpoint.h"

#include <algorithm>
#include <cstdlib>

#include "judge/transfer.h"
#include "text/utf8.h"

namespace ov {
namespace {

using State = ChatReply::State;

constexpr std::size_t kMaxProblemBytes = 300;
constexpr std::string_view kEndOfPath = "/chat/completions";

bool is_loopback(const std::string& host) {
  const bool is_number = host.find_first_not_of("0123456789.") == std::string::npos;
  return host == "localhost" || host == "[::1]" || (is_number && host.starts_with("127."));
}

[[noreturn]] void refuse_url(const std::string& why) {
  throw Error(ErrorKind::usage, "the judge's address " + why +
                                    "; try https://api.openai.com/v1 or http://127.0.0.1:8000/v1, with the key in "
                                    "$OPENAI_API_KEY");
}

// What another program says, fit for a terminal: one line, valid UTF-8, bounded, and without our key.
std::string one_line(const std::string& text, const std::string& key) {
  std::string line = replace_invalid_utf8(text.substr(0, 4 * kMaxProblemBytes));
  for (std::size_t at = 0; !key.empty() && (at = line.find(key, at)) != std::string::npos;) {
    line.replace(at, key.size(), "[key]");
  }
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (line.size() <= kMaxProblemBytes) return line;
  line.resize(kMaxProblemBytes);
  line.resize(line.size() - truncated_utf8_tail(line));
  return line + "...";
}

// The text of the reply's "error", as OpenAI's API and most others write it, else the reply as it is.
std::string error_text(const std::string& body) {
  try {
    const Json reply = parse_json(body, "reply");
    const Json error = reply.is_object() && reply.contains("error") ? reply.at("error") : Json();
    if (error.is_string()) return error.get<std::string>();
    if (error.is_object() && error.contains("message") && error.at("message").is_string()) {
      return error.at("message").get<std::string>();
    }
  } catch (const Error&) {
    // Not JSON.
  }
  return body;
}

std::int64_t token_count(const Json& reply, const char* name) {
  const auto usage = reply.find("usage");
  if (usage == reply.end() || !usage->is_object()) return 0;
  const auto count = usage->find(name);
  const bool sane = count != usage->end() && count->is_number_unsigned() && count->get<std::uint64_t>() < 1u << 31;
  return sane ? count->get<std::int64_t>() : 0;
}

ChatReply failed(State state, const std::string& problem) {
  ChatReply reply;
  reply.state = state;
  reply.problem = problem;
  return reply;
}

ChatReply read_answer(const std::string& body) {
  try {
    const Json json = parse_json(body, "reply");
    const Fields fields(json, "reply");
    const Json& choices = fields.at("choices");
    if (!choices.is_array() || choices.empty()) fields.refuse("choices", "a list with an answer");
    ChatReply reply;
    reply.state = State::answered;
    reply.text = Fields(choices[0], "reply").object("message").string("content");
    reply.prompt_tokens = token_count(json, "prompt_tokens");
    reply.reply_tokens = token_count(json, "completion_tokens");
    return reply;
  } catch (const Error& problem) {
    return failed(State::refused, std::string("not a chat completion: ") + problem.what());
  }
}

ChatReply read_transfer(const Transfer& transfer, const ChatLimits& limits) {
  if (transfer.interrupted) return failed(State::interrupted, "interrupted");
  if (transfer.oversized) {
    return failed(State::refused, "the reply is larger than " + std::to_string(limits.body_bytes) + " bytes");
  }
  const int status = transfer.status;
  if (status == 0) return failed(State::try_again, transfer.problem);
  if (status == 200) return read_answer(transfer.body);
  const std::string code = "HTTP " + std::to_string(status) + ": ";
  if (!transfer.location.empty()) {
    return failed(State::shut,
                  code + "redirects are not followed; if you trust it, give the address " + transfer.location);
  }
  const std::string words = code + error_text(transfer.body);
  if (status == 401 || status == 403) return failed(State::shut, words + "; check $OPENAI_API_KEY");
  if (status == 404 || status == 405) return failed(State::shut, words + "; check the address and the model's name");
  if (status != 408 && status != 429 && status < 500) return failed(State::refused, words);
  ChatReply reply = failed(State::try_again, words);
  reply.wait = transfer.wait;
  return reply;
}

}  // namespace

ChatEndpoint::ChatEndpoint(const std::string& url, std::string key, ChatLimits limits)
    : url_(url), key_(std::move(key)), limits_(limits) {
  const auto parts = parse_url(url);
  if (!parts || (parts->scheme != "http" && parts->scheme != "https")) {
    refuse_url("does not start with http:// or https:// and a host");
  }
  if (!parts->plain) refuse_url("has a user, password, query or fragment in it");
  const auto is_odd = [](unsigned char c) { return c <= 0x20 || c >= 0x7f; };
  if (std::any_of(key_.begin(), key_.end(), is_odd)) {
    throw Error(ErrorKind::usage, "$OPENAI_API_KEY has blanks, line breaks or other odd characters in it");
  }
  loopback_ = is_loopback(parts->host);
  if (parts->scheme == "http" && !key_.empty() && !loopback_) {
    refuse_url(
        "is http:// on another machine, where $OPENAI_API_KEY would travel unencrypted: use https:// or unset it");
  }
  while (url_.ends_with('/')) url_.pop_back();
  if (!url_.ends_with(kEndOfPath)) url_ += kEndOfPath;
}

ChatReply ChatEndpoint::post(const Json& body, const std::function<bool()>& cancelled) const {
  const Transfer transfer = post_json(
      url_, {.body = dump_json(body), .key = key_, .direct = loopback_, .limits = limits_, .cancelled = cancelled});
  ChatReply reply = read_transfer(transfer, limits_);
  reply.problem = one_line(reply.problem, key_);
  return reply;
}

std::string judge_api_key() {
  const char* key = std::getenv("OPENAI_API_KEY");
  return key == nullptr ? "" : key;
}

}  // namespace ov
