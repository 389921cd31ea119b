#include "judge/judge.h"

#include <gmock/gmock.h>

#include "judge/test_servers.h"
#include "report/test_folder.h"

namespace ov {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using State = Judgement::State;

const Rubric& mmvet() { return rubric_of("mmvet"); }

JudgeSample sample(const std::string& prediction = "a cat") {
  return {.question = "What is it?", .reference = "a cat", .prediction = prediction};
}

JudgeOptions options_for(const std::string& url, const TestFolder& folder) {
  return {.url = url, .model = "judge-1", .cache = folder.file("cache.jsonl"), .pause = milliseconds(1)};
}

// Answers with one text after another; a text that starts with a digit and a blank is a status: "429 ".
ChatServer::Answer in_turn(std::vector<std::string> texts) {
  auto next = std::make_shared<std::atomic<std::size_t>>(0);
  return [texts, next](const httplib::Request&, httplib::Response& response) {
    const std::string& text = texts[std::min(texts.size() - 1, (*next)++)];
    if (text.starts_with("status ")) {
      response.status = std::stoi(text.substr(7));
    } else {
      ChatServer::say(response, text);
    }
  };
}

TEST(Judge, GradesAndAsksForTheSameOnlyOnce) {
  const TestFolder folder;
  const ChatServer server(ChatServer::always("0.5"));
  {
    Judge judge(options_for(server.url(), folder));
    const Judgement judgement = judge.grade(mmvet(), sample());
    EXPECT_EQ(judgement.state, State::graded);
    EXPECT_EQ(judgement.verdict.value, 0.5);
    EXPECT_FALSE(judgement.cached);
    EXPECT_TRUE(judge.grade(mmvet(), sample()).cached);
    EXPECT_FALSE(judge.grade(mmvet(), sample("a dog")).cached);
    EXPECT_EQ(judge.counts().graded, 3);
    EXPECT_EQ(judge.counts().sent, 2);
    EXPECT_EQ(judge.counts().cached, 1);
    EXPECT_EQ(judge.counts().prompt_tokens, 200);
  }
  const Json body = server.body(0);
  EXPECT_EQ(body.at("model"), "judge-1");
  EXPECT_EQ(body.at("temperature"), 0.0);
  EXPECT_EQ(body.at("max_tokens"), 128);
  // Another run, even with another address, has the reply; another model or rubric has not.
  Judge again(options_for("http://127.0.0.1:1", folder));
  EXPECT_TRUE(again.grade(mmvet(), sample()).cached);
  JudgeOptions other = options_for(server.url(), folder);
  other.model = "judge-2";
  EXPECT_FALSE(Judge(other).grade(mmvet(), sample()).cached);
  EXPECT_EQ(server.requests().size(), 3u);
}

TEST(Judge, ACacheOfAKilledRunIsUsed) {
  const TestFolder folder;
  const ChatServer server(ChatServer::always("0.5"));
  Judge(options_for(server.url(), folder)).grade(mmvet(), sample());
  folder.write("cache.jsonl", folder.read("cache.jsonl") + "{\"key\": \"half");
  Judge judge(options_for(server.url(), folder));
  EXPECT_TRUE(judge.grade(mmvet(), sample()).cached);
  judge.grade(mmvet(), sample("a dog"));
  EXPECT_TRUE(Judge(options_for(server.url(), folder)).grade(mmvet(), sample("a dog")).cached);
  folder.write("cache.jsonl", "{\"key\": 1}\n");
  EXPECT_THAT(error_of([&] { Judge damaged(options_for(server.url(), folder)); }), StartsWith("format: "));
}

TEST(Judge, TriesAgainWhenTheEndpointIsBusy) {
  const TestFolder folder;
  const ChatServer server(in_turn({"status 429", "status 500", "1.0"}));
  Judge judge(options_for(server.url(), folder));
  EXPECT_EQ(judge.grade(mmvet(), sample()).verdict.value, 1);
  EXPECT_EQ(judge.counts().sent, 3);
}

TEST(Judge, WaitsAsLongAsTheEndpointSays) {
  const TestFolder folder;
  const ChatServer server([calls = 0](const httplib::Request&, httplib::Response& response) mutable {
    if (calls++ > 0) return ChatServer::say(response, "1.0");
    response.status = 429;
    response.set_header("Retry-After", "1");
  });
  Judge judge(options_for(server.url(), folder));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(judge.grade(mmvet(), sample()).state, State::graded);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(950));
}

TEST(Judge, AsksAgainForARepliesThatSayNothingAndThenCountsAFailure) {
  const TestFolder folder;
  const ChatServer server(in_turn({"about half", "0.5"}));
  Judge judge(options_for(server.url(), folder));
  EXPECT_EQ(judge.grade(mmvet(), sample()).verdict.value, 0.5);
  EXPECT_EQ(server.body(1).at("temperature"), 0.5);

  const ChatServer chatty(ChatServer::always("I would rather not say"));
  Judge second(options_for(chatty.url(), folder));
  const Judgement failed = second.grade(mmvet(), sample("a dog"));
  EXPECT_EQ(failed.state, State::failed);
  EXPECT_THAT(failed.problem, HasSubstr("no verdict in 5 replies, the last was \"I would rather not say\""));
  EXPECT_EQ(chatty.requests().size(), 5u);
  EXPECT_EQ(chatty.body(4).at("temperature"), 2.0);
  EXPECT_EQ(second.counts().failed, 1);
  // They were paid for: not asked again.
  EXPECT_EQ(Judge(options_for("http://127.0.0.1:1", folder)).grade(mmvet(), sample("a dog")).problem, failed.problem);
}

TEST(Judge, WhatOneRequestMeetsIsOneFailure) {
  const TestFolder folder;
  const ChatServer server(in_turn({"status 400", "1.0"}));
  Judge judge(options_for(server.url(), folder));
  const Judgement failed = judge.grade(mmvet(), sample());
  EXPECT_EQ(failed.state, State::failed);
  EXPECT_THAT(failed.problem, HasSubstr("HTTP 400"));
  EXPECT_EQ(judge.grade(mmvet(), sample("a dog")).state, State::graded);
}

TEST(Judge, WhatAllRequestsWillMeetEndsTheRun) {
  const TestFolder folder;
  const ChatServer locked(in_turn({"status 401"}));
  EXPECT_THAT(error_of([&] { Judge(options_for(locked.url(), folder)).grade(mmvet(), sample()); }),
              testing::AllOf(StartsWith("usage: "), HasSubstr("$OPENAI_API_KEY")));

  const ChatServer busy(in_turn({"status 503"}));
  Judge judge(options_for(busy.url(), folder));
  for (int i = 0; i < 4; ++i)
    EXPECT_THAT(judge.grade(mmvet(), sample()).problem, HasSubstr("HTTP 503:  (tried 5 times)"));
  EXPECT_THAT(error_of([&] { judge.grade(mmvet(), sample()); }),
              testing::AllOf(StartsWith("resource: "), HasSubstr("5 requests in a row")));
}

TEST(Judge, CancellingEndsAPause) {
  const TestFolder folder;
  const ChatServer busy(in_turn({"status 503"}));
  JudgeOptions options = options_for(busy.url(), folder);
  options.pause = std::chrono::seconds(60);
  options.cancelled = [&] { return !busy.requests().empty(); };
  EXPECT_THAT(error_of([&] { Judge(options).grade(mmvet(), sample()); }), StartsWith("interrupted: "));
}

TEST(Judge, GradesManyAtATime) {
  const TestFolder folder;
  std::atomic<int> now{0}, most{0};
  const ChatServer server([&](const httplib::Request&, httplib::Response& response) {
    most = std::max(most.load(), ++now);
    std::this_thread::sleep_for(milliseconds(50));
    --now;
    ChatServer::say(response, "1.0");
  });
  Judge judge(options_for(server.url(), folder));
  std::vector<int> seen(20);
  const auto sample_at = [](std::size_t i) { return sample("answer " + std::to_string(i)); };
  judge.grade_all(mmvet(), 20, sample_at,
                  [&](std::size_t i, const Judgement& judgement) { seen[i] += judgement.state == State::graded; });
  EXPECT_EQ(seen, std::vector<int>(20, 1));
  EXPECT_GT(most, 1);
  EXPECT_LE(most, 4);
  judge.grade_all(mmvet(), 0, sample_at, [](std::size_t, const Judgement&) { FAIL(); });
  EXPECT_THAT(error_of([&] {
                judge.grade_all(mmvet(), 20, sample_at,
                                [](std::size_t, const Judgement&) { throw Error(ErrorKind::resource, "disk full"); });
              }),
              HasSubstr("disk full"));
}

TEST(Judge, WithoutAnEndpointRequestsAreSavedForABatch) {
  const TestFolder folder;
  JudgeOptions options = options_for("", folder);
  EXPECT_THAT(error_of([&] { Judge nothing(options); }), HasSubstr("neither an address nor a file"));
  options.requests = folder.file("requests.jsonl");
  for (int run = 0; run < 2; ++run) {
    Judge judge(options);
    const Judgement judgement = judge.grade(mmvet(), sample());
    EXPECT_EQ(judgement.state, State::saved);
    EXPECT_THAT(judgement.problem, HasSubstr("requests.jsonl"));
    EXPECT_EQ(judge.counts().saved, 1);
  }
  const Json line = parse_json(folder.read("requests.jsonl"), "requests.jsonl");  // one line of two runs
  EXPECT_EQ(line.at("url"), "/v1/chat/completions");
  EXPECT_EQ(line.at("body"), judge_request(mmvet(), sample(), "judge-1", 0));

  const Json reply = {{"choices", Json::array({{{"message", {{"content", "0.7"}}}}})}};
  const Json answered = {{"custom_id", line.at("custom_id")}, {"response", {{"status_code", 200}, {"body", reply}}}};
  folder.write("batch.jsonl", dump_json(answered) + "\n{\"custom_id\": \"x\", \"response\": null}\n");
  EXPECT_EQ(Judge(options).add_batch(folder.file("batch.jsonl")), 1);
  EXPECT_EQ(Judge(options).add_batch(folder.file("batch.jsonl")), 0);
  EXPECT_EQ(Judge(options).grade(mmvet(), sample()).verdict.value, 0.7);
  EXPECT_THAT(error_of([&] { Judge(options).add_batch(folder.file("no.jsonl")); }), StartsWith("input: "));
  folder.write("bad.jsonl", "{\"custom_id\": 1, \"response\": {\"body\": {\"choices\": []}}}\n");
  EXPECT_THAT(error_of([&] { Judge(options).add_batch(folder.file("bad.jsonl")); }), HasSubstr("bad.jsonl:1"));
}

}  // namespace
}  // namespace ov
