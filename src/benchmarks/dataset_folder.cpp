#include "benchmarks/dataset_folder.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/file.h"
#include "data/record_rules.h"

namespace ov {
namespace fs = std::filesystem;
namespace {

bool is_there(const fs::path& path) {
  std::error_code failure;
  return fs::exists(path, failure);
}

// Names in a folder, sorted; none when it is not there.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure), end; !failure && at != end; at.increment(failure)) {
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The snapshot that "main" is, or the only one.
fs::path snapshot_of(const fs::path& repository) {
  std::error_code failure;
  const fs::path head = repository / "refs" / "main";
  if (fs::is_regular_file(head, failure)) {
    std::string revision = read_file(head.string(), 1024);
    while (!revision.empty() && revision.back() <= ' ') revision.pop_back();
    if (is_there(repository / "snapshots" / revision)) return repository / "snapshots" / revision;
  }
  const std::vector<std::string> all = names_in(repository / "snapshots");
  return all.size() == 1 ? repository / "snapshots" / all[0] : fs::path();
}

std::vector<fs::path> places_of(const Benchmark& benchmark, const fs::path& data) {
  const std::size_t slash = benchmark.dataset_id.find('/');
  const std::string name = benchmark.dataset_id.substr(slash + 1);
  const std::vector<std::string> owners = {benchmark.dataset_id.substr(0, slash), "lmms-lab-encoder", "lmms-eval"};
  std::vector<fs::path> places;
  for (const std::string& owner : owners) places.push_back(data / owner / name);
  places.push_back(data / name);
  places.push_back(data / benchmark.name);
  for (const fs::path& hub : {data, data / "hub"}) {
    for (const std::string& owner : owners) places.push_back(snapshot_of(hub / ("datasets--" + owner + "--" + name)));
  }
  return places;
}

// The N of "<split>-00003-of-0000N.parquet", 0 for other names.
std::size_t shards_of(const std::string& name, const std::string& split) {
  constexpr std::string_view kOf = "-of-";
  const std::size_t of = name.find(kOf, split.size());
  std::size_t shards = 0;
  if (of != name.npos) std::from_chars(name.data() + of + kOf.size(), name.data() + name.size(), shards);
  return shards;
}

}  // namespace

DatasetFolder::DatasetFolder(const Benchmark& benchmark, const std::string& data)
    : split_(benchmark.split), wanted_files_(benchmark.files) {
  const std::string& subset = benchmark.subset;
  const std::vector<std::string> folders = subset.empty()
                                               ? std::vector<std::string>{"data", "default", ""}
                                               : std::vector<std::string>{subset, (fs::path("data") / subset).string()};
  for (const fs::path& place : places_of(benchmark, data)) {
    if (!found() && !place.empty()) look_in(place.string(), folders);
  }
  if (!found()) look_in(data, folders);
  if (!found() && !subset.empty()) look_in(data, {"data", ""});
  set_media_folders(benchmark, data);
}

bool DatasetFolder::look_in(const std::string& place, const std::vector<std::string>& folders) {
  for (const std::string& wanted : wanted_files_) {
    const fs::path file = fs::path(place) / wanted;
    if (is_there(file)) files_.push_back(file.string());
  }
  if (!wanted_files_.empty()) {
    looked_for_.push_back((fs::path(place) / wanted_files_[0]).string());
    if (found() && files_.size() < wanted_files_.size()) {
      for (const std::string& wanted : wanted_files_) {
        if (!is_there(fs::path(place) / wanted)) parts_missing_ += (parts_missing_.empty() ? "" : ", ") + wanted;
      }
    }
  }
  for (const std::string& folder : folders) {
    if (found()) break;
    const fs::path inside = fs::path(place) / folder;
    looked_for_.push_back((inside / (split_ + "-*.parquet")).string());
    std::size_t shards = 0;
    for (const std::string& name : names_in(inside)) {
      if (!name.starts_with(split_ + "-") || !name.ends_with(".parquet")) continue;
      files_.push_back((inside / name).string());
      shards = std::max(shards, shards_of(name, split_));
    }
    if (shards > files_.size()) {
      parts_missing_ = std::to_string(shards - files_.size()) + " of " + std::to_string(shards) + " parts " +
                       (inside / (split_ + "-*.parquet")).string();
    }
    if (found()) break;
    for (const std::string& name : names_in(inside / split_)) {
      if (name.ends_with(".parquet")) files_.push_back((inside / split_ / name).string());
    }
    for (const char* ending : {".parquet", ".jsonl", ".json"}) {
      if (!found() && is_there(inside / (split_ + ending))) files_.push_back((inside / (split_ + ending)).string());
    }
  }
  if (found()) path_ = place;
  return found();
}

void DatasetFolder::set_media_folders(const Benchmark& benchmark, const std::string& data) {
  std::vector<fs::path> roots = {path_.empty() ? data : path_};
  if (!benchmark.cache_folder.empty()) roots.push_back(fs::path(data) / benchmark.cache_folder);
  roots.push_back(data);
  for (const fs::path& root : roots) {
    for (const std::string& folder : benchmark.media_folders) media_folders_.push_back((root / folder).string());
    media_folders_.push_back(root.string());
  }
}

std::string DatasetFolder::missing() const {
  std::string text = "no rows; looked for ";
  for (const std::string& place : looked_for_) text += (&place == &looked_for_[0] ? "" : ", ") + place;
  return text;
}

std::string DatasetFolder::find(const std::vector<std::string>& paths, const std::string& where) const {
  for (const std::string& folder : media_folders_) {
    for (const std::string& path : paths) {
      const std::string candidate = media_path(folder, path, where);
      if (is_there(candidate)) return candidate;
    }
  }
  return "";
}

std::string DatasetFolder::archives() const {
  std::size_t count = 0;
  std::string first;
  for (const std::string& folder : {path_, path_.empty() ? std::string() : path_ + "/videos"}) {
    for (const std::string& name : folder.empty() ? std::vector<std::string>() : names_in(folder)) {
      if (!name.ends_with(".zip") && name.find(".tar") == name.npos && name.find(".zip.") == name.npos) continue;
      if (count++ == 0) first = (fs::path(folder) / name).string();
    }
  }
  if (count == 0) return "";
  return "there are packed files (" + first + (count == 1 ? "" : " and " + std::to_string(count - 1) + " more") +
         "): unpack them into " + (media_folders_.empty() ? path_ : media_folders_[0]);
}

}  // namespace ov
