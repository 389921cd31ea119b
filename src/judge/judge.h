// Grades answers by a language model behind an OpenAI-compatible endpoint. Every reply is kept in a cache, a line each,
// before it is used: a run that is killed never pays for one twice. A judge that fails is a failure with a reason; no
// number is made up for it. Without an endpoint the requests are saved for later.
//
//   Judge judge({.url = "https://api.openai.com/v1", .key = judge_api_key(), .model = "gpt-4o-2024-11-20",
//                .cache = "runs/eval/judge_cache.jsonl"});
//   const Judgement judgement = judge.grade(rubric_of("mmvet"), sample);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "judge/chat_endpoint.h"
#include "judge/rubrics.h"
#include "report/jsonl_file.h"

namespace ov {

struct JudgeOptions {
  std::string url;  // "": nothing is sent; what the cache does not answer goes to `requests`
  std::string key;
  std::string model;
  std::string cache;     // file of replies, "" = none; may be shared by runs
  std::string requests;  // file of saved requests, in the form of OpenAI's batch files; "" = none
  ChatLimits limits;
  int tries = 5;  // of a request that may succeed later, with a pause that doubles from `pause` on
  std::chrono::milliseconds pause{1'000};
  std::chrono::milliseconds longest_pause{60'000};  // bounds Retry-After too
  int threads = 4;                                  // requests under way at one time in grade_all
  std::function<bool()> cancelled;                  // asked about every second
};

struct Judgement {
  enum class State { graded, failed, saved };
  State state = State::failed;
  Verdict verdict;      // when graded
  std::string reply;    // the judge's last words
  std::string problem;  // when not graded
  bool cached = false;  // nothing was sent
};

struct JudgeCounts {
  std::int64_t graded = 0, failed = 0, saved = 0;
  std::int64_t sent = 0;                             // requests, repeated ones too
  std::int64_t cached = 0;                           // replies that the cache had
  std::int64_t prompt_tokens = 0, reply_tokens = 0;  // of replies that came now
};

class Judge {
 public:
  // Throws usage for options that do not fit together, format for a damaged cache.
  explicit Judge(JudgeOptions options);
  ~Judge();

  // Throws interrupted when cancelled; usage when the endpoint refuses the key, the address or the model; resource when
  // it did not answer several requests in a row. Replies so far are in the cache. May be called by many threads.
  Judgement grade(const Rubric& rubric, const JudgeSample& sample);

  // Grades `count` samples with options.threads requests at a time. `sample_at` and `done` are called by one thread
  // at a time; `done` in the order in which judgements come.
  void grade_all(const Rubric& rubric, std::size_t count, const std::function<JudgeSample(std::size_t)>& sample_at,
                 const std::function<void(std::size_t, const Judgement&)>& done);

  // Takes over the replies of an answered batch file: lines {"custom_id", "response": {"body"}}. Returns how many were
  // new. Throws format naming the line for another form.
  std::int64_t add_batch(const std::string& path);

  JudgeCounts counts() const;

 private:
  struct Asked {
    std::optional<std::string> reply;
    std::string problem;
    bool cached = false, saved = false;
  };
  Asked ask(const Rubric& rubric, const Json& body, const std::string& key);
  ChatReply send(const Json& body);
  void rest(std::chrono::milliseconds pause) const;
  void keep(const Json& line, const std::string& key, const std::string& reply);
  void save(const Json& body, const std::string& key);

  JudgeOptions options_;
  std::optional<ChatEndpoint> endpoint_;
  mutable std::mutex mutex_;  // of all below
  std::unordered_map<std::string, std::string> replies_;
  std::set<std::string> saved_;
  std::unique_ptr<JsonlFile> cache_, requests_;
  JudgeCounts counts_;
  int silent_in_a_row_ = 0;
};

// What is sent for a sample; `retry` counts the replies to it that said nothing.
Json judge_request(const Rubric& rubric, const JudgeSample& sample, const std::string& model, int retry);

// What a reply is cached under: of the rubric, the request and the retry, not of the endpoint.
std::string request_key(const Rubric& rubric, const Json& request, int retry);

}  // namespace ov
