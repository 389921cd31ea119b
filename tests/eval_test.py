"""`eval` from outside: results, the same answers in any batch, resuming after a kill, and what is refused."""

import json
import shutil
import signal
import unittest

from program import (CORRUPT, FORMAT, INPUT, INTERRUPTED, OFFICIAL, RESOURCE, TESTDATA, USAGE, ProgramTest,
                     file_size_limit, read_lines, run, start, write_lines)  # fmt: skip

KEYS = ["index", "id", "prompt", "target", "answer", "score", "category"]
MEDIA = [{"image": "images/coffee.jpg"}, {"image": ["images/coffee.jpg", "images/rocket.jpg"]},
         {"video": "videos/frames"}, {}, {"image": "images/chelsea.jpg"}]  # fmt: skip


def record(number, media, answer="yes", **more):
    marks = "<image>" * (len(media["image"]) if isinstance(media.get("image"), list) else len(media))
    turns = [{"from": "human", "value": f"{marks}Question {number}?"}, {"from": "gpt", "value": answer}]
    return {"id": str(number), **media, "conversations": turns, **more}


def steady(results):
    """Results without what differs from run to run."""
    return json.loads(json.dumps(results), object_hook=lambda found: {
        key: value for key, value in found.items()
        if key not in ("seconds", "samples_per_s", "peak_rss_bytes", "answered_now", "batch_size")})  # fmt: skip


class EvalTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.out = self.folder / "out"
        self.tasks = self.folder / "tasks.yaml"
        self.records = [record(n, MEDIA[n % len(MEDIA)], data_source=f"kind {n % 2}") for n in range(10)]
        write_lines(self.folder / "mixed.jsonl", self.records)
        write_lines(self.folder / "text.jsonl", [record(n, {}, "B") for n in range(40)])
        self.write_tasks(mixed="exact, group: all, max_new_tokens: 12, video: {max_frames: 4}",
                         text="choice, group: all, max_new_tokens: 40")  # fmt: skip

    def write_tasks(self, **tasks):
        lines = [f"  - {{name: {name}, data: {name}.jsonl, image_folder: {TESTDATA}, metric: {rest}}}\n"
                 for name, rest in tasks.items()]  # fmt: skip
        self.tasks.write_text("tasks:\n" + "".join(lines))

    def line(self, *options, out=None, model=OFFICIAL):
        return ("eval", "--task-file", self.tasks, "--out", out or self.out, "--model", model, "--dtype", "float32",
                "--quiet", *options)  # fmt: skip

    def evaluate(self, *options, **how):
        return self.succeed(*self.line("--json", *options, **how)).json()


class Results(EvalTest):
    def test_files_and_scores(self):
        results = self.evaluate()
        self.assertEqual(results, json.loads((self.out / "results.json").read_text()))
        self.assertEqual(list(results["tasks"]), ["mixed", "text"])
        mixed = results["tasks"]["mixed"]
        self.assertEqual((mixed["n"], mixed["records"], mixed["metric"], mixed["group"]), (10, 10, "exact", "all"))
        self.assertEqual({name: part["n"] for name, part in mixed["categories"].items()}, {"kind 0": 5, "kind 1": 5})
        self.assertGreater(mixed["samples_per_s"], 0)
        self.assertGreater(results["peak_rss_bytes"], 1e6)
        self.assertEqual(results["model"]["dtype"], "float32")
        group = results["groups"]["all"]
        self.assertEqual((group["tasks"], group["pooled"]["n"]), (["mixed", "text"], 50))
        for name, count in (("mixed", 10), ("text", 40)):
            samples = read_lines(self.out / f"samples_{name}.jsonl")
            self.assertEqual([sample["index"] for sample in samples], list(range(count)))
            self.assertTrue(all(list(sample) == KEYS for sample in samples))
            right = sum(sample["score"] for sample in samples)
            self.assertAlmostEqual(results["tasks"][name]["score"], 100 * right / count)
        self.assertIn("| mixed | all | exact |", (self.out / "table.md").read_text())

    def test_right_answers_are_right(self):
        self.evaluate("--tasks", "mixed")
        answers = [sample["answer"] for sample in read_lines(self.out / "samples_mixed.jsonl")]
        right = [record(n, MEDIA[n % len(MEDIA)], answers[n] if n < 7 else "no") for n in range(10)]
        write_lines(self.folder / "mixed.jsonl", right)
        found = self.evaluate("--tasks", "mixed", out=self.folder / "again")["tasks"]["mixed"]
        self.assertAlmostEqual(found["score"], 70)
        low, high = found["interval"]
        self.assertTrue(39 < low < 40 and 89 < high < 90, found)  # Wilson's for 7 of 10

    def test_same_answers_in_any_batch(self):
        for size in ("1", "3", "16"):
            self.evaluate("--batch-size", size, out=self.folder / size)
        for task in ("mixed", "text"):
            lines = {(self.folder / size / f"samples_{task}.jsonl").read_bytes() for size in ("1", "3", "16")}
            self.assertEqual(len(lines), 1)
        single, several = (json.loads((self.folder / n / "results.json").read_text()) for n in ("1", "16"))
        self.assertEqual(steady(single), steady(several))

    def test_answers_are_those_of_ask(self):
        self.evaluate("--tasks", "mixed", "--limit", "2")
        for media, sample in zip(MEDIA, read_lines(self.out / "samples_mixed.jsonl"), strict=False):
            paths = media["image"] if isinstance(media["image"], list) else [media["image"]]
            images = [word for path in paths for word in ("--image", TESTDATA / path)]
            asked = self.succeed("ask", sample["prompt"].replace("?<image>", "?"), *images, "--model", OFFICIAL,
                                 "--dtype", "float32", "--max-new-tokens", "12", "--temperature", "0",
                                 "--repetition-penalty", "1", "--json")  # fmt: skip
            self.assertEqual(asked.json()["text"].strip(), sample["answer"])

    def test_limit(self):
        results = self.evaluate("--limit", "3")
        self.assertEqual([task["n"] for task in results["tasks"].values()], [3, 3])
        self.assertEqual((results["limit"], results["tasks"]["mixed"]["records"]), (3, 10))
        self.assertIn("first 3 records", (self.out / "table.md").read_text())
        whole = self.evaluate("--resume")
        self.assertEqual(whole["tasks"]["mixed"]["answered_now"], 7)
        self.assertIn("more than --limit", self.refuse(USAGE, *self.line("--resume", "--limit", "3")).err)

    def test_list(self):
        self.write_tasks(mixed="exact", gone="exact")
        found = self.succeed("eval", "list", "--task-file", self.tasks, "--json").json()["tasks"]
        self.assertEqual([task.get("records") for task in found], [10, None])
        self.assertIn("gone.jsonl", found[1]["problem"])
        self.assertIn("| mixed |", self.succeed("eval", "list", "--task-file", self.tasks).out)

    def test_table_of_several_runs(self):
        first, second = self.folder / "first", self.folder / "second"
        self.evaluate("--tasks", "mixed", out=first)
        self.evaluate("--limit", "2", out=second)
        table = self.succeed("eval", "table", first, second).out
        rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines() if line[:1] == "|"]
        self.assertEqual(rows[0], ["task", "group", "metric", str(first), str(second)])
        self.assertTrue(all(len(row) == 5 for row in rows))
        self.assertEqual([row[3] == "-" for row in rows if row[0] in ("mixed", "text")], [False, True])


class Resuming(EvalTest):
    def test_killed_run_goes_on(self):
        whole = self.folder / "whole"
        expected = self.evaluate(out=whole)
        child = start(*self.line("--batch-size", "2"))
        samples = self.out / "samples_text.jsonl"
        self.wait_until(lambda: samples.exists() and samples.read_bytes().count(b"\n") > 2, "lines of the second task")
        self.interrupt(child, signal.SIGKILL)
        child.communicate()
        kept = samples.read_bytes()
        self.assertLess(kept.count(b"\n"), 40)
        samples.write_bytes(kept[: kept.rindex(b"\n") - 9])  # torn in its last line
        results = self.evaluate("--resume")
        self.assertEqual(results["tasks"]["mixed"]["answered_now"], 0)
        self.assertEqual(results["tasks"]["text"]["answered_now"], 40 - (kept.count(b"\n") - 1))
        for task in ("mixed", "text"):
            name = f"samples_{task}.jsonl"
            self.assertEqual((self.out / name).read_bytes(), (whole / name).read_bytes())
        self.assertEqual(steady(results), steady(expected))

    def test_interrupted_run_keeps_its_answers(self):
        child = start(*self.line("--batch-size", "1"))
        samples = self.out / "samples_mixed.jsonl"
        self.wait_until(lambda: samples.exists() and samples.read_bytes(), "a first line")
        self.assertEqual(self.interrupt(child, signal.SIGINT), INTERRUPTED)
        child.communicate()
        self.assertTrue(read_lines(samples))
        self.assertEqual(self.evaluate("--resume")["groups"]["all"]["pooled"]["n"], 50)

    def test_finished_run_is_not_asked_again(self):
        first = self.evaluate()
        again = self.evaluate("--resume")
        self.assertEqual([task["answered_now"] for task in again["tasks"].values()], [0, 0])
        self.assertEqual(steady(first), steady(again))

    def test_other_runs_are_refused(self):
        self.evaluate("--tasks", "mixed")
        self.assertIn("--resume", self.refuse(USAGE, *self.line()).err)
        model = self.folder / "model"
        shutil.copytree(OFFICIAL, model)
        self.refuse(FORMAT, *self.line("--resume", model=model))
        self.write_tasks(mixed="exact, max_new_tokens: 5")
        self.assertIn("mixed", self.refuse(FORMAT, *self.line("--resume")).err)
        self.write_tasks(mixed="exact, group: all, max_new_tokens: 12, video: {max_frames: 4}")
        write_lines(self.folder / "mixed.jsonl", self.records[1:])
        self.assertIn("samples_mixed.jsonl:1", self.refuse(FORMAT, *self.line("--resume")).err)


class Refusing(EvalTest):
    def test_bad_record_is_named_before_anything_is_asked(self):
        for bad in ("not json", {"conversations": []}, record(2, {})["conversations"][0]):
            with self.subTest(bad=bad):
                write_lines(self.folder / "text.jsonl", [record(0, {}, "B"), bad])
                done = self.refuse(INPUT, *self.line())
                self.assertIn("text.jsonl:2", done.err)
                self.assertFalse(self.out.exists())

    def test_bad_picture_is_named_with_its_record(self):
        shutil.copy(CORRUPT / "images" / "half_rgb.png", self.folder / "half.png")
        self.write_tasks(mixed="exact, max_new_tokens: 4")
        text = self.tasks.read_text().replace(str(TESTDATA), str(self.folder))
        self.tasks.write_text(text)
        for name in ("half.png", "none.png"):
            with self.subTest(name=name):
                write_lines(self.folder / "mixed.jsonl", [record(0, {}), record(1, {"image": name})])
                done = self.refuse(INPUT, *self.line(out=self.folder / name[:4]))
                self.assertIn("mixed.jsonl:2", done.err)
                self.assertIn(name, done.err)

    def test_missing_data_say_where_they_come_from(self):
        (self.folder / "text.jsonl").unlink()
        self.tasks.write_text("data_from: make text\n" + self.tasks.read_text())
        done = self.refuse(INPUT, *self.line())
        self.assertIn("text.jsonl", done.err)
        self.assertIn("make text", done.err)

    def test_command_lines(self):
        self.assertIn('did you mean "mixed"', self.refuse(USAGE, *self.line("--tasks", "mixd")).err)
        self.refuse(USAGE, *self.line("--tasks", "mixed,mixed"))
        self.refuse(USAGE, *self.line("--limit", "-1"))
        self.refuse(USAGE, *self.line("--batch-size", "0"))
        self.refuse(USAGE, "eval", "table")
        self.refuse(INPUT, "eval", "table", self.folder / "none")
        self.refuse(INPUT, "eval", "--task-file", self.folder / "none.yaml")
        (self.folder / "results.json").write_text("{}")
        self.refuse(FORMAT, "eval", "table", self.folder)

    def test_full_disk(self):
        done = run(*self.line(), **file_size_limit(3000))
        self.assertEqual((done.code, done.out), (RESOURCE, ""), done.err)
        self.assertEqual(self.evaluate("--resume")["groups"]["all"]["pooled"]["n"], 50)


if __name__ == "__main__":
    unittest.main()
