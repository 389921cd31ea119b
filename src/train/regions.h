// The objective regions: every patch of a picture is told what it shows. A patch is split into cells x cells cells;
// each cell c of each patch p is compared with every word w that the stage's regions use,
//   z[p, c, w] = (A_c x_p + a_c) . e_w + b_w,
// and the loss of a picture is the mean over its cells of the sum over w of -log sigmoid(+-z), + where w is there: the
// sigmoid loss of SigLIP with places instead of pictures and words instead of captions. A word is in a cell when the
// cell's middle lies in the word's region or the region's middle in the cell. x is the tower's output after its final
// norm; A, a, e and b are dropped after the stage. In float32 from z on.
// Source: docs/training.md, "Pretraining the parts"; after SigLIP (arXiv 2303.15343).
//
//   auto head = add_region_head(checkpoint, stage, region_words(data), seed, dtype, parameters);
//   const PassLoss loss = forward(model, *head, batch, options);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/dataset.h"
#include "train/micro_batch.h"
#include "train/parameters.h"

namespace ov {

struct RegionHead {
  std::vector<std::string> words;  // [V], sorted
  std::int64_t cells;              // along each side of a patch
  LayerNorm post_layernorm;        // of the vision tower, which keeps it
  Linear cell;                     // A, a: [cells * cells * D, D]
  Linear word;                     // e, b: [V, D]

  RegionHead(const VisionConfig& vision, std::vector<std::string> words, std::int64_t cells);
};

// The different words of all regions, sorted. Records that cannot be read are left out.
std::vector<std::string> region_words(const Dataset& data);
std::int64_t region_head_parameters(const VisionConfig& vision, std::int64_t cells, std::int64_t num_words);

// Draws the head from `seed`. Throws input where there is no word.
std::unique_ptr<RegionHead> add_region_head(const std::shared_ptr<const Checkpoint>& checkpoint,
                                            const StageRecipe& stage, std::vector<std::string> words,
                                            std::uint64_t seed, at::ScalarType dtype, Parameters& parameters);

// Throws input, beginning with the record's place, for a picture without regions and a region beyond its picture.
void check_regions(const TrainingSample& sample);

// Word `word` is in cell `cell`, which counts rows of cells of the picture: [side * cells, side * cells] for a tile of
// side x side patches.
struct WordPlace {
  std::int64_t cell, word;
  auto operator<=>(const WordPlace&) const = default;
};
// Sorted, each once. The picture of width x height is stretched to the tile.
std::vector<WordPlace> word_places(const std::vector<Region>& regions, const std::vector<std::string>& words,
                                   std::int64_t width, std::int64_t height, std::int64_t cells_per_side);

PassLoss forward(const OneVision& model, const RegionHead& head, const MicroBatch& batch,
                 const ForwardOptions& options);

}  // namespace ov
