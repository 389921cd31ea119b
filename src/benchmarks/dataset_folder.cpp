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

// The rows of a split in a folder, by the first form that is there.
std::vector<std::string> rows_in(const fs::path& folder, const std::string& split) {
  std::vector<std::string> files;
  for (const std::string& name : names_in(folder)) {
    if (name.starts_with(split + "-") && name.ends_with(".parquet")) files.push_back((folder / name).string());
  }
  if (!files.empty()) return files;
  for (const std::string& name : names_in(folder / split)) {
    if (name.ends_with(".parquet")) files.push_back((folder / split / name).string());
  }
  for (const char* ending : {".parquet", ".jsonl", ".json"}) {
    if (files.empty() && is_there(folder / (split + ending))) files.push_back((folder / (split + ending)).string());
  }
  return files;
}

// "1 of 3 parts ..." when a file is "<split>-00000-of-00003.parquet" and there are only two.
std::string parts_missing_of(const std::vector<std::string>& files, const std::string& split) {
  constexpr std::string_view kOf = "-of-";
  const std::string name = fs::path(files[0]).filename().string();
  const std::size_t of = name.find(kOf, split.size());
  std::size_t parts = 0;
  if (of != name.npos) std::from_chars(name.data() + of + kOf.size(), name.data() + name.size(), parts);
  if (parts <= files.size()) return "";
  return std::to_string(parts - files.size()) + " of " + std::to_string(parts) + " parts like " + files[0];
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

void DatasetFolder::look_in(const std::string& place, const std::vector<std::string>& folders) {
  for (const std::string& wanted : wanted_files_) {
    const std::string file = (fs::path(place) / wanted).string();
    if (&wanted == wanted_files_.data()) looked_for_.push_back(file);
    if (is_there(file)) {
      files_.push_back(file);
    } else {
      parts_missing_ += (parts_missing_.empty() ? "" : ", ") + file;
    }
  }
  if (!found()) parts_missing_.clear();
  for (const std::string& folder : folders) {
    if (found()) break;
    const fs::path inside = fs::path(place) / folder;
    looked_for_.push_back((inside / (split_ + "-*.parquet")).string());
    files_ = rows_in(inside, split_);
    if (found()) parts_missing_ = parts_missing_of(files_, split_);
  }
  if (found()) path_ = place;
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
