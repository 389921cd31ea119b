// The published benchmarks: where their rows lie, what a model is asked of each row and how its answer is judged.
// Sources: lmms-eval of August 2024, which the paper was scored with (Protocol::paper), and of today (current); the
// cards of the data sets; tables 3 to 5 of the paper. docs/benchmarks.md has a line for each.
//
//   const Benchmark& chartqa = find_benchmark("chartqa");
//   const BenchmarkData data = BenchmarkData::open(chartqa, "data", Protocol::paper);
//   const BenchmarkQuestion question = data.at(12);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/sample.h"
#include "metrics/aggregate.h"
#include "metrics/judged.h"

namespace ov {

enum class Protocol { paper, current };

// A value that may differ between the protocols.
template <class T>
struct ByProtocol {
  T paper;
  T current;
  ByProtocol() = default;
  ByProtocol(const char* both) : paper(both), current(both) {}  // NOLINT(google-explicit-constructor)
  ByProtocol(T both) : paper(both), current(both) {}            // NOLINT(google-explicit-constructor)
  ByProtocol(T at_paper_time, T today) : paper(at_paper_time), current(today) {}
  const T& of(Protocol protocol) const { return protocol == Protocol::paper ? paper : current; }
};

constexpr std::int64_t kVideoFrames = 32;     // evenly spread, indices truncated
constexpr double kLongestVideo = 6.0 * 3600;  // seconds; films of MLVU and VideoMME last hours

struct BenchmarkQuestion {
  std::int64_t doc_index = 0;  // row of the split from 0, as lmms-eval's doc_id
  std::string id;
  std::string where;               // "test-00000-of-00001.parquet: row 12"
  std::string context;             // the benchmark's own text
  std::vector<Turn> turns;         // of a prompt in several turns: user and assistant, ending with the user; or empty
  std::vector<MediaSource> media;  // pictures, or one video of which kVideoFrames are shown
  std::string prompt;              // before the chat template: context with an <image> for each picture or the video
  Reference reference;
  std::string metric;         // a rule's name, or "judge:<rubric>"
  std::string judge_context;  // what a judge is told beside question, reference and answer
  std::string judge_criteria;
  std::string group_id, cluster_id;
  Tags tags;
  std::int64_t max_new_tokens = 1024;

  std::string rubric() const { return rubric_of_metric(metric); }
};

class QuestionSource;  // question_source.h

struct Benchmark {
  std::string name, title;
  std::string dataset_id;  // on the hub; only its name matters, for finding the folder
  std::string subset = {}, split = "test";
  std::string group = "single-image";  // "single-image", "multi-image" or "video"
  std::string paper_row = {};          // its row in tables 3 to 5; several benchmarks may share one
  ByProtocol<std::string> metric;      // unless a row says otherwise
  bool strip_punctuation = false;      // an argument of the metric
  Aggregate aggregate = {};
  ByProtocol<std::int64_t> max_new_tokens = 1024;
  std::string lmms_eval_task = {};  // name and metric key of lmms-eval, and the scale that its figure is on
  ByProtocol<std::string> lmms_eval_key = {};
  double lmms_eval_scale = 1;
  std::string uncertain = {};                         // what is not known for sure about data or protocol
  std::vector<std::string> files = {};                // of the rows, where they are not "<split>-*.parquet"
  std::vector<std::string> media_folders = {};        // where the unpacked videos are looked for
  std::string cache_folder = {};                      // where the reference harness unpacks them, beside the data set
  std::string filter_column = {}, filter_value = {};  // rows of a table that several benchmarks share
  void (*build)(const QuestionSource& row, BenchmarkQuestion& question) = nullptr;

  double full() const { return lmms_eval_scale == 5 ? 5 : 100; }  // the best score on the paper's scale
};

const std::vector<Benchmark>& benchmarks();

// Throws usage for an unknown name, with the nearest one.
const Benchmark& find_benchmark(const std::string& name);

}  // namespace ov
