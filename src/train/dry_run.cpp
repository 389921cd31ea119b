#include "train/dry_run.h"

#include <ATen/Parallel.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/heap.h"
#include "base/parallel.h"
#include "base/progress_bar.h"
#include "checkpoint/info.h"
#include "data/scan.h"
#include "train/contrastive.h"
#include "train/pretraining.h"
#include "train/stage.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

// Removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((fs::temp_directory_path() / "onevision-dry-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw Error(ErrorKind::resource, path_ + ": cannot make a folder");
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string gigabytes(double bytes) {
  char text[32];
  std::snprintf(text, sizeof text, bytes < 1e9 ? "%.0f MB" : "%.1f GB", bytes < 1e9 ? bytes / 1e6 : bytes / 1e9);
  return text;
}

// One step of a stage as its forward passes.
struct StepSize {
  std::int64_t step = 0, samples = 0, tokens = 0, tiles = 0, passes = 0;
  std::int64_t pass_tokens = 0, pass_tiles = 0, pass_supervised = 0;  // of its largest pass
};

StepSize step_size(const StageSetup& setup, const Scan& scan, std::int64_t step) {
  const StagePlan::Range range = setup.plan.range(step);
  StepSize size;
  size.step = step;
  std::vector<std::int64_t> lengths;
  std::vector<ScannedSample> samples;
  for (std::int64_t slot = range.begin; slot < range.end; ++slot) {
    const ScannedSample& sample = scan.samples[setup.plan.order[static_cast<std::size_t>(slot)]];
    if (sample.bad || sample.tokens > setup.recipe.max_length) continue;
    samples.push_back(sample);
    lengths.push_back(sample.tokens);
    size.tokens += sample.tokens, size.tiles += sample.tiles, ++size.samples;
  }
  std::vector<std::vector<std::size_t>> passes;
  if (setup.recipe.batching == Batching::packed) {
    passes = pack(lengths, setup.recipe.pack_tokens);
  } else {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (i % static_cast<std::size_t>(setup.recipe.micro_batch) == 0) passes.emplace_back();
      passes.back().push_back(i);
    }
  }
  size.passes = static_cast<std::int64_t>(passes.size());
  for (const std::vector<std::size_t>& pass : passes) {
    std::int64_t tokens = 0, tiles = 0, supervised = 0, longest = 0;
    for (const std::size_t i : pass) {
      tokens += lengths[i], tiles += samples[i].tiles, supervised += samples[i].supervised;
      longest = std::max(longest, lengths[i]);
    }
    if (setup.recipe.batching == Batching::padded) tokens = longest * static_cast<std::int64_t>(pass.size());
    size.pass_tokens = std::max(size.pass_tokens, tokens);
    size.pass_tiles = std::max(size.pass_tiles, tiles);
    size.pass_supervised = std::max(size.pass_supervised, supervised);
  }
  return size;
}

std::map<Part, std::int64_t> parameters_of(const StageSetup& setup) {
  std::map<Part, std::int64_t> counts;
  for (const ExpectedTensor& tensor : expected_tensors(setup.start->config())) {
    if (tensor.required) counts[part_of(tensor.name)] += tensor.num_elements();
  }
  return counts;
}

struct MemoryEstimate {
  double weights = 0, optimizer = 0, gradients = 0, activations = 0;
  double total() const { return weights + optimizer + gradients + activations; }
};

// What reads the text of the largest pass: the language model, or the text tower beside single tiles.
struct TextSize {
  double width, inner, tokens;
  std::int64_t layers;
  double logits;  // that exist at once
};

TextSize text_size(const StageSetup& setup, const StepSize& largest) {
  if (setup.recipe.objective == Objective::regions) {
    const auto words = std::ssize(setup.words), cells = setup.recipe.regions.cells * setup.recipe.regions.cells;
    const auto D = static_cast<double>(setup.config.vision.hidden_size);
    const auto places = static_cast<double>(largest.pass_tiles * setup.config.vision.num_patches() * cells);
    return {D, 0, places, 0, places * static_cast<double>(words)};
  }
  if (setup.recipe.objective == Objective::contrastive) {
    const SiglipTextConfig text = text_tower_of(setup.recipe, setup.config);
    return {static_cast<double>(text.hidden_size), static_cast<double>(text.intermediate_size),
            static_cast<double>(largest.pass_tiles * text.max_position_embeddings), text.num_hidden_layers, 0};
  }
  const TextConfig& text = setup.config.text;
  return {static_cast<double>(text.hidden_size), static_cast<double>(text.intermediate_size),
          static_cast<double>(largest.pass_tokens), text.num_hidden_layers,
          std::min<double>(static_cast<double>(largest.pass_supervised * text.vocab_size), 16 << 20)};
}

// Weights in the compute dtype; for trained ones the master (its lower half beside bfloat16), two moments
// and a gradient; activations of the largest pass: what is kept a layer and what one layer works with.
MemoryEstimate estimate(const StageSetup& setup, const Recipe& recipe, const StepSize& largest) {
  const double value = recipe.dtype == "float32" ? 4 : 2;
  MemoryEstimate memory;
  const auto add = [&](std::int64_t count, bool learns) {
    const auto numbers = static_cast<double>(count);
    memory.weights += numbers * value;
    if (!learns) return;
    memory.optimizer += numbers * (8 + (recipe.dtype == "float32" ? 0 : 2));
    memory.gradients += numbers * (largest.passes > 1 ? 4 : value);
  };
  for (const auto& [part, count] : parameters_of(setup)) add(count, rate_of(setup.recipe.learning_rates, part) != 0);
  add(dropped_parameters(setup), true);
  const VisionConfig& vision = setup.config.vision;
  const TextSize text = text_size(setup, largest);
  const bool vision_learns = setup.recipe.learning_rates.vision > 0;
  const double patches = static_cast<double>(largest.pass_tiles * vision.num_patches());
  const auto Dv = static_cast<double>(vision.hidden_size), Iv = static_cast<double>(vision.intermediate_size);
  const double D = text.width, tokens = text.tokens;
  const double together = std::min(patches, 8.0 * static_cast<double>(vision.num_patches()));
  const double vision_layer = together * (10 * Dv + 2 * Iv), text_layer = tokens * (10 * D + 4 * text.inner);
  const bool recomputes = setup.recipe.activation_checkpointing;
  const auto layers = [&](double kept, double inside, std::int64_t count) {
    return recomputes ? kept * static_cast<double>(count) + inside : inside * static_cast<double>(count);
  };
  double values = tokens * D * 3 + patches * (Dv + 2 * D);
  values += layers(tokens * D, text_layer, text.layers);
  values += vision_learns ? layers(patches * Dv, vision_layer, vision.num_hidden_layers) : vision_layer;
  memory.activations = values * value + text.logits * (4 + value) +
                       static_cast<double>(largest.pass_tiles * 3 * vision.image_size * vision.image_size) * 4;
  return memory;
}

std::string run_step(const StageSetup& setup, const Recipe& recipe, std::int64_t step, const DryRunOptions& options) {
  OneVision model(setup.start->config());
  const at::ScalarType dtype = recipe.dtype == "float32" ? at::kFloat : at::kBFloat16;
  Parameters parameters(model, setup.start, setup.recipe.learning_rates, dtype, recipe.seed, options.device);
  const auto head = add_pretraining_head(setup, recipe.seed, dtype, parameters);
  StreamOptions reading;
  reading.first_step = step;
  StepStream stream(*setup.data, *setup.processor, setup.recipe, setup.plan, setup.config.tiling.tile_size, reading);
  const auto begin = std::chrono::steady_clock::now();
  double loss = 0;
  while (const std::optional<TrainingPass> pass = stream.next()) {
    ForwardOptions forward_options;
    forward_options.recompute = setup.recipe.activation_checkpointing;
    forward_options.vision_learns = setup.recipe.learning_rates.vision > 0;
    forward_options.newline = setup.config.tiling.newline;
    const PassLoss result =
        head ? head->forward(model, pass->batch, forward_options) : forward(model, pass->batch, forward_options);
    result.total.backward();
    parameters.collect_gradients(pass->passes == 1);
    loss += result.total.item<float>();
    if (pass->last) break;
  }
  parameters.step(setup.recipe, 1, 0, 1);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  char text[160];
  std::snprintf(text, sizeof text, "  ran it: %.1f s, loss %.4f, peak memory %s\n", seconds, loss,
                options.peak_rss ? gigabytes(static_cast<double>(options.peak_rss())).c_str() : "?");
  return text;
}

std::string part_line(const char* name, std::int64_t count, double rate) {
  char line[128];
  std::snprintf(line, sizeof line, "    %-10s %15s  %s", name, grouped_digits(count).c_str(),
                rate == 0 ? "frozen" : "rate ");
  std::string text = line;
  if (rate != 0) {
    std::snprintf(line, sizeof line, "%g", rate);
    text += line;
  }
  return text;
}

std::string part_lines(const StageSetup& setup) {
  const StageRecipe& stage = setup.recipe;
  std::string text;
  for (const auto& [part, count] : parameters_of(setup)) {
    text += part_line(part_name(part), count, rate_of(stage.learning_rates, part)) + "\n";
  }
  if (const std::int64_t dropped = dropped_parameters(setup); dropped > 0) {
    const char* name = stage.objective == Objective::contrastive ? "text tower" : "head";
    text += part_line(name, dropped, dropped_rate(stage)) + ", dropped after the stage\n";
  }
  return text;
}

std::string stage_text(const StageSetup& setup, const Recipe& recipe, const DryRunOptions& options) {
  TrainingForm form = setup.recipe.form();
  form.max_length = std::int64_t{1} << 30;
  Scan scan;
  {
    ProgressBar progress("stage " + setup.recipe.name + ": count tokens", setup.data->size(), options.quiet);
    ScanOptions how;
    how.threads = num_threads();
    how.progress = [&](std::int64_t done) { progress.set(done, setup.data->size()); };
    scan = scan_dataset(*setup.data, *setup.processor, form, how);
  }
  StepSize largest;
  std::int64_t tokens = 0, supervised = 0, too_long = 0;
  for (const std::uint32_t index : setup.plan.order) {
    const ScannedSample& sample = scan.samples[index];
    if (sample.tokens > setup.recipe.max_length) {
      ++too_long;
    } else {
      tokens += sample.tokens, supervised += sample.supervised;
    }
  }
  for (std::int64_t step = 0; step < setup.plan.steps(); ++step) {
    const StepSize size = step_size(setup, scan, step);
    if (size.pass_tokens + size.pass_tiles * 729 > largest.pass_tokens + largest.pass_tiles * 729) largest = size;
  }
  const auto digits = [](std::int64_t number) { return grouped_digits(number); };
  std::string text = "stage " + setup.recipe.name + ": " + digits(setup.plan.steps()) + " steps of " +
                     digits(setup.plan.batch_size) + " samples\n";
  text += "  samples " + digits(static_cast<std::int64_t>(setup.plan.order.size())) + ", tokens " + digits(tokens) +
          ", supervised " + digits(supervised) + "\n";
  if (!scan.bad.empty()) text += "  bad records " + digits(static_cast<std::int64_t>(scan.bad.size())) + "\n";
  if (too_long > 0) text += "  longer than max_length " + digits(too_long) + "\n";
  text += "  parameters\n" + part_lines(setup);
  const MemoryEstimate memory = estimate(setup, recipe, largest);
  text += "  memory about " + gigabytes(memory.total()) + ": weights " + gigabytes(memory.weights) + ", optimizer " +
          gigabytes(memory.optimizer) + ", gradients " + gigabytes(memory.gradients) + ", activations " +
          gigabytes(memory.activations) + "\n";
  text += "  largest step: " + digits(largest.step + 1) + ", " + digits(largest.samples) + " samples, " +
          digits(largest.tokens) + " tokens, " + digits(largest.tiles) + " tiles in " + digits(largest.passes) +
          " passes, of which the largest has " + digits(largest.pass_tokens) + " tokens and " +
          digits(largest.pass_tiles) + " tiles\n";
  if (options.run_largest) text += run_step(setup, recipe, largest.step, options);
  return text;
}

}  // namespace

std::string dry_run(const Recipe& recipe, const DryRunOptions& options) {
  keep_freed_memory();
  at::set_num_threads(1);
  const TemporaryFolder temporary;
  const std::string first = start_folder(recipe, 0, temporary.path(), options.quiet);
  std::string text = recipe.resolved;
  for (std::size_t number = 0; number < recipe.stages.size(); ++number) {
    const bool own = !recipe.stages[number].start.empty();
    const std::string folder = own ? start_folder(recipe, number, temporary.path(), options.quiet) : first;
    const TilingConfig tiling = read_model_config(folder + "/config.json").tiling;
    text += "\n" + stage_text(*prepare_stage(recipe, number, folder, tiling, options.quiet), recipe, options);
  }
  return text;
}

}  // namespace ov
