// onevision ask --batch: many requests from a JSONL file, decoded together. One bad line becomes an
// error line in the output and never stops the rest.
#pragma once

#include <cstdint>
#include <string>

#include "cli/session.h"

namespace ov {

struct BatchOptions {
  std::string in, out;
  std::int64_t batch_size = 8;
  bool resume = false;
  bool quiet = false;
  SamplingFlags sampling;
};

struct BatchCounts {
  std::int64_t answered = 0;
  std::int64_t failed = 0;
  std::int64_t kept = 0;  // from an earlier run, with --resume
};

// Answers are written in the order of the input, each line complete before the next. Throws input
// when `in` cannot be read, resource when `out` cannot be written, interrupted on Ctrl-C (lines
// written so far stay and --resume goes on from there).
BatchCounts ask_batch(Session& session, const BatchOptions& options);

}  // namespace ov
