// Open questions on a video that a language model judges: ActivityNet-QA, VideoChatGPT, VideoDC.
#include "benchmarks/definitions.h"
#include "benchmarks/python_text.h"
#include "benchmarks/question_source.h"

namespace ov {
namespace {

void activitynetqa(const QuestionSource& in, BenchmarkQuestion& out) {
  out.id = in.text("question_id");
  out.cluster_id = in.text("video_name");
  out.media = in.video("v_" + out.cluster_id, {".mp4", ".webm", ".mkv"});
  out.reference.question = in.text("question");
  out.context = capitalized(out.reference.question) + "? Answer the question using a single word or phrase.";
  in.answer_text("answer", out);
  in.tags({"type"}, out);
}

void described_video(const QuestionSource& in, const std::string& question, BenchmarkQuestion& out) {
  out.cluster_id = in.text("video_name");
  out.id = out.cluster_id + "_" + std::to_string(out.doc_index);
  out.media = in.video(out.cluster_id, {".mp4", ".MP4", ".mkv"});
  out.reference.question = question;
  out.context = question;
  in.answer_text("answer", out);
}

void video_question(const QuestionSource& in, BenchmarkQuestion& out) { described_video(in, in.text("question"), out); }

// Two rows of one video are one pair: the first asks question_1, the second question_2; the other one is "None".
void consistency(const QuestionSource& in, BenchmarkQuestion& out) {
  const std::string first = in.row().text_or("question_1", "None");
  described_video(in, first != "None" ? first : in.text("question_2"), out);
  out.group_id = out.cluster_id;
  out.tags["question"] = {first != "None" ? "1" : "2"};
}

Benchmark videochatgpt_of(const std::string& aspect, const std::string& subset, const std::string& rubric,
                          const std::string& task, const std::string& key) {
  return {.name = "videochatgpt_" + aspect,
          .title = "VideoChatGPT (" + aspect + ")",
          .dataset_id = "lmms-lab/VideoChatGPT",
          .subset = subset,
          .group = "video",
          .paper_row = "VideoChatGPT",
          .metric = "judge:" + rubric,
          .lmms_eval_task = task,
          .lmms_eval_key = "gpt_eval_score_" + key + ",none",
          .lmms_eval_scale = 5,
          .uncertain = "how the paper's one number is made of the five aspects, presumably as their mean",
          .media_folders = {"Test_Videos"},
          .cache_folder = "videochatgpt",
          .build = subset == "Consistency" ? consistency : video_question};
}

}  // namespace

std::vector<Benchmark> open_video_benchmarks() {
  return {{.name = "activitynetqa",
           .title = "ActivityNet-QA",
           .dataset_id = "lmms-lab/ActivityNetQA",
           .group = "video",
           .paper_row = "ActivityNetQA (test)",
           .metric = "judge:actnet",
           .max_new_tokens = 64,
           .lmms_eval_task = "activitynetqa",
           .lmms_eval_key = "gpt_eval_accuracy,none",
           .lmms_eval_scale = 100,
           .media_folders = {"all_test"},
           .cache_folder = "activitynetqa",
           .build = activitynetqa},
          videochatgpt_of("correctness", "Generic", "vcg_correct", "videochatgpt_gen", "correctness"),
          videochatgpt_of("detail", "Generic", "vcg_detail", "videochatgpt_gen", "detailed_orientation"),
          videochatgpt_of("context", "Generic", "vcg_context", "videochatgpt_gen", "context"),
          videochatgpt_of("temporal", "Temporal", "vcg_temporal", "videochatgpt_temporal", "temporal"),
          videochatgpt_of("consistency", "Consistency", "vcg_consistency", "videochatgpt_consistency", "consistency"),
          {.name = "videodc",
           .title = "VideoDC",
           .dataset_id = "lmms-lab/VideoDetailCaption",
           .group = "video",
           .paper_row = "VideoDC",
           .metric = "judge:vcg_detail",
           .lmms_eval_task = "video_dc499",
           .lmms_eval_key = "gpt_eval_score,none",
           .lmms_eval_scale = 5,
           .uncertain = "the data set's id: VideoDetailDescription in the reference, VideoDetailCaption on the hub",
           .media_folders = {"Test_Videos"},
           .cache_folder = "videochatgpt",
           .build = video_question}};
}

}  // namespace ov
