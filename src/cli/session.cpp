#include "cli/session.h"

#include <ATen/Parallel.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/parallel.h"
#include "checkpoint/random.h"
#include "cli/console.h"
#include "prompt/describe.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

std::string program_folder() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path().string();
}

void apply_kernels(const std::string& name) {
  if (name == "auto") return;
  if (name == "off") {
    set_kernels_enabled(false);
    return;
  }
  for (const auto isa : {kernels::Isa::generic, kernels::Isa::avx2, kernels::Isa::avx512, kernels::Isa::avx512_bf16,
                         kernels::Isa::amx_bf16}) {
    if (kernels::isa_name(isa) == name) kernels::limit_isa(isa);
  }
}

ProcessorOptions processor_options(const ModelOptions& model, const MediaOptions& media) {
  ProcessorOptions options;
  options.compat = model.compat;
  options.num_frames = media.num_frames;
  options.limits.max_file_bytes = static_cast<std::int64_t>(media.max_file_mb * 1e6);
  options.limits.max_image_pixels = static_cast<std::int64_t>(media.max_megapixels * 1e6);
  options.limits.max_video_seconds = media.max_video_minutes * 60;
  return options;
}

}  // namespace

CLI::Validator real_range(double low, double high) {
  const auto refuse = [low, high](std::string& text) {
    double value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed == std::errc{} && end == text.data() + text.size() && value >= low && value <= high)
      return std::string();
    return "Value " + text + " not in range " + Json(low).dump() + " to " + Json(high).dump();
  };
  return {refuse, "FLOAT in [" + Json(low).dump() + " - " + Json(high).dump() + "]"};
}

CLI::Validator whole_number() {
  const auto refuse = [](std::string& text) {
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed == std::errc{} && end == text.data() + text.size()) return std::string();
    return "Value " + text + " is not a whole number from 0 to 18446744073709551615";
  };
  return {refuse, ""};
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  const std::map<std::string, Compat> compat = {
      {"exact", Compat::exact}, {"official", Compat::official}, {"hf", Compat::hf}};
  command.add_option("--model", options.folder,
                     "Checkpoint folder, official or llava-hf layout (default: the model that comes with the program)");
  command.add_option("--device", options.device, "cpu, cuda or cuda:N")->capture_default_str();
  command.add_option("--dtype", options.dtype, "auto, float32, bfloat16 or float16")->capture_default_str();
  command.add_option("--threads", options.threads, "CPU threads (0: one per core)")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command.add_option("--compat", options.compat, "Rounding and sampling rules: exact, official or hf (default exact)")
      ->transform(CLI::CheckedTransformer(compat).description("{exact,official,hf}"));
  command
      .add_option("--kernels", options.kernels,
                  "Limit the CPU kernels: auto, amx_bf16, avx512_bf16, avx512, avx2, generic, or off (ATen)")
      ->check(CLI::IsMember({"auto", "amx_bf16", "avx512_bf16", "avx512", "avx2", "generic", "off"}))
      ->capture_default_str();
  command.add_flag("--quiet", options.quiet, "No progress on stderr");
}

void add_media_options(CLI::App& command, MediaOptions& options) {
  command.add_option("--image", options.images, "Picture: JPEG, PNG, WebP, GIF or BMP; repeat for several")
      ->allow_extra_args(false);
  command.add_option("--video", options.videos, "Video file, or a folder of frames; repeat for several")
      ->allow_extra_args(false);
  command.add_option("--num-frames", options.num_frames, "Frames shown of each video")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  command.add_option("--max-megapixels", options.max_megapixels, "Largest picture or frame to decode")
      ->check(real_range(0.000001, 4000.0))
      ->capture_default_str();
  command.add_option("--max-file-mb", options.max_file_mb, "Largest picture file to read")
      ->check(real_range(0.000001, 100000.0))
      ->capture_default_str();
  command.add_option("--max-video-minutes", options.max_video_minutes, "Longest video to read")
      ->check(real_range(0.0001, 100000.0))
      ->capture_default_str();
}

std::vector<MediaSource> media_sources(const MediaOptions& options) {
  std::vector<MediaSource> sources;
  for (const std::string& path : options.images) sources.push_back(MediaSource::image(path));
  for (const std::string& path : options.videos) sources.push_back(MediaSource::video(path));
  return sources;
}

void add_sampling_options(CLI::App& command, SamplingFlags& flags) {
  command
      .add_option("--max-new-tokens", flags.max_new_tokens,
                  "Longest answer (default: of generation_config.json, else 1024)")
      ->check(CLI::Range(1, 1000000));
  command.add_option("--temperature", flags.temperature, "0 is greedy (default: of generation_config.json)")
      ->check(real_range(0.0, 100.0));
  command.add_option("--top-p", flags.top_p, "Nucleus sampling")->check(real_range(0.0, 1.0));
  command.add_option("--top-k", flags.top_k, "Keep the k likeliest tokens (0: all)")->check(CLI::Range(0, 10000000));
  command.add_option("--repetition-penalty", flags.repetition_penalty, "1 is none")->check(real_range(0.01, 100.0));
  command.add_option("--stop", flags.stop, "Stop before this text; repeat for several")->allow_extra_args(false);
  command.add_option("--seed", flags.seed, "Seed of sampling")->check(whole_number())->capture_default_str();
  command.add_option("--prefill-chunk", flags.prefill_chunk, "Prompt positions per pass; changes memory, not results")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
}

std::string default_model_folder() {
  const fs::path here = program_folder();
  for (const fs::path& candidate : {here / "models" / "nano", here.parent_path() / "models" / "nano"}) {
    if (fs::exists(candidate / "config.json")) return candidate.string();
  }
  throw Error(ErrorKind::input, "the default model is not beside the program (looked for " +
                                    (here / "models" / "nano").string() +
                                    "); run ./run build, or give a checkpoint folder with --model");
}

Session::Session(const ModelOptions& model, const MediaOptions& media)
    : folder_(model.folder.empty() ? default_model_folder() : model.folder),
      options_(model),
      checkpoint_(std::make_shared<const Checkpoint>(Checkpoint::open(folder_))),
      generation_(read_generation_config(folder_, checkpoint_->config())),
      processor_(std::make_unique<Processor>(folder_, checkpoint_->config(), processor_options(model, media))),
      device_(choose_device(model.device)),
      dtype_((apply_kernels(model.kernels), choose_dtype(model.dtype, *checkpoint_, device_))) {
  set_num_threads(model.threads);
  // Our kernels have their own threads; a second pool that spins beside them would take their cores.
  const bool has_kernels = kernels_enabled() && device_.is_cpu() && dtype_ != at::kHalf;
  at::set_num_threads(has_kernels ? 1 : num_threads());
}

const Engine& Session::engine(std::int64_t prefill_chunk) {
  if (engine_) return *engine_;
  const auto start = std::chrono::steady_clock::now();
  if (!options_.quiet && config().raw.value(kUntrainedKey, Json(false)) == true) {
    std::fprintf(stderr, "note: these weights are random and untrained; the answers mean nothing\n");
  }
  model_ = load_onevision(checkpoint_, dtype_, device_);
  EngineOptions options;
  options.prefill_chunk = prefill_chunk;
  options.cancelled = &cancelled();
  engine_ = std::make_unique<Engine>(*model_, *processor_, options);
  load_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return *engine_;
}

GenerateOptions Session::generate_options(const SamplingFlags& flags) const {
  GenerateOptions options;
  options.max_new_tokens = flags.max_new_tokens.value_or(generation_.max_new_tokens.value_or(options.max_new_tokens));
  options.sampling.temperature = flags.temperature.value_or(generation_.do_sample ? generation_.temperature : 0);
  options.sampling.top_p = flags.top_p.value_or(generation_.do_sample ? generation_.top_p : 1);
  options.sampling.top_k = flags.top_k.value_or(generation_.do_sample ? generation_.top_k : 0);
  options.sampling.repetition_penalty = flags.repetition_penalty.value_or(generation_.repetition_penalty);
  options.sampling.seed = flags.seed;
  options.stop = flags.stop;
  options.eos_token_ids = generation_.eos_token_ids;
  options.penalty_sees_prompt = options_.compat == Compat::hf;
  check_sampling(options.sampling);
  return options;
}

Json result_json(const GenerateResult& result, const Prompt& prompt, double load_seconds) {
  Json media = Json::array();
  for (const PromptMedia& item : prompt.media) media.push_back(media_json(item));
  const auto generated = static_cast<std::int64_t>(result.token_ids.size());
  const Timings& t = result.timings;
  const Json timings = {
      {"load_s", load_seconds},
      {"preprocess_s", t.preprocess_s},
      {"vision_s", t.vision_s},
      {"prefill_s", t.prefill_s},
      {"first_token_s", t.first_token_s},
      {"decode_s", t.decode_s},
      {"decode_tokens_per_s", t.decode_s > 0 ? static_cast<double>(generated - 1) / t.decode_s : 0.0}};
  return {{"text", result.text},
          {"token_ids", result.token_ids},
          {"finish_reason", result.stopped ? "stop" : "length"},
          {"prompt_tokens", result.prompt_tokens},
          {"completion_tokens", generated},
          {"prompt", prompt.text},
          {"media", media},
          {"timings", timings},
          {"peak_rss_bytes", peak_rss_bytes()}};
}

}  // namespace ov
