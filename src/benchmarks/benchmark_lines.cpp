// Prints the questions of benchmarks as JSON lines, or without names what is found of each benchmark, for
// tests/benchmark_prompts_test.py.
//
//   build/src/benchmarks/benchmark_lines DATA paper chartqa ai2d
#include <cstdio>
#include <iostream>

#include "base/sha256.h"
#include "benchmarks/benchmark_data.h"

namespace ov {
namespace {

Json to_json(const MediaSource& media) {
  Json json = {{"kind", media.is_video ? "video" : "image"}};
  if (media.bytes == nullptr) {
    json["path"] = media.path;
  } else {
    json["sha256"] = sha256_hex({reinterpret_cast<const std::uint8_t*>(media.bytes->data()), media.bytes->size()});
  }
  return json;
}

Json to_json(const BenchmarkQuestion& question) {
  Json json = {{"doc_index", question.doc_index},
               {"id", question.id},
               {"prompt", question.prompt},
               {"references", question.reference.answers},
               {"choices", question.reference.choices},
               {"question", question.reference.question},
               {"answer_type", question.reference.answer_type},
               {"precision", question.reference.precision},
               {"metric", question.metric},
               {"max_new_tokens", question.max_new_tokens},
               {"group_id", question.group_id},
               {"cluster_id", question.cluster_id},
               {"judge_context", question.judge_context},
               {"judge_criteria", question.judge_criteria},
               {"tags", question.tags}};
  json["turns"] = Json::array();
  for (const Turn& turn : question.turns) json["turns"].push_back({{"role", turn.role}, {"text", turn.text}});
  json["media"] = Json::array();
  for (const MediaSource& media : question.media) json["media"].push_back(to_json(media));
  return json;
}

// A row that cannot be asked is a line of its own.
void print_lines(const std::string& folder, const std::string& protocol, const std::string& name) {
  if (protocol != "paper" && protocol != "current") throw Error(ErrorKind::usage, "PROTOCOL is paper or current");
  const BenchmarkData data =
      BenchmarkData::open(find_benchmark(name), folder, protocol == "paper" ? Protocol::paper : Protocol::current);
  for (std::int64_t i = 0; i < data.size(); ++i) {
    Json line = {{"benchmark", name}};
    try {
      line.update(to_json(data.at(i)));
    } catch (const Error& error) {
      line["error"] = error.what();
    }
    std::cout << dump_json(line) << "\n";
  }
}

void print_list(const std::string& folder) {
  for (const Benchmark& benchmark : benchmarks()) {
    const FoundBenchmark found = look_for(benchmark, folder, Protocol::paper);
    std::cout << dump_json({{"name", benchmark.name},
                            {"present", found.present},
                            {"folder", found.folder},
                            {"files", found.files},
                            {"rows", found.rows},
                            {"bytes", found.bytes},
                            {"videos", found.videos},
                            {"missing", found.missing}})
              << "\n";
  }
}

}  // namespace
}  // namespace ov

int main(int argc, char** argv) {
  try {
    if (argc == 2) {
      ov::print_list(argv[1]);
    } else if (argc >= 4) {
      for (int i = 3; i < argc; ++i) ov::print_lines(argv[1], argv[2], argv[i]);
    } else {
      std::fputs("usage: benchmark_lines DATA [paper|current NAME...]\n", stderr);
      return 2;
    }
    return 0;
  } catch (const ov::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return ov::exit_code(error.kind());
  }
}
