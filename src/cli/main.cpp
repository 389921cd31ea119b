// onevision: one program that asks LLaVA-OneVision about pictures and videos. This file is the
// table of contents; each command lives in the file of its name.
#include <csignal>
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/console.h"

int main(int argc, char** argv) {
  CLI::App app{"LLaVA-OneVision, native: ask about pictures, several pictures and videos.", "onevision"};
  app.footer(
      "Example: onevision ask \"What is on the table?\" --image coffee.jpg\n"
      "Exit codes: 0 done, 2 usage, 3 bad input, 4 bad file format, 5 out of a resource, 70 a bug, 130 interrupted");
  app.set_version_flag("--version", ov::version());
  app.require_subcommand(1);

  ov::Run run;
  ov::add_ask(app, run);
  ov::add_chat(app, run);
  ov::add_explain(app, run);
  ov::add_trace(app, run);
  ov::add_checkpoint(app, run);
  ov::add_data(app, run);
  ov::add_bench(app, run);
  ov::add_train(app, run);
  ov::add_synth(app, run);
  ov::add_eval(app, run);
  ov::add_inspection(app, run);

  try {
    app.parse(argc, argv);
    ov::install_signal_handlers();
    return run();
  } catch (const CLI::RequiredError& error) {
    // CLI11 asks for a command before it says that it does not know this one.
    const std::vector<std::string> unknown = app.remaining(true);
    if (unknown.empty()) return app.exit(error) == 0 ? 0 : ov::exit_code(ov::ErrorKind::usage);
    return ov::report(ov::ErrorKind::usage, "unknown command or option " + unknown[0] + "; see onevision --help");
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : ov::exit_code(ov::ErrorKind::usage);
  } catch (const ov::Error& error) {
    return ov::report(error.kind(), error.what());
  } catch (const std::bad_alloc&) {
    return ov::report(ov::ErrorKind::resource, "out of memory");
  } catch (const std::exception& error) {
    return ov::report(ov::ErrorKind::internal, error.what());
  }
}
