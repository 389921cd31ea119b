#include "train/run_folder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "checkpoint/names.h"
#include "checkpoint/new_folder.h"
#include "checkpoint/random.h"
#include "checkpoint/tensor_set_writer.h"
#include "checkpoint/tokenizer_files.h"
#include "config/config_writer.h"
#include "model/load.h"
#include "tensor/ops.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kShardBytes = 5'000'000'000;
constexpr std::size_t kMaxStateBytes = 1 << 20;

std::span<const std::uint8_t> bytes_of(const Tensor& tensor) {
  return {static_cast<const std::uint8_t*>(tensor.data_ptr()), static_cast<std::size_t>(tensor.nbytes())};
}

at::ScalarType scalar_type(Dtype dtype) { return dtype == Dtype::f32 ? at::kFloat : at::kBFloat16; }

// Files of the start that say nothing about weights: tokenizer, templates, sampling, licence texts.
void copy_other_files(const std::string& source, const std::string& target) {
  for (const fs::directory_entry& entry : fs::directory_iterator(source)) {
    const std::string name = entry.path().filename().string(), ending = entry.path().extension().string();
    const bool fits = ending == ".json" || ending == ".jinja" || ending == ".txt";
    const bool weights = name.find(".index.json") != std::string::npos;
    if (!entry.is_regular_file() || !fits || weights || name == "config.json") continue;
    copy_file_exact(entry.path().string(), target + "/" + name);
  }
}

void write_model_files(const std::string& folder, const Parameters& parameters, const SavedForm& form) {
  copy_other_files(form.start->folder(), folder);
  ModelConfig config = form.config;
  config.raw.erase(kUntrainedKey);
  config.dtype = form.dtype == Dtype::f32 ? "float32" : "bfloat16";
  write_file_atomic(folder + "/config.json", dump_json(config_in(config.layout, config), 2) + "\n");

  std::map<std::string, const Parameter*> trained;
  for (const Parameter& parameter : parameters.list()) trained[parameter.name] = &parameter;
  const NameVariant variant = config.layout == Layout::official ? NameVariant::official : NameVariant::hf_hub;
  std::vector<TensorDeclaration> declared;
  std::vector<std::string> names;
  for (const ExpectedTensor& tensor : expected_tensors(config)) {
    if (!trained.contains(tensor.name) && !form.start->has(tensor.name)) continue;  // optional
    declared.push_back({variant_tensor_name(tensor.name, variant), form.dtype, tensor.shape});
    names.push_back(tensor.name);
  }
  write_tensor_set(folder, declared, kShardBytes,
                   [&](std::size_t i, const WriteBytes& write) {
                     const auto found = trained.find(names[i]);
                     if (found != trained.end()) {
                       // A bfloat16 weight is written as the model computes with it.
                       const Parameter& p = *found->second;
                       const bool as_computed = form.dtype == Dtype::bf16 && p.weight.scalar_type() == at::kBFloat16;
                       const Tensor weight = as_computed ? p.weight.detach().cpu() : p.master();
                       write(bytes_of(weight.to(scalar_type(form.dtype)).contiguous()));
                     } else {
                       write(bytes_of(load_parameter(form.start, names[i], scalar_type(form.dtype)).contiguous()));
                     }
                   },
                   {});
}

Json state_json(const TrainerState& state) {
  return {{"format", 1},        {"stage", state.stage},     {"step", state.step},
          {"data", state.data}, {"seconds", state.seconds}, {"shares", state.shares}};
}

std::string checkpoints_of(const std::string& out) { return out + "/checkpoints"; }

// All complete checkpoints of the run: by stage and step.
struct Found {
  std::size_t stage;
  TrainerState state;
  std::string folder;
};
std::vector<Found> find_checkpoints(const std::string& out, const Recipe& recipe) {
  std::vector<Found> all;
  if (!fs::is_directory(checkpoints_of(out))) return all;
  for (const fs::directory_entry& entry : fs::directory_iterator(checkpoints_of(out))) {
    const std::string file = entry.path().string() + "/trainer/state.json";
    if (entry.path().filename().string().find(".partial-") != std::string::npos || !fs::exists(file)) continue;
    const Json json = parse_json(read_file(file, kMaxStateBytes), file);
    const Fields fields(json, file);
    TrainerState state;
    state.stage = fields.string("stage");
    state.step = fields.integer("step", 0, std::int64_t{1} << 50);
    state.data = fields.string("data");
    state.seconds = fields.number_or("seconds", 0, 0, 1e12);
    state.shares = fields.at("shares");
    for (std::size_t i = 0; i < recipe.stages.size(); ++i) {
      if (recipe.stages[i].name == state.stage) all.push_back({i, state, entry.path().string()});
    }
  }
  std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return a.stage != b.stage ? a.stage < b.stage : a.state.step < b.state.step;
  });
  return all;
}

constexpr std::array<const char*, 3> kStateKinds = {"master.", "moment1.", "moment2."};

}  // namespace

void save_model(const std::string& folder, const Parameters& parameters, const SavedForm& form) {
  NewFolder target(folder);
  write_model_files(target.path(), parameters, form);
  target.finish();
}

void save_checkpoint(const std::string& folder, const Parameters& parameters, const SavedForm& form,
                     const TrainerState& state) {
  NewFolder target(folder);
  write_model_files(target.path(), parameters, form);
  fs::create_directories(target.path() + "/trainer");
  std::vector<TensorDeclaration> declared;
  for (const Parameter& parameter : parameters.list()) {
    const std::vector<std::int64_t> shape(parameter.weight.sizes().begin(), parameter.weight.sizes().end());
    for (const char* kind : kStateKinds) declared.push_back({kind + parameter.name, Dtype::f32, shape});
  }
  SafetensorsWriter writer(target.path() + "/trainer/state.safetensors", declared);
  for (const Parameter& parameter : parameters.list()) {
    writer.append(bytes_of(parameter.master()));
    writer.append(bytes_of(parameter.moment1.cpu()));
    writer.append(bytes_of(parameter.moment2.cpu()));
  }
  writer.finish();
  write_file_atomic(target.path() + "/trainer/state.json", dump_json(state_json(state), 2) + "\n");
  target.finish();
}

void load_checkpoint(const std::string& folder, Parameters& parameters) {
  const std::string path = folder + "/trainer/state.safetensors";
  const SafetensorsFile file(path);
  const auto read = [&](const std::string& name, const Tensor& to) {
    const TensorView* view = file.find(name);
    const std::vector<std::int64_t> shape(to.sizes().begin(), to.sizes().end());
    if (view == nullptr || view->dtype != Dtype::f32 || view->shape != shape) {
      throw Error(ErrorKind::format, path + ": " + name + " is missing or of another shape than the model's");
    }
    const Tensor value = to.is_cpu() ? to : at::empty(to.sizes(), at::kFloat);
    std::memcpy(value.data_ptr(), view->bytes.data(), view->bytes.size());
    if (!to.is_cpu()) to.copy_(value);
  };
  for (Parameter& parameter : parameters.list()) {
    Tensor master = at::empty(parameter.weight.sizes(), at::kFloat);
    read("master." + parameter.name, master);
    read("moment1." + parameter.name, parameter.moment1);
    read("moment2." + parameter.name, parameter.moment2);
    parameter.set_master(master);
  }
}

ResumePoint find_resume_point(const std::string& out, const Recipe& recipe) {
  ResumePoint point;
  while (point.stage < recipe.stages.size() && fs::exists(out + "/" + recipe.stages[point.stage].name)) ++point.stage;
  for (const Found& found : find_checkpoints(out, recipe)) {
    if (found.stage != point.stage) continue;
    point.state = found.state;
    point.checkpoint = found.folder;
  }
  return point;
}

void remove_partial(const std::string& out) {
  for (const std::string& folder : {out, checkpoints_of(out)}) {
    if (!fs::is_directory(folder)) continue;
    std::vector<fs::path> partial;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      if (entry.path().filename().string().find(".partial-") != std::string::npos) partial.push_back(entry.path());
    }
    for (const fs::path& path : partial) fs::remove_all(path);
  }
}

void keep_newest(const std::string& out, const Recipe& recipe, std::int64_t keep) {
  const std::vector<Found> all = find_checkpoints(out, recipe);
  for (std::size_t i = 0; i + static_cast<std::size_t>(keep) < all.size(); ++i) {
    // state.json goes first: a folder without it is no checkpoint, should the removal be cut short.
    fs::remove(all[i].folder + "/trainer/state.json");
    fs::remove_all(all[i].folder);
  }
}

BackgroundSave::~BackgroundSave() {
  if (thread_.joinable()) thread_.join();
}

void BackgroundSave::start(std::function<void()> save) {
  wait();
  thread_ = std::thread([this, save = std::move(save)] {
    try {
      save();
    } catch (...) {
      error_ = std::current_exception();
    }
  });
}

void BackgroundSave::wait() {
  if (thread_.joinable()) thread_.join();
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

}  // namespace ov
