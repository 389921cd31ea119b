#include "judge/judge.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <filesystem>
#include <thread>

#include "base/sha256.h"
#include "judge/replies.h"

namespace ov {
namespace {

using State = ChatReply::State;

constexpr int kMaxSilentInARow = 5;
constexpr std::size_t kMaxQuotedBytes = 200;

std::unique_ptr<JsonlFile> open_for_appending(const std::string& path) {
  if (path.empty()) return nullptr;
  cut_half_line(path);
  return std::make_unique<JsonlFile>(path);
}

std::string excerpt(const std::string& reply) {
  return dump_json(Json(reply.size() > kMaxQuotedBytes ? reply.substr(0, kMaxQuotedBytes) + "..." : reply));
}

}  // namespace

Json judge_request(const Rubric& rubric, const JudgeSample& sample, const std::string& model, int retry) {
  Json request = {{"model", model},
                  {"temperature", std::min(2.0, rubric.temperature + retry * rubric.temperature_step)},
                  {"max_tokens", rubric.max_tokens},
                  {"messages", rubric.messages(sample)}};
  if (rubric.json_reply) request["response_format"] = {{"type", "json_object"}};
  return request;
}

std::string request_key(const Rubric& rubric, const Json& request, int retry) {
  const std::string text = dump_json({{"rubric", rubric.name}, {"retry", retry}, {"request", request}});
  return sha256_hex({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Judge::Judge(JudgeOptions options) : options_(std::move(options)) {
  if (options_.model.empty()) throw Error(ErrorKind::usage, "the judge has no model name; give one");
  if (options_.url.empty() && options_.requests.empty()) {
    throw Error(ErrorKind::usage, "the judge has neither an address nor a file for requests");
  }
  if (options_.tries < 1 || options_.threads < 1) {
    throw Error(ErrorKind::usage, "the judge's tries and threads should be at least 1");
  }
  if (!options_.url.empty()) endpoint_.emplace(options_.url, options_.key, options_.limits);
  cache_ = open_for_appending(options_.cache);
  for_each_line(options_.cache, [&](const Json& line, const std::string& where) {
    const Fields fields(line, where);
    replies_.emplace(fields.string("key"), fields.string("reply"));
  });
  requests_ = open_for_appending(options_.requests);
  for_each_line(options_.requests, [&](const Json& line, const std::string& where) {
    saved_.insert(Fields(line, where).string("custom_id"));
  });
}

Judge::~Judge() = default;

JudgeCounts Judge::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

Judgement Judge::grade(const Rubric& rubric, const JudgeSample& sample) {
  Judgement judgement;
  for (int retry = 0; retry < rubric.tries && judgement.state == Judgement::State::failed; ++retry) {
    const Json request = judge_request(rubric, sample, options_.model, retry);
    const Asked asked = ask(rubric, request, request_key(rubric, request, retry));
    judgement.cached = asked.cached && (retry == 0 || judgement.cached);
    if (asked.saved) judgement.state = Judgement::State::saved;
    if (!asked.reply) {
      judgement.problem = asked.problem;
      break;
    }
    judgement.reply = *asked.reply;
    const auto verdict = rubric.verdict(without_reasoning(judgement.reply));
    if (verdict) {
      judgement.state = Judgement::State::graded;
      judgement.verdict = *verdict;
      judgement.problem.clear();
    } else {
      judgement.problem = "no verdict in " + std::to_string(retry + 1) + (retry == 0 ? " reply" : " replies") +
                          ", the last was " + excerpt(judgement.reply);
    }
  }
  const std::lock_guard lock(mutex_);
  counts_.graded += judgement.state == Judgement::State::graded;
  counts_.failed += judgement.state == Judgement::State::failed;
  counts_.saved += judgement.state == Judgement::State::saved;
  return judgement;
}

Judge::Asked Judge::ask(const Rubric& rubric, const Json& body, const std::string& key) {
  if (options_.cancelled && options_.cancelled()) throw Error(ErrorKind::interrupted, "interrupted");
  {
    const std::lock_guard lock(mutex_);
    const auto known = replies_.find(key);
    if (known != replies_.end()) {
      ++counts_.cached;
      return {.reply = known->second, .cached = true};
    }
    if (!endpoint_) {
      save(body, key);
      return {.problem = "not sent: there is no judge; the request is in " + options_.requests, .saved = true};
    }
  }
  const ChatReply reply = send(body);
  const std::lock_guard lock(mutex_);
  silent_in_a_row_ = reply.state == State::try_again ? silent_in_a_row_ + 1 : 0;
  if (reply.state == State::interrupted) throw Error(ErrorKind::interrupted, "interrupted");
  if (reply.state == State::shut) throw Error(ErrorKind::usage, "judge " + endpoint_->url() + ": " + reply.problem);
  if (silent_in_a_row_ >= kMaxSilentInARow) {
    throw Error(ErrorKind::resource, "judge " + endpoint_->url() + ": no answer to " +
                                         std::to_string(silent_in_a_row_) +
                                         " requests in a row, the last problem was: " + reply.problem +
                                         "; replies so far are kept, run it again later");
  }
  if (reply.state != State::answered) return {.problem = reply.problem};
  counts_.prompt_tokens += reply.prompt_tokens;
  counts_.reply_tokens += reply.reply_tokens;
  keep({{"key", key}, {"rubric", rubric.name}, {"model", options_.model}, {"reply", reply.text}}, key, reply.text);
  return {.reply = reply.text};
}

ChatReply Judge::send(const Json& body) {
  std::chrono::milliseconds pause = options_.pause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    {
      const std::lock_guard lock(mutex_);
      ++counts_.sent;
    }
    ChatReply reply = endpoint_->post(body, options_.cancelled);
    if (reply.state != State::try_again) return reply;
    if (attempt == options_.tries) {
      reply.problem += " (tried " + std::to_string(attempt) + " times)";
      return reply;
    }
    rest(
        std::min(options_.longest_pause, reply.wait ? std::max<std::chrono::milliseconds>(pause, *reply.wait) : pause));
  }
}

void Judge::rest(std::chrono::milliseconds pause) const {
  constexpr std::chrono::milliseconds kStep{100};
  for (; pause.count() > 0; pause -= kStep) {
    if (options_.cancelled && options_.cancelled()) throw Error(ErrorKind::interrupted, "interrupted");
    std::this_thread::sleep_for(std::min(kStep, pause));
  }
}

void Judge::keep(const Json& line, const std::string& key, const std::string& reply) {
  if (!replies_.emplace(key, reply).second || !cache_) return;
  cache_->add(line);
  cache_->flush();
}

void Judge::save(const Json& body, const std::string& key) {
  if (!saved_.insert(key).second) return;
  requests_->add({{"custom_id", key}, {"method", "POST"}, {"url", "/v1/chat/completions"}, {"body", body}});
  requests_->flush();
}

void Judge::grade_all(const Rubric& rubric, std::size_t count, const std::function<JudgeSample(std::size_t)>& sample_at,
                      const std::function<void(std::size_t, const Judgement&)>& done) {
  std::mutex calls;
  std::size_t next = 0;
  std::exception_ptr problem;
  const auto work = [&] {
    std::unique_lock lock(calls);
    while (next < count && !problem) {
      try {
        const std::size_t index = next++;
        const JudgeSample sample = sample_at(index);
        lock.unlock();
        const Judgement judgement = grade(rubric, sample);
        lock.lock();
        done(index, judgement);
      } catch (...) {
        if (!lock.owns_lock()) lock.lock();
        if (!problem) problem = std::current_exception();
      }
    }
  };
  std::vector<std::thread> threads;
  const std::size_t others = std::min<std::size_t>(static_cast<std::size_t>(options_.threads), count);
  for (std::size_t i = 1; i < others; ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  if (problem) std::rethrow_exception(problem);
}

std::int64_t Judge::add_batch(const std::string& path) {
  if (!std::filesystem::exists(path)) throw Error(ErrorKind::input, path + ": there is no such file");
  std::int64_t added = 0;
  for_each_line(path, [&](const Json& line, const std::string& where) {
    const Fields fields(line, where);
    if (!fields.has("response")) return;  // a request that failed
    const Fields body = fields.object("response").object("body");
    if (!body.has("choices")) return;
    const Json& choices = body.at("choices");
    if (!choices.is_array() || choices.empty()) body.refuse("choices", "a list with an answer");
    const std::string reply = Fields(choices[0], where).object("message").string("content");
    const std::string key = fields.string("custom_id");
    const std::lock_guard lock(mutex_);
    if (replies_.contains(key)) return;
    keep({{"key", key}, {"model", options_.model}, {"reply", reply}}, key, reply);
    ++added;
  });
  return added;
}

}  // namespace ov
