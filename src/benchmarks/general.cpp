// Broad sets of questions on one picture: MMBench, MME, MMStar, SeedBench, RealWorldQA.
#include "benchmarks/definitions.h"
#include "benchmarks/python_text.h"
#include "benchmarks/question_source.h"

namespace ov {
namespace {

constexpr std::int64_t kMmbenchRotation = 1'000'000;  // between the indices of two rotations of one question

// "" for what the reference drops: null, no such column, the text "nan".
std::string mmbench_cell(const QuestionSource& in, const std::string& column) {
  const std::string text = in.row().text_or(column, "");
  return text == "nan" ? "" : text;
}

void mmbench(const QuestionSource& in, BenchmarkQuestion& out) {
  const std::int64_t index = in.row().integer("index");
  out.id = std::to_string(index);
  out.group_id = std::to_string(index % kMmbenchRotation);
  out.media = in.one_picture("image");
  out.reference.question = in.text("question");
  std::vector<std::string> options;
  for (const char* letter : {"A", "B", "C", "D", "E"}) {
    const std::string option = mmbench_cell(in, letter);
    if (option.empty()) continue;
    if (options.size() != static_cast<std::size_t>(letter[0] - 'A')) {
      in.row().refuse(letter, "is an option, but the one before it is not there");
    }
    options.push_back(option);
  }
  std::string list = in.lettered(options, out);
  while (list.ends_with('\n')) list.pop_back();
  const bool hinted = in.row().has("hint") && in.text("hint") != "nan";
  out.context = (hinted ? in.text("hint") + " " : "") + out.reference.question + " There are several options:\n" +
                list + "\n" + std::string(kLetterSuffix);
  in.answer_letter("answer", out);
  in.tags({"category", "L2-category"}, out);
}

void mme(const QuestionSource& in, BenchmarkQuestion& out) {
  out.group_id = in.text("question_id");
  out.id = out.group_id;
  out.media = in.one_picture("image");
  out.reference.question = in.text("question");
  out.reference.answer_type = "yesno";
  out.context = without(stripped(out.reference.question), kYesNoRequest) + std::string(kShortSuffix);
  in.answer_text("answer", out);
  in.tags({"category"}, out);
}

void mmstar(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("index");
  out.media = in.one_picture("image");
  out.reference.question = in.text("question");
  out.context = without(stripped(out.reference.question), kYesNoRequest) +
                "\nAnswer with the option's letter from the given choices directly";
  in.answer_letter("answer", out);
  in.tags({"category", "l2_category"}, out);
}

void seedbench_image(const QuestionSource& in, BenchmarkQuestion& out) {
  out.media = in.one_picture("image");
  seedbench_question(in, out);
}

void realworldqa(const QuestionSource& in, BenchmarkQuestion& out) {
  out.media = in.one_picture("image");
  out.reference.question = in.text("question");
  out.context = stripped(out.reference.question);
  in.answer_text("answer", out);
  const std::vector<std::string>& answers = out.reference.answers;
  const bool letter = !answers.empty() && answers[0].size() == 1 && answers[0] >= "A" && answers[0] <= "D";
  out.reference.answer_type = letter ? "letter" : "text";
}

const Aggregate kMmeSums = {
    .kind = "mme_pair",
    .tag = "category",
    .categories = {
        {"perception",
         {"existence", "count", "position", "color", "posters", "celebrity", "scene", "landmark", "artwork", "OCR"}},
        {"cognition", {"commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning"}}}};

}  // namespace

std::vector<Benchmark> general_benchmarks() {
  return {{.name = "mmbench",
           .title = "MMBench (English, dev)",
           .dataset_id = "lmms-lab/MMBench",
           .subset = "en",
           .split = "dev",
           .paper_row = "MMBench (en-dev)",
           .metric = "circular",
           .aggregate = {.kind = "all_of"},
           .lmms_eval_task = "mmbench_en_dev",
           .lmms_eval_key = "gpt_eval_score,none",
           .lmms_eval_scale = 100,
           .uncertain = "the reference asks a language model about answers that its rules cannot read",
           .build = mmbench},
          {.name = "mme",
           .title = "MME",
           .dataset_id = "lmms-lab/MME",
           .paper_row = "MME (cognition/perception)",
           .metric = "mme_yesno",
           .aggregate = kMmeSums,
           .max_new_tokens = 16,
           .lmms_eval_task = "mme",
           .lmms_eval_key = {"mme_percetion_score,none", "mme_perception_score,none"},
           .build = mme},
          {.name = "mmstar",
           .title = "MMStar",
           .dataset_id = "Lin-Chen/MMStar",
           .split = "val",
           .paper_row = "MMStar",
           .metric = {"mmstar_prefix", "letter_priority"},
           .aggregate = {.kind = "macro", .tag = "l2_category"},
           .lmms_eval_task = "mmstar",
           .lmms_eval_key = "average,none",
           .build = mmstar},
          {.name = "seedbench_image",
           .title = "SeedBench (images)",
           .dataset_id = "lmms-lab/SEED-Bench",
           .paper_row = "SeedBench (image)",
           .metric = "letter_first_char",
           .lmms_eval_task = "seedbench",
           .lmms_eval_key = "seed_image,none",
           .filter_column = "data_type",
           .filter_value = "image",
           .build = seedbench_image},
          {.name = "realworldqa",
           .title = "RealWorldQA",
           .dataset_id = "lmms-lab/RealWorldQA",
           .paper_row = "RealWorldQA",
           .metric = {"rwqa_chain", "rwqa_priority"},
           .max_new_tokens = 16,
           .lmms_eval_task = "realworldqa",
           .lmms_eval_key = {"exact_match,flexible-extract", "exact_match,none"},
           .build = realworldqa}};
}

}  // namespace ov
