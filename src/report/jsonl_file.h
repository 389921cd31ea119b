// Files of one JSON object per line that a run appends to: metrics.jsonl, manifest.jsonl, skipped.jsonl,
// answers.jsonl and scores.jsonl. Every line has the keys "stage" and "step" in training order, so that a run that goes
// on from a checkpoint can cut off what came after it. A process that is killed leaves at most a half-written last
// line.
//
//   truncate_jsonl(path, {{"stage1", "stage2"}, "stage2", 500}, LineAtPosition::required);
//   JsonlFile file(path);
//   for (const Json& line : lines_of_this_step) file.add(line);
//   file.flush();
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"

namespace ov {

class JsonlFile {
 public:
  // Opens for appending and creates the file when it is missing. Throws resource when that fails, format when the
  // file ends in a half-written line: truncate_jsonl cuts it.
  explicit JsonlFile(std::string path);
  ~JsonlFile();  // flushes; a failure there is lost, so flush() first
  JsonlFile(const JsonlFile&) = delete;
  JsonlFile& operator=(const JsonlFile&) = delete;

  void add(const Json& line);  // kept in memory until flush
  void flush();                // hands all lines to the system in one write: a killed process does not lose them
  void sync();                 // flush, and wait for the disk: before a checkpoint that counts on these lines
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::string waiting_;
  int file_ = -1;
};

// After this step of this stage; step 0 is before the first step of the stage.
struct RunPosition {
  std::vector<std::string> stages;  // all stages of the run, in order
  std::string stage;
  std::int64_t step = 0;
};

// metrics and manifest have a line of every step; skipped and answers only of some.
enum class LineAtPosition { required, optional };

// Cuts off the lines after `position` and a half-written last line; the file is replaced as a whole or not at all.
// Returns how many complete lines went. A missing file counts as empty. Throws format with file:line when a line is
// not a JSON object, names an unknown stage or goes back in training order, and when the required line is missing.
std::int64_t truncate_jsonl(const std::string& path, const RunPosition& position, LineAtPosition line);

// Cuts off a half-written last line. A missing file stays missing.
void cut_half_line(const std::string& path);

// Calls visit(line, "metrics.jsonl:17") for every complete line, and passes over a half-written last one. A missing
// file has no lines. Throws format with file:line when a line is not a JSON object.
void for_each_line(const std::string& path, const std::function<void(const Json&, const std::string& where)>& visit);

}  // namespace ov
