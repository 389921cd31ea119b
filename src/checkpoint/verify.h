// Whether a checkpoint folder is complete and sane, every weight included.
//
//   const VerifyReport report = verify_checkpoint(folder, progress);
//   if (!report.ok()) ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "checkpoint/tensor_set_writer.h"

namespace ov {

struct VerifyCheck {
  std::string name;
  bool ok = true;
  std::string detail;  // what was counted, or what is wrong and what to try
};

struct VerifyReport {
  std::string folder;
  std::vector<VerifyCheck> checks;
  std::int64_t tensors = 0;
  std::int64_t parameters = 0;
  std::uint64_t bytes = 0;
  std::int64_t not_finite = 0;  // values

  bool ok() const;
  Json json() const;         // {"folder", "ok", "tensors", "parameters", "bytes", "not_finite", "checks": [...]}
  std::string text() const;  // one line per check
};

// Never throws for a bad checkpoint: each check holds its own error. Reads every byte once, with all
// threads, and lets pages go behind itself. Checks: weights (files, names, shapes), values (finite, no
// matrix of zeros), tokenizer (files, ids below the vocabulary's rows, media tokens where the layout
// needs them), generation, pixels.
VerifyReport verify_checkpoint(const std::string& folder, const Progress& progress = {});

}  // namespace ov
