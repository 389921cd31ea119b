// Science and mathematics: AI2D, ScienceQA, MathVista, MathVerse, MMMU.
#include <algorithm>

#include "benchmarks/definitions.h"
#include "benchmarks/python_text.h"
#include "benchmarks/question_source.h"
#include "data/record_rules.h"

namespace ov {
namespace {

void ai2d(const QuestionSource& in, BenchmarkQuestion& out) {
  out.media = in.one_picture("image");
  out.reference.question = in.text("question");
  out.context = out.reference.question + "\n" + in.lettered(in.texts("options"), out) + std::string(kLetterSuffix);
  in.answer_index("answer", out);
}

void scienceqa(const QuestionSource& in, BenchmarkQuestion& out) {
  out.media = in.pictures("image");
  out.reference.question = in.text("question");
  const std::string hint = in.row().text_or("hint", "");
  out.context = (hint.empty() ? "" : "Context: " + hint + "\n") + out.reference.question + "\n" +
                in.lettered(in.texts("choices"), out) + std::string(kLetterSuffix);
  in.answer_index("answer", out);
  in.tags({"subject", "grade", "topic", "category", "skill"}, out);
}

// MathVista's hints, in the sentence of the benchmark's own prompts or as a plain request.
std::string mathvista_hint(const QuestionSource& in, bool plain) {
  const std::string kind = in.text("answer_type");
  if (in.text("question_type") == "multi_choice") {
    return plain ? std::string(kLetterSentence)
                 : "Hint: Please answer the question and provide the correct option letter, e.g., A, B, C, D, at the "
                   "end.";
  }
  std::string number, example;
  if (kind == "integer") {
    number = plain ? "single integer number" : "integer answer";
    example = "1, 2, 3";
  } else if (kind == "float") {
    const double precision = in.row().number("precision");
    if (precision != 1 && precision != 2) in.row().refuse("precision", "of a float answer should be 1 or 2");
    number = (plain ? "single floating-point number with " : "floating-point number with ") +
             std::string(precision == 1 ? "one decimal place" : "two decimal places");
    example = precision == 1 ? "1.2, 1.3, 1.4" : "1.23, 1.34, 1.45";
  } else if (kind == "list") {
    if (plain) return "Answer the question using a Python list.";
    return "Hint: Please answer the question requiring a Python list as an answer and provide the final list, e.g., "
           "[1, 2, 3], [1.2, 1.3, 1.4], at the end.";
  } else {
    in.row().refuse("answer_type", "is \"" + kind + "\"; expected integer, float or list for an open question");
  }
  if (plain) return "Answer the question using a " + number + ".";
  return "Hint: Please answer the question requiring " + std::string(kind == "integer" ? "an " : "a ") + number +
         " and provide the final value, e.g., " + example + ", at the end.";
}

enum class MathVistaStyle { format, cot, solution };

void mathvista(const QuestionSource& in, BenchmarkQuestion& out, MathVistaStyle style) {
  const bool plain = style == MathVistaStyle::format;
  out.id = in.text("pid");
  out.media = in.one_picture("decoded_image");
  out.reference.question = in.text("question");
  const std::string unit = in.row().text_or("unit", "");
  std::string query = (plain ? "" : "Question: ") + out.reference.question;
  if (!unit.empty()) query += " (Unit: " + unit + ")";
  const std::vector<std::string> choices = in.row().texts_or_none("choices");
  const std::string list = in.lettered(choices, out);
  if (!choices.empty() && plain) query += "\n" + list;
  if (!choices.empty() && !plain) query += "\nChoices:";
  for (std::size_t i = 0; i < choices.size() && !plain; ++i) {
    query += std::string("\n(") + static_cast<char>('A' + i) + ") " + choices[i];
  }
  query += "\n" + mathvista_hint(in, plain);
  if (style == MathVistaStyle::solution) query += "\nSolution: ";
  out.context = stripped(query);
  in.answer_text("answer", out);
  out.reference.answer_type = in.text("answer_type");
  if (out.reference.answer_type == "float") out.reference.precision = static_cast<int>(in.row().number("precision"));
  in.tags({"question_type", "answer_type", "metadata.language", "metadata.source", "metadata.category", "metadata.task",
           "metadata.context", "metadata.grade", "metadata.skills"},
          out);
}

void mathvista_format(const QuestionSource& in, BenchmarkQuestion& out) { mathvista(in, out, MathVistaStyle::format); }
void mathvista_cot(const QuestionSource& in, BenchmarkQuestion& out) { mathvista(in, out, MathVistaStyle::cot); }
void mathvista_solution(const QuestionSource& in, BenchmarkQuestion& out) {
  mathvista(in, out, MathVistaStyle::solution);
}

Benchmark mathvista_of(const std::string& name, const std::string& style,
                       void (*build)(const QuestionSource&, BenchmarkQuestion&)) {
  return {.name = name,
          .title = "MathVista (testmini, " + style + ")",
          .dataset_id = "AI4Math/MathVista",
          .split = "testmini",
          .paper_row = "MathVista (testmini)",
          .metric = "mathvista",
          .max_new_tokens = {1024, 16384},
          .lmms_eval_task = "mathvista_testmini_" + style,
          .lmms_eval_key = {"gpt_eval_score,none", "llm_as_judge_eval,none"},
          .lmms_eval_scale = 100,
          .uncertain =
              "which of the three prompts the paper's number is of; the reference lets a language model read "
              "the answer out, here rules do",
          .build = build};
}

void mathverse(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("sample_index");
  out.media = in.pictures("image");
  out.context = stripped(in.text("query_wo"));
  out.reference.question = in.row().text_or("question_for_eval", in.row().text_or("question", ""));
  in.answer_text("answer", out);
  if (in.row().text_or("question_type", "") == "multi-choice") out.reference.answer_type = "letter";
  in.tags({"problem_version", "question_type", "metadata.subject", "metadata.subfield"}, out);
}

Benchmark mathverse_of(const std::string& version) {
  const bool in_paper = version.starts_with("vision");
  return {.name = "mathverse_" + version,
          .title = "MathVerse (testmini, " + version + ")",
          .dataset_id = "CaraJ/MathVerse-lmmseval",
          .subset = "testmini_version_split",
          .split = version,
          .paper_row = in_paper ? "MathVerse (mini-vision)" : "",
          .metric = "judge:mathverse",
          .lmms_eval_task = "mathverse_testmini_" + version,
          .lmms_eval_key = "gpt_eval_score,none",
          .lmms_eval_scale = 100,
          .uncertain = "which versions the paper averages",
          .build = mathverse};
}

struct Domain {
  const char* name;
  std::vector<std::string> subjects;
};
const std::vector<Domain>& mmmu_domains() {
  static const std::vector<Domain> domains = {
      {"Art and Design", {"Art", "Art_Theory", "Design", "Music"}},
      {"Business", {"Accounting", "Economics", "Finance", "Manage", "Marketing"}},
      {"Science", {"Biology", "Chemistry", "Geography", "Math", "Physics"}},
      {"Health and Medicine",
       {"Basic_Medical_Science", "Clinical_Medicine", "Diagnostics_and_Laboratory_Medicine", "Pharmacy",
        "Public_Health"}},
      {"Humanities and Social Science", {"History", "Literature", "Sociology", "Psychology"}},
      {"Tech and Engineering",
       {"Agriculture", "Architecture_and_Engineering", "Computer_Science", "Electronics", "Energy_and_Power",
        "Materials", "Mechanical_Engineering"}}};
  return domains;
}

// "validation_Art_Theory_12" is of Art_Theory.
void mmmu_subject(BenchmarkQuestion& out) {
  const std::size_t first = out.id.find('_'), last = out.id.rfind('_');
  if (first == out.id.npos || last <= first + 1) {
    refuse_record(out.where, "the id \"" + out.id + "\" should be <split>_<subject>_<number>");
  }
  const std::string subject = out.id.substr(first + 1, last - first - 1);
  out.tags["subject"] = {subject};
  for (const Domain& domain : mmmu_domains()) {
    const auto& subjects = domain.subjects;
    if (std::find(subjects.begin(), subjects.end(), subject) != subjects.end()) out.tags["domain"] = {domain.name};
  }
}

// Columns that the text names as "<image 3>": each once, sorted as text.
std::vector<std::string> mmmu_picture_columns(std::string_view text) {
  constexpr std::string_view kMark = "<image ";
  std::vector<std::string> columns;
  for (std::size_t at = text.find(kMark); at != text.npos; at = text.find(kMark, at + 1)) {
    const std::size_t begin = at + kMark.size(), end = text.find_first_not_of("0123456789", begin);
    if (end == text.npos || end == begin || text[end] != '>') continue;
    columns.push_back("image_" + std::string(text.substr(begin, end - begin)));
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

void mmmu(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("id");
  out.reference.question = in.text("question");
  out.context = out.reference.question;
  const std::string type = in.text("question_type");
  if (type == "multiple-choice") {
    const auto options = parse_python_list(in.text("options"));
    if (!options || options->empty()) in.row().refuse("options", "should be a Python list of texts");
    out.context += "\n" + in.lettered(*options, out) + "\n\n" + std::string(kLetterSentence);
    in.answer_letter("answer", out);
  } else if (type == "open") {
    out.metric = "mmmu_open";
    out.context += "\n\nAnswer the question using a single word or phrase.";
    in.answer_text("answer", out);
    if (!out.reference.answers.empty() && out.reference.answers[0].starts_with('[')) {
      const auto several = parse_python_list(out.reference.answers[0]);
      if (several) out.reference.answers = *several;
    }
  } else {
    in.row().refuse("question_type", "is \"" + type + "\"; expected multiple-choice or open");
  }
  for (const std::string& column : mmmu_picture_columns(out.context)) out.media.push_back(in.one_picture(column)[0]);
  out.tags["question_type"] = {type};
  mmmu_subject(out);
}

}  // namespace

std::vector<Benchmark> science_benchmarks() {
  return {{.name = "ai2d",
           .title = "AI2D",
           .dataset_id = "lmms-lab/ai2d",
           .paper_row = "AI2D (test)",
           .metric = "letter_prefix",
           .strip_punctuation = true,
           .max_new_tokens = 16,
           .lmms_eval_task = "ai2d",
           .lmms_eval_key = "exact_match,flexible-extract",
           .build = ai2d},
          {.name = "scienceqa",
           .title = "ScienceQA (questions with a picture)",
           .dataset_id = "lmms-lab/ScienceQA",
           .subset = "ScienceQA-IMG",
           .paper_row = "ScienceQA",
           .metric = {"sqa_letter_2024", "sqa_letter"},
           .max_new_tokens = 16,
           .lmms_eval_task = "scienceqa_img",
           .lmms_eval_key = "exact_match,none",
           .build = scienceqa},
          mathvista_of("mathvista", "format", mathvista_format),
          mathvista_of("mathvista_cot", "cot", mathvista_cot),
          mathvista_of("mathvista_solution", "solution", mathvista_solution),
          mathverse_of("vision_intensive"),
          mathverse_of("vision_dominant"),
          mathverse_of("vision_only"),
          mathverse_of("text_dominant"),
          mathverse_of("text_lite"),
          {.name = "mmmu",
           .title = "MMMU (validation)",
           .dataset_id = "lmms-lab/MMMU",
           .split = "validation",
           .paper_row = "MMMU (val)",
           .metric = "letter_mmmu",
           .max_new_tokens = {16, 128},
           .lmms_eval_task = "mmmu_val",
           .lmms_eval_key = "mmmu_acc,none",
           .uncertain = "the reference keeps the layout of several pictures after the first such question in a process",
           .build = mmmu}};
}

}  // namespace ov
