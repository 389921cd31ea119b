// How many samples each data set gave to each stage: mixture.json of a run's folder, shown in report.html.
//
//   write_mixture_shares(out, {{"stage1", "blip558k", "image", 558128}});
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ov {

struct MixtureShare {
  std::string stage;
  std::string dataset;
  std::string modality;  // "text", "image", "multi-image", "video"; empty = not known
  std::int64_t samples = 0;
};

// {"shares": [{"stage", "dataset", "modality", "samples"}, ...]}
void write_mixture_shares(const std::string& folder, const std::vector<MixtureShare>& shares);

// Of folder/mixture.json; without it counted from folder/manifest.jsonl, which does not know modalities; without
// both empty. Stages and data sets in the order of the file.
std::vector<MixtureShare> read_mixture_shares(const std::string& folder);

}  // namespace ov
