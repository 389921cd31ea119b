// Questions with options on a video in sets of several tasks: MVBench, TempCompass.
#include <filesystem>

#include "benchmarks/definitions.h"
#include "benchmarks/python_text.h"
#include "benchmarks/question_source.h"

namespace ov {
namespace {

// The tasks of MVBench, each a file of rows, with the folder of its videos.
const std::map<std::string, std::string>& mvbench_folders() {
  static const std::map<std::string, std::string> folders = {
      {"object_interaction", "star/Charades_segment"},
      {"action_sequence", "star/Charades_segment"},
      {"action_prediction", "star/Charades_segment"},
      {"action_localization", "sta/sta_video_segment"},
      {"moving_count", "clevrer/video_validation"},
      {"moving_direction", "clevrer/video_validation"},
      {"moving_attribute", "clevrer/video_validation"},
      {"counterfactual_inference", "clevrer/video_validation"},
      {"object_existence", "clevrer/video_validation"},
      {"fine_grained_pose", "nturgbd_convert"},
      {"character_order", "perception/videos"},
      {"object_shuffle", "perception/videos"},
      {"state_change", "perception/videos"},
      {"action_count", "perception/videos"},
      {"egocentric_navigation", "vlnqa"},
      {"episodic_reasoning", "tvqa/video_fps3_hq_segment"},  // folders of frames
      {"fine_grained_action", "Moments_in_Time_Raw/videos"},
      {"scene_transition", "scene_qa/video"},
      {"action_antonym", "ssv2_video_mp4"},
      {"unexpected_action", "FunQA_test/test"}};
  return folders;
}

void mvbench(const QuestionSource& in, BenchmarkQuestion& out) {
  const std::string task = std::filesystem::path(in.row().file()).stem().string();
  out.cluster_id = mvbench_folders().at(task) + "/" + in.text("video");
  out.media = in.video(out.cluster_id, {""});
  out.reference.question = in.text("question");
  in.lettered(in.texts("candidates"), out);
  out.context = "Question:" + out.reference.question + "\nOption:\n";
  const std::vector<std::string>& choices = out.reference.choices;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const char letter = static_cast<char>('A' + i);
    out.context += std::string("(") + letter + ") " + choices[i] + "\n";
    const bool right = out.reference.answers.empty() && choices[i] == in.text("answer");
    if (right) out.reference.answers = {std::string(1, letter)};
  }
  if (out.reference.answers.empty()) in.row().refuse("answer", "is none of the candidates");
  out.reference.answer_type = "letter";
  out.context += in.is_paper() ? std::string(kLetterSentence) : "Only give the best option.\n";
  out.tags["task"] = {task};
}

std::vector<std::string> mvbench_files() {
  std::vector<std::string> files;
  for (const auto& [task, folder] : mvbench_folders()) files.push_back("json/" + task + ".json");
  return files;
}

void tempcompass_video(const QuestionSource& in, BenchmarkQuestion& out, std::string_view suffix) {
  out.cluster_id = in.text("video_id");
  out.id = out.cluster_id;
  out.media = in.video(out.cluster_id, {".mp4", ".MP4"});
  out.reference.question = in.text("question");
  out.context = out.reference.question + std::string(suffix);
  in.tags({"dim"}, out);
}

// Both have the options in the question, one a line, and the whole option as answer.
void tempcompass_choice(const QuestionSource& in, BenchmarkQuestion& out) {
  tempcompass_video(in, out, "\nPlease directly give the best option:");
  const std::string& question = out.reference.question;
  for (std::size_t at = question.find('\n'); at != question.npos; at = question.find('\n', at + 1)) {
    out.reference.choices.push_back(question.substr(at + 1, question.find('\n', at + 1) - at - 1));
  }
  out.reference.answer_type = "letter";
  out.reference.answers = {in.text("answer").substr(0, 1)};
}

// "Caption B: A dog runs." may be answered as it is, or by "Caption B", "B" or the sentence.
void tempcompass_matching(const QuestionSource& in, BenchmarkQuestion& out) {
  tempcompass_video(in, out, "\nPlease directly give the best option:");
  const std::string answer = in.text("answer");
  out.reference.answers = {answer};
  const std::size_t colon = answer.find(": ");
  if (colon == answer.npos) return;
  const std::string label = answer.substr(0, colon);
  out.reference.answers.insert(out.reference.answers.end(),
                               {label, answer.substr(colon + 2), label.substr(label.rfind(' ') + 1)});
}

void tempcompass_yes_no(const QuestionSource& in, BenchmarkQuestion& out) {
  tempcompass_video(in, out, "\nPlease answer yes or no:");
  out.reference.answer_type = "yesno";
  in.answer_text("answer", out);
}

Benchmark tempcompass_of(const std::string& name, const std::string& subset, const std::string& metric,
                         void (*build)(const QuestionSource&, BenchmarkQuestion&)) {
  return {.name = name,
          .title = "TempCompass (" + subset + ")",
          .dataset_id = "lmms-lab/TempCompass",
          .subset = subset,
          .group = "video",
          .metric = metric,
          .lmms_eval_task = "tempcompass_" + without(name, "tempcompass_"),
          .lmms_eval_key = "avg_accuracy,none",
          .lmms_eval_scale = 100,
          .uncertain =
              "not in the paper's tables; answers that rules cannot read are wrong here, the reference asks a "
              "language model about them",
          .media_folders = {"videos"},
          .cache_folder = "tempcompass",
          .build = build};
}

}  // namespace

std::vector<Benchmark> video_task_benchmarks() {
  return {{.name = "mvbench",
           .title = "MVBench (20 tasks)",
           .dataset_id = "OpenGVLab/MVBench",
           .split = "train",
           .group = "video",
           .paper_row = "MVBench (test)",
           .metric = "letter_norm",
           .aggregate = {.kind = "mean_nonempty", .tag = "task"},
           .max_new_tokens = 16,
           .lmms_eval_task = "mvbench",
           .lmms_eval_key = "mvbench_accuracy,none",
           .lmms_eval_scale = 100,
           .uncertain = "rows count through all tasks here, from 0 in each of the reference's 20; the videos of "
                        "fine_grained_pose are published elsewhere",
           .files = mvbench_files(),
           .media_folders = {"video", "video/data0613", "data0613"},
           .cache_folder = "mvbench_video",
           .build = mvbench},
          tempcompass_of("tempcompass_multi_choice", "multi-choice", "letter_priority", tempcompass_choice),
          tempcompass_of("tempcompass_yes_no", "yes_no", "mme_yesno", tempcompass_yes_no),
          tempcompass_of("tempcompass_caption_matching", "caption_matching", "exact", tempcompass_matching)};
}

}  // namespace ov
