#include "data/dataset.h"

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "base/parallel.h"
#include "data/python_random.h"

namespace ov {
namespace {

std::string folder_of(const std::string& path) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return path;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

const std::string& first_given(const std::string& a, const std::string& b, const std::string& c) {
  if (!a.empty()) return a;
  return b.empty() ? c : b;
}

void open_entry(DatasetEntry& entry, PythonRandom& random) {
  const std::string& path = entry.mixture.path;
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) {
    entry.problem = path + ": missing";
    return;
  }
  try {
    entry.file = RecordFile::open(path);
  } catch (const Error& error) {
    entry.problem = error.what();
    return;
  }
  entry.rows = entry.file->size();
  entry.taken = entry.mixture.sampling.rows_of(entry.rows);
  if (entry.mixture.sampling.kind != Sampling::Kind::all) {
    entry.selection = sampled_rows(entry.mixture.sampling, entry.rows, random);
  }
}

}  // namespace

Dataset::Dataset(std::vector<MixtureEntry> mixture, const DatasetOptions& options) {
  PythonRandom random(options.seed);
  for (MixtureEntry& given : mixture) {
    DatasetEntry entry;
    entry.mixture = std::move(given);
    entry.context.dataset = entry.mixture.name;
    entry.context.image_folder =
        first_given(entry.mixture.image_folder, options.image_folder, folder_of(entry.mixture.path));
    entry.context.video_folder =
        first_given(entry.mixture.video_folder, options.video_folder, entry.context.image_folder);
    open_entry(entry, random);
    ends_.push_back(size() + entry.taken);
    entries_.push_back(std::move(entry));
  }
}

void Dataset::require_complete() const {
  std::string list;
  int problems = 0;
  for (const DatasetEntry& entry : entries_) {
    if (entry.problem.empty()) continue;
    ++problems;
    if (entries_.size() > 1) list += "\n  ";
    list += (entry.mixture.where.empty() ? "" : entry.mixture.where + ": ") + entry.problem;
    if (!entry.mixture.source.empty()) list += " (from " + entry.mixture.source + ")";
    if (!entry.mixture.released) list += " (never released)";
  }
  if (problems == 0) return;
  if (entries_.size() == 1) throw Error(ErrorKind::input, list);
  throw Error(ErrorKind::input, std::to_string(problems) + " of " + std::to_string(entries_.size()) +
                                    " data files cannot be used; get them, or leave their entries out:" + list);
}

std::size_t Dataset::entry_of(std::int64_t index) const {
  if (index < 0 || index >= size()) {
    throw Error(ErrorKind::internal,
                "sample " + std::to_string(index) + " of a data set with " + std::to_string(size()));
  }
  return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
}

Dataset::Place Dataset::place(std::int64_t index) const {
  const std::size_t number = entry_of(index);
  const DatasetEntry& entry = entries_[number];
  const std::int64_t inside = index - (ends_[number] - entry.taken);
  return {entry, entry.selection.empty() ? inside : entry.selection[static_cast<std::size_t>(inside)]};
}

Sample Dataset::sample(std::int64_t index, RecordParts parts) const {
  const Place at = place(index);
  return at.entry.file->read(at.row, at.entry.context, parts);
}

std::string Dataset::where(std::int64_t index) const {
  const Place at = place(index);
  return at.entry.file->where(at.row);
}

Measured measure(const Dataset& data, const std::function<void(std::int64_t, std::int64_t)>& progress) {
  constexpr std::int64_t kGrain = 256;  // neighbours share a row group of a parquet file
  const auto count = static_cast<std::size_t>(data.size());
  Measured measured;
  measured.words.resize(count);
  measured.kinds.resize(count, SampleKind::text);
  std::mutex mutex;
  std::int64_t done = 0;
  parallel_for(data.size(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<BadRecord> bad;
    for (std::int64_t i = begin; i < end; ++i) {
      try {
        const Sample sample = data.sample(i, RecordParts::text);
        measured.words[static_cast<std::size_t>(i)] = sample.words;
        if (!sample.media.empty()) {
          measured.kinds[static_cast<std::size_t>(i)] = sample.is_video() ? SampleKind::video : SampleKind::image;
        }
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::input) throw;
        bad.push_back({i, error.what()});
      }
    }
    const std::lock_guard lock(mutex);
    std::move(bad.begin(), bad.end(), std::back_inserter(measured.bad));
    done += end - begin;
    if (progress) progress(done, data.size());
  });
  std::sort(measured.bad.begin(), measured.bad.end(),
            [](const BadRecord& a, const BadRecord& b) { return a.index < b.index; });
  return measured;
}

}  // namespace ov
