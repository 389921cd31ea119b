#include "train/recipe.h"

#include <filesystem>
#include <set>

#include "base/file.h"
#include "config/yaml_fields.h"
#include "train/recipe_fields.h"

namespace ov {
namespace {

namespace fs = std::filesystem;

template <class E>
std::vector<std::string> names_of(const Names<E>& names) {
  std::vector<std::string> list;
  for (const auto& [name, value] : names) list.push_back(name);
  return list;
}

template <class E>
std::string name_of(E value, const Names<E>& names) {
  for (const auto& [name, one] : names) {
    if (one == value) return name;
  }
  return "";
}

// Takes values from YAML; what is absent keeps its default.
class Reader {
 public:
  Reader(const YamlFields& fields, std::string folder) : fields_(fields), folder_(std::move(folder)) {}

  void text(const std::string& key, std::string& value) { value = fields_.string_or(key, value); }
  void path(const std::string& key, std::string& value) {
    value = fields_.string_or(key, value);
    if (value.empty() || fs::path(value).is_absolute()) return;
    // The writer of a --set value stands in the working folder, not in the recipe's.
    const bool from_file = fields_.where(key).rfind("setting ", 0) != 0;
    value = (from_file ? fs::path(folder_) / value : fs::absolute(value)).lexically_normal().string();
  }
  void number(const std::string& key, double& value, double low, double high) {
    value = fields_.number_or(key, value, low, high);
  }
  void integer(const std::string& key, std::int64_t& value, std::int64_t low, std::int64_t high) {
    value = fields_.integer_or(key, value, low, high);
  }
  void maybe_integer(const std::string& key, std::optional<std::int64_t>& value, std::int64_t low, std::int64_t high) {
    if (fields_.has(key)) value = fields_.integer(key, low, high);
  }
  void seed(const std::string& key, std::uint64_t& value) {
    value = static_cast<std::uint64_t>(
        fields_.integer_or(key, static_cast<std::int64_t>(value), 0, std::numeric_limits<std::int64_t>::max()));
  }
  void boolean(const std::string& key, bool& value) { value = fields_.boolean_or(key, value); }
  void raw(const std::string& key, Json& value) {
    if (fields_.has(key)) value = fields_.json(key);
  }
  void name(const std::string& key, std::string& value, const std::vector<std::string>& names) {
    value = fields_.choice_or(key, value, names);
  }
  template <class E>
  void choice(const std::string& key, E& value, const Names<E>& names) {
    if (!fields_.has(key)) return;
    const std::string found = fields_.choice(key, names_of(names));
    for (const auto& [name, one] : names) {
      if (name == found) value = one;
    }
  }
  template <class E>
  void maybe_choice(const std::string& key, std::optional<E>& value, const Names<E>& names) {
    if (!fields_.has(key)) return;
    E found = names[0].second;
    choice(key, found, names);
    value = found;
  }
  template <class F>
  void group(const std::string& key, F&& visit) {
    Reader in(fields_.object_or_empty(key), folder_);
    visit(in);
  }

 private:
  YamlFields fields_;
  std::string folder_;
};

// Meets the keys of other objectives than the stage's: refuses them where the stage itself gives them.
class OtherKeys {
 public:
  OtherKeys() = default;
  OtherKeys(const YamlFields& own, const StageRecipe& stage) : own_(&own), stage_(&stage) {}

  void path(const std::string& key, std::string&) { meet(key); }
  void integer(const std::string& key, std::int64_t&, std::int64_t, std::int64_t) { meet(key); }
  template <class E>
  void choice(const std::string& key, E&, const Names<E>&) {
    meet(key);
  }
  template <class F>
  void group(const std::string& key, F&&) {
    meet(key);
  }

 private:
  void meet(const std::string& key) {
    if (own_ == nullptr || !own_->has(key)) return;
    own_->refuse(key, "no such key in a stage with objective: " + name_of(stage_->objective, kObjectiveNames));
  }

  const YamlFields* own_ = nullptr;
  const StageRecipe* stage_ = nullptr;  // its objective is read before the keys that depend on it
};

// Writes every key with its value, as YAML that reads back the same.
class Writer {
 public:
  Writer(std::string& out, std::string indent) : out_(out), indent_(std::move(indent)) {}

  void text(const std::string& key, const std::string& value) {
    if (!value.empty()) put(key, Json(value));
  }
  void path(const std::string& key, const std::string& value) { text(key, value); }
  void name(const std::string& key, const std::string& value, const std::vector<std::string>&) { text(key, value); }
  void number(const std::string& key, double value, double, double) { put(key, Json(value)); }
  void integer(const std::string& key, std::int64_t value, std::int64_t, std::int64_t) { put(key, Json(value)); }
  void maybe_integer(const std::string& key, const std::optional<std::int64_t>& value, std::int64_t, std::int64_t) {
    if (value) put(key, Json(*value));
  }
  void seed(const std::string& key, std::uint64_t value) { put(key, Json(value)); }
  void boolean(const std::string& key, bool value) { put(key, Json(value)); }
  void raw(const std::string& key, const Json& value) {
    if (!value.is_null()) put(key, value);
  }
  template <class E>
  void choice(const std::string& key, E value, const Names<E>& names) {
    put(key, Json(name_of(value, names)));
  }
  template <class E>
  void maybe_choice(const std::string& key, const std::optional<E>& value, const Names<E>& names) {
    if (value) choice(key, *value, names);
  }
  template <class F>
  void group(const std::string& key, F&& visit) {
    std::string inner;
    Writer in(inner, indent_ + "  ");
    visit(in);
    if (!inner.empty()) out_ += indent_ + key + ":\n" + inner;
  }

 private:
  void put(const std::string& key, const Json& value) { out_ += indent_ + key + ": " + dump_json(value) + "\n"; }

  std::string& out_;
  std::string indent_;
};

std::string write_recipe(Recipe recipe) {
  std::string out;
  Writer head(out, "");
  visit_head(recipe, head);
  out += "stages:\n";
  for (StageRecipe& stage : recipe.stages) {
    std::string text;
    Writer writer(text, "    ");
    OtherKeys others;
    visit_stage(stage, writer, others);
    out += "  -" + text.substr(3);
  }
  return out;
}

bool is_file_name(const std::string& name) {
  if (name.empty() || name[0] == '.' || name[0] == '-') return false;
  for (const char c : name) {
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!fits) return false;
  }
  return true;
}

// Names under which a run keeps other things than stages.
bool is_taken(const std::string& name) { return name == "checkpoints" || name == "tensorboard" || name == "start"; }

void check_stage(const YamlFields& fields, const StageRecipe& stage, std::set<std::string>& names) {
  if (!is_file_name(stage.name) || is_taken(stage.name)) {
    fields.refuse("name",
                  "a name of letters, digits, \"_\", \"-\" and \".\", other than checkpoints, tensorboard and start");
  }
  if (!names.insert(stage.name).second) fields.refuse("name", "a name that no other stage has");
  if (stage.data.empty()) fields.refuse("data", "a mixture or a file of samples");
  if (stage.batch_size == 0) fields.refuse("batch_size", "the number of samples of one optimizer step");
  const PartRates& rates = stage.learning_rates;
  if (rates.vision == 0 && rates.projector == 0 && rates.newline == 0 && rates.language == 0) {
    fields.refuse("learning_rates", "a rate above 0 for at least one of vision, projector, newline and language");
  }
  if (!stage.cache_features.empty() && rates.vision != 0) {
    fields.refuse("cache_features", "a frozen vision tower (learning_rates.vision: 0)");
  }
  const bool bridge = rates.projector != 0 || rates.newline != 0;
  if (stage.objective == Objective::text && (bridge || rates.vision != 0)) {
    fields.refuse("learning_rates", "language alone above 0: no picture is in a stage with objective: text");
  }
  if (stage.objective == Objective::contrastive && stage.micro_batch < 2) {
    fields.refuse("micro_batch",
                  "at least 2 in a stage with objective: contrastive, which compares the pairs of a "
                  "micro-batch");
  }
  if (stage.trains_tower_alone() && (bridge || rates.language != 0 || rates.vision == 0)) {
    fields.refuse("learning_rates", "vision alone above 0: nothing else of the model is in a stage with objective: " +
                                        name_of(stage.objective, kObjectiveNames));
  }
}

// A micro-batch is one pass, its samples weigh the same, and a picture is one tile.
void fix_tower_alone(StageRecipe& stage) {
  stage.batching = Batching::padded, stage.loss = LossRule::token_mean;
  stage.tiling = {AspectMode::square, Json(), std::nullopt, false};
}

void check_start(const YamlFields& model, const ModelStart& start) {
  const bool by_shape = !start.shape.empty() || !start.tokenizer.empty();
  const bool by_parts = !start.language_model.empty() || !start.vision_tower.empty();
  if (static_cast<int>(!start.folder.empty()) + static_cast<int>(by_shape) + static_cast<int>(by_parts) != 1) {
    model.refuse("folder", "either folder, or shape and tokenizer, or language_model and vision_tower");
  }
  if (by_shape && start.shape.empty()) model.refuse("shape", "tiny, micro, nano, 0.5b, 7b or 72b");
  if (by_shape && start.tokenizer.empty()) model.refuse("tokenizer", "a folder with the tokenizer's files");
  if (by_parts && start.language_model.empty()) model.refuse("language_model", "a Qwen2 checkpoint folder");
  if (by_parts && start.vision_tower.empty()) model.refuse("vision_tower", "a SigLIP checkpoint folder");
}

}  // namespace

Recipe read_recipe(const std::string& path, const std::vector<std::pair<std::string, std::string>>& sets) {
  YamlFields fields = YamlFields::parse(read_file(path, kMaxYamlBytes), path);
  for (const auto& [key, value] : sets) fields.set(key, value);
  const std::string folder = fs::absolute(path).parent_path().string();
  Recipe recipe;
  Reader head(fields, folder);
  visit_head(recipe, head);
  if (recipe.name.empty()) fields.refuse("name", "the run's name");
  check_start(fields.object("model"), recipe.model);
  const YamlFields defaults = fields.object_or_empty("stage_defaults");
  if (defaults.has("name")) defaults.refuse("name", "names in the stages only");
  StageRecipe checked;  // also defaults that every stage replaces are read
  Reader default_reader(defaults, folder);
  visit_stage(checked, default_reader, default_reader);
  std::set<std::string> names;
  for (const YamlFields& own : fields.objects("stages")) {
    const YamlFields merged = own.over(defaults);
    StageRecipe stage;
    Reader reader(merged, folder);
    OtherKeys others(own, stage);
    visit_stage(stage, reader, others);
    check_stage(merged, stage, names);
    if (stage.trains_tower_alone()) fix_tower_alone(stage);
    recipe.stages.push_back(std::move(stage));
  }
  if (recipe.stages.empty()) fields.refuse("stages", "a list of at least one stage");
  fields.finish();
  recipe.resolved = write_recipe(recipe);
  return recipe;
}

}  // namespace ov
