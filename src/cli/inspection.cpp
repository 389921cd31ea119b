// Hidden commands that the parity suite drives: token ids of texts, geometry of picture sizes, labels of
// conversations.
#include <cstdio>
#include <iostream>
#include <sstream>

#include "base/error.h"
#include "checkpoint/checkpoint.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"

namespace ov {
namespace {

// Reads one JSON string per line, writes one JSON array of ids per line.
int tokenize(const std::string& folder) {
  const Tokenizer tokenizer = Tokenizer::load(folder.empty() ? default_model_folder() : folder);
  for (std::string line; std::getline(std::cin, line);) {
    const Json text = parse_json(line, "standard input", ErrorKind::input);
    if (!text.is_string()) throw Error(ErrorKind::input, "standard input: expected a JSON string on each line");
    print(dump_json(tokenizer.encode(text.get<std::string>())) + "\n");
  }
  return 0;
}

// Reads "W H" lines, writes "rows cols unpadded_rows unpadded_cols final_rows final_cols tokens".
int geometry(const ModelOptions& options) {
  const std::string folder = options.folder.empty() ? default_model_folder() : options.folder;
  const ModelConfig config = read_model_config(folder + "/config.json");
  std::string out;
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream fields(line);
    std::int64_t width = 0, height = 0;
    fields >> width >> height;
    const MediaPlan plan = plan_image(width, height, config.tiling.single_image_mode, config.tiling, options.compat);
    for (const std::int64_t value : {plan.grid.rows, plan.grid.cols, plan.unpadded.rows, plan.unpadded.cols,
                                     plan.final_map.rows, plan.final_map.cols}) {
      out += std::to_string(value) + " ";
    }
    out += std::to_string(plan.tokens) + "\n";
    if (out.size() > 1'000'000) {
      print(out);
      out.clear();
    }
  }
  print(out);
  return 0;
}

// Reads cases of reference/labels_reference.py, one a line; writes {"ids", "targets"}, null where refused.
int labels(const std::string& folder) {
  const Tokenizer tokenizer = Tokenizer::load(folder.empty() ? default_model_folder() : folder);
  for (std::string line; std::getline(std::cin, line);) {
    const Json given = parse_json(line, "standard input", ErrorKind::input);
    std::vector<TrainingTurn> turns;
    for (const Json& turn : given.at("turns")) turns.push_back({turn.at(0), turn.at(1)});
    TrainingForm form;
    form.form = given.at("form") == "plain" ? PromptForm::plain : PromptForm::qwen_1_5;
    form.labels = given.at("labels") == "clean" ? LabelRule::clean : LabelRule::official;
    Json out = {{"ids", nullptr}, {"targets", nullptr}};
    try {
      const LabelledText text = label_turns(turns, given.at("media").get<std::size_t>(), form, tokenizer);
      out = {{"ids", text.ids}, {"targets", text.labels}};
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::input) throw;
    }
    print(dump_json(out) + "\n");
  }
  return 0;
}

}  // namespace

void add_inspection(CLI::App& app, Run& run) {
  auto options = std::make_shared<ModelOptions>();
  auto ids_json = std::make_shared<bool>(false);
  auto* tokens = app.add_subcommand("tokenize", "Token ids of JSON strings on stdin")->group("");
  add_model_options(*tokens, *options);
  tokens->add_flag("--ids-json", *ids_json, "One JSON array of ids per line");
  tokens->callback([options, &run] { run = [options] { return tokenize(options->folder); }; });
  auto* plans = app.add_subcommand("geometry", "Maps and tokens of picture sizes on stdin")->group("");
  add_model_options(*plans, *options);
  plans->callback([options, &run] { run = [options] { return geometry(*options); }; });
  auto* turns = app.add_subcommand("labels", "Training tokens of conversations on stdin")->group("");
  add_model_options(*turns, *options);
  turns->callback([options, &run] { run = [options] { return labels(options->folder); }; });
}

}  // namespace ov
