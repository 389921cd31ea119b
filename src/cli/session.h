// The options that commands share, and what they lead to: an opened checkpoint, its processor, and
// on demand the loaded model with its engine.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/generation_config.h"
#include "generate/engine.h"
#include "model/load.h"

namespace ov {

// Checks for number options. Unlike CLI11's own they refuse NaN, and do not wrap a negative seed.
CLI::Validator real_range(double low, double high);
CLI::Validator whole_number();

struct ModelOptions {
  std::string folder;  // "" is the model that comes with the program
  std::string device = "cpu";
  std::string dtype = "auto";
  int threads = 0;  // 0: one per core
  Compat compat = Compat::exact;
  std::string kernels = "auto";
  bool quiet = false;
};
void add_model_options(CLI::App& command, ModelOptions& options);

struct MediaOptions {
  std::vector<std::string> images;
  std::vector<std::string> videos;
  std::int64_t num_frames = 32;
  double max_megapixels = 64;
  double max_file_mb = 256;
  double max_video_minutes = 10;
};
void add_media_options(CLI::App& command, MediaOptions& options);
std::vector<MediaSource> media_sources(const MediaOptions& options);

struct SamplingFlags {
  std::optional<std::int64_t> max_new_tokens;
  std::optional<double> temperature, top_p, repetition_penalty;
  std::optional<std::int64_t> top_k;
  std::vector<std::string> stop;
  std::uint64_t seed = 0;
  std::int64_t prefill_chunk = 2048;
};
void add_sampling_options(CLI::App& command, SamplingFlags& flags);

class Session {
 public:
  // Reads config, tokenizer and tensor headers; no weight is touched yet.
  Session(const ModelOptions& model, const MediaOptions& media);

  const ModelConfig& config() const { return checkpoint_->config(); }
  const Checkpoint& checkpoint() const { return *checkpoint_; }
  const Processor& processor() const { return *processor_; }
  const std::string& folder() const { return folder_; }
  at::ScalarType dtype() const { return dtype_; }

  // Loads the weights at the first call.
  const Engine& engine(std::int64_t prefill_chunk = 2048);
  double load_seconds() const { return load_seconds_; }

  // generation_config.json overridden by what was given on the command line.
  GenerateOptions generate_options(const SamplingFlags& flags) const;

 private:
  std::string folder_;
  ModelOptions options_;
  std::shared_ptr<const Checkpoint> checkpoint_;
  GenerationConfig generation_;
  std::unique_ptr<Processor> processor_;
  at::Device device_;
  at::ScalarType dtype_;
  std::unique_ptr<OneVision> model_;
  std::unique_ptr<Engine> engine_;
  double load_seconds_ = 0;
};

// Folder of the model that comes with the program. Throws input when it is not there.
std::string default_model_folder();

// The result of ask --json, the peak memory included.
Json result_json(const GenerateResult& result, const Prompt& prompt, double load_seconds);

}  // namespace ov
