#include "data/mixture.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <numeric>

#include "base/file.h"
#include "config/yaml_fields.h"
#include "data/python_random.h"

namespace ov {
namespace {

constexpr std::int64_t kMaxRows = 1'000'000'000;
constexpr std::size_t kMaxEntries = 10'000;
const std::vector<std::string> kStrategies{"all", "first", "end", "random"};

[[noreturn]] void refuse_strategy(const std::string& text, const std::string& where, const std::string& problem) {
  throw Error(ErrorKind::format, where + ": sampling_strategy \"" + text.substr(0, 80) + "\" " + problem +
                                     "; expected all, first:N, end:N or random:N, with N a count or a whole "
                                     "percentage like 10%");
}

std::string joined(const std::string& folder, const std::string& path) {
  return path.empty() ? "" : (std::filesystem::path(folder) / path).lexically_normal().string();
}

std::string default_name(const std::string& path) {
  std::filesystem::path whole = std::filesystem::path(path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();  // a folder written with a slash at its end
  const std::string ending = whole.extension().string();
  const bool data_file = ending == ".json" || ending == ".jsonl" || ending == ".parquet";
  return data_file ? whole.stem().string() : whole.filename().string();
}

void read_entry(const YamlFields& fields, const std::string& folder, std::vector<MixtureEntry>& into) {
  MixtureEntry entry;
  entry.where = fields.where();
  const std::string path = fields.string("json_path");
  if (path.empty()) fields.refuse("json_path", "the path of a data file");
  entry.strategy = fields.string_or("sampling_strategy", "all");
  entry.sampling = parse_sampling(entry.strategy, fields.where("sampling_strategy"));
  entry.name = fields.string_or("name", "");
  entry.image_folder = joined(folder, fields.string_or("image_folder", ""));
  entry.video_folder = joined(folder, fields.string_or("video_folder", ""));
  if (fields.has("rows")) entry.rows = fields.integer("rows", 0, kMaxRows);
  if (fields.has("prompt")) entry.prompts = fields.integers("prompt", 1, 1000);
  entry.source = fields.string_or("source", "");
  entry.released = fields.boolean_or("released", true);
  entry.note = fields.string_or("note", "");
  const std::vector<std::string> paths = expand_braces(path, fields.where("json_path"));
  if (paths.size() > 1 && (!entry.name.empty() || entry.rows)) {
    throw Error(ErrorKind::format, entry.where + ": json_path stands for " + std::to_string(paths.size()) +
                                       " files, which cannot share \"name\" or \"rows\"; write one entry a file");
  }
  const std::string given_name = entry.name;
  for (const std::string& one : paths) {
    entry.path = joined(folder, one);
    entry.name = given_name.empty() ? default_name(one) : given_name;
    into.push_back(entry);
  }
  if (into.size() > kMaxEntries) {
    throw Error(ErrorKind::format, entry.where + ": more than " + std::to_string(kMaxEntries) + " data files");
  }
}

}  // namespace

std::int64_t Sampling::rows_of(std::int64_t rows) const {
  if (kind == Kind::all) return rows;
  return std::min(rows, percent ? (amount * rows + 99) / 100 : amount);
}

Sampling parse_sampling(const std::string& text, const std::string& where) {
  if (text == "all") return {};
  const std::size_t colon = text.find(':');
  const std::string name = text.substr(0, colon);
  if (colon == text.npos || name == "all") {
    const bool known = std::find(kStrategies.begin(), kStrategies.end(), name) != kStrategies.end();
    refuse_strategy(text, where, known ? "has the wrong form" : "is unknown" + nearest_name(name, kStrategies));
  }
  Sampling sampling;
  if (name == "first") {
    sampling.kind = Sampling::Kind::first;
  } else if (name == "end") {
    sampling.kind = Sampling::Kind::end;
  } else if (name == "random") {
    sampling.kind = Sampling::Kind::random;
  } else {
    refuse_strategy(text, where, "is unknown" + nearest_name(name, kStrategies));
  }
  std::string_view number = std::string_view(text).substr(colon + 1);
  sampling.percent = !number.empty() && number.back() == '%';
  if (sampling.percent) number.remove_suffix(1);
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), sampling.amount);
  if (number.empty() || parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()) {
    refuse_strategy(text, where, "has no whole number");
  }
  if (sampling.amount < 1 || sampling.amount > (sampling.percent ? 100 : kMaxRows)) {
    refuse_strategy(text, where, sampling.percent ? "is outside 1% to 100%" : "takes no row, or too many");
  }
  return sampling;
}

std::vector<std::uint32_t> sampled_rows(const Sampling& sampling, std::int64_t rows, PythonRandom& random) {
  std::vector<std::uint32_t> all(static_cast<std::size_t>(rows));
  std::iota(all.begin(), all.end(), 0U);
  const auto taken = static_cast<std::size_t>(sampling.rows_of(rows));
  if (sampling.kind == Sampling::Kind::random) random.shuffle(all);
  if (sampling.kind == Sampling::Kind::end) {
    all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(taken));
  } else {
    all.resize(taken);
  }
  return all;
}

std::vector<std::string> expand_braces(const std::string& path, const std::string& where) {
  const std::size_t open = path.find('{'), close = path.find('}');
  if (open == path.npos && close == path.npos) return {path};
  const bool single = open != path.npos && close != path.npos && open < close &&
                      path.find('{', open + 1) == path.npos && path.find('}', close + 1) == path.npos;
  if (!single) {
    throw Error(ErrorKind::format, where + ": \"" + path.substr(0, 80) +
                                       "\" should have one pair of braces, as in "
                                       "dir/{a,b}.json");
  }
  std::vector<std::string> paths;
  for (std::size_t begin = open + 1; begin <= close;) {
    const std::size_t end = std::min(path.find(',', begin), close);
    if (end == begin) throw Error(ErrorKind::format, where + ": \"" + path.substr(0, 80) + "\" has an empty name");
    paths.push_back(path.substr(0, open) + path.substr(begin, end - begin) + path.substr(close + 1));
    begin = end + 1;
    if (paths.size() > kMaxEntries) {
      throw Error(ErrorKind::format, where + ": braces with more than " + std::to_string(kMaxEntries) + " names");
    }
  }
  return paths;
}

std::vector<MixtureEntry> parse_mixture(std::string_view text, const std::string& path) {
  const YamlFields top = YamlFields::parse(text, path);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  std::vector<MixtureEntry> entries;
  for (const YamlFields& fields : top.objects("datasets")) {
    read_entry(fields, folder, entries);
    fields.finish();
  }
  top.finish();
  if (entries.empty()) top.refuse("datasets", "a list with at least one entry");
  return entries;
}

std::vector<MixtureEntry> read_mixture(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending == ".yaml" || ending == ".yml") return parse_mixture(read_file(path, kMaxYamlBytes), path);
  std::vector<MixtureEntry> entries;
  for (const std::string& one : expand_braces(path, path)) {
    MixtureEntry entry;
    entry.path = one;
    entry.name = default_name(one);
    entries.push_back(entry);
  }
  return entries;
}

}  // namespace ov
