#include "eval/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
  EXPECT_EQ(tasks[1].form().max_frames, 8);
  EXPECT_EQ(tasks[1].form().video_fps, 2);
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

TEST(Tasks, AreSelectedByName) {
  const auto tasks = parse_eval_tasks(
      "tasks:\n  - {name: a, data: a.jsonl, metric: exact}\n  - {name: count, data: b.jsonl, metric: exact}\n",
      "t.yaml");
  EXPECT_THAT(names_of(select_tasks(tasks, {}, "t.yaml")), ElementsAre("a", "count"));
  EXPECT_THAT(names_of(select_tasks(tasks, {"count", "a"}, "t.yaml")), ElementsAre("count", "a"));
  EXPECT_THAT(refusal(ErrorKind::usage, [&] { select_tasks(tasks, {"cuont"}, "t.yaml"); }),
              HasSubstr("did you mean \"count\""));
  EXPECT_THAT(refusal(ErrorKind::usage, [&] { select_tasks(tasks, {"a", "a"}, "t.yaml"); }), HasSubstr("twice"));
}

}  // namespace
}  // namespace ov
