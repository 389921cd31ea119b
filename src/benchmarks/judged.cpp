// Open questions on one picture that a language model judges: LLaVA-W, LLaVA-Wilder, MM-Vet, Vibe-Eval, MM-LiveBench,
// ImageDC.
#include "benchmarks/definitions.h"
#include "benchmarks/python_text.h"
#include "benchmarks/question_source.h"

namespace ov {
namespace {

// Most of them ask the question as it is.
void open_question(const QuestionSource& in, const std::string& question, const std::string& answer,
                   BenchmarkQuestion& out) {
  out.reference.question = in.text(question);
  out.context = out.reference.question;
  in.answer_text(answer, out);
}

void llava_w(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("question_id");
  out.media = in.one_picture("image");
  open_question(in, "question", "gpt_answer", out);
  const bool several = in.row().has("caption") && in.row().value("caption").is_array();
  const std::vector<std::string> captions =
      several ? in.texts("caption") : std::vector<std::string>{in.row().text_or("caption", "")};
  for (const std::string& caption : captions) out.judge_context += (&caption == &captions[0] ? "" : "\n") + caption;
  in.tags({"category"}, out);
}

void wilder(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.row().text_or("question_id", "");
  out.media = in.one_picture("image");
  open_question(in, "Question", "Answer", out);
  in.tags({"Category"}, out);
}

void mmvet(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("question_id");
  out.media = in.one_picture("image");
  open_question(in, "question", "answer", out);
  out.context =
      "First please perform reasoning, and think step by step to provide best answer to the following question: \n\n" +
      out.reference.question;
  std::string rest = in.row().text_or("capability", "") + ",";
  for (std::size_t comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
    const std::string capability = stripped(rest.substr(0, comma));
    if (!capability.empty()) out.tags["capability"].push_back(capability);
    rest.erase(0, comma + 1);
  }
}

void vibe_eval(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("example_id");
  out.media = in.one_picture("image");
  open_question(in, "prompt", "reference", out);
  out.context = stripped(out.context);
  const std::string category = in.row().text_or("category", "");
  for (const char* level : {"hard", "normal"}) {
    if (category.find(level) != category.npos) out.tags["category"] = {level};
  }
}

void livebench(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("id");
  out.media = in.pictures("images");
  open_question(in, "question", "answer", out);
  out.judge_criteria = in.row().text_or("criteria", "");
  in.tags({"subtask"}, out);
}

void imagedc(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.row().text_or("question_id", "");
  out.media = in.one_picture("image");
  open_question(in, "question", "answer", out);
}

}  // namespace

std::vector<Benchmark> judged_benchmarks() {
  std::vector<Benchmark> found = {
      {.name = "llava_w",
       .title = "LLaVA-in-the-Wild",
       .dataset_id = "lmms-lab/llava-bench-in-the-wild",
       .split = "train",
       .paper_row = "LLaVA-W",
       .metric = "judge:llava_w",
       .aggregate = {.kind = "ratio"},
       .max_new_tokens = 4096,
       .lmms_eval_task = "llava_in_the_wild",
       .lmms_eval_key = "gpt_eval_llava_all,none",
       .build = llava_w},
      {.name = "wilder",
       .title = "LLaVA-Wilder (small)",
       .dataset_id = "lmms-lab/LLaVA-Bench-Wilder",
       .paper_row = "LLaVA-Wilder (small)",
       .metric = "judge:wilder",
       .aggregate = {.kind = "ratio"},
       .max_new_tokens = 4096,
       .lmms_eval_task = "llava_wilder_small",
       .lmms_eval_key = "gpt_eval_llava_all,none",
       .uncertain = "the number of rows; whether the set has a column of categories",
       .build = wilder},
      {.name = "mmvet",
       .title = "MM-Vet",
       .dataset_id = "lmms-lab/MMVet",
       .paper_row = "MMVet",
       .metric = "judge:mmvet",
       .lmms_eval_task = "mmvet",
       .lmms_eval_key = "gpt_eval_score,none",
       .build = mmvet},
      {.name = "vibe_eval",
       .title = "Vibe-Eval",
       .dataset_id = "RekaAI/VibeEval",
       .paper_row = "Vibe-Eval",
       .metric = "judge:vibe",
       .lmms_eval_task = "vibe_eval",
       .lmms_eval_key = "all,none",
       .build = vibe_eval},
      {.name = "livebench",
       .title = "MM-LiveBench (2024-06)",
       .dataset_id = "lmms-lab/LiveBench",
       .subset = "2024-06",
       .paper_row = "MM-LiveBench (2024-06)",
       .metric = "judge:livebench",
       .lmms_eval_task = "live_bench_2406",
       .lmms_eval_key = "gpt4_eval_score,none",
       .build = livebench},
      {.name = "imagedc",
       .title = "ImageDC (DC100_EN)",
       .dataset_id = "lmms-lab/DC100_EN",
       .paper_row = "ImageDC",
       .metric = "judge:dc100",
       .lmms_eval_task = "dc100_en",
       .lmms_eval_key = "gpt_eval_score,none",
       .uncertain = "that this set is the paper's ImageDC; new tokens are the harness's default",
       .build = imagedc}};
  for (Benchmark& benchmark : found) benchmark.lmms_eval_scale = 100;
  return found;
}

}  // namespace ov
