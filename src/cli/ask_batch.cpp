#include "cli/ask_batch.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/error.h"
#include "base/progress_bar.h"
#include "cli/console.h"

namespace ov {
namespace {

constexpr std::size_t kMaxLine = 16'000'000;
constexpr std::size_t kMaxWaiting = 4096;  // finished requests behind one that still decodes

// One request on its way: its answer is either a line already or a sequence still decoding.
struct Request {
  Json id;
  Prompt prompt;
  std::unique_ptr<Sequence> sequence;
  std::string line;  // finished output
  bool failed = false;
  bool kept = false;  // answered in an earlier run
};

std::string error_line(const Json& id, ErrorKind kind, const std::string& message) {
  return dump_json({{"id", id}, {"error", error_json(kind, message)}});
}

// Options that a request line may set for itself.
void read_sampling(const Json& request, const std::string& where, SamplingFlags& flags) {
  const auto number = [&](const char* key, double low, double high, auto& into) {
    using Value = typename std::remove_reference_t<decltype(into)>::value_type;
    const auto found = request.find(key);
    if (found == request.end()) return;
    const double value = found->is_number() ? found->get<double>() : low - 1;
    if (value < low || value > high || (std::is_integral_v<Value> && value != std::floor(value))) {
      throw Error(ErrorKind::input, where + ": \"" + key + "\" should be a " +
                                        (std::is_integral_v<Value> ? "whole " : "") + "number from " +
                                        Json(low).dump() + " to " + Json(high).dump() + ", found " + dump_json(*found));
    }
    into = found->get<Value>();
  };
  number("max_new_tokens", 1, 1e6, flags.max_new_tokens);
  number("temperature", 0, 100, flags.temperature);
  number("top_p", 1e-6, 1, flags.top_p);
  number("top_k", 0, 1e7, flags.top_k);
  number("repetition_penalty", 0.01, 100, flags.repetition_penalty);
  std::optional<std::uint64_t> seed;
  number("seed", 0, 9e15, seed);
  flags.seed = seed.value_or(flags.seed);
  const auto stop = request.find("stop");
  if (stop == request.end()) return;
  flags.stop.clear();
  for (const Json& text : stop->is_array() ? *stop : Json::array({*stop})) {
    if (!text.is_string()) throw Error(ErrorKind::input, where + ": \"stop\" should be a text or a list of texts");
    flags.stop.push_back(text.get<std::string>());
  }
}

void check_keys(const Json& request, const std::string& where) {
  static const std::set<std::string> known = {"id",    "messages",           "max_new_tokens", "temperature", "top_p",
                                              "top_k", "repetition_penalty", "seed",           "stop"};
  for (const auto& [key, value] : request.items()) {
    if (known.count(key) == 0) throw Error(ErrorKind::input, where + ": unknown key \"" + key + "\"");
  }
}

// The lines of an earlier output by id, each in order. Ids may repeat or be null, so the n-th line of
// an id belongs to the n-th request with it; "" stands for a failure, which is tried again.
using Kept = std::map<std::string, std::deque<std::string>>;

Kept read_kept(const std::string& path) {
  Kept kept;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (file.eof()) break;  // no newline: the line was being written when the run ended
    const Json answer = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object() || !answer.contains("id")) continue;
    kept[answer.at("id").dump()].push_back(answer.contains("text") ? line : "");
  }
  return kept;
}

class BatchRun {
 public:
  BatchRun(Session& session, const BatchOptions& options) : session_(session), options_(options) {}
  ~BatchRun() {
    if (!aside_.empty()) std::remove(aside_.c_str());
  }
  BatchRun(const BatchRun&) = delete;
  BatchRun& operator=(const BatchRun&) = delete;

  BatchCounts run() {
    open();
    std::size_t number = 0;
    std::string line;
    ProgressBar progress("ask", static_cast<std::int64_t>(total_bytes_), options_.quiet);
    bool more = true;
    while (more || !requests_.empty()) {
      while (more && requests_.size() < kMaxWaiting &&
             active().size() < static_cast<std::size_t>(options_.batch_size)) {
        more = static_cast<bool>(std::getline(in_, line));
        if (!more) break;
        ++number;
        if (line.find_first_not_of(" \t\r") != std::string::npos) begin(line, number);
        write_finished();
        progress.set(static_cast<std::int64_t>(read_bytes_ += line.size() + 1),
                     static_cast<std::int64_t>(total_bytes_));
      }
      const std::vector<Sequence*> decoding = active();
      if (!decoding.empty()) session_.engine(options_.sampling.prefill_chunk).step(decoding);
      finish_done();
      write_finished();
    }
    for (const auto& [id, lines] : kept_) {  // of requests that are no longer in the input
      for (const std::string& kept : lines) {
        if (!kept.empty()) write_line(kept);
      }
    }
    replace_output();
    return counts_;
  }

 private:
  void open() {
    in_.open(options_.in);
    std::error_code failed;
    total_bytes_ = std::filesystem::file_size(options_.in, failed);
    if (!in_ || failed) throw Error(ErrorKind::input, options_.in + ": cannot open; expected a JSONL file of requests");
    if (std::filesystem::equivalent(options_.in, options_.out, failed)) {
      throw Error(ErrorKind::usage, options_.out + ": --out is the file of --batch; the answers need one of their own");
    }
    if (options_.resume) {
      check_replaceable(options_.out);
      kept_ = read_kept(options_.out);
    }
    for (const auto& [id, lines] : kept_) {
      counts_.kept += std::count_if(lines.begin(), lines.end(), [](const std::string& line) { return !line.empty(); });
    }
    kept_left_ = counts_.kept;
    // Until every kept line is in the new output, the old one stays: a second kill loses nothing.
    if (kept_left_ > 0) aside_ = options_.out + ".partial-" + std::to_string(::getpid());
    out_.open(aside_.empty() ? options_.out : aside_, std::ios::trunc);
    check_written();
  }

  void check_written() {
    if (!out_) throw Error(ErrorKind::resource, options_.out + ": cannot write: " + std::strerror(errno));
  }

  void write_line(const std::string& line) {
    out_ << line << "\n" << std::flush;
    check_written();
  }

  // The kept line of the next request with this id, "" for none.
  std::string take_kept(const Json& id) {
    const auto found = kept_.find(id.dump());
    if (found == kept_.end() || found->second.empty()) return "";
    std::string line = std::move(found->second.front());
    found->second.pop_front();
    return line;
  }

  // A line whose id cannot be read failed the last time too.
  void skip_failure() {
    const auto found = kept_.find("null");
    if (found != kept_.end() && !found->second.empty() && found->second.front().empty()) found->second.pop_front();
  }

  void replace_output() {
    if (aside_.empty()) return;
    if (std::rename(aside_.c_str(), options_.out.c_str()) != 0) {
      throw Error(ErrorKind::resource, options_.out + ": cannot rename into place: " + std::strerror(errno));
    }
    aside_.clear();
  }

  std::vector<Sequence*> active() {
    std::vector<Sequence*> sequences;
    for (Request& request : requests_) {
      if (request.sequence) sequences.push_back(request.sequence.get());
    }
    return sequences;
  }

  // Parses a line, prefills it, and queues it; a failure becomes its output line.
  void begin(const std::string& line, std::size_t number) {
    const std::string where = options_.in + ": line " + std::to_string(number);
    Request request;
    bool has_id = false;
    try {
      if (line.size() > kMaxLine)
        throw Error(ErrorKind::input, where + ": longer than " + std::to_string(kMaxLine) + " bytes");
      const Json parsed = parse_json(line, where, ErrorKind::input);
      if (!parsed.is_object()) throw Error(ErrorKind::input, where + ": expected a JSON object");
      request.id = parsed.value("id", Json());
      has_id = true;
      request.line = take_kept(request.id);
      if (!request.line.empty()) {
        request.kept = true;
        requests_.push_back(std::move(request));
        return;
      }
      check_keys(parsed, where);
      SamplingFlags flags = options_.sampling;
      read_sampling(parsed, where, flags);
      request.prompt = session_.processor().prepare(parse_messages(parsed.value("messages", Json()), where));
      const Engine& engine = session_.engine(options_.sampling.prefill_chunk);
      request.sequence = engine.start(request.prompt, session_.generate_options(flags));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) throw;
      request.failed = true;
      request.line = error_line(request.id, error.kind(), error.what());
      if (!has_id) skip_failure();
    } catch (const std::bad_alloc&) {
      request.failed = true;
      request.line = error_line(request.id, ErrorKind::resource, where + ": out of memory");
    }
    requests_.push_back(std::move(request));
    finish_done();
  }

  void finish_done() {
    for (Request& request : requests_) {
      if (!request.sequence || !request.sequence->done()) continue;
      Json line = {{"id", request.id}};
      line.update(result_json(request.sequence->take(), request.prompt, session_.load_seconds()));
      request.line = dump_json(line);
      request.sequence.reset();
    }
  }

  void write_finished() {
    while (!requests_.empty() && !requests_.front().sequence) {
      const Request& request = requests_.front();
      write_line(request.line);
      if (!request.kept) ++(request.failed ? counts_.failed : counts_.answered);
      if (request.kept && --kept_left_ == 0) replace_output();
      requests_.pop_front();
    }
  }

  Session& session_;
  const BatchOptions& options_;
  std::ifstream in_;
  std::ofstream out_;
  std::string aside_;  // where the output is written while it replaces an older one
  Kept kept_;
  std::int64_t kept_left_ = 0;
  std::deque<Request> requests_;  // in input order
  BatchCounts counts_;
  std::uintmax_t total_bytes_ = 0;
  std::uintmax_t read_bytes_ = 0;
};

}  // namespace

BatchCounts ask_batch(Session& session, const BatchOptions& options) { return BatchRun(session, options).run(); }

}  // namespace ov
