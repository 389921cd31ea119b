// onevision checkpoint: what is in a folder, whether it is sound, the other layout, new folders from parts or
// drawn weights.
#include "base/error.h"
#include "base/progress_bar.h"
#include "checkpoint/assemble.h"
#include "checkpoint/convert.h"
#include "checkpoint/info.h"
#include "checkpoint/random.h"
#include "checkpoint/verify.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"

namespace ov {
namespace {

struct CheckpointOptions {
  std::string folder;  // "" is the model that comes with the program
  std::string out;
  Layout to = Layout::hf;
  double max_shard_gb = 5;
  RandomSpec random;
  AssembleSpec assembly;
  bool json = false;
  bool quiet = false;
};

std::string folder_of(const CheckpointOptions& options) {
  return options.folder.empty() ? default_model_folder() : options.folder;
}

// Feeds a bar from the bytes that a long job reports; Ctrl-C ends the job between two tensors.
std::function<void(std::uint64_t, std::uint64_t)> reporter(ProgressBar& bar) {
  return [&bar](std::uint64_t done, std::uint64_t total) {
    if (cancelled()) throw Error(ErrorKind::interrupted, "interrupted");
    bar.set(static_cast<std::int64_t>(done), static_cast<std::int64_t>(total));
  };
}

std::uint64_t shard_bytes(const CheckpointOptions& options) {
  return static_cast<std::uint64_t>(options.max_shard_gb * 1e9);
}

int info(const CheckpointOptions& options) {
  const Json facts = checkpoint_info(Checkpoint::open(folder_of(options)));
  options.json ? print_json(facts) : print(info_text(facts));
  return 0;
}

int verify(const CheckpointOptions& options) {
  ProgressBar bar("verify", 0, options.quiet);
  const VerifyReport report = verify_checkpoint(folder_of(options), reporter(bar));
  options.json ? print_json(report.json()) : print(report.text());
  return report.ok() ? 0 : exit_code(ErrorKind::format);
}

// What convert and assemble report of a finished folder.
template <class Report>
void print_made(const CheckpointOptions& options, const Report& report) {
  if (options.json) {
    print_json({{"out", options.out},
                {"tensors", report.tensors},
                {"bytes", report.bytes},
                {"files", report.files},
                {"notes", report.notes}});
    return;
  }
  std::string text = options.out + ": " + std::to_string(report.tensors) + " tensors, " +
                     human_bytes(static_cast<double>(report.bytes)) + "\n";
  for (const std::string& note : report.notes) text += "note: " + note + "\n";
  print(text);
}

int convert(const CheckpointOptions& options) {
  ProgressBar bar("convert", 0, options.quiet);
  ConvertOptions how;
  how.max_shard_bytes = shard_bytes(options);
  how.progress = reporter(bar);
  const ConvertReport report = convert_checkpoint(folder_of(options), options.out, options.to, how);
  print_made(options, report);
  return 0;
}

int assemble(const CheckpointOptions& options) {
  ProgressBar bar("assemble", 0, options.quiet);
  AssembleSpec spec = options.assembly;
  spec.max_shard_bytes = shard_bytes(options);
  spec.progress = reporter(bar);
  AssembleReport report = write_assembled_checkpoint(spec, options.out);
  report.notes.push_back("projector and newline vector are drawn with seed " + std::to_string(spec.seed) +
                         "; train before asking about pictures");
  print_made(options, report);
  return 0;
}

int random(const CheckpointOptions& options) {
  ProgressBar bar("random", 0, options.quiet);
  RandomSpec spec = options.random;
  spec.layout = options.to;
  spec.max_shard_bytes = shard_bytes(options);
  spec.progress = reporter(bar);
  write_random_checkpoint(spec, options.out);
  print(options.out + ": untrained weights, drawn with seed " + std::to_string(spec.seed) + "\n");
  return 0;
}

CLI::CheckedTransformer layouts() {
  const std::map<std::string, Layout> names = {{"official", Layout::official}, {"hf", Layout::hf}};
  CLI::CheckedTransformer transformer(names);
  transformer.description("{official,hf}");
  return transformer;
}

}  // namespace

void add_checkpoint(CLI::App& app, Run& run) {
  auto* group = app.add_subcommand("checkpoint", "What is in a checkpoint folder; verify, convert between layouts");
  group->require_subcommand(1);
  group->footer("Example: onevision checkpoint verify llava-onevision-qwen2-0.5b-ov");
  auto options = std::make_shared<CheckpointOptions>();
  using Action = int (*)(const CheckpointOptions&);
  const auto add = [&](const char* name, const char* what, Action action) {
    auto* command = group->add_subcommand(name, what);
    command->add_flag("--json", options->json, "Print one JSON object");
    command->add_flag("--quiet", options->quiet, "No progress on stderr");
    command->callback([options, &run, action] {
      report_errors_as_json(options->json);
      run = [options, action] { return action(*options); };
    });
    return command;
  };
  const auto add_model = [&](CLI::App* command) {
    command->add_option("--model,MODEL", options->folder,
                        "Checkpoint folder (default: the model that comes with the program)");
  };
  const auto add_writer = [&](CLI::App* command) {
    command->add_option("--out", options->out, "Folder to make")->required();
    command->add_option("--max-shard-gb", options->max_shard_gb, "Largest weight file")
        ->check(real_range(0.000001, 1000.0))
        ->capture_default_str();
  };

  auto* show = add("info", "Layout, shapes, parameters and files of a folder", info);
  add_model(show);
  show->footer("Example: onevision checkpoint info llava-onevision-qwen2-0.5b-ov");

  auto* check =
      add("verify", "Reads every weight: complete, of the right shapes, finite; tokenizer and configs present", verify);
  add_model(check);
  check->footer("Example: onevision checkpoint verify llava-onevision-qwen2-0.5b-ov");

  auto* rewrite = add("convert", "Rewrites a folder in the other layout, tensors bit for bit", convert);
  add_model(rewrite);
  rewrite->add_option("--to", options->to, "Layout to write")->required()->transform(layouts());
  add_writer(rewrite);
  rewrite->footer("Example: onevision checkpoint convert --model llava-onevision-qwen2-0.5b-ov --to hf --out ov-hf");

  auto* draw =
      add("random", "A folder with drawn, untrained weights of a given shape, for tests and benchmarks", random);
  RandomSpec& spec = options->random;
  draw->add_option("--shape", spec.preset, "tiny, micro, nano, 0.5b, 7b or 72b")
      ->check(CLI::IsMember({"tiny", "micro", "nano", "0.5b", "7b", "72b"}))
      ->capture_default_str();
  draw->add_option("--layout", options->to, "official or hf (default hf)")->transform(layouts());
  const std::map<std::string, Dtype> dtypes = {{"float32", Dtype::f32},   {"f32", Dtype::f32},
                                               {"float16", Dtype::f16},   {"f16", Dtype::f16},
                                               {"bfloat16", Dtype::bf16}, {"bf16", Dtype::bf16}};
  draw->add_option("--dtype", spec.dtype, "float32, float16 or bfloat16 (default bfloat16)")
      ->transform(CLI::CheckedTransformer(dtypes).description("{float32,float16,bfloat16}"));
  draw->add_option("--seed", spec.seed, "Same seed, same bits")->check(whole_number())->capture_default_str();
  draw->add_option("--tokenizer", spec.tokenizer_folder, "Folder whose tokenizer files are copied in");
  add_writer(draw);
  draw->footer(
      "Example: onevision checkpoint random --shape 0.5b --layout hf --seed 1 --tokenizer qwen2 --out random-0.5b");

  auto* join =
      add("assemble", "A folder to train from: a Qwen2 language model, a SigLIP tower, a drawn projector", assemble);
  AssembleSpec& parts = options->assembly;
  join->add_option("--language-model", parts.language_model, "Folder of a Qwen2ForCausalLM with its tokenizer")
      ->required();
  join->add_option("--vision-tower", parts.vision_tower, "Folder of a SiglipModel or SiglipVisionModel")->required();
  join->add_option("--tower-layers", parts.tower_layers, "Layers kept (default: all but the last)")
      ->check(whole_number());
  join->add_option("--layout", parts.layout, "official or hf (default official)")->transform(layouts());
  const std::map<std::string, Dtype> trained = {{"float32", Dtype::f32}, {"bfloat16", Dtype::bf16}};
  join->add_option("--dtype", parts.dtype, "float32 or bfloat16 (default bfloat16)")
      ->transform(CLI::CheckedTransformer(trained).description("{float32,bfloat16}"));
  join->add_option("--seed", parts.seed, "Same seed, same bits")->check(whole_number())->capture_default_str();
  add_writer(join);
  join->footer(
      "Example: onevision checkpoint assemble --language-model Qwen2-0.5B-Instruct "
      "--vision-tower siglip-so400m-patch14-384 --out start-0.5b");
}

}  // namespace ov
