"""`eval` on published benchmarks from outside: files in their layouts, batches, resuming, judges, rows of one's own."""

import fcntl
import json
import os
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from program import INPUT, OFFICIAL, ROOT, TESTDATA, USAGE, ProgramTest, read_lines, run, write_lines

PYTHON = os.environ.get("OV_ARROW_PYTHON", ROOT / ".venv" / "bin" / "python")


class JudgeServer(BaseHTTPRequestHandler):
    """An endpoint that says yes to everything."""

    asked = []

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        reply = {"choices": [{"message": {"role": "assistant", "content": "{'pred': 'yes', 'score': 4}"}}]}
        text = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


class BenchmarkTest(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if subprocess.run([PYTHON, "-c", "import pyarrow"], capture_output=True).returncode != 0:
            raise unittest.SkipTest(f"{PYTHON} has no pyarrow")
        holder = tempfile.TemporaryDirectory(prefix="onevision-benchmarks-")
        cls.addClassCleanup(holder.cleanup)
        cls.data = Path(holder.name) / "data"
        subprocess.run([PYTHON, ROOT / "tests" / "benchmark_fixtures.py", cls.data], check=True, timeout=120)

    def line(self, tasks, *options, out="out"):
        return ("eval", "--tasks", tasks, "--data", self.data, "--model", OFFICIAL, "--dtype", "float32", "--quiet",
                "--out", self.folder / out, *options)  # fmt: skip

    def evaluate(self, tasks, *options, limit=240, **how):
        return self.succeed(*self.line(tasks, *options, "--json", **how), limit=limit).json()

    def samples(self, task, out="out"):
        return read_lines(self.folder / out / f"samples_{task}.jsonl")


class Runs(BenchmarkTest):
    def test_pictures_choices_and_pages(self):
        results = self.evaluate("docvqa,chartqa,mmmu,mmbench,muirbench", "--limit", "3")
        self.assertEqual(list(results["tasks"]), ["docvqa", "chartqa", "mmmu", "mmbench", "muirbench"])
        docvqa = results["tasks"]["docvqa"]
        self.assertEqual((docvqa["metric"], docvqa["protocol"], docvqa["group"]), ("anls", "paper", "single-image"))
        self.assertEqual(list(docvqa["lmms_eval"].values())[0], {"anls,none": docvqa["score"] / 100})
        self.assertEqual(docvqa["paper"], {"docvqa": docvqa["score"]})
        for name, task in results["tasks"].items():
            self.assertEqual(len(self.samples(name)), min(3, task["records"]), name)
        table = (self.folder / "out" / "table.md").read_text()
        self.assertIn("DocVQA (val)", table)
        self.assertIn("73.7", table)
        page = (self.folder / "out" / "eval.html").read_text()
        self.assertIn("docvqa", page)
        self.assertIn("data:image/png;base64,", page)

    def test_batches_do_not_change_answers(self):
        tasks = "ai2d,interleave_multi_view,muirbench"
        self.evaluate(tasks, "--limit", "3", "--batch-size", "1", out="one")
        self.evaluate(tasks, "--limit", "3", "--batch-size", "16", out="many")
        for task in tasks.split(","):
            self.assertEqual(self.samples(task, "one"), self.samples(task, "many"), task)

    def test_videos(self):
        results = self.evaluate("videomme", "--limit", "2")
        self.assertEqual(results["tasks"]["videomme"]["n"], 2)
        self.assertTrue(self.samples("videomme")[0]["prompt"].startswith("<image>\n"))

    def test_prompts_with_subtitles_resume(self):
        self.evaluate("videomme_subtitles", "--limit", "1")
        self.evaluate("videomme_subtitles", "--limit", "2", "--resume")
        self.evaluate("videomme_subtitles", "--limit", "2", out="whole")
        self.assertEqual(self.samples("videomme_subtitles"), self.samples("videomme_subtitles", "whole"))

    def test_a_folder_takes_one_run_at_a_time(self):
        out = self.folder / "out"
        out.mkdir()
        held = os.open(out, os.O_RDONLY)
        self.addCleanup(os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX)
        done = run(*self.line("ai2d", "--limit", "1"))
        self.assertEqual(done.code, USAGE, done.err)
        self.assertIn("another run", done.err)
        self.assertEqual(list(out.iterdir()), [])
        fcntl.flock(held, fcntl.LOCK_SH)
        self.assertEqual(run(*self.line("ai2d", "--limit", "1")).code, USAGE)

    def test_protocols_are_not_mixed(self):
        self.evaluate("mmmu", "--limit", "1")
        done = run(*self.line("mmmu", "--limit", "2", "--resume", "--protocol", "current"))
        self.assertNotEqual(done.code, 0)
        self.assertIn("choose another --out", done.err)

    def test_list(self):
        listed = self.succeed("eval", "list", "--data", self.data, "--json").json()["benchmarks"]
        found = {line["name"]: line for line in listed}
        self.assertTrue(found["docvqa"]["present"])
        self.assertGreater(found["docvqa"]["bytes"], 0)
        empty = self.succeed("eval", "list", "--data", self.folder, "--json").json()["benchmarks"]
        self.assertFalse(any(line["present"] for line in empty))
        self.assertIn("lmms-lab/DocVQA", [line for line in empty if line["name"] == "docvqa"][0]["problem"])
        self.assertIn("| docvqa |", self.succeed("eval", "list", "--data", self.data).out)

    def test_refusals(self):
        for tasks, code, word in (("docvqa", INPUT, "DocVQA"), ("docvqq", USAGE, "docvqa")):
            done = run("eval", "--tasks", tasks, "--data", self.folder, "--model", OFFICIAL, "--quiet")
            self.assertEqual(done.code, code, done.err)
            self.assertIn(word, done.err)
            self.assertEqual(done.err.count("error:"), 1)


class Judged(BenchmarkTest):
    def test_without_a_judge_the_proxy_is_labelled(self):
        task = self.evaluate("activitynetqa", "--limit", "2")["tasks"]["activitynetqa"]
        self.assertIn("proxy", task["scored_by"])
        table = (self.folder / "out" / "table.md").read_text()
        self.assertIn("not the judge's score", table)
        self.assertNotIn("ActivityNetQA (test)", table)  # the paper's numbers are of a judge

    def test_a_judge_is_asked_once(self):
        server = HTTPServer(("127.0.0.1", 0), JudgeServer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        JudgeServer.asked.clear()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        task = self.evaluate("activitynetqa", "--limit", "2", "--judge", url)["tasks"]["activitynetqa"]
        self.assertEqual((task["score"], task["n"], task["unscored"]), (100, 2, 0))
        self.assertEqual([sample["score"] for sample in self.samples("activitynetqa")], [1, 1])
        told = [request["messages"][-1]["content"] for request in JudgeServer.asked]
        for sample in self.samples("activitynetqa"):
            self.assertTrue(any(sample["answer"] in text for text in told), sample["answer"])
        asked = len(JudgeServer.asked)
        self.evaluate("activitynetqa", "--limit", "2", "--judge", url, "--resume")
        self.assertEqual(len(JudgeServer.asked), asked)

    def test_replies_need_a_judge(self):
        done = run(*self.line("activitynetqa", "--limit", "1", "--judge-batch", self.folder / "replies.jsonl"))
        self.assertEqual(done.code, USAGE)
        self.assertIn("--judge-batch", done.err)

    def test_requests_can_be_saved(self):
        task = self.evaluate("activitynetqa", "--limit", "2", "--judge", "none")["tasks"]["activitynetqa"]
        self.assertIsNone(task["score"])
        self.assertEqual(task["unscored"], 2)
        self.assertGreaterEqual(len(read_lines(self.folder / "out" / "judge_requests.jsonl")), 1)

    def test_answers_without_scores_are_kept(self):
        for limit in ("1", "2"):
            results = self.evaluate("docvqa_test,wilder", "--limit", limit, "--judge", "none", "--resume")
            self.assertEqual([task["unscored"] for task in results["tasks"].values()], [int(limit)] * 2)
        self.assertEqual(results["tasks"]["wilder"]["answered_now"], 1)

    def test_a_proxys_score_does_not_outlive_it(self):
        proxy = self.evaluate("wilder", "--limit", "1")
        self.assertEqual(proxy["tasks"]["wilder"]["n"], 1)
        self.assertEqual(proxy["groups"], {})
        self.assertIsNotNone(self.samples("wilder")[0]["score"])
        self.evaluate("wilder", "--limit", "1", "--judge", "none", "--resume")
        self.assertIsNone(self.samples("wilder")[0]["score"])


class OwnRows(ProgramTest):
    def evaluate(self, rows, metric="anls"):
        write_lines(self.folder / "rows.jsonl", rows)
        (self.folder / "tasks.yaml").write_text(
            f"tasks:\n  - {{name: mine, rows: rows.jsonl, metric: {metric}, image_folder: {TESTDATA}}}\n")  # fmt: skip
        return run("eval", "--task-file", self.folder / "tasks.yaml", "--model", OFFICIAL, "--dtype", "float32",
                   "--quiet", "--json", "--out", self.folder / "out")  # fmt: skip

    def test_rows_of_ones_own(self):
        rows = [
            {"prompt": "What is it?", "images": ["images/coffee.jpg"], "answers": ["cup", "coffee"], "category": "a"},
            {"prompt": "<image> or <image>?", "images": ["images/coffee.jpg", "images/rgb.png"], "answers": ["x"]},
            {"prompt": "What moves?", "video": "videos/frames", "answers": ["ball"], "category": "b"},
            {"prompt": "2 + 2?", "answers": ["4"]},
        ]
        done = self.evaluate(rows)
        self.assertEqual(done.code, 0, done.err)
        task = done.json()["tasks"]["mine"]
        self.assertEqual((task["n"], task["metric"], set(task["categories"])), (4, "anls", {"a", "b"}))
        prompts = [sample["prompt"] for sample in read_lines(self.folder / "out" / "samples_mine.jsonl")]
        self.assertEqual(prompts, ["<image>\nWhat is it?", "<image> or <image>?", "<image>\nWhat moves?", "2 + 2?"])

    def test_letters(self):
        rows = [{"prompt": "Which?\nA. cat\nB. dog", "answers": ["B"], "choices": ["cat", "dog"]}]
        done = self.evaluate(rows, "letter_mmmu")
        self.assertEqual(done.code, 0, done.err)

    def test_bad_rows_are_refused_by_line(self):
        good = {"prompt": "2 + 2?", "answers": ["4"]}
        for bad, word in (
            ({"prompt": "a"}, "answers"),
            ({"prompt": "a", "answers": []}, "answers"),
            ({"prompt": "<image> a", "answers": ["b"]}, "<image>"),
            ({"prompt": "a", "answers": ["b"], "images": ["../../etc/passwd"]}, "passwd"),
            ({"prompt": "a", "answers": ["b"], "images": ["images/rgb.png"], "video": "videos/frames"}, "video"),
        ):
            done = self.evaluate([good, bad])
            self.assertEqual(done.code, INPUT, (bad, done.err))
            self.assertIn(word, done.err)
            self.assertIn("rows.jsonl:2", done.err)
            self.assertEqual(done.err.count("error:"), 1)


if __name__ == "__main__":
    unittest.main()
