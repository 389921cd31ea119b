// One training sample as its file has it: the turns of a conversation and the pictures or the video
// that they talk about. Source: the LLaVA data format (docs/data.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "prompt/labels.h"

namespace ov {

using Turn = TrainingTurn;  // the role is "user", "assistant", "system", or what the file says

// Something that a picture shows and where: what the objective regions learns from.
struct Region {
  double x = 0, y = 0, width = 0, height = 0;  // pixels of the picture; x and y of the left upper corner
  std::vector<std::string> words;              // what is there, such as "red" and "circle", or one letter of a text
};

struct Sample {
  std::string id;
  std::vector<MediaSource> media;  // pictures, or one video
  std::vector<Turn> turns;
  std::vector<Region> regions;
  std::string source;      // "data_source", else the data set's name
  std::string category;    // "category"; "" when there is none
  std::string dataset;     // name of its entry in the mixture
  std::string where;       // "caps.jsonl:17", "caps.json:120 (record 9)", "part-0.parquet: row 12"
  std::int64_t words = 0;  // between white space, in all turns as the file has them: what orders by length use
  std::string sha256;      // of the record's canonical JSON; empty when read without pictures

  bool is_video() const { return !media.empty() && media[0].is_video; }
};

}  // namespace ov
