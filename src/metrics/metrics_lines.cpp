// Judges answers line by line, for the test that compares the rules with the same ones in Python
// (tests/metrics_reference_test.py). Standard input and output are JSON lines:
//
//   {"metric": "anls", "answers": ["a"], "answer": "A"}  ->  {"value": 1.0, "extracted": "A", "undecided": false}
#include <iostream>
#include <string>

#include "base/json.h"
#include "metrics/rule.h"

namespace ov {
namespace {

Json judge_line(const std::string& line) {
  const Json given = parse_json(line, "standard input");
  const Rule rule = {given.at("metric"), given.value("fallback", "random"), given.value("strip_punctuation", false),
                     given.value("mathvista_reference_rounding", false)};
  const Reference reference = {given.at("answers"), given.value("choices", std::vector<std::string>()),
                               given.value("question", ""), given.value("answer_type", ""),
                               given.value("precision", 0)};
  const Judged judged = judge_answer(rule, reference, given.at("answer"), given.value("seed", std::uint64_t{0}));
  return {{"value", judged.value}, {"extracted", judged.extracted}, {"undecided", judged.undecided}};
}

}  // namespace
}  // namespace ov

int main() {
  try {
    for (std::string line; std::getline(std::cin, line);) std::cout << ov::dump_json(ov::judge_line(line)) << "\n";
  } catch (const std::exception& error) {
    std::cerr << "metrics_lines: " << error.what() << "\n";
    return 1;
  }
}
