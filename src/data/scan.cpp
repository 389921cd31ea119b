#include "data/scan.h"

#include <algorithm>

#include "base/error.h"
#include "data/loader.h"

namespace ov {
namespace {

struct Scanned {
  ScannedSample sample;
  std::string problem;
};

Modality modality_of(const Sample& sample) {
  if (sample.media.empty()) return Modality::text;
  if (sample.is_video()) return Modality::video;
  return sample.media.size() > 1 ? Modality::images : Modality::image;
}

Scanned scan_sample(const Dataset& data, std::int64_t index, const Processor& processor, const TrainingForm& form,
                    bool pixels) {
  Scanned out;
  try {
    const Sample record = data.sample(index);
    const TrainingSample sample = prepare_sample(record, processor, form);
    if (pixels) read_pixels(sample, processor);
    out.sample.modality = modality_of(record);
    out.sample.tokens = static_cast<std::int32_t>(sample.prompt.prompt.length());
    out.sample.supervised = static_cast<std::int32_t>(sample.prompt.supervised);
    for (const PromptMedia& media : sample.prompt.prompt.media) {
      out.sample.media_tokens += static_cast<std::int32_t>(media.plan.tokens);
      out.sample.tiles += static_cast<std::int32_t>(media.plan.tiles);
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::input) throw;
    out = {};
    out.sample.bad = true;
    out.problem = error.what();
  }
  return out;
}

}  // namespace

const char* modality_name(Modality modality) {
  switch (modality) {
    case Modality::text: return "text";
    case Modality::image: return "image";
    case Modality::images: return "images";
    case Modality::video: return "video";
  }
  return "text";
}

Scan scan_dataset(const Dataset& data, const Processor& processor, const TrainingForm& form,
                  const ScanOptions& options) {
  const PrefetchOptions ahead{options.threads, 4096, std::int64_t{1} << 30, options.cancelled};
  Prefetcher<Scanned> scanned(
      data.size(), [&](std::int64_t index) { return scan_sample(data, index, processor, form, options.pixels); },
      ahead);
  Scan scan;
  scan.samples.reserve(static_cast<std::size_t>(data.size()));
  while (auto next = scanned.next()) {
    if (next->sample.bad) {
      scan.bad.push_back({static_cast<std::int64_t>(scan.samples.size()), std::move(next->problem)});
    }
    scan.samples.push_back(next->sample);
    if (options.progress) options.progress(static_cast<std::int64_t>(scan.samples.size()));
  }
  return scan;
}

TokenCounts count_tokens(const Scan& scan, std::int64_t begin, std::int64_t end) {
  TokenCounts counts;
  std::vector<std::int32_t> lengths;
  for (std::int64_t i = begin; i < end; ++i) {
    const ScannedSample& sample = scan.samples[static_cast<std::size_t>(i)];
    if (sample.bad) {
      ++counts.bad;
      continue;
    }
    ++counts.samples;
    ++counts.modalities[static_cast<std::size_t>(sample.modality)];
    counts.tokens += sample.tokens;
    counts.supervised += sample.supervised;
    counts.media_tokens += sample.media_tokens;
    counts.tiles += sample.tiles;
    lengths.push_back(sample.tokens);
  }
  if (lengths.empty()) return counts;
  std::sort(lengths.begin(), lengths.end());
  counts.shortest = lengths.front();
  counts.median = lengths[(lengths.size() - 1) / 2];
  counts.percent95 = lengths[(lengths.size() - 1) * 95 / 100];
  counts.longest = lengths.back();
  return counts;
}

std::vector<LengthBin> length_histogram(const Scan& scan) {
  std::vector<LengthBin> bins;
  for (const ScannedSample& sample : scan.samples) {
    if (sample.bad) continue;
    while (bins.empty() || sample.tokens >= bins.back().to) {
      const std::int64_t from = bins.empty() ? 0 : bins.back().to;
      bins.push_back({from, std::max<std::int64_t>(64, 2 * from), 0});
    }
    const auto bin = std::find_if(bins.begin(), bins.end(), [&](const LengthBin& b) { return sample.tokens < b.to; });
    ++bin->count;
  }
  return bins;
}

}  // namespace ov
