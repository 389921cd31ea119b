// onevision ask: one answer, streamed; or many from a JSONL file (cli/ask_batch.cpp).
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <iterator>

#include "base/error.h"
#include "cli/ask_batch.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"

namespace ov {
namespace {

struct AskOptions {
  ModelOptions model;
  MediaOptions media;
  SamplingFlags sampling;
  std::string prompt;
  std::string system;
  std::string batch_in, batch_out;
  std::int64_t batch_size = 8;
  bool resume = false;
  bool json = false;
};

std::string read_prompt(const AskOptions& options) {
  if (!options.prompt.empty() && options.prompt != "-") return options.prompt;
  std::string text;
  if (options.prompt == "-" || ::isatty(STDIN_FILENO) == 0) {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
    if (!text.empty() && text.back() == '\n') text.pop_back();
  }
  if (text.empty()) throw Error(ErrorKind::usage, "no question: give PROMPT, or pipe one in; see onevision ask --help");
  return text;
}

int ask_one(const AskOptions& options) {
  Session session(options.model, options.media);
  const Conversation talk = ask_conversation(read_prompt(options), media_sources(options.media), options.system);
  const Prompt prompt = session.processor().prepare(talk);
  const GenerateOptions generate = session.generate_options(options.sampling);
  const Engine& engine = session.engine(options.sampling.prefill_chunk);
  if (options.json) {
    print_json(result_json(engine.generate(prompt, generate), prompt, session.load_seconds()));
    return 0;
  }
  // Tell a person at the terminal why nothing is printed yet.
  const bool tell = !options.model.quiet && ::isatty(STDERR_FILENO) == 1;
  if (tell) std::fprintf(stderr, "reading %lld prompt tokens ...", static_cast<long long>(prompt.length()));
  bool first = true;
  engine.generate(prompt, generate, [&](std::string_view text) {
    if (tell && first) std::fprintf(stderr, "\r\033[K");
    first = false;
    return print_streaming(text);
  });
  print("\n");
  return 0;
}

int ask(const AskOptions& options) {
  report_errors_as_json(options.json);
  if (options.batch_in.empty() != options.batch_out.empty()) {
    throw Error(ErrorKind::usage, "--batch and --out go together: --batch in.jsonl --out out.jsonl");
  }
  if (options.batch_in.empty()) return ask_one(options);
  if (!options.prompt.empty()) throw Error(ErrorKind::usage, "give either PROMPT or --batch, not both");
  Session session(options.model, options.media);
  BatchOptions batch;
  batch.in = options.batch_in, batch.out = options.batch_out;
  batch.batch_size = options.batch_size, batch.resume = options.resume, batch.quiet = options.model.quiet;
  batch.sampling = options.sampling;
  const BatchCounts counts = ask_batch(session, batch);
  if (options.json) print_json({{"answered", counts.answered}, {"failed", counts.failed}, {"kept", counts.kept}});
  return 0;
}

}  // namespace

void add_ask(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("ask", "Ask one question about pictures and videos, or many with --batch");
  auto options = std::make_shared<AskOptions>();
  command->add_option(
      "PROMPT", options->prompt,
      "The question. <image> and <video> place the media; without them all media come first. - reads stdin");
  add_media_options(*command, options->media);
  add_model_options(*command, options->model);
  add_sampling_options(*command, options->sampling);
  command->add_option("--system", options->system, "System message (default: the template's own)");
  command->add_option("--batch", options->batch_in, "JSONL file of requests: {\"id\", \"messages\", ...} on each line");
  command->add_option("--out", options->batch_out, "JSONL file for the answers of --batch");
  command
      ->add_option("--batch-size", options->batch_size,
                   "Requests of --batch that decode together; changes speed, not answers")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_flag("--resume", options->resume, "With --batch: keep the answers that are already in --out");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer(
      "Examples:\n"
      "  onevision ask \"What is on the table?\" --image coffee.jpg\n"
      "  onevision ask \"<image> is the first, <image> the second. What changed?\" --image a.png --image b.png\n"
      "  onevision ask \"What happens?\" --video ball.mp4 --num-frames 16 --json");
  command->callback([options, &run] { run = [options] { return ask(*options); }; });
}

}  // namespace ov
