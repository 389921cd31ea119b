// Questions with options on a video: VideoMME, MLVU, NExT-QA, EgoSchema, PerceptionTest, LongVideoBench.
#include "base/file.h"
#include "benchmarks/definitions.h"
#include "benchmarks/python_text.h"
#include "benchmarks/question_source.h"
#include "benchmarks/subtitles.h"
#include "media/geometry.h"
#include "media/video.h"

namespace ov {
namespace {

const std::vector<std::string> kEndings = {".mp4", ".MP4", ".mkv", ".webm"};
const std::vector<std::string> kWithEnding = {""};
constexpr double kMaxVideoSeconds = 24 * 3600;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += (&line == lines.data() ? "" : "\n") + line;
  return text;
}

constexpr std::string_view kVideoMmeTask =
    "Select the best answer to the following multiple-choice question based on the video and the subtitles. Respond "
    "with only the letter (A, B, C, or D) of the correct option.";

// Returns what both prompts have: the task, the question and its options.
std::string videomme_question(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("question_id");
  out.cluster_id = in.text("videoID");
  out.media = in.video(out.cluster_id, kEndings);
  out.reference.question = in.text("question");
  out.reference.choices = in.texts("options");
  in.answer_letter("answer", out);
  in.tags({"duration", "domain", "sub_category", "task_type"}, out);
  const std::string options = in.is_paper() ? python_repr(out.reference.choices) : joined(out.reference.choices);
  return std::string(kVideoMmeTask) + "\n" + out.reference.question + "\n" + options + "\n";
}

void videomme(const QuestionSource& in, BenchmarkQuestion& out) {
  out.context = videomme_question(in, out) + std::string(kLetterSuffix);
}

std::string videomme_subtitles_text(const QuestionSource& in, const BenchmarkQuestion& question) {
  const std::string path = in.with_media() ? in.file("subtitle/" + question.cluster_id + ".srt") : "";
  if (path.empty()) return "No subtitles available";
  MediaLimits limits;
  limits.max_video_seconds = kMaxVideoSeconds;
  const VideoInfo info = probe_video(question.media[0].path, limits, Compat::official);
  const auto frames = sample_frames(info.num_frames, kVideoFrames, Compat::official);
  return subtitles_at(read_file(path, kMaxSubtitleBytes), path, info.fps, frames);
}

void videomme_subtitles(const QuestionSource& in, BenchmarkQuestion& out) {
  const std::string question = videomme_question(in, out);
  out.context = "This video's subtitles are listed below: \n" + videomme_subtitles_text(in, out) + "\n" + question +
                "The best answer is:";
}

Benchmark videomme_of(const std::string& name, bool subtitles) {
  return {.name = name,
          .title = subtitles ? "VideoMME (with subtitles)" : "VideoMME (without subtitles)",
          .dataset_id = "lmms-lab/Video-MME",
          .subset = "videomme",
          .group = "video",
          .paper_row = subtitles ? "VideoMME (with subtitles)" : "VideoMME (without subtitles)",
          .metric = {"letter_class_first", "letter_priority"},
          .max_new_tokens = 16,
          .lmms_eval_task = subtitles ? "videomme_w_subtitle" : "videomme",
          .lmms_eval_key = {"videomme_percetion_score,none", "videomme_perception_score,none"},
          .lmms_eval_scale = 100,
          .uncertain = subtitles ? "the order of the subtitles (the reference's is that of a hash set)" : "",
          .media_folders = {"data", "videos"},
          .cache_folder = "videomme",
          .build = subtitles ? videomme_subtitles : videomme};
}

// The question has its options in it.
void mlvu(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.row().text_or("question_id", "");
  out.cluster_id = in.text("video_name");
  out.media = in.video(out.cluster_id, kWithEnding);
  out.reference.question = in.text("question");
  out.reference.choices = in.row().texts_or_none("candidates");
  out.context = in.is_paper() ? "\n" + out.reference.question + "\nOnly give the best option.\n\nBest option: ("
                              : out.reference.question + "\nOnly give the best option.\nBest option: (";
  in.answer_letter("answer", out);
  in.tags({"task_type"}, out);
}

void nextqa(const QuestionSource& in, BenchmarkQuestion& out) {
  out.cluster_id = in.text("video");
  out.id = out.cluster_id + "_" + in.row().text_or("qid", std::to_string(out.doc_index));
  out.media = in.video(out.cluster_id, kEndings);
  out.reference.question = in.text("question");
  std::vector<std::string> options;
  for (const char* column : {"a0", "a1", "a2", "a3", "a4"}) options.push_back(stripped(in.text(column)));
  out.context = stripped(out.reference.question) + "\n" + in.lettered(options, out);
  in.answer_index("answer", out);
  in.tags({"type"}, out);
}

// The options begin with their letters.
void egoschema(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("video_idx");
  out.media = in.video(out.id, kEndings);
  out.reference.question = in.text("question");
  out.reference.choices = in.texts("option");
  out.context = out.reference.question + "\n" + joined(out.reference.choices) + std::string(kLetterSuffix);
  in.answer_index("answer", out);
}

Benchmark egoschema_of(const std::string& name, bool full) {
  return {.name = name,
          .title = full ? "EgoSchema (all questions)" : "EgoSchema (subset with labels)",
          .dataset_id = "lmms-lab/egoschema",
          .subset = full ? "GENERATION" : "Subset",
          .group = "video",
          .paper_row = full ? "EgoSchema (test, full)" : "",
          .metric = "letter_mmmu_first",
          .max_new_tokens = {1024, 16},
          .lmms_eval_task = full ? "egoschema" : "egoschema_subset",
          .lmms_eval_key = full ? "submission,none" : "score,none",
          .uncertain = full ? "labels are withheld: only the validation server scores it" : "",
          .media_folders = {"videos"},
          .cache_folder = "egoschema",
          .build = egoschema};
}

void perceptiontest(const QuestionSource& in, BenchmarkQuestion& out) {
  out.cluster_id = in.text("video_name");
  out.id = out.cluster_id + "_" + in.text("question_id");
  out.media = in.video(out.cluster_id, kEndings);
  out.reference.question = in.text("question");
  out.context = out.reference.question + "\n" + in.lettered(in.texts("options"), out) + std::string(kLetterSuffix);
  in.answer_index("answer_id", out);
  in.tags({"area", "reasoning", "tag"}, out);
}

// The published parquet has option0 to option4 with "N/A" for none, the published JSON a list.
void longvideobench(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("id");
  out.cluster_id = in.text("video_path");
  out.media = in.video(out.cluster_id, kWithEnding);
  out.reference.question = in.text("question");
  std::vector<std::string> options = in.row().texts_or_none("candidates");
  for (int i = 0; i < 5 && !in.row().has("candidates"); ++i) {
    const std::string option = in.row().text_or("option" + std::to_string(i), "N/A");
    if (option != "N/A") options.push_back(option);
  }
  out.context = out.reference.question + "\n" + in.lettered(options, out) + std::string(kLetterSuffix) + "\n";
  in.answer_index("correct_choice", out);
  in.tags({"duration_group", "question_category"}, out);
}

Benchmark longvideobench_of_validation() {
  return {.name = "longvideobench",
          .title = "LongVideoBench (validation)",
          .dataset_id = "longvideobench/LongVideoBench",
          .split = "validation",
          .group = "video",
          .paper_row = "LongVideoBench (val)",
          .metric = {"letter_mmmu", "lvb_letter"},
          .max_new_tokens = 32,
          .lmms_eval_task = "longvideobench_val_v",
          .lmms_eval_key = "lvb_acc,none",
          .uncertain = "the form of the published rows (parquet or lvb_val.json): both are read",
          .files = {"lvb_val.json"},
          .media_folders = {"videos"},
          .cache_folder = "longvideobench",
          .build = longvideobench};
}

}  // namespace

std::vector<Benchmark> video_choice_benchmarks() {
  return {videomme_of("videomme", false),
          videomme_of("videomme_subtitles", true),
          {.name = "mlvu",
           .title = "MLVU (dev)",
           .dataset_id = "sy1998/MLVU_dev",
           .group = "video",
           .paper_row = "MLVU (m-avg)",
           .metric = {"letter_paren", "letter_priority"},
           .aggregate = {.kind = "macro", .tag = "task_type"},
           .max_new_tokens = 16,
           .lmms_eval_task = "mlvu_dev",
           .lmms_eval_key = "mlvu_percetion_score,none",
           .lmms_eval_scale = 100,
           .uncertain = "the paper's copy of the data (sy1998/temp) and its scorer; here the mean of the task types",
           .media_folders = {"video", "videos"},
           .cache_folder = "mlvu",
           .build = mlvu},
          {.name = "nextqa",
           .title = "NExT-QA (multiple choice)",
           .dataset_id = "lmms-lab/NExTQA",
           .subset = "MC",
           .group = "video",
           .paper_row = "NextQA (mc)",
           .metric = "letter_mmmu",
           .lmms_eval_task = "nextqa_mc_test",
           .lmms_eval_key = "exact_match,none",
           .media_folders = {"NExTVideo", "videos"},
           .cache_folder = "nextqa",
           .build = nextqa},
          egoschema_of("egoschema_subset", false),
          egoschema_of("egoschema", true),
          {.name = "perceptiontest",
           .title = "PerceptionTest (validation, multiple choice)",
           .dataset_id = "lmms-lab/PerceptionTest_Val",
           .subset = "mc_question_val",
           .split = "validation",
           .group = "video",
           .paper_row = "PerceptionTest (val)",
           .metric = "letter_regex_first",
           .lmms_eval_task = "perceptiontest_val_mc",
           .lmms_eval_key = "accuracy,none",
           .media_folders = {"videos"},
           .cache_folder = "perceptiontest_val",
           .build = perceptiontest},
          longvideobench_of_validation()};
}

}  // namespace ov
