// onevision explain: what the model will see, before it runs.
#include <algorithm>
#include <charconv>
#include <cstdio>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"
#include "model/memory.h"
#include "prompt/describe.h"

namespace ov {
namespace {

struct ExplainOptions {
  ModelOptions model;
  MediaOptions media;
  std::vector<std::string> sizes;
  std::string prompt;
  std::string system;
  bool json = false;
};

MediaSource parse_size(const std::string& text) {
  std::int64_t width = 0, height = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, width);
  const bool cross = first.ec == std::errc{} && first.ptr != end && (*first.ptr == 'x' || *first.ptr == 'X');
  const auto second = cross ? std::from_chars(first.ptr + 1, end, height) : first;
  if (!cross || second.ec != std::errc{} || second.ptr != end || width < 1 || height < 1) {
    throw Error(ErrorKind::usage, "--image-size " + text + ": expected WIDTHxHEIGHT in pixels, such as 1024x899");
  }
  return MediaSource::sized(width, height);
}

int explain(const ExplainOptions& options) {
  report_errors_as_json(options.json);
  std::vector<MediaSource> media = media_sources(options.media);
  for (const std::string& size : options.sizes) media.push_back(parse_size(size));
  std::stable_partition(media.begin(), media.end(), [](const MediaSource& source) { return !source.is_video; });

  const Session session(options.model, options.media);
  const Prompt prompt = session.processor().prepare(ask_conversation(options.prompt, media, options.system));
  const std::int64_t value_bytes = static_cast<std::int64_t>(c10::elementSize(session.dtype()));
  std::int64_t weights = 0, tiles = 1;
  for (const auto& [name, tensor] : session.checkpoint().tensors()) weights += tensor.num_elements() * value_bytes;
  for (const PromptMedia& item : prompt.media) tiles = std::max(tiles, item.plan.tiles);
  const std::int64_t kv = prompt.length() * Qwen2Model::kv_bytes_per_position(session.config().text, value_bytes);
  const std::int64_t activations =
      activation_bytes(session.config(), value_bytes, prompt.length(), tiles, SamplingFlags().prefill_chunk);

  if (options.json) {
    Json items = Json::array();
    for (const PromptMedia& item : prompt.media) items.push_back(media_json(item));
    print_json({{"items", items},
                {"prompt_tokens", prompt.length()},
                {"memory", {{"weights_bytes", weights}, {"kv_bytes", kv}, {"activations_bytes", activations}}}});
    return 0;
  }
  std::string text;
  for (const PromptMedia& item : prompt.media) text += media_text(item) + "\n";
  text += "prompt: " + std::to_string(prompt.length()) + " tokens of at most " +
          std::to_string(session.processor().max_length()) + "\n";
  text += "memory: weights " + human_bytes(static_cast<double>(weights)) + ", keys and values " +
          human_bytes(static_cast<double>(kv)) + ", activations about " +
          human_bytes(static_cast<double>(activations)) + "\n";
  print(text);
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Run& run) {
  auto* command =
      app.add_subcommand("explain", "What the model will see of pictures and videos: tiles, tokens, memory");
  auto options = std::make_shared<ExplainOptions>();
  command->add_option("PROMPT", options->prompt, "A question, counted with its template");
  add_media_options(*command, options->media);
  command->add_option("--image-size", options->sizes, "A picture known by its size only, WIDTHxHEIGHT")
      ->allow_extra_args(false);
  command->add_option("--system", options->system, "System message (default: the template's own)");
  add_model_options(*command, options->model);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer("Example: onevision explain --image-size 1024x899 --image photo.jpg --json");
  command->callback([options, &run] { run = [options] { return explain(*options); }; });
}

}  // namespace ov
