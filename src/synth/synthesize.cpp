#include "synth/synthesize.h"

#include <algorithm>
#include <atomic>
#include <vector>

#include "base/file.h"
#include "base/parallel.h"
#include "checkpoint/new_folder.h"
#include "synth/supplies.h"

namespace ov {
namespace {

constexpr std::int64_t kPiece = 64;  // samples between two reports of progress

bool is_test(const SynthFile& file) { return file.split != "train"; }

const CorpusShare* share_of(const SynthOptions& options, const SynthFile& file) {
  return options.corpus != nullptr ? &options.corpus->share(is_test(file)) : nullptr;
}

class FileDrawing {
 public:
  FileDrawing(const SynthFile& file, const SynthOptions& options, const std::string& folder)
      : file_(file), seed_(options.seed), context_{folder,
                                                   file.name,
                                                   is_test(file),
                                                   file.split == "unseen",
                                                   &file.settings,
                                                   options.assets,
                                                   share_of(options, file)} {}

  void draw(std::int64_t begin, std::int64_t end) {
    std::vector<std::string> lines(static_cast<std::size_t>(end - begin));
    parallel_for(end - begin, 1, [&](std::int64_t from, std::int64_t to) {
      for (std::int64_t i = from; i < to; ++i) lines[static_cast<std::size_t>(i)] = draw_one(begin + i);
    });
    for (const std::string& line : lines) content_ += line + "\n";
  }

  std::int64_t finish() {
    write_file_atomic(context_.folder + "/" + file_.name + ".jsonl", content_);
    return pictures_;
  }

 private:
  std::string draw_one(std::int64_t index) {
    RandomStream random(seed_, file_.split + "/" + file_.name, static_cast<std::uint64_t>(index));
    SampleWriter writer(context_, index);
    file_.family->generate(random, index, writer);
    pictures_ += writer.pictures();
    return dump_json(writer.record("synth_" + file_.family->name));
  }

  const SynthFile& file_;
  std::uint64_t seed_;
  SampleContext context_;
  std::string content_;
  std::atomic<std::int64_t> pictures_ = 0;
};

}  // namespace

SynthReport synthesize(const SynthRecipe& recipe, const SynthOptions& options, const std::string& folder) {
  std::int64_t total = 0;
  for (const SynthFile& file : recipe.files) {
    total += file.count;
    share_of(options, file);  // refuses what is too short before anything is drawn
  }
  if (options.assets != nullptr) use_all_fonts(*options.assets);
  NewFolder fresh(folder);
  SynthReport report;
  for (const SynthFile& file : recipe.files) {
    FileDrawing drawing(file, options, fresh.path());
    for (std::int64_t begin = 0; begin < file.count; begin += kPiece) {
      const std::int64_t end = std::min(begin + kPiece, file.count);
      drawing.draw(begin, end);
      report.samples += end - begin;
      if (options.progress) options.progress(report.samples, total);
    }
    report.pictures += drawing.finish();
  }
  fresh.finish(/*has_unsynced_files=*/true);
  return report;
}

}  // namespace ov
