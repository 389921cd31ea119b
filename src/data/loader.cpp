#include "data/loader.h"

#include "base/error.h"

namespace ov {
namespace {

// Runs `action`; its errors begin with the record's place.
template <typename Action>
auto at_record(const std::string& where, Action action) {
  try {
    return action();
  } catch (const Error& error) {
    const std::string message = error.what();
    if (where.empty() || message.starts_with(where)) throw;
    throw Error(error.kind(), where + ": " + message);
  }
}

}  // namespace

std::int64_t TrainingSample::bytes() const {
  std::size_t size = pixels.size() * sizeof(float) + (prompt.prompt.ids.size() + prompt.labels.size()) * 8;
  for (const PromptMedia& media : prompt.prompt.media) size += media.source.bytes ? media.source.bytes->size() : 0;
  return static_cast<std::int64_t>(size);
}

TrainingSample prepare_sample(const Sample& sample, const Processor& processor, const TrainingForm& form) {
  TrainingSample out{sample.id, sample.dataset, sample.where, sample.sha256, {}, sample.regions, {}};
  out.prompt = at_record(sample.where, [&] { return processor.prepare_training(sample.turns, sample.media, form); });
  return out;
}

std::vector<float> read_pixels(const TrainingSample& sample, const Processor& processor) {
  const std::int64_t tile = 3 * processor.tiling().tile_size * processor.tiling().tile_size;
  std::int64_t tiles = 0;
  for (const PromptMedia& media : sample.prompt.prompt.media) tiles += media.plan.tiles;
  std::vector<float> pixels(static_cast<std::size_t>(tiles * tile));
  float* out = pixels.data();
  for (const PromptMedia& media : sample.prompt.prompt.media) {
    at_record(sample.where, [&] { processor.read_pixels(media, out); });
    out += media.plan.tiles * tile;
  }
  return pixels;
}

}  // namespace ov
