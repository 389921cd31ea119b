// Documents, charts and text in pictures: DocVQA, InfoVQA, ChartQA, TextVQA.
#include "benchmarks/definitions.h"
#include "benchmarks/python_text.h"
#include "benchmarks/question_source.h"

namespace ov {
namespace {

void document(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("questionId");
  out.media = in.one_picture("image");
  out.reference.question = in.text("question");
  out.reference.answers = in.row().texts_or_none("answers");
  out.context = out.reference.question + std::string(kShortSuffix);
  in.tags({"question_types", "answer_type"}, out);
}

void chartqa(const QuestionSource& in, BenchmarkQuestion& out) {
  out.media = in.one_picture("image");
  out.reference.question = in.text("question");
  out.context = out.reference.question + "\nAnswer the question with a single word.";
  in.answer_text("answer", out);
  in.tags({"type"}, out);
}

void textvqa(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.row().text_or("question_id", "");
  out.media = in.one_picture("image");
  out.reference.question = in.text("question");
  out.reference.answers = in.texts("answers");
  out.context = capitalized(out.reference.question) + std::string(kShortSuffix);
}

Benchmark documents_of(const std::string& name, const std::string& subset, bool test) {
  const std::string split = test ? "test" : "validation", family = name.substr(0, name.find('_'));
  return {.name = name,
          .title = subset + " (" + split + ")",
          .dataset_id = "lmms-lab/DocVQA",
          .subset = subset,
          .split = split,
          .paper_row = (subset == "DocVQA" ? "DocVQA (" : "InfoVQA (") + std::string(test ? "test)" : "val)"),
          .metric = "anls",
          .max_new_tokens = 32,
          .lmms_eval_task = family + (test ? "_test" : "_val"),
          .lmms_eval_key = "anls,none",
          .uncertain = test ? "labels are withheld: only the RRC server scores it" : "",
          .build = document};
}

}  // namespace

std::vector<Benchmark> document_benchmarks() {
  return {documents_of("docvqa", "DocVQA", false),
          documents_of("docvqa_test", "DocVQA", true),
          documents_of("infovqa", "InfographicVQA", false),
          documents_of("infovqa_test", "InfographicVQA", true),
          {.name = "chartqa",
           .title = "ChartQA",
           .dataset_id = "lmms-lab/ChartQA",
           .paper_row = "ChartQA (test)",
           .metric = "relaxed5",
           .max_new_tokens = 16,
           .lmms_eval_task = "chartqa",
           .lmms_eval_key = "relaxed_overall,none",
           .build = chartqa},
          {.name = "textvqa",
           .title = "TextVQA (validation)",
           .dataset_id = "lmms-lab/textvqa",
           .split = "validation",
           .metric = "vqa10",
           .lmms_eval_task = "textvqa_val",
           .lmms_eval_key = "exact_match,none",
           .uncertain = "not in the paper's tables",
           .build = textvqa}};
}

}  // namespace ov
