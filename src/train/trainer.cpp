#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/stack.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/heap.h"
#include "base/parallel.h"
#include "report/live_line.h"
#include "report/mixture_shares.h"
#include "report/report.h"
#include "report/run_log.h"
#include "report/tensorboard.h"
#include "tensor/gather.h"
#include "tensor/ops.h"
#include "train/pretraining.h"
#include "train/sample_answers.h"
#include "train/stage.h"
#include "train/stage_scores.h"
#include "train/work.h"

namespace ov {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string modality(const TrainingSample& sample) {
  const std::vector<PromptMedia>& media = sample.prompt.prompt.media;
  if (media.empty()) return "text";
  if (media[0].source.is_video) return "video";
  return media.size() > 1 ? "multi-image" : "image";
}

std::string label_of(const TrainingSample& sample) {
  return sample.id.empty() ? sample.where : sample.id + " (" + sample.where + ")";
}

// What a run writes while it trains.
struct RunFiles {
  explicit RunFiles(const std::string& out, std::int64_t global_step)
      : metrics(out),
        manifest(out + "/manifest.jsonl"),
        answers(out + "/answers.jsonl"),
        scores(out + "/scores.jsonl"),
        events(out + "/tensorboard", global_step + 1),
        global(global_step) {}

  RunLog metrics;
  JsonlFile manifest, answers, scores;
  std::unique_ptr<JsonlFile> skipped;  // made when something is skipped
  TensorBoardFile events;
  std::int64_t global;  // optimizer steps of all stages so far
};

// A pass whose loss was not looked at yet: on a GPU that would wait for it.
struct OpenLoss {
  Tensor value;
  std::vector<std::string> names;  // of its samples
};

// The sums of one optimizer step.
struct StepSums {
  std::vector<OpenLoss> open;
  std::int64_t samples = 0, tokens = 0, supervised = 0, matched = 0, compared = 0;
  double loss = 0, flops = 0;
  std::vector<std::string> names;  // of all samples
};

class StageRun {
 public:
  StageRun(const Recipe& recipe, const TrainOptions& options, StageSetup& setup, RunFiles& files, LiveLine& live)
      : recipe_(recipe), options_(options), setup_(setup), stage_(setup.recipe), files_(files), live_(live) {}

  void run(const std::optional<TrainerState>& resumed, const std::string& checkpoint);

 private:
  void load(const std::string& checkpoint);
  std::optional<TrainingPass> next_pass(StepStream& stream);
  void train_pass(TrainingPass& pass, StepSums& sums);
  void read_losses(StepSums& sums) const;
  Tensor compute_features(const MicroBatch& batch) const;
  void note_skipped(const TrainingPass& pass);
  void finish_step(StepSums& sums, double waited, double seconds);
  void note_samples(const TrainingPass& pass);
  void save(bool wait);
  void write_answers();
  void write_scores();
  [[noreturn]] void refuse_loss(double value, const std::string& what, const std::vector<std::string>& names) const;
  bool cancelled() const { return options_.cancelled != nullptr && options_.cancelled->load(); }

  const Recipe& recipe_;
  const TrainOptions& options_;
  StageSetup& setup_;
  const StageRecipe& stage_;
  RunFiles& files_;
  LiveLine& live_;
  std::unique_ptr<OneVision> model_;
  std::unique_ptr<Parameters> parameters_;
  std::unique_ptr<PretrainingHead> head_;
  std::unique_ptr<SampleAnswers> answers_;
  std::unique_ptr<StageScores> scores_;
  std::unique_ptr<FeatureCache> cache_;
  BackgroundSave background_;
  std::int64_t step_ = 0;                  // finished steps
  std::map<std::int64_t, Json> manifest_;  // lines of this step by place in the order, whatever the passes are
  std::int64_t skipped_ = 0;
  std::map<std::pair<std::string, std::string>, std::int64_t> shares_;  // samples by data set and modality
  double trained_seconds_ = 0;
  double peak_flops_ = 0;   // a second
  bool first_step_ = true;  // of this process
};

void StageRun::load(const std::string& checkpoint) {
  model_ = std::make_unique<OneVision>(setup_.start->config());
  const at::ScalarType dtype = recipe_.dtype == "float32" ? at::kFloat : at::kBFloat16;
  parameters_ =
      std::make_unique<Parameters>(*model_, setup_.start, stage_.learning_rates, dtype, recipe_.seed, options_.device);
  head_ = add_pretraining_head(setup_, recipe_.seed, dtype, *parameters_);
  peak_flops_ = peak_flops(dtype == at::kBFloat16, options_.device);
  if (!checkpoint.empty()) load_checkpoint(checkpoint, *parameters_);
  if (!stage_.cache_features.empty()) {
    cache_ = std::make_unique<FeatureCache>(stage_.cache_features, *setup_.start, setup_.config, dtype);
  }
  if (stage_.objective != Objective::answers) return;
  answers_ =
      std::make_unique<SampleAnswers>(*setup_.data, *setup_.processor, stage_, setup_.start->config().eos_token_ids);
  if (!stage_.scoring.is_on()) return;
  scores_ = std::make_unique<StageScores>(setup_);
}

void StageRun::run(const std::optional<TrainerState>& resumed, const std::string& checkpoint) {
  if (resumed) {
    if (resumed->data != setup_.fingerprint) {
      throw Error(ErrorKind::input, checkpoint + ": the data of stage " + stage_.name +
                                        " is not what this run began with; restore it, or start a new run in another "
                                        "--out with start: " +
                                        checkpoint);
    }
    step_ = resumed->step, trained_seconds_ = resumed->seconds;
    for (const Json& share : resumed->shares) shares_[{share.at(0), share.at(1)}] = share.at(2);
  }
  load(checkpoint);
  StreamOptions ahead;
  ahead.first_step = step_;
  ahead.threads = options_.loader_threads > 0 ? options_.loader_threads : std::max(1, num_threads() - 1);
  ahead.cancelled = nullptr;  // Ctrl-C ends the run after a step, not inside one
  ahead.cache = cache_.get();
  ahead.pinned = !options_.device.is_cpu();
  ahead.pad_id = setup_.processor->tokenizer().token_to_id("<|endoftext|>").value_or(0);
  StepStream stream(*setup_.data, *setup_.processor, stage_, setup_.plan, setup_.config.tiling.tile_size, ahead);
  live_.start_stage(stage_.name, setup_.plan.steps());
  skipped_ = static_cast<std::int64_t>(setup_.bad.size());
  if (step_ == 0) note_skipped({.skipped = setup_.bad});
  StepSums sums;
  auto begin = Clock::now();
  double waited = stream.waited_s();
  while (std::optional<TrainingPass> pass = stream.next()) {
    train_pass(*pass, sums);
    if (!pass->last) continue;
    finish_step(sums, stream.waited_s() - waited, seconds_since(begin));
    sums = {}, begin = Clock::now(), waited = stream.waited_s();
    const bool done = step_ == setup_.plan.steps();
    const bool stop = cancelled() && !done;
    if (stage_.sample_every > 0 && !done && step_ % stage_.sample_every == 0) write_answers();
    if (!stop && !done && stage_.scoring.every > 0 && step_ % stage_.scoring.every == 0) write_scores();
    if (stop || (!done && stage_.save_every > 0 && step_ % stage_.save_every == 0)) save(stop);
    if (stop) {
      throw Error(ErrorKind::interrupted, "stopped after step " + std::to_string(step_) + " of stage " + stage_.name +
                                              "; everything is saved, go on with --resume");
    }
  }
  background_.wait();
  write_answers();
  write_scores();
  files_.metrics.sync(), files_.manifest.sync(), files_.answers.sync(), files_.scores.sync();
  std::vector<MixtureShare> shares = read_mixture_shares(options_.out);
  std::erase_if(shares, [&](const MixtureShare& share) { return share.stage == stage_.name; });
  for (const auto& [key, samples] : shares_) shares.push_back({stage_.name, key.first, key.second, samples});
  write_mixture_shares(options_.out, shares);
  save_model(options_.out + "/" + stage_.name, *parameters_, setup_.saved);
  live_.note("finished " + options_.out + "/" + stage_.name);
}

void StageRun::train_pass(TrainingPass& pass, StepSums& sums) {
  note_skipped(pass);
  note_samples(pass);
  ForwardOptions options;
  options.recompute = stage_.activation_checkpointing;
  options.vision_learns = stage_.learning_rates.vision > 0;
  options.newline = setup_.config.tiling.newline;
  options.features = pass.features;
  if (cache_ && pass.batch.pixels.defined()) options.features = compute_features(pass.batch);
  const PassLoss loss = head_ ? head_->forward(*model_, pass.batch, options) : forward(*model_, pass.batch, options);
  std::vector<std::string> names;
  for (const TrainingSample& sample : pass.batch.samples) names.push_back(label_of(sample));
  sums.open.push_back({loss.total.detach(), names});
  if (options_.device.is_cpu()) read_losses(sums);
  loss.total.backward();
  parameters_->collect_gradients(pass.passes == 1);
  sums.samples += static_cast<std::int64_t>(pass.batch.samples.size());
  for (const TrainingSample& sample : pass.batch.samples) sums.tokens += sample.prompt.prompt.length();
  sums.supervised += static_cast<std::int64_t>(pass.batch.targets.size());
  sums.matched += loss.matched, sums.compared += loss.compared;
  sums.flops += head_ ? head_->flops(pass.batch.samples.size())
                      : training_flops(setup_.config, pass.batch, stage_.learning_rates);
  sums.names.insert(sums.names.end(), names.begin(), names.end());
}

void StageRun::read_losses(StepSums& sums) const {
  std::vector<Tensor> values;
  for (const OpenLoss& one : sums.open) values.push_back(one.value);
  if (values.empty()) return;
  const Tensor here = at::stack(values).to(at::kCPU, at::kFloat);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double value = static_cast<const float*>(here.data_ptr())[i];
    if (!std::isfinite(value)) refuse_loss(value, "loss", sums.open[i].names);
    sums.loss += value;
  }
  sums.open.clear();
}

// Runs the frozen tower and keeps what it gives for later epochs.
Tensor StageRun::compute_features(const MicroBatch& batch) const {
  const at::NoGradGuard no_gradients;
  const Tensor features = model_->features(upload(batch.pixels, options_.device));
  std::int64_t first = 0;
  for (const TrainingSample& sample : batch.samples) {
    std::int64_t tiles = 0;
    for (const PromptMedia& media : sample.prompt.prompt.media) tiles += media.plan.tiles;
    if (tiles > 0) cache_->store(sample, features.narrow(0, first, tiles));
    first += tiles;
  }
  return features;
}

void StageRun::finish_step(StepSums& sums, double waited, double seconds_so_far) {
  const auto begin = Clock::now();
  read_losses(sums);
  const double norm = parameters_->gradient_norm();
  if (!std::isfinite(norm)) refuse_loss(norm, "gradient norm", sums.names);
  const double rate = schedule(step_, setup_.plan.steps(), stage_.warmup_ratio);
  background_.wait();                      // a save reads the weights that change now
  if (first_step_) return_freed_memory();  // activations make room for moments, whose pages come now
  parameters_->step(stage_, rate, std::min(1.0, stage_.max_grad_norm / (norm + 1e-6)), step_ + 1);
  first_step_ = false;
  ++step_, ++files_.global;
  StepMetrics metrics;
  metrics.stage = stage_.name, metrics.step = step_;
  metrics.samples = sums.samples, metrics.tokens = sums.tokens, metrics.supervised_tokens = sums.supervised;
  metrics.loss = sums.loss, metrics.grad_norm = norm;
  const PartRates& base = stage_.learning_rates;
  metrics.lr = {base.vision * rate, base.projector * rate, base.newline * rate, base.language * rate};
  metrics.seconds = seconds_so_far + seconds_since(begin);
  metrics.wait_s = waited;
  metrics.utilisation = std::max(0.0, 1 - waited / metrics.seconds);
  metrics.tokens_per_s = static_cast<double>(sums.tokens) / metrics.seconds;
  metrics.samples_per_s = static_cast<double>(sums.samples) / metrics.seconds;
  if (sums.compared > 0) metrics.accuracy = static_cast<double>(sums.matched) / static_cast<double>(sums.compared);
  metrics.mfu = sums.flops / (metrics.seconds * peak_flops_);
  if (options_.peak_rss) metrics.peak_rss_bytes = options_.peak_rss();
  trained_seconds_ += metrics.seconds;
  for (const auto& [slot, line] : manifest_) files_.manifest.add(line);
  manifest_.clear();
  files_.manifest.flush();
  files_.metrics.append(metrics);
  files_.events.add(metrics, files_.global);
  live_.step(metrics);
}

void StageRun::refuse_loss(double value, const std::string& what, const std::vector<std::string>& names) const {
  constexpr std::size_t kShown = 16;
  std::string message = "stage " + stage_.name + ", step " + std::to_string(step_ + 1) + ": the " + what + " is " +
                        (std::isnan(value) ? "not a number" : "infinite") + "; samples:";
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) message += "\n  " + names[i];
  if (names.size() > kShown) message += "\n  and " + std::to_string(names.size() - kShown) + " more";
  throw Error(ErrorKind::input, message + "\nthe last checkpoint is whole; lower the learning rate or leave them out");
}

void StageRun::note_skipped(const TrainingPass& pass) {
  for (const SkippedSample& one : pass.skipped) {
    if (!files_.skipped) files_.skipped = std::make_unique<JsonlFile>(options_.out + "/skipped.jsonl");
    files_.skipped->add({{"stage", stage_.name},
                         {"step", pass.batch.samples.empty() ? 0 : one.step + 1},
                         {"epoch", one.epoch},
                         {"index", one.index},
                         {"dataset", one.dataset},
                         {"where", one.where},
                         {"reason", one.reason}});
    if (one.too_long) continue;
    if (!pass.batch.samples.empty() && ++skipped_ > stage_.max_bad_records) {
      files_.skipped->flush();
      throw Error(ErrorKind::input, "stage " + stage_.name + ": more than " + std::to_string(stage_.max_bad_records) +
                                        " bad records (max_bad_records), listed in " + options_.out +
                                        "/skipped.jsonl; the last: " + one.reason);
    }
  }
  if (files_.skipped) files_.skipped->flush();
}

void StageRun::note_samples(const TrainingPass& pass) {
  for (std::size_t i = 0; i < pass.parts.size(); ++i) {
    const TrainingSample& sample = pass.batch.samples[i];
    manifest_.emplace(pass.parts[i].slot, Json{{"stage", stage_.name},
                                               {"step", pass.step + 1},
                                               {"epoch", pass.parts[i].epoch},
                                               {"index", pass.parts[i].index},
                                               {"dataset", sample.dataset},
                                               {"id", sample.id},
                                               {"sha256", sample.sha256}});
    ++shares_[{sample.dataset, modality(sample)}];
  }
}

void StageRun::save(bool wait) {
  files_.metrics.sync(), files_.manifest.sync(), files_.answers.sync(), files_.scores.sync();
  const std::string folder = options_.out + "/checkpoints/" + stage_.name + "-" + std::to_string(step_);
  TrainerState state{stage_.name, step_, setup_.fingerprint, trained_seconds_};
  for (const auto& [key, samples] : shares_) state.shares.push_back({key.first, key.second, samples});
  // The host's own memory is read in place: the next update waits for that. A device is asked by this thread alone.
  std::shared_ptr<const Parameters> copy;
  if (!parameters_->device().is_cpu()) copy = std::make_shared<const Parameters>(parameters_->host_copy());
  background_.start([this, folder, state, copy] {
    save_checkpoint(folder, copy ? *copy : *parameters_, setup_.saved, state);
    keep_newest(options_.out, recipe_, stage_.keep);
  });
  if (wait) background_.wait();
  live_.note((wait ? "saved " : "saving ") + folder);
  write_report(options_.out);
}

void StageRun::write_answers() {
  if (!answers_) return;
  for (const Json& line : answers_->answer(*model_, step_)) files_.answers.add(line);
  files_.answers.flush();
}

void StageRun::write_scores() {
  if (!scores_) return;
  TensorBoardFile::Scalars scalars;
  for (const Json& line : scores_->ask(*model_, step_, options_)) {
    files_.scores.add(line);
    const std::string name = line.value(line.contains("group") ? "group" : "task", "");
    scalars.emplace_back("eval/" + name, line.at("score").get<double>());
    char score[32];
    std::snprintf(score, sizeof score, ": %.1f %%", line.at("score").get<double>());
    if (line.contains("group")) live_.note("scored " + name + score);
  }
  files_.scores.flush();
  if (files_.global > 0) files_.events.add_scalars(scalars, files_.global);
}

// A new run's folder, or an old one with the same recipe.
void open_run(const Recipe& recipe, const TrainOptions& options) {
  const std::string file = options.out + "/recipe.yaml";
  if (!options.resume) {
    if (fs::exists(options.out) && !(fs::is_directory(options.out) && fs::is_empty(options.out))) {
      throw Error(ErrorKind::usage, options.out + ": exists already; go on with --resume, or choose another --out");
    }
    std::error_code problem;
    fs::create_directories(options.out, problem);
    if (problem) throw Error(ErrorKind::resource, options.out + ": cannot create: " + problem.message());
    write_file_atomic(file, recipe.resolved);
    return;
  }
  if (!fs::exists(file)) throw Error(ErrorKind::usage, options.out + ": no run to resume: recipe.yaml is not there");
  if (read_file(file, std::size_t{1} << 24) != recipe.resolved) {
    throw Error(ErrorKind::usage, file +
                                      ": the run began with another recipe; resume with the same recipe and the "
                                      "same --set values, or start a new run in another --out");
  }
  remove_partial(options.out);
}

}  // namespace

void train(const Recipe& recipe, const TrainOptions& options) {
  keep_freed_memory();
  at::set_num_threads(1);  // the heavy work is in our kernels, which have threads of their own
  open_run(recipe, options);
  fs::create_directories(options.out + "/checkpoints");
  const ResumePoint point = find_resume_point(options.out, recipe);
  if (options.resume && point.stage == recipe.stages.size()) return;
  RunPosition position;
  for (const StageRecipe& stage : recipe.stages) position.stages.push_back(stage.name);
  position.stage = recipe.stages[point.stage].name;
  position.step = point.state ? point.state->step : 0;
  const std::int64_t global = resume_run_files(options.out, position);
  RunFiles files(options.out, global);
  LiveLine live({.quiet = options.quiet});
  try {
    for (std::size_t number = point.stage; number < recipe.stages.size(); ++number) {
      const std::string folder = start_folder(recipe, number, options.out, options.quiet);
      const std::string origin = start_folder(recipe, tiling_origin(recipe, number), options.out, options.quiet);
      const TilingConfig tiling = read_model_config(origin + "/config.json").tiling;
      const std::unique_ptr<StageSetup> setup = prepare_stage(recipe, number, folder, tiling, options.quiet);
      const bool resumes = number == point.stage && point.state.has_value();
      StageRun run(recipe, options, *setup, files, live);
      run.run(resumes ? point.state : std::nullopt, resumes ? point.checkpoint : "");
      write_report(options.out);
    }
  } catch (const Error&) {
    try {  // the page shows how far the run came; its own trouble must not hide the run's
      write_report(options.out);
    } catch (const Error&) {
    }
    throw;
  }
}

}  // namespace ov
