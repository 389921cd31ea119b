// onevision chat: a conversation at the terminal, with pictures and videos added on the way.
#include <editline/readline.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/session.h"
#include "prompt/describe.h"

namespace ov {
namespace {

constexpr char kHelp[] =
    "/image FILE   add a picture to the next question\n"
    "/video FILE   add a video or a folder of frames\n"
    "/clear        forget the conversation\n"
    "/save FILE    write the conversation as JSON\n"
    "/exit         leave (also Ctrl-D); Ctrl-C stops an answer\n";

struct ChatOptions {
  ModelOptions model;
  MediaOptions media;
  SamplingFlags sampling;
  std::string system;
};

// Lines from a person with editing and history, or from a pipe.
class LineReader {
 public:
  LineReader() : terminal_(::isatty(STDIN_FILENO) == 1) {
    const char* home = std::getenv("HOME");
    if (!terminal_ || home == nullptr) return;
    history_ = std::string(home) + "/.onevision_history";
    ::read_history(history_.c_str());
  }

  bool is_terminal() const { return terminal_; }

  std::optional<std::string> next() {
    std::string line;
    if (!terminal_) {
      if (!std::getline(std::cin, line)) return std::nullopt;
      return line;
    }
    char* raw = ::readline("> ");
    if (raw == nullptr) return std::nullopt;
    line = raw;
    std::free(raw);
    if (!line.empty()) {
      ::add_history(line.c_str());
      ::write_history(history_.c_str());
    }
    return line;
  }

 private:
  bool terminal_;
  std::string history_;
};

class Chat {
 public:
  explicit Chat(const ChatOptions& options)
      : options_(options),
        session_(options.model, options.media),
        generate_(session_.generate_options(options.sampling)) {
    pending_ = media_sources(options.media);
    start_over();
  }

  int run() {
    session_.engine(options_.sampling.prefill_chunk);
    LineReader reader;
    if (!options_.model.quiet && ::isatty(STDIN_FILENO) == 1) print("Ask a question; /help lists the commands.\n");
    while (const std::optional<std::string> line = reader.next()) {
      if (reader.is_terminal() && !forget_interrupt()) break;
      try {
        if (!handle(*line)) break;
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::internal) throw;
        if (error.kind() == ErrorKind::interrupted && !reader.is_terminal()) throw;
        std::fprintf(stderr, "error: %s\n", error.what());
      }
    }
    return cancelled() ? exit_code(ErrorKind::interrupted) : 0;
  }

 private:
  void start_over() {
    talk_ = {};
    prefix_ = {};
    if (!options_.system.empty()) talk_.messages.push_back({"system", {{ChatPart::Kind::text, options_.system}}});
  }

  // False to leave.
  bool handle(const std::string& line) {
    const std::size_t space = line.find(' ');
    const std::string word = line.substr(0, space), rest = space == std::string::npos ? "" : line.substr(space + 1);
    if (line.empty()) return true;
    if (word == "/exit" || word == "/quit") return false;
    if (word == "/help") {
      print(kHelp);
    } else if (word == "/clear") {
      pending_.clear();
      start_over();
    } else if (word == "/image" || word == "/video") {
      add(word == "/video" ? MediaSource::video(rest) : MediaSource::image(rest));
    } else if (word == "/save") {
      if (rest.empty()) throw Error(ErrorKind::usage, "/save needs a file name");
      check_replaceable(rest);
      write_file_atomic(rest, dump_json(conversation_json(), 2) + "\n");
    } else if (line[0] == '/') {
      throw Error(ErrorKind::usage, "unknown command " + word + "; /help lists them");
    } else {
      answer(line);
    }
    return true;
  }

  // Refuses a medium now rather than at the next question.
  void add(const MediaSource& source) {
    if (source.path.empty()) throw Error(ErrorKind::usage, "a file name is needed, such as /image photo.jpg");
    const Prompt alone = session_.processor().prepare(ask_conversation("", {source}, ""));
    const PromptMedia& media = alone.media[0];
    const auto side = static_cast<std::size_t>(session_.config().tiling.tile_size);
    std::vector<float> pixels(static_cast<std::size_t>(media.plan.tiles) * 3 * side * side);
    session_.processor().read_pixels(media, pixels.data());
    print(media_text(media) + "\n");
    pending_.push_back(source);
  }

  void answer(const std::string& question) {
    const Conversation before = talk_;
    const Conversation turn = ask_conversation(question, pending_, "");
    talk_.messages.push_back(turn.messages[0]);
    talk_.media.insert(talk_.media.end(), turn.media.begin(), turn.media.end());
    try {
      const Prompt prompt = session_.processor().prepare(talk_);
      const GenerateResult result = session_.engine().generate(
          prompt, generate_, [](std::string_view text) { return print_streaming(text) && !cancelled(); }, &prefix_);
      print("\n");
      talk_.messages.push_back({"assistant", {{ChatPart::Kind::text, result.text}}});
      pending_.clear();
    } catch (const Error&) {
      talk_ = before;  // the question can be asked again
      throw;
    }
  }

  Json conversation_json() const {
    Json messages = Json::array();
    std::size_t media = 0;
    for (const Message& message : talk_.messages) {
      Json content = Json::array();
      for (const ChatPart& part : message.parts) {
        if (part.kind == ChatPart::Kind::text) {
          content.push_back({{"type", "text"}, {"text", part.text}});
        } else {
          content.push_back(
              {{"type", part.kind == ChatPart::Kind::video ? "video" : "image"}, {"path", talk_.media[media++].path}});
        }
      }
      messages.push_back({{"role", message.role}, {"content", content}});
    }
    return {{"messages", messages}};
  }

  ChatOptions options_;
  Session session_;
  GenerateOptions generate_;
  std::vector<MediaSource> pending_;
  Conversation talk_;
  Prefix prefix_;
};

}  // namespace

void add_chat(CLI::App& app, Run& run) {
  auto* command = app.add_subcommand("chat", "A conversation about pictures and videos at the terminal");
  auto options = std::make_shared<ChatOptions>();
  add_media_options(*command, options->media);
  add_model_options(*command, options->model);
  add_sampling_options(*command, options->sampling);
  command->add_option("--system", options->system, "System message (default: the template's own)");
  command->footer(std::string("Example: onevision chat --image photo.jpg\nCommands:\n") + kHelp);
  command->callback([options, &run] { run = [options] { return Chat(*options).run(); }; });
}

}  // namespace ov
