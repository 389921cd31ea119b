// Questions on several pictures: LLaVA-Interleave Bench, MuirBench, Mantis-Eval, and SeedBench's videos, which are
// pictures of their frames.
#include "benchmarks/definitions.h"
#include "benchmarks/python_text.h"
#include "benchmarks/question_source.h"

namespace ov {
namespace {

constexpr int kInterleavePictures = 16;

const std::map<std::string, std::vector<std::string>>& interleave_categories() {
  static const std::map<std::string, std::vector<std::string>> categories = {
      {"Spot-the-Diff", {"Spot-the-Diff", "Birds-to-Words", "CLEVR-Change"}},
      {"Image-Edit", {"IEdit", "HQ-Edit", "MagicBrush"}},
      {"Visual-Story-Telling", {"AESOP", "FlintstonesSV", "PororoSV", "VIST"}},
      {"Visual-Cloze", {"COMICS_Dialogue", "RecipeQA_VisualCloze"}},
      {"Text-Rich-VQA", {"WebQA", "TQA", "OCR-VQA", "DocVQA"}},
      {"Multi-Image-VQA",
       {"MIT-States_StateCoherence", "MIT-States_PropertyCoherence", "VISION", "RecipeQA_ImageCoherence"}},
      {"Puzzle", {"RAVEN"}},
      {"NLVR2", {"NLVR2_Mantis"}},
      {"QBench", {"QBench"}},
      {"ScanQA", {"ScanQA"}},
      {"ALFRED", {"ALFRED"}},
      {"nuscenes", {"nuscenes"}},
      {"ScanNet_chat", {"ScanNet_chat"}},
      {"ScanNet_task", {"ScanNet_task"}},
      {"BLINK", {"BLINK"}},
      {"MathVerse", {"MathVerse"}},
      {"SciVerse", {"SciVerse"}},
      {"Mantis", {"Mantis"}}};
  return categories;
}

void interleave_row(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("sample_id");
  for (int i = 0; i < kInterleavePictures; ++i) {
    const std::string column = "image_" + std::to_string(i);
    if (in.row().has(column)) out.media.push_back(in.one_picture(column)[0]);
  }
  const std::string type = in.text("question_type");
  if (type != "multi-choice" && type != "open-ended") {
    in.row().refuse("question_type", "is \"" + type + "\"; expected multi-choice or open-ended");
  }
  out.metric = type == "multi-choice" ? "letter_norm" : "rouge_l";
  in.answer_text("answer", out);
  in.tags({"sub_task", "question_type"}, out);
}

void interleave(const QuestionSource& in, BenchmarkQuestion& out) {
  interleave_row(in, out);
  out.reference.question = in.text("question");
  out.context = out.reference.question;
}

// "conversations" is a list of {from, value}, or that as a text of JSON; roles go by the place, as in the reference.
void interleave_multi_view(const QuestionSource& in, BenchmarkQuestion& out) {
  interleave_row(in, out);
  Json turns = in.row().value("conversations");
  if (turns.is_string()) {
    Json parsed = parse_json(turns.get_ref<const std::string&>(), out.where + ": conversations", ErrorKind::input);
    turns = std::move(parsed);
  }
  if (!turns.is_array() || turns.size() % 2 == 0) {
    in.row().refuse("conversations", "should be an odd number of turns, of which the user has the last");
  }
  for (const Json& turn : turns) {
    const auto value = turn.is_object() ? turn.find("value") : turn.end();
    if (!turn.is_object() || value == turn.end() || !value->is_string()) {
      in.row().refuse("conversations", "has a turn without \"value\"");
    }
    out.turns.push_back({out.turns.size() % 2 == 0 ? "user" : "assistant", value->get<std::string>()});
  }
  out.context = dump_json(turns);
  out.reference.question = out.turns.back().text;
}

Benchmark interleave_of(const std::string& name, const std::string& subset, const std::string& task) {
  const bool turns = subset == "multi_view_in_domain";
  return {.name = name,
          .title = "LLaVA-Interleave Bench (" + subset + ")",
          .dataset_id = "lmms-lab/LLaVA-NeXT-Interleave-Bench",
          .subset = subset,
          .group = "multi-image",
          .paper_row = subset == "out_of_domain" ? "LLaVA-Interleave (out-domain)" : "",
          .metric = "letter_norm",
          .aggregate = {.kind = "macro", .tag = "sub_task", .categories = interleave_categories()},
          .max_new_tokens = 16,
          .lmms_eval_task = task,
          .lmms_eval_key = "overall_score,none",
          .uncertain =
              "whether the paper's rows come from this harness or from the authors' own script (1024 tokens, "
              "means per data set)",
          .build = turns ? interleave_multi_view : interleave};
}

void muirbench(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("idx");
  out.media = in.pictures("image_list");
  out.reference.question = in.text("question");
  out.context = out.reference.question + "\n" + in.lettered(in.texts("options"), out) + std::string(kLetterSuffix);
  in.answer_letter("answer", out);
  in.tags({"task", "image_relation", "image_type"}, out);
}

// The first letter of "(B)" or "B. a cat".
std::string mantis_letter(const QuestionSource& in) {
  for (const char c : in.text("answer")) {
    if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return std::string(1, static_cast<char>(c & ~0x20));
  }
  in.row().refuse("answer", "of a multi-choice question has no letter");
}

void mantis(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("id");
  out.media = in.pictures("images");
  out.reference.question = in.text("question");
  const std::string type = in.text("question_type");
  if (type == "multi-choice") {
    out.reference.choices = in.texts("options");
    out.reference.answer_type = "letter";
    out.reference.answers = {mantis_letter(in)};
    out.context = out.reference.question + std::string(kLetterSuffix) + python_repr(out.reference.choices);
  } else if (type == "short-answer") {
    out.context = "Given the images, answer the following short answer vqa question:\nQ: " + out.reference.question +
                  "\nYou can first give your analysis, and then give your final answer as \"Final Answer:\"";
    in.answer_text("answer", out);
  } else {
    in.row().refuse("question_type", "is \"" + type + "\"; expected multi-choice or short-answer");
  }
  out.tags["question_type"] = {type};
}

void seedbench_video(const QuestionSource& in, BenchmarkQuestion& out) {
  out.media = in.pictures("image");
  seedbench_question(in, out);
}

}  // namespace

void seedbench_question(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("question_id");
  out.reference.question = in.text("question");
  const std::vector<std::string> options = {in.text("choice_a"), in.text("choice_b"), in.text("choice_c"),
                                            in.text("choice_d")};
  out.context = out.reference.question + "\n" + in.lettered(options, out) + std::string(kLetterSuffix);
  in.answer_letter("answer", out);
  in.tags({"data_type", "question_type_id"}, out);
}

std::vector<Benchmark> several_image_benchmarks() {
  return {interleave_of("interleave_in", "in_domain", "llava_interleave_bench_in_domain"),
          interleave_of("interleave_out", "out_of_domain", "llava_interleave_bench_out_domain"),
          interleave_of("interleave_multi_view", "multi_view_in_domain", "llava_interleave_bench_multi_view"),
          {.name = "muirbench",
           .title = "MuirBench",
           .dataset_id = "MUIRBENCH/MUIRBENCH",
           .group = "multi-image",
           .paper_row = "MuirBench",
           .metric = "letter_prefix",
           .max_new_tokens = 16,
           .lmms_eval_task = "muirbench",
           .lmms_eval_key = "muirbench_score_overall,flexible-extract",
           .build = muirbench},
          {.name = "mantis",
           .title = "Mantis-Eval",
           .dataset_id = "TIGER-Lab/Mantis-Eval",
           .subset = "mantis_eval",
           .group = "multi-image",
           .paper_row = "Mantis",
           .metric = "mantis",
           .max_new_tokens = 64,
           .lmms_eval_task = "mantis",
           .lmms_eval_key = "mantis_score,none",
           .uncertain = "whether the paper's column is this set or LLaVA-Interleave's part of that name; the reference "
                        "samples at temperature 0.2, here decoding is greedy",
           .build = mantis},
          {.name = "seedbench_video",
           .title = "SeedBench (videos, as frames)",
           .dataset_id = "lmms-lab/SEED-Bench",
           .group = "video",
           .paper_row = "SeedBench (video)",
           .metric = "letter_first_char",
           .lmms_eval_task = "seedbench",
           .lmms_eval_key = "seed_video,none",
           .uncertain = "how many frames a row has",
           .filter_column = "data_type",
           .filter_value = "video",
           .build = seedbench_video}};
}

}  // namespace ov
