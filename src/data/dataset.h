// An opened mixture: its entries one after the other, each cut down by its sampling strategy.
//
//   const Dataset data(read_mixture("stage1.yaml"), {.image_folder = "images", .seed = 42});
//   data.require_complete();
//   const Sample sample = data.sample(17);
// An entry whose file is missing or damaged has no samples and says why, so that a check can list them all.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/mixture.h"
#include "data/record_file.h"

namespace ov {

struct DatasetOptions {
  std::string image_folder;  // for entries that name none; "" = the folder of the data file
  std::string video_folder;  // "" = the image folder
  std::uint64_t seed = 42;   // of random:N
};

struct DatasetEntry {
  MixtureEntry mixture;
  RecordContext context;
  std::int64_t rows = 0;   // in the file
  std::int64_t taken = 0;  // by the strategy
  std::string problem;     // why there are none; "" = the file is open
  std::shared_ptr<const RecordFile> file;
  std::vector<std::uint32_t> selection;  // row of each taken sample; empty when the strategy is all
};

class Dataset {
 public:
  Dataset(std::vector<MixtureEntry> mixture, const DatasetOptions& options);

  std::int64_t size() const { return ends_.empty() ? 0 : ends_.back(); }
  const std::vector<DatasetEntry>& entries() const { return entries_; }

  // Throws one Error input that lists every entry with a problem, with its source.
  void require_complete() const;

  // These may be called from several threads, with 0 <= index < size(). sample() throws input naming where().
  std::size_t entry_of(std::int64_t index) const;
  Sample sample(std::int64_t index, RecordParts parts = RecordParts::all) const;
  std::string where(std::int64_t index) const;

 private:
  struct Place {
    const DatasetEntry& entry;
    std::int64_t row;
  };
  Place place(std::int64_t index) const;

  std::vector<DatasetEntry> entries_;
  std::vector<std::int64_t> ends_;  // samples up to and with each entry
};

struct BadRecord {
  std::int64_t index = 0;
  std::string message;
};

enum class SampleKind : std::uint8_t { text, image, video };

// Every record read once, in parallel, pictures left alone.
struct Measured {
  std::vector<std::int64_t> words;  // 0 for a bad record
  std::vector<SampleKind> kinds;
  std::vector<BadRecord> bad;  // by index
};
Measured measure(const Dataset& data, const std::function<void(std::int64_t done, std::int64_t all)>& progress = {});

}  // namespace ov
