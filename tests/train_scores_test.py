"""A training run that asks held-out questions on its way: scores.jsonl, and the same scores as `eval` gives."""

import signal
import time
import unittest

from program import FORMAT, INPUT, USAGE, read_lines
from training import TrainingTest, small_recipe, whole_lines

TASKS = """\
tasks:
  - {name: colors, data: data/align.jsonl, metric: contains, group: seen, max_new_tokens: 8}
  - {name: sums, data: data/text.jsonl, metric: exact, group: seen, max_new_tokens: 8}
"""
KEYS = ["stage", "step", "score", "stderr", "interval", "n"]


class Scores(TrainingTest):
    def setUp(self):
        super().setUp()
        (self.folder / "tasks.yaml").write_text(TASKS)
        self.write_recipe("{task_file: tasks.yaml, every: 10, limit: 6}")

    def write_recipe(self, evaluate):
        order = "    order: modality_length\n"
        self.recipe.write_text(small_recipe((order, order + f"    evaluate: {evaluate}\n")))

    def scores(self):
        return read_lines(self.out / "scores.jsonl")

    def test_every_so_many_steps_and_at_the_end(self):
        self.train()
        lines = self.scores()
        self.assertEqual([(line["step"], line.get("task", line.get("group"))) for line in lines],
                         [(step, name) for step in (10, 20, 24) for name in ("colors", "sums", "seen")])  # fmt: skip
        for line in lines:
            self.assertEqual(sorted(set(line) - {"task", "group"}), sorted(KEYS))
            self.assertEqual((line["stage"], line["n"]), ("mix", 12 if "group" in line else 6))

    def test_scores_are_those_of_eval(self):
        self.train()
        found = self.succeed("eval", "--task-file", self.folder / "tasks.yaml", "--model", self.out / "mix", "--json",
                             "--dtype", "float32", "--limit", "6", "--out", self.folder / "eval").json()  # fmt: skip
        last = {line["task"]: line["score"] for line in self.scores() if line["step"] == 24 and "task" in line}
        self.assertEqual(last, {name: task["score"] for name, task in found["tasks"].items()})
        for name in found["tasks"]:
            asked = read_lines(self.out / "eval" / "mix-24" / f"samples_{name}.jsonl")
            self.assertEqual(asked, read_lines(self.folder / "eval" / f"samples_{name}.jsonl"))

    def test_chosen_tasks(self):
        self.write_recipe('{task_file: tasks.yaml, tasks: "sums", limit: 2}')
        self.train()
        self.assertEqual([line.get("task", line.get("group")) for line in self.scores()], ["sums", "seen"])

    def test_a_stopped_run_has_the_same_scores(self):
        self.train(out=self.folder / "whole")
        child = self.start_training()
        end = time.monotonic() + 60
        while whole_lines(self.out / "scores.jsonl") < 3 and child.poll() is None:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        child.wait()
        self.train(*self.resume())
        self.assertEqual(self.scores(), read_lines(self.folder / "whole" / "scores.jsonl"))

    def test_refused_before_the_first_step(self):
        for evaluate, code, word in (
            ("{task_file: none.yaml}", INPUT, "none.yaml"),
            ('{task_file: tasks.yaml, tasks: "sum"}', USAGE, "sums"),
            ("{task_file: tasks.yaml, evry: 5}", FORMAT, "every"),
        ):
            self.write_recipe(evaluate)
            done = self.refuse_training(code, "--set", f"seed={len(word)}")
            self.assertIn(word, done.err)
            if (self.out / "metrics.jsonl").exists():
                self.assertFalse(any(line["stage"] == "mix" for line in self.metrics()))
            for path in sorted(self.out.rglob("*"), reverse=True) if self.out.exists() else ():
                path.rmdir() if path.is_dir() else path.unlink()


if __name__ == "__main__":
    unittest.main()
