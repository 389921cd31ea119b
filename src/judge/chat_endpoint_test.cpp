#include "judge/chat_endpoint.h"

#include <gmock/gmock.h>

#include "judge/test_servers.h"

namespace ov {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using ::testing::HasSubstr;
using ::testing::Not;
using State = ChatReply::State;

const std::string kKey = "sk-test-0123456789";
const std::string kOk = "HTTP/1.1 200 OK\r\n";

ChatReply post(const std::string& url, ChatLimits limits = {}, const std::function<bool()>& cancelled = {}) {
  return ChatEndpoint(url, kKey, limits).post({{"model", "m"}}, cancelled);
}

// What comes of a server that sends `text` and closes.
ChatReply post_to(const std::string& text) {
  const RawServer server([&](int connection) { RawServer::put(connection, text); });
  return post(server.url());
}

ChatReply post_to_status(int status, const std::string& body, const std::string& header = "X-Nothing: 1") {
  return post_to("HTTP/1.1 " + std::to_string(status) + " Words\r\n" + header +
                 "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

TEST(ChatEndpoint, BringsTheAnswerAndWhatItCost) {
  const ChatServer server(ChatServer::always("0.5"));
  for (const std::string end : {"", "/", "/chat/completions"}) {
    const ChatReply reply = post(server.url() + end);
    EXPECT_EQ(reply.state, State::answered) << reply.problem;
    EXPECT_EQ(reply.text, "0.5");
    EXPECT_EQ(reply.prompt_tokens, 100);
    EXPECT_EQ(reply.reply_tokens, 7);
  }
  EXPECT_EQ(server.requests().size(), 3u);
  EXPECT_EQ(server.requests()[0].get_header_value("Authorization"), "Bearer " + kKey);
  EXPECT_EQ(server.requests()[0].get_header_value("Content-Type"), "application/json");
  EXPECT_EQ(server.requests()[0].body, R"({"model":"m"})");
}

TEST(ChatEndpoint, SendsLargePicturesAtOnce) {
  const ChatServer server(ChatServer::always("0.5"));
  const auto begin = steady_clock::now();
  const Json body = {{"picture", std::string(3 << 20, 'A')}};
  EXPECT_EQ(ChatEndpoint(server.url(), "", {}).post(body, {}).state, State::answered);
  EXPECT_LT(steady_clock::now() - begin, milliseconds(900));
  EXPECT_FALSE(server.requests()[0].has_header("Authorization"));
}

TEST(ChatEndpoint, TellsPassingTroubleFromLasting) {
  EXPECT_EQ(post_to_status(429, "{}").state, State::try_again);
  EXPECT_EQ(post_to_status(503, "").state, State::try_again);
  EXPECT_EQ(post_to_status(400, "{}").state, State::refused);
  EXPECT_EQ(post_to_status(401, "{}").state, State::shut);
  EXPECT_EQ(post_to_status(404, "{}").state, State::shut);
  EXPECT_EQ(post_to_status(429, "{}", "Retry-After: 7").wait, std::chrono::seconds(7));
  const ChatReply refused = post_to_status(400, R"({"error": {"message": "too long", "code": 1}})");
  EXPECT_EQ(refused.problem, "HTTP 400: too long");
  EXPECT_EQ(post("http://127.0.0.1:1/v1").state, State::try_again);
  EXPECT_EQ(post_to("").state, State::try_again);
  EXPECT_EQ(post_to("SSH-2.0-OpenSSH\r\n").state, State::try_again);
}

TEST(ChatEndpoint, ProblemsAreOneCleanLineWithoutTheKey) {
  const ChatReply reply = post_to_status(401, "bad key " + kKey + "\x1b[31m\n\xff" + std::string(5000, 'x'));
  EXPECT_THAT(reply.problem, HasSubstr("bad key [key] [31m \xef\xbf\xbdxxx"));
  EXPECT_LT(reply.problem.size(), 400u);
  EXPECT_THAT(post_to_status(401, "no").problem, HasSubstr("check $OPENAI_API_KEY"));
}

TEST(ChatEndpoint, RedirectsAreNotFollowed) {
  const ChatServer elsewhere(ChatServer::always("0.5"));
  const ChatReply reply = post_to_status(307, "", "Location: " + elsewhere.url());
  EXPECT_EQ(reply.state, State::shut);
  EXPECT_THAT(reply.problem, HasSubstr(elsewhere.url()));
  EXPECT_TRUE(elsewhere.requests().empty());
}

TEST(ChatEndpoint, RepliesOfAnotherFormAreRefused) {
  for (const char* body : {"", "garbage", "[]", "{}", "null", R"({"choices": []})", R"({"choices": [1]})",
                           R"({"choices": [{}]})", R"({"choices": [{"message": {"content": null}}]})",
                           R"({"choices": [{"message": {"content": [1]}}]})", R"({"choices": {"0": 1}})"}) {
    const ChatReply reply = post_to_status(200, body);
    EXPECT_EQ(reply.state, State::refused) << body;
    EXPECT_THAT(reply.problem, HasSubstr("not a chat completion")) << body;
  }
  EXPECT_EQ(post_to_status(200, std::string(200'000, '[')).state, State::refused);
  const ChatReply odd = post_to_status(
      200,
      R"({"choices": [{"message": {"content": "1"}}], "usage": {"prompt_tokens": 1e99, "completion_tokens": -4}})");
  EXPECT_EQ(odd.state, State::answered);
  EXPECT_EQ(odd.prompt_tokens + odd.reply_tokens, 0);
}

// Servers that never stop sending.
TEST(ChatEndpoint, FloodsAreCutOff) {
  const auto flood = [](const std::string& head, const std::string& piece) {
    const RawServer server([&](int connection) {
      bool open = RawServer::put(connection, head);
      while (open) open = RawServer::put(connection, piece);
    });
    return post(server.url());
  };
  const std::string line(60'000, 'A');
  const ChatReply body = flood(kOk + "Content-Length: 10737418240\r\n\r\n", line);
  EXPECT_EQ(body.state, State::refused);
  EXPECT_THAT(body.problem, HasSubstr("larger than 1048576 bytes"));
  EXPECT_EQ(flood(kOk + "\r\n", line).state, State::refused);
  EXPECT_EQ(flood(kOk + "Transfer-Encoding: chunked\r\n\r\n", "4\r\nAAAA\r\n").state, State::refused);
  EXPECT_EQ(flood(kOk, "X: " + line + "\r\n").state, State::refused);
  EXPECT_NE(flood("HTTP/1.1 200 ", line).state, State::answered);
  EXPECT_NE(flood("", "HTTP/1.1 100 Continue\r\n\r\n").state, State::answered);
}

TEST(ChatEndpoint, TricklesAreCutOff) {
  for (const std::string& head : {std::string("HTTP/1.1 200 "), kOk, kOk + "\r\n"}) {
    const RawServer server([&](int connection) {
      for (bool open = RawServer::put(connection, head); open; std::this_thread::sleep_for(milliseconds(10))) {
        open = RawServer::put(connection, "A");
      }
    });
    const auto begin = steady_clock::now();
    const ChatReply reply = post(server.url(), {.total = milliseconds(200)});
    EXPECT_EQ(reply.state, State::try_again);
    EXPECT_THAT(reply.problem, HasSubstr("timed out"));
    EXPECT_LT(steady_clock::now() - begin, milliseconds(1500));
  }
}

TEST(ChatEndpoint, CancellingEndsAWait) {
  std::atomic<bool> cancel{false};
  const RawServer server([&](int connection) {
    cancel = true;
    char rest;
    while (::recv(connection, &rest, 1, 0) > 0) {
    }
  });
  const auto begin = steady_clock::now();
  EXPECT_EQ(post(server.url(), {}, [&] { return cancel.load(); }).state, State::interrupted);
  EXPECT_LT(steady_clock::now() - begin, milliseconds(3000));
}

TEST(ChatEndpoint, AddressesAreChecked) {
  const auto problem_of = [](const std::string& url, const std::string& key) -> std::string {
    try {
      ChatEndpoint(url, key, {});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), Not(HasSubstr("sk-secret")));
      return error.what();
    }
    return "";
  };
  for (const char* url :
       {"", "judge", "api.openai.com/v1", "ftp://a/v1", "file:///etc/passwd", "http://", "http://a b/"}) {
    EXPECT_THAT(problem_of(url, ""), HasSubstr("http:// or https://")) << url;
  }
  EXPECT_THAT(problem_of("https://me:sk-secret@a/v1", ""), HasSubstr("user, password"));
  EXPECT_THAT(problem_of("https://a/v1?key=sk-secret", ""), HasSubstr("query"));
  EXPECT_THAT(problem_of("http://10.0.0.1/v1", "sk-secret"), HasSubstr("unencrypted"));
  EXPECT_THAT(problem_of("http://127.evil.example/v1", "sk-secret"), HasSubstr("unencrypted"));
  EXPECT_THAT(problem_of("https://a/v1", "sk-secret\r\nX: 1"), HasSubstr("line breaks"));
  for (const char* url : {"http://localhost:8000/v1", "http://[::1]:8000", "http://127.0.0.1", "https://a/v1"}) {
    EXPECT_EQ(problem_of(url, "sk-secret"), "") << url;
  }
  EXPECT_EQ(problem_of("http://10.0.0.1/v1", ""), "");
  EXPECT_EQ(ChatEndpoint("https://a/v1/", "", {}).url(), "https://a/v1/chat/completions");
}

}  // namespace
}  // namespace ov
