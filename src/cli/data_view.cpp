// onevision data view: one sample as the model sees it.
#include <unistd.h>

#include "base/error.h"
#include "cli/console.h"
#include "cli/data.h"
#include "data/loader.h"
#include "media/write_png.h"
#include "prompt/describe.h"
#include "prompt/tile_sheet.h"

namespace ov {
namespace {

// Data may hold anything; a terminal should not obey it.
std::string harmless(const std::string& text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 0x20 && byte != 0x7f) || c == '\n' || c == '\t') {
      out += c;
    } else {
      out += std::string("\\x") + kDigits[byte >> 4U] + kDigits[byte & 15U];
    }
  }
  return out;
}

// The whole prompt: runs of supervised tokens between marks, media by their number of tokens.
std::string marked_text(const TrainingPrompt& training, const Tokenizer& tokenizer) {
  const bool colour = ::isatty(STDOUT_FILENO) != 0;
  const std::string begin = colour ? "\x1b[32m" : "\xe2\x9f\xa6", end = colour ? "\x1b[0m" : "\xe2\x9f\xa7";
  const std::vector<std::int64_t>& ids = training.prompt.ids;
  const auto supervised = [&](std::size_t i) { return training.labels[i] != kNotSupervised; };
  std::string text;
  auto media = training.prompt.media.begin();
  for (std::size_t i = 0; i < ids.size();) {
    if (media != training.prompt.media.end() && static_cast<std::size_t>(media->begin) == i) {
      text += std::string(media->source.is_video ? "<video: " : "<image: ") + std::to_string(media->plan.tokens) +
              " tokens>";
      i += static_cast<std::size_t>(media->plan.tokens);
      ++media;
      continue;
    }
    const std::size_t next = media == training.prompt.media.end() ? ids.size() : static_cast<std::size_t>(media->begin);
    std::size_t last = i;
    while (last < next && supervised(last) == supervised(i)) ++last;
    const std::string run = harmless(tokenizer.decode(std::span(ids).subspan(i, last - i), false));
    text += supervised(i) ? begin + run + end : run;
    i = last;
  }
  return text;
}

Json view_json(const TrainingSample& sample, std::int64_t index) {
  Json media = Json::array();
  for (const PromptMedia& item : sample.prompt.prompt.media) {
    Json one = media_json(item);
    one["begin"] = item.begin;
    one["frame_numbers"] = item.frames;
    media.push_back(std::move(one));
  }
  return {{"index", index},
          {"id", sample.id},
          {"dataset", sample.dataset},
          {"where", sample.where},
          {"sha256", sample.sha256},
          {"text", sample.prompt.prompt.text},
          {"tokens", sample.prompt.prompt.length()},
          {"supervised_tokens", sample.prompt.supervised},
          {"media", media},
          {"ids", sample.prompt.prompt.ids},
          {"labels", sample.prompt.labels}};
}

std::string view_text(const TrainingSample& sample, const Tokenizer& tokenizer) {
  std::string text = sample.where + (sample.id.empty() ? "" : ": id " + harmless(sample.id)) + ", data set " +
                     harmless(sample.dataset) + "\n";
  for (const PromptMedia& item : sample.prompt.prompt.media) text += harmless(media_text(item)) + "\n";
  text += std::to_string(sample.prompt.prompt.length()) + " tokens, " + std::to_string(sample.prompt.supervised) +
          " supervised, sha256 " + sample.sha256 + "\n\n";
  const std::string prompt = marked_text(sample.prompt, tokenizer);
  return text + prompt + (prompt.ends_with('\n') ? "" : "\n");
}

}  // namespace

int view_data(const DataOptions& options) {
  const Dataset data = open_data(options);
  if (options.index >= data.size()) {
    data.require_complete();
    throw Error(ErrorKind::usage, "sample " + std::to_string(options.index) + ": the data have " +
                                      std::to_string(data.size()) + " samples, numbered from 0");
  }
  const auto processor = open_processor(options);
  const TrainingSample sample = prepare_sample(data.sample(options.index), *processor, options.form);
  if (!options.out.empty()) {
    check_replaceable(options.out);
    const std::vector<float> pixels = read_pixels(sample, *processor);
    write_png(options.out, tile_sheet(sample.prompt.prompt.media, pixels, *processor));
  }
  options.json ? print_json(view_json(sample, options.index)) : print(view_text(sample, processor->tokenizer()));
  return 0;
}

}  // namespace ov
