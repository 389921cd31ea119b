// onevision trace: every named intermediate of a prompt's forward pass, as safetensors.
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/safetensors_writer.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"
#include "generate/trace.h"

namespace ov {
namespace {

struct TraceOptions {
  ModelOptions model;
  MediaOptions media;
  std::string prompt;
  std::string system;
  std::string out;
  bool all_logits = false;
};

void write_tensors(const std::string& path, const std::vector<NamedTensor>& tensors) {
  std::vector<TensorDeclaration> declared;
  for (const auto& [name, tensor] : tensors) {
    const bool ids = tensor.scalar_type() == at::kLong;
    declared.push_back({name, ids ? Dtype::i64 : Dtype::f32, tensor.sizes().vec()});
  }
  SafetensorsWriter writer(path, declared);
  for (const auto& [name, tensor] : tensors) {
    writer.append({static_cast<const std::uint8_t*>(tensor.data_ptr()), static_cast<std::size_t>(tensor.nbytes())});
  }
  writer.finish();
}

int trace_command(const TraceOptions& options) {
  check_replaceable(options.out);
  Session session(options.model, options.media);
  const Conversation talk = ask_conversation(options.prompt, media_sources(options.media), options.system);
  const Prompt prompt = session.processor().prepare(talk);
  const std::vector<NamedTensor> tensors = trace(session.engine(), prompt, options.all_logits);
  write_tensors(options.out, tensors);
  std::string text;
  for (const auto& [name, tensor] : tensors) text += name + " " + shape_text(tensor.sizes().vec()) + "\n";
  print(text);
  return 0;
}

}  // namespace

void add_trace(CLI::App& app, Run& run) {
  auto* command =
      app.add_subcommand("trace", "Write every intermediate of a prompt's forward pass to a safetensors file");
  auto options = std::make_shared<TraceOptions>();
  command->add_option("PROMPT", options->prompt, "The question, as for ask");
  command->add_option("--out", options->out, "File to write")->required();
  command->add_option("--system", options->system, "System message (default: the template's own)");
  command->add_flag("--all-logits", options->all_logits, "Logits of all positions, not only the last");
  add_media_options(*command, options->media);
  add_model_options(*command, options->model);
  command->footer(
      "Example: onevision trace \"What is shown?\" --image photo.jpg --dtype float32 --out trace.safetensors");
  command->callback([options, &run] { run = [options] { return trace_command(*options); }; });
}

}  // namespace ov
