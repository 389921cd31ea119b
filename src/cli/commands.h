// The commands of the program. Each registers its options and, once parsed, what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace ov {

// Set by a parsed command: runs it and returns the exit code.
using Run = std::function<int()>;

void add_ask(CLI::App& app, Run& run);
void add_chat(CLI::App& app, Run& run);
void add_explain(CLI::App& app, Run& run);
void add_trace(CLI::App& app, Run& run);
void add_checkpoint(CLI::App& app, Run& run);
void add_data(CLI::App& app, Run& run);
void add_bench(CLI::App& app, Run& run);
void add_train(CLI::App& app, Run& run);
void add_synth(CLI::App& app, Run& run);
void add_eval(CLI::App& app, Run& run);
void add_inspection(CLI::App& app, Run& run);  // hidden: tokenize, geometry, labels

}  // namespace ov
