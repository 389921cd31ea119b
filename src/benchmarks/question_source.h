// What the definition of a benchmark sees of one row, and the parts that prompts are made of.
//
//   void ai2d(const QuestionSource& in, BenchmarkQuestion& out) {
//     out.context = in.text("question") + "\n" + in.lettered(in.texts("options"), out) + kLetterSuffix;
//     ...
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/benchmark.h"
#include "benchmarks/dataset_folder.h"
#include "data/table_rows.h"

namespace ov {

inline constexpr std::string_view kLetterSentence = "Answer with the option's letter from the given choices directly.";
inline constexpr std::string_view kLetterSuffix = "\nAnswer with the option's letter from the given choices directly.";
inline constexpr std::string_view kShortSuffix = "\nAnswer the question using a single word or phrase.";
inline constexpr std::string_view kYesNoRequest = " Please answer yes or no.";

class QuestionSource {
 public:
  QuestionSource(const TableRow& row, const DatasetFolder& folder, Protocol protocol, bool with_media)
      : row_(row), folder_(folder), protocol_(protocol), with_media_(with_media) {}

  const TableRow& row() const { return row_; }
  bool with_media() const { return with_media_; }
  bool is_paper() const { return protocol_ == Protocol::paper; }
  std::string text(const std::string& column) const { return row_.text(column); }
  std::vector<std::string> texts(const std::string& column) const { return row_.texts(column); }

  // Pictures of a column, in the row or as files of the data set's folder. Throws input for a file that is not there.
  std::vector<MediaSource> pictures(const std::string& column) const;
  std::vector<MediaSource> one_picture(const std::string& column) const;  // refuses none and several

  // A video in one of the benchmark's folders under the first of the names that exists. Throws input saying where it
  // was looked for.
  std::vector<MediaSource> video(const std::string& stem, const std::vector<std::string>& endings) const;
  std::string file(const std::string& path) const { return folder_.find(path, row_.where()); }  // "" = not there

  // "A. x\nB. y" of options, which also become the reference's choices. Refuses more options than letters.
  std::string lettered(const std::vector<std::string>& options, BenchmarkQuestion& out) const;
  // The answer among the reference's choices, by its letter or by its index from 0. A null or empty cell, or the text
  // "None", means that the answer is withheld.
  void answer_letter(const std::string& column, BenchmarkQuestion& out) const;
  void answer_index(const std::string& column, BenchmarkQuestion& out) const;
  void answer_text(const std::string& column, BenchmarkQuestion& out) const;

  // Each column that is there and not null as a tag of its own name (the part behind the last dot), texts or lists.
  void tags(const std::vector<std::string>& columns, BenchmarkQuestion& out) const;

 private:
  bool is_withheld(const std::string& column) const;

  const TableRow& row_;
  const DatasetFolder& folder_;
  Protocol protocol_;
  bool with_media_;
};

// SeedBench's question, without its pictures.
void seedbench_question(const QuestionSource& in, BenchmarkQuestion& out);

}  // namespace ov
