#include "eval/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "base/error.h"

namespace ov {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(ErrorKind kind, const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "nothing was refused";
}

std::vector<std::string> names_of(const std::vector<EvalTask>& tasks) {
  std::vector<std::string> names;
  for (const EvalTask& task : tasks) names.push_back(task.name);
  return names;
}

TEST(Tasks, AreReadWithDefaults) {
  const auto tasks = parse_eval_tasks(
      "tasks:\n"
      "  - {name: count, data: data/count.jsonl, metric: exact}\n"
      "  - {name: clips, data: /data/clips.jsonl, image_folder: ../media, metric: choice, group: video,\n"
      "     max_new_tokens: 4, video: {fps: 2, max_frames: 8}}\n",
      "sets/tasks.yaml");
  ASSERT_EQ(tasks.size(), 2U);
  EXPECT_EQ(tasks[0].data, "sets/data/count.jsonl");
  EXPECT_EQ(tasks[0].image_folder, "");
  EXPECT_EQ(tasks[0].max_new_tokens, 64);
  EXPECT_EQ(tasks[1].data, "/data/clips.jsonl");
  EXPECT_EQ(tasks[1].image_folder, "media");
  EXPECT_EQ(tasks[1].metric, "choice");
  EXPECT_EQ(tasks[1].group, "video");
  EXPECT_EQ(tasks[1].training_form().max_frames, 8);
  EXPECT_EQ(tasks[1].training_form().video_fps, 2);
}

TEST(Tasks, WrongFilesAreRefusedWithTheirPlace) {
  const std::pair<std::string, std::string> rows[] = {
      {"tasks: []", "tasks"},
      {"tasks:\n  - {name: a, data: a.jsonl}", "t.yaml:2"},
      {"tasks:\n  - {name: a, data: a.jsonl, metric: exakt}", "exact"},
      {"tasks:\n  - {name: a, data: a.jsonl, metric: exact, gruop: b}", "did you mean \"group\""},
      {"tasks:\n  - {name: a/b, data: a.jsonl, metric: exact}", "name"},
      {"tasks:\n  - {name: a, data: a.jsonl, metric: exact, max_new_tokens: 0}", "max_new_tokens"},
      {"tasks:\n  - {name: a, data: x.jsonl, metric: exact}\n  - {name: a, data: y.jsonl, metric: exact}", "t.yaml:3"}};
  for (const auto& [text, word] : rows) {
    EXPECT_THAT(refusal(ErrorKind::format, [&] { parse_eval_tasks(text, "t.yaml"); }), HasSubstr(word)) << text;
  }
}

class ChosenTasks : public testing::Test {
 protected:
  void SetUp() override {
    choice_.task_file = testing::TempDir() + "chosen_tasks.yaml";
    std::ofstream(choice_.task_file) << "tasks:\n"
                                        "  - {name: a, data: a.jsonl, metric: exact, group: mine}\n"
                                        "  - {name: count, rows: b.jsonl, metric: anls, group: mine}\n";
  }

  std::vector<std::string> chosen(const std::vector<std::string>& names) {
    choice_.names = names;
    return names_of(choose_tasks(choice_));
  }
  std::string refused(const std::vector<std::string>& names) {
    return refusal(ErrorKind::usage, [&] { chosen(names); });
  }

  TaskChoice choice_;
};

TEST_F(ChosenTasks, ByNameOrGroup) {
  EXPECT_THAT(chosen({}), ElementsAre("a", "count"));
  EXPECT_THAT(chosen({"count", "a"}), ElementsAre("count", "a"));
  EXPECT_THAT(chosen({"mine"}), ElementsAre("a", "count"));
  EXPECT_THAT(chosen({"docvqa", "count"}), ElementsAre("docvqa", "count"));
  EXPECT_THAT(chosen({"multi-image"}), testing::Contains("muirbench"));
}

TEST_F(ChosenTasks, BenchmarksNeedNoTaskFile) {
  choice_.task_file = "none.yaml";
  choice_.data = "sets";
  choice_.names = {"mmmu"};
  const EvalTask task = choose_tasks(choice_).at(0);
  EXPECT_EQ(task.form, EvalTask::Form::benchmark);
  EXPECT_EQ(task.data, "sets");
  EXPECT_EQ(task.max_new_tokens, 16);
  choice_.protocol = Protocol::current;
  EXPECT_EQ(choose_tasks(choice_).at(0).max_new_tokens, 128);
  choice_.names = {"mmmu", "a"};
  EXPECT_THROW(choose_tasks(choice_), Error);
}

TEST_F(ChosenTasks, OthersAreRefused) {
  EXPECT_THAT(refused({"cuont"}), HasSubstr("did you mean \"count\""));
  EXPECT_THAT(refused({"docvqq"}), HasSubstr("did you mean \"docvqa\""));
  EXPECT_THAT(refused({"a", "a"}), HasSubstr("twice"));
  EXPECT_THAT(refused({"mine", "a"}), HasSubstr("twice"));
}

}  // namespace
}  // namespace ov
