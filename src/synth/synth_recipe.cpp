#include "synth/synth_recipe.h"

#include <algorithm>
#include <set>

#include "base/file.h"
#include "config/yaml_fields.h"

namespace ov {
namespace {

constexpr std::size_t kMaxRecipeBytes = 10'000'000;
constexpr std::size_t kMaxName = 100;

// Names become file and folder names.
bool is_file_name(const std::string& name) {
  return !name.empty() && name.size() <= kMaxName && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

const Family& find_family(const YamlFields& fields) {
  std::vector<std::string> names;
  for (const Family& family : families()) names.push_back(family.name);
  const std::string name = fields.choice("family", names);
  return *std::find_if(families().begin(), families().end(), [&](const Family& f) { return f.name == name; });
}

Range read_setting(const YamlFields& fields, const Setting& setting) {
  if (!fields.has(setting.name)) return setting.otherwise;
  if (fields.is_number(setting.name)) {
    const std::int64_t value = fields.integer(setting.name, setting.allowed.low, setting.allowed.high);
    return {value, value};
  }
  const std::vector<std::int64_t> ends = fields.integers(setting.name, setting.allowed.low, setting.allowed.high);
  if (ends.size() != 2 || ends[0] > ends[1]) fields.refuse(setting.name, "a whole number, or [lowest, highest]");
  return {ends[0], ends[1]};
}

SynthFile read_file_entry(const YamlFields& fields) {
  SynthFile file;
  file.name = fields.string("name");
  if (!is_file_name(file.name)) fields.refuse("name", "up to 100 letters, digits, '-' and '_'");
  file.family = &find_family(fields);
  file.count = fields.integer("count", 1, kMaxSynthSamples);
  file.split = fields.choice_or("split", "train", {"train", "test", "unseen"});
  for (const Setting& setting : file.family->settings) file.settings[setting.name] = read_setting(fields, setting);
  return file;
}

}  // namespace

SynthRecipe parse_synth_recipe(std::string_view text, const std::string& where) {
  const YamlFields fields = YamlFields::parse(text, where);
  SynthRecipe recipe;
  recipe.assets = fields.string_or("assets", "");
  recipe.corpus = fields.string_or("corpus", "");
  std::set<std::string> names;
  for (const YamlFields& entry : fields.objects("files")) {
    recipe.files.push_back(read_file_entry(entry));
    if (!names.insert(recipe.files.back().name).second) entry.refuse("name", "a name that no other file has");
  }
  fields.finish();
  if (recipe.files.empty()) fields.refuse("files", "at least one file");
  return recipe;
}

SynthRecipe read_synth_recipe(const std::string& path) {
  return parse_synth_recipe(read_file(path, kMaxRecipeBytes), path);
}

}  // namespace ov
