// What a run keeps on disk so that no work is lost: a model folder per finished stage, and checkpoints
// <stage>-<step> that are model folders too, with the masters and moments beside them in trainer/. Each
// appears complete or not at all.
//
//   save_model(out + "/stage1", model, parameters, saved);
//   const std::optional<ResumePoint> point = find_resume_point(out, recipe);
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "train/parameters.h"

namespace ov {

// How a model folder is written.
struct SavedForm {
  ModelConfig config;  // of the folder, the stage's tiling included
  Dtype dtype = Dtype::bf16;
  std::shared_ptr<const Checkpoint> start;  // where files other than weights, and frozen weights, come from
};

// Weights of `parameters`, everything else from the start. Throws resource; nothing is left behind.
void save_model(const std::string& folder, const Parameters& parameters, const SavedForm& form);

struct TrainerState {
  std::string stage;
  std::int64_t step = 0;        // finished steps of the stage
  std::string data;             // fingerprint of the stage's data and order
  double seconds = 0;           // of training so far
  Json shares = Json::array();  // [data set, modality, samples] of the stage so far
};

// A model folder with trainer/state.json and trainer/state.safetensors in it.
void save_checkpoint(const std::string& folder, const Parameters& parameters, const SavedForm& form,
                     const TrainerState& state);
// Masters and moments back into `parameters`. Throws format when they do not fit.
void load_checkpoint(const std::string& folder, Parameters& parameters);

// Where a run goes on.
struct ResumePoint {
  std::size_t stage = 0;              // index; the number of stages when all are finished
  std::optional<TrainerState> state;  // of `checkpoint`; none: the stage begins
  std::string checkpoint;
};
ResumePoint find_resume_point(const std::string& out, const Recipe& recipe);

// Removes what a killed run left half-written.
void remove_partial(const std::string& out);
// Deletes all but the newest `keep` checkpoints of the run.
void keep_newest(const std::string& out, const Recipe& recipe, std::int64_t keep);

// One save at a time on a thread of its own. Weights must not change until wait() returned.
class BackgroundSave {
 public:
  ~BackgroundSave();
  void start(std::function<void()> save);  // after wait()
  void wait();                             // rethrows what the save threw

 private:
  std::thread thread_;
  std::exception_ptr error_;
};

}  // namespace ov
