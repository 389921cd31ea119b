#include "cli/ask_batch.h"

#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/error.h"
#include "base/progress_bar.h"
#include "cli/console.h"

namespace ov {
namespace {

constexpr std::size_t kMaxLine = 16'000'000;

// One request on its way: its answer is either a line already or a sequence still decoding.
struct Request {
  Json id;
  Prompt prompt;
  std::unique_ptr<Sequence> sequence;
  std::string line;  // finished output
  bool failed = false;
};

std::string error_line(const Json& id, ErrorKind kind, const std::string& message) {
  return dump_json({{"id", id}, {"error", error_json(kind, message)}});
}

// Options that a request line may set for itself.
void read_sampling(const Json& request, const std::string& where, SamplingFlags& flags) {
  const auto number = [&](const char* key, double low, double high, auto& into) {
    const auto found = request.find(key);
    if (found == request.end()) return;
    if (!found->is_number() || found->get<double>() < low || found->get<double>() > high) {
      throw Error(ErrorKind::input, where + ": \"" + key + "\" should be a number from " + Json(low).dump() + " to " +
                                        Json(high).dump() + ", found " + dump_json(*found));
    }
    into = found->get<typename std::remove_reference_t<decltype(into)>::value_type>();
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

// Ids already answered in an earlier output; errors are tried again.
std::set<std::string> answered_ids(const std::string& path, std::string& kept_lines) {
  std::set<std::string> ids;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (file.eof()) break;  // no newline: the line was being written when the run ended
    const Json answer = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object() || !answer.contains("id") || !answer.contains("text")) continue;
    if (ids.insert(answer.at("id").dump()).second) kept_lines += line + "\n";
  }
  return ids;
}

class BatchRun {
 public:
  BatchRun(Session& session, const BatchOptions& options) : session_(session), options_(options) {}

  BatchCounts run() {
    open();
    std::size_t number = 0;
    std::string line;
    ProgressBar progress("ask", static_cast<std::int64_t>(total_bytes_), options_.quiet);
    bool more = true;
    while (more || !requests_.empty()) {
      while (more && active().size() < static_cast<std::size_t>(options_.batch_size)) {
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
    return counts_;
  }

 private:
  void open() {
    in_.open(options_.in);
    std::error_code failed;
    total_bytes_ = std::filesystem::file_size(options_.in, failed);
    if (!in_ || failed) throw Error(ErrorKind::input, options_.in + ": cannot open; expected a JSONL file of requests");
    std::string kept;
    if (options_.resume) kept_ = answered_ids(options_.out, kept);
    counts_.kept = static_cast<std::int64_t>(kept_.size());
    out_.open(options_.out, std::ios::trunc);
    if (!out_) throw Error(ErrorKind::resource, options_.out + ": cannot write: " + std::strerror(errno));
    out_ << kept << std::flush;
    check_written();
  }

  void check_written() {
    if (!out_) throw Error(ErrorKind::resource, options_.out + ": cannot write: " + std::strerror(errno));
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
    try {
      if (line.size() > kMaxLine)
        throw Error(ErrorKind::input, where + ": longer than " + std::to_string(kMaxLine) + " bytes");
      const Json parsed = parse_json(line, where, ErrorKind::input);
      if (!parsed.is_object()) throw Error(ErrorKind::input, where + ": expected a JSON object");
      request.id = parsed.value("id", Json());
      if (kept_.count(request.id.dump()) != 0) return;
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
      ++(requests_.front().failed ? counts_.failed : counts_.answered);
      out_ << requests_.front().line << "\n" << std::flush;
      check_written();
      requests_.pop_front();
    }
  }

  Session& session_;
  const BatchOptions& options_;
  std::ifstream in_;
  std::ofstream out_;
  std::set<std::string> kept_;
  std::deque<Request> requests_;  // in input order
  BatchCounts counts_;
  std::uintmax_t total_bytes_ = 0;
  std::uintmax_t read_bytes_ = 0;
};

}  // namespace

BatchCounts ask_batch(Session& session, const BatchOptions& options) { return BatchRun(session, options).run(); }

}  // namespace ov
