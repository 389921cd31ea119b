// report.html of a training run: one page that needs nothing else, for people. Loss, learning rates, gradient norm,
// speed, memory, shares of the data sets, sample answers over time and the resolved recipe.
//
//   write_report(out);   // after a checkpoint, a stage, an interruption
#pragma once

#include <string>

namespace ov {

// Reads recipe.yaml, metrics.jsonl, mixture.json (or manifest.jsonl) and answers.jsonl of the folder, as far as they
// are there, and replaces report.html. Throws format for damaged files, resource when it cannot be written.
void write_report(const std::string& folder);

// The page itself.
std::string report_page(const std::string& folder);

}  // namespace ov
