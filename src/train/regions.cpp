#include "train/regions.h"

#include <ATen/ops/softplus.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>

#include "base/error.h"
#include "base/parallel.h"
#include "model/load.h"
#include "tensor/gather.h"
#include "tensor/gradients.h"
#include "tensor/ops.h"
#include "tensor/unfilled.h"
#include "train/draw_weight.h"

namespace ov {
namespace {

constexpr std::size_t kMaxWords = 65536;
constexpr const char* kPostNorm = "vision_tower.post_layernorm";

// Few words are in a cell: as SigLIP's, the bias starts low.
Distribution start_of(const std::string& name, const Tensor& tensor) {
  return name == "regions.word.bias" ? Distribution{-6, 0} : usual_start(name, tensor);
}

template <class Visit>
void visit_head(RegionHead& head, Visit&& at) {
  visit(head.post_layernorm, kPostNorm, at);
  visit(head.cell, "regions.cell", at);
  visit(head.word, "regions.word", at);
}

std::int64_t word_number(const std::vector<std::string>& words, const std::string& word) {
  const auto found = std::lower_bound(words.begin(), words.end(), word);
  if (found == words.end() || *found != word) {
    throw Error(ErrorKind::internal, "the word \"" + word + "\" is not among the stage's");
  }
  return found - words.begin();
}

// Where a region lies along one side, in cells: [first, last] of those whose middle is inside, or the one that has the
// region's middle.
struct CellSpan {
  std::int64_t first, last;
};
CellSpan cell_span(double begin, double length, double extent, std::int64_t cells) {
  const double scale = static_cast<double>(cells) / extent, from = begin * scale, to = (begin + length) * scale;
  const auto within = [&](double x) { return std::clamp(static_cast<std::int64_t>(x), std::int64_t{0}, cells - 1); };
  const auto first = static_cast<std::int64_t>(std::ceil(from - 0.5)),
             last = static_cast<std::int64_t>(std::ceil(to - 0.5)) - 1;
  if (last < first) return {within((from + to) / 2), within((from + to) / 2)};
  return {within(static_cast<double>(first)), within(static_cast<double>(last))};
}

// Where logits of the head have their cells: [tiles, patches, cells * cells] from rows of cells of a tile.
std::int64_t logits_row(std::int64_t tile, std::int64_t cell, std::int64_t side, std::int64_t cells) {
  const std::int64_t row = cell / (side * cells), column = cell % (side * cells);
  const std::int64_t patch = (row / cells) * side + column / cells, part = (row % cells) * cells + column % cells;
  return (tile * side * side + patch) * cells * cells + part;
}

struct Targets {
  std::vector<std::int64_t> logits;  // flat indices [rows * V] of the words that are there
  std::vector<std::int64_t> rows;    // rows with a word, in order
  std::vector<std::int64_t> ends;    // of each row's words in `logits`
};

Targets targets_of(const MicroBatch& batch, const RegionHead& head, std::int64_t side) {
  Targets out;
  const auto V = static_cast<std::int64_t>(head.words.size());
  for (std::size_t s = 0; s < batch.samples.size(); ++s) {
    const TrainingSample& sample = batch.samples[s];
    const MediaPlan& plan = batch.plans[s];
    for (const auto& [cell, word] :
         word_places(sample.regions, head.words, plan.width, plan.height, side * head.cells)) {
      const std::int64_t row = logits_row(static_cast<std::int64_t>(s), cell, side, head.cells);
      if (out.rows.empty() || out.rows.back() != row) out.rows.push_back(row), out.ends.push_back(0);
      out.logits.push_back(row * V + word);
      out.ends.back() = std::ssize(out.logits);
    }
  }
  return out;
}

// How many of the rows have their largest logit at a word that is there.
std::int64_t count_matched(const Tensor& logits, const Targets& targets) {
  const std::int64_t V = logits.size(1);
  const Tensor best = logits.index_select(0, upload(targets.rows, logits.device())).argmax(1).to(at::kCPU).contiguous();
  const auto* word = static_cast<const std::int64_t*>(best.data_ptr());
  std::int64_t matched = 0, begin = 0;
  for (std::size_t r = 0; r < targets.rows.size(); begin = targets.ends[r], ++r) {
    const auto first = targets.logits.begin() + begin, last = targets.logits.begin() + targets.ends[r];
    matched += std::find(first, last, targets.rows[r] * V + word[r]) != last;
  }
  return matched;
}

}  // namespace

RegionHead::RegionHead(const VisionConfig& vision, std::vector<std::string> all_words, std::int64_t cells_per_side)
    : words(std::move(all_words)),
      cells(cells_per_side),
      post_layernorm(unfilled_norm(vision.hidden_size, vision.layer_norm_eps)),
      cell(unfilled_linear(cells * cells * vision.hidden_size, vision.hidden_size)),
      word(unfilled_linear(std::ssize(words), vision.hidden_size)) {}

std::vector<std::string> region_words(const Dataset& data) {
  std::set<std::string> all;
  std::mutex mutex;
  parallel_for(data.size(), 256, [&](std::int64_t from, std::int64_t to) {
    std::set<std::string> own;
    for (std::int64_t i = from; i < to; ++i) {
      try {
        for (Region& region : data.sample(i, RecordParts::text).regions) {
          for (std::string& word : region.words) own.insert(std::move(word));
        }
      } catch (const Error&) {
        continue;  // refused or skipped where the stage's records are checked
      }
    }
    const std::scoped_lock lock(mutex);
    all.merge(own);
  });
  return {all.begin(), all.end()};
}

std::int64_t region_head_parameters(const VisionConfig& vision, std::int64_t cells, std::int64_t num_words) {
  const std::int64_t D = vision.hidden_size;
  return cells * cells * D * (D + 1) + num_words * (D + 1);
}

std::unique_ptr<RegionHead> add_region_head(const std::shared_ptr<const Checkpoint>& checkpoint,
                                            const StageRecipe& stage, std::vector<std::string> words,
                                            std::uint64_t seed, at::ScalarType dtype, Parameters& parameters) {
  if (words.empty() || words.size() > kMaxWords) {
    throw Error(ErrorKind::input, "stage " + stage.name + ": " + stage.data + ": the records' \"regions\" have " +
                                      std::to_string(words.size()) + " different words; expected 1 to " +
                                      std::to_string(kMaxWords));
  }
  auto head = std::make_unique<RegionHead>(checkpoint->config().vision, std::move(words), stage.regions.cells);
  visit_head(*head, [&](const std::string& name, Tensor& tensor) {
    const bool kept = name.starts_with(kPostNorm);
    const Tensor master = kept && checkpoint->has(name) ? load_parameter(checkpoint, name, at::kFloat)
                                                        : draw_weight(name, tensor, seed, start_of(name, tensor));
    parameters.add(name, tensor, master, dtype, kept ? stage.learning_rates.vision : stage.regions.learning_rate);
  });
  return head;
}

void check_regions(const TrainingSample& sample) {
  if (sample.regions.empty()) {
    throw Error(ErrorKind::input, sample.where + ": no \"regions\"; the objective regions learns from them");
  }
  const MediaPlan& plan = sample.prompt.prompt.media.at(0).plan;
  for (const Region& region : sample.regions) {
    if (region.x + region.width <= static_cast<double>(plan.width) &&
        region.y + region.height <= static_cast<double>(plan.height)) {
      continue;
    }
    throw Error(ErrorKind::input, sample.where + ": the region of \"" + region.words[0] +
                                      "\" lies beyond its picture of " + std::to_string(plan.width) + " x " +
                                      std::to_string(plan.height));
  }
}

std::vector<WordPlace> word_places(const std::vector<Region>& regions, const std::vector<std::string>& words,
                                   std::int64_t width, std::int64_t height, std::int64_t cells_per_side) {
  std::vector<WordPlace> places;
  for (const Region& region : regions) {
    const CellSpan across = cell_span(region.x, region.width, static_cast<double>(width), cells_per_side);
    const CellSpan down = cell_span(region.y, region.height, static_cast<double>(height), cells_per_side);
    for (const std::string& word : region.words) {
      const std::int64_t number = word_number(words, word);
      for (std::int64_t row = down.first; row <= down.last; ++row) {
        for (std::int64_t column = across.first; column <= across.last; ++column) {
          places.push_back({row * cells_per_side + column, number});
        }
      }
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

PassLoss forward(const OneVision& model, const RegionHead& head, const MicroBatch& batch,
                 const ForwardOptions& options) {
  const RecomputeGuard guard(options.recompute);
  const at::Device device = model.language_model.embed_tokens.device();
  const VisionConfig& vision = model.config.vision;
  const std::int64_t side = vision.image_size / vision.patch_size, D = vision.hidden_size;
  const Tensor x = layer_norm(model.features(upload(batch.pixels, device)), head.post_layernorm);  // [N, P, D]
  const Tensor y = linear(x, head.cell, Path::wide).view({-1, D});        // [N * P * cells^2, D]
  const Tensor logits = linear(y, head.word, Path::wide).to(at::kFloat);  // [rows, V]
  const Targets targets = targets_of(batch, head, side);
  const Tensor there = logits.flatten().index_select(0, upload(targets.logits, device));
  const double weight = batch.weights.at(0);  // all samples of a step weigh the same
  const double scale = weight / static_cast<double>(side * side * head.cells * head.cells);
  const Tensor total = (at::softplus(logits).sum() - there.sum()) * scale;
  return {total, Tensor(), count_matched(logits.detach(), targets), std::ssize(targets.rows)};
}

}  // namespace ov
