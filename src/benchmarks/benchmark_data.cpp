#include "benchmarks/benchmark_data.h"

#include <filesystem>

#include "benchmarks/question_source.h"
#include "data/record_rules.h"

namespace ov {
namespace {

constexpr std::string_view kMark = "<image>";

std::size_t count_marks(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(kMark); at != text.npos; at = text.find(kMark, at + 1)) ++count;
  return count;
}

// A text without a mark gets one for each picture, or one for the video, before it; a text with marks has them in its
// own places and must have one for each.
void place_marks(BenchmarkQuestion& question) {
  std::size_t marks = question.turns.empty() ? count_marks(question.context) : 0;
  for (const Turn& turn : question.turns) marks += count_marks(turn.text);
  if (marks == 0 && question.turns.empty()) {
    for (std::size_t i = 0; i < question.media.size(); ++i) question.prompt += (i == 0 ? "" : " ") + std::string(kMark);
    if (!question.media.empty()) question.prompt += "\n";
  } else if (marks != question.media.size()) {
    refuse_record(question.where, "the text has " + std::to_string(marks) + " <image> marks, but the row has " +
                                      std::to_string(question.media.size()) + " pictures or videos");
  }
  question.prompt += question.context;
}

}  // namespace

BenchmarkData::BenchmarkData(const Benchmark& benchmark, DatasetFolder folder, Protocol protocol)
    : benchmark_(&benchmark), folder_(std::move(folder)), protocol_(protocol), table_(Table::open(folder_.files())) {
  if (benchmark.filter_column.empty()) return;
  for (std::int64_t row = 0; row < table_->size(); ++row) {
    if (table_->at(row, false)->text(benchmark.filter_column) == benchmark.filter_value) rows_.push_back(row);
  }
  if (rows_.empty()) {
    refuse_record(folder_.files()[0],
                  "no row has \"" + benchmark.filter_value + "\" in its column " + benchmark.filter_column);
  }
}

BenchmarkData BenchmarkData::open(const Benchmark& benchmark, const std::string& data_folder, Protocol protocol) {
  DatasetFolder folder(benchmark, data_folder);
  if (!folder.found()) refuse_record(benchmark.name, folder.missing());
  if (!folder.parts_missing().empty()) {
    refuse_record(benchmark.name, folder.path() + " is not complete: there is no " + folder.parts_missing());
  }
  return BenchmarkData(benchmark, std::move(folder), protocol);
}

BenchmarkQuestion BenchmarkData::at(std::int64_t index, bool with_media) const {
  const std::int64_t row_index = rows_.empty() ? index : rows_.at(static_cast<std::size_t>(index));
  const auto row = table_->at(row_index, with_media);
  BenchmarkQuestion question;
  question.doc_index = row_index;
  question.where = row->where();
  question.metric = benchmark_->metric.of(protocol_);
  question.max_new_tokens = benchmark_->max_new_tokens.of(protocol_);
  benchmark_->build(QuestionSource(*row, folder_, protocol_, with_media), question);
  if (question.id.empty()) question.id = std::to_string(row_index);
  place_marks(question);
  return question;
}

FoundBenchmark look_for(const Benchmark& benchmark, const std::string& data_folder, Protocol protocol) {
  namespace fs = std::filesystem;
  FoundBenchmark found;
  const DatasetFolder folder(benchmark, data_folder);
  found.folder = folder.path();
  found.files = folder.files();
  std::error_code failure;
  for (const std::string& file : found.files) {
    const auto size = fs::file_size(file, failure);
    if (!failure) found.bytes += static_cast<std::int64_t>(size);
  }
  try {
    const BenchmarkData data = BenchmarkData::open(benchmark, data_folder, protocol);
    found.rows = data.size();
    data.at(0, false);
    found.present = true;
  } catch (const Error& error) {
    found.missing = error.what();
  }
  if (benchmark.media_folders.empty() || !found.present) return found;
  for (const std::string& media : folder.media_folders()) {
    if (media == found.folder || media == data_folder || found.videos > 0) continue;
    for (fs::recursive_directory_iterator at(media, failure), end; !failure && at != end; at.increment(failure)) {
      if (!at->is_regular_file(failure)) continue;
      ++found.videos;
      found.video_bytes += static_cast<std::int64_t>(at->file_size(failure));
    }
  }
  if (found.videos == 0) {
    found.missing = "no videos in " + folder.media_folders()[0];
    if (const std::string archives = folder.archives(); !archives.empty()) found.missing += "; " + archives;
  }
  return found;
}

}  // namespace ov
