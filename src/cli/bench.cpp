// onevision bench: times one part of answering, with JSON output. Every repeat is reported as the
// median; the first pass warms caches and is not counted.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>

#include "base/error.h"
#include "base/parallel.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"
#include "tensor/ops.h"

namespace ov {
namespace {

struct BenchOptions {
  ModelOptions model;
  MediaOptions media;
  SamplingFlags sampling;
  std::string part;
  std::vector<std::string> files;
  std::string prompt = "What is shown in this image?";
  std::int64_t repeat = 3;
  std::int64_t decode_tokens = 32;
  bool json = false;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Medians over `repeat` answers of the named timings.
Json time_answers(const Engine& engine, const Prompt& prompt, GenerateOptions generate, const BenchOptions& options) {
  generate.max_new_tokens = options.part == "decode" || options.part == "ttft" ? options.decode_tokens + 1 : 1;
  generate.eos_token_ids.clear();
  generate.stop.clear();
  std::map<std::string, std::vector<double>> seen;
  for (std::int64_t i = 0; i <= options.repeat; ++i) {
    const Timings t = engine.generate(prompt, generate).timings;
    if (i == 0) continue;
    seen["preprocess_s"].push_back(t.preprocess_s);
    seen["vision_s"].push_back(t.vision_s);
    seen["prefill_s"].push_back(t.prefill_s);
    seen["first_token_s"].push_back(t.first_token_s);
    if (t.decode_s > 0)
      seen["decode_tokens_per_s"].push_back(static_cast<double>(generate.max_new_tokens - 1) / t.decode_s);
  }
  Json out = Json::object();
  for (const auto& [name, values] : seen) out[name] = median(values);
  return out;
}

Json time_loading(const BenchOptions& options) {
  std::vector<double> open, load;
  for (std::int64_t i = 0; i <= options.repeat; ++i) {
    std::unique_ptr<Session> session;
    const double opened = seconds([&] { session = std::make_unique<Session>(options.model, options.media); });
    session->engine();
    if (i == 0 && options.repeat > 0) continue;
    open.push_back(opened);
    load.push_back(session->load_seconds());
  }
  return {{"open_s", median(open)}, {"load_s", median(load)}};
}

// Pictures decoded, cut into tiles and normalised, again and again for about four seconds.
Json time_data(const BenchOptions& options) {
  constexpr double kSeconds = 4;
  if (options.files.empty()) throw Error(ErrorKind::usage, "bench data: give the picture files to read");
  const Session session(options.model, options.media);
  std::vector<Prompt> prompts;
  for (const std::string& file : options.files) {
    prompts.push_back(session.processor().prepare(ask_conversation("", {MediaSource::image(file)}, "")));
  }
  const std::int64_t side = session.config().tiling.tile_size;
  std::atomic<std::int64_t> images{0};
  double taken = 0;
  while (taken < kSeconds) {
    taken += seconds([&] {
      parallel_for(static_cast<std::int64_t>(prompts.size()), 1, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> pixels;
        for (std::int64_t i = begin; i < end; ++i) {
          const PromptMedia& media = prompts[static_cast<std::size_t>(i)].media[0];
          pixels.resize(static_cast<std::size_t>(media.plan.tiles * 3 * side * side));
          session.processor().read_pixels(media, pixels.data());
          ++images;
        }
      });
    });
  }
  return {{"images", images.load()}, {"images_per_s", static_cast<double>(images.load()) / taken}};
}

int bench(const BenchOptions& options) {
  report_errors_as_json(options.json);
  Json out;
  if (options.part != "data" && !options.files.empty()) {
    throw Error(ErrorKind::usage, "only bench data takes files; give pictures with --image");
  }
  if (options.part == "load") {
    out = time_loading(options);
  } else if (options.part == "data") {
    out = time_data(options);
  } else {
    Session session(options.model, options.media);
    const Prompt prompt =
        session.processor().prepare(ask_conversation(options.prompt, media_sources(options.media), ""));
    const Engine& engine = session.engine(options.sampling.prefill_chunk);
    out = time_answers(engine, prompt, session.generate_options(options.sampling), options);
    out["prompt_tokens"] = prompt.length();
    out["threads"] = options.model.threads;
    out["dtype"] = c10::toString(session.dtype());
  }
  out["part"] = options.part;
  out["repeat"] = options.repeat;
  out["kernels"] = kernels_enabled() ? kernels::isa_name(kernels::active_isa()) : "off";
  out["peak_rss_bytes"] = peak_rss_bytes();
  if (options.json) {
    print_json(out);
    return 0;
  }
  std::string text;
  for (const auto& [key, value] : out.items())
    text += key + ": " + (value.is_string() ? value.get<std::string>() : value.dump()) + "\n";
  print(text);
  return 0;
}

}  // namespace

void add_bench(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("bench", "Time one part of answering");
  auto options = std::make_shared<BenchOptions>();
  command
      ->add_option(
          "PART", options->part,
          "load, ttft (to the first token, then decoding), vision, prefill, decode, or data (pictures to tiles)")
      ->required()
      ->check(CLI::IsMember({"load", "ttft", "vision", "prefill", "decode", "data"}));
  command->add_option("FILES", options->files, "Pictures for data");
  command->add_option("--prompt", options->prompt, "The question")->capture_default_str();
  add_media_options(*command, options->media);
  add_model_options(*command, options->model);
  command->add_option("--prefill-chunk", options->sampling.prefill_chunk, "Prompt positions per pass")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--repeat", options->repeat, "Counted passes, after one that is not counted")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_option("--decode-tokens", options->decode_tokens, "Tokens decoded after the first")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer("Example: onevision bench ttft --model random-0.5b --image photo.jpg --repeat 5 --json");
  command->callback([options, &run] { run = [options] { return bench(*options); }; });
}

}  // namespace ov
