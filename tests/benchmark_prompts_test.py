"""Every benchmark's questions, read from files in the published layouts, against a reference in Python, byte for byte.

benchmark_fixtures.py writes the files with a Python that has pyarrow ($OV_ARROW_PYTHON, else the one of .venv).
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import benchmark_reference
import benchmark_rows
import benchmark_video_rows

ROOT = Path(__file__).resolve().parent.parent
LINES = Path(os.environ.get("OV_BENCHMARK_LINES", ROOT / "build" / "src" / "benchmarks" / "benchmark_lines"))
PYTHON = os.environ.get("OV_ARROW_PYTHON", ROOT / ".venv" / "bin" / "python")
TABLES = benchmark_rows.TABLES + benchmark_video_rows.TABLES
NAMES = list(dict.fromkeys(name for name, _ in TABLES))


def run(*arguments):
    return subprocess.run([LINES, *map(str, arguments)], capture_output=True, timeout=60)


def lines(*arguments):
    done = run(*arguments)
    if done.returncode != 0:
        raise AssertionError(done.stderr.decode())
    return [json.loads(line) for line in done.stdout.decode().split("\n")[:-1]]


def all_rows(name):
    return [row for other, table in TABLES if other == name for row in table.rows]


class Prompts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if subprocess.run([PYTHON, "-c", "import pyarrow"], capture_output=True).returncode != 0:
            raise unittest.SkipTest(f"{PYTHON} has no pyarrow")
        cls.holder = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.holder.name) / "data"
        subprocess.run([PYTHON, ROOT / "tests" / "benchmark_fixtures.py", cls.folder], check=True, timeout=120)

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    def compare(self, found, wanted):
        if wanted["prompt"] is None:
            self.assertEqual(found["turns"], wanted["turns"])
        else:
            self.assertEqual(found["prompt"], wanted["prompt"])
            self.assertEqual(found["turns"], [])
        pairs = {"references": "references", "metric": "metric", "tokens": "max_new_tokens", "group": "group_id",
                 "cluster": "cluster_id", "choices": "choices", "id": "id", "question": "question",
                 "context": "judge_context", "criteria": "judge_criteria"}  # fmt: skip
        for ours, theirs in pairs.items():
            if ours in wanted:
                self.assertEqual(found[theirs], wanted[ours], theirs)
        self.assertEqual([m["sha256"] for m in found["media"] if m["kind"] == "image"], wanted["images"])
        videos = [m["path"] for m in found["media"] if m["kind"] == "video"]
        self.assertEqual(len(videos), "video" in wanted)
        for path in videos:
            self.assertTrue(Path(path).exists())
            self.assertTrue(Path(path).name.startswith(wanted["video"]), path)
        for key, values in wanted.get("tags", {}).items():
            self.assertEqual(found["tags"][key], values)

    def test_prompts(self):
        for protocol in ("paper", "current"):
            everything = lines(self.folder, protocol, *NAMES)
            for name in NAMES:
                with self.subTest(name=name, protocol=protocol):
                    wanted = [(i, benchmark_reference.expected(name, row, protocol == "paper"))
                              for i, row in enumerate(all_rows(name))]  # fmt: skip
                    wanted = [pair for pair in wanted if pair[1] is not None]
                    found = [line for line in everything if line["benchmark"] == name]
                    self.assertGreaterEqual(len(wanted), 5)
                    self.assertEqual([line["doc_index"] for line in found], [i for i, _ in wanted])
                    for line, (_, question) in zip(found, wanted):
                        self.compare(line, question)

    def test_docs_name_them_all(self):
        page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
        self.assertEqual([name for name in NAMES if f"`{name}`" not in page], [])

    def test_list(self):
        found = {line["name"]: line for line in lines(self.folder)}
        self.assertEqual(sorted(found), sorted(NAMES))
        for name, line in found.items():
            self.assertEqual((line["present"], line["missing"]), (True, ""), name)
            self.assertGreater(line["bytes"], 0)

    def test_all_places(self):
        """Each layout that docs/benchmarks.md names, made of the same file."""
        source = self.folder / "ChartQA" / "data" / "test-00000-of-00001.parquet"
        wanted = lines(self.folder, "paper", "chartqa")
        snapshot = "datasets--lmms-lab--ChartQA/snapshots/0123abc/data/test-00000-of-00001.parquet"
        places = ["lmms-lab/ChartQA/data/test-00000-of-00001.parquet", "lmms-lab-encoder/ChartQA/test.parquet",
                  "ChartQA/default/test-00000-of-00001.parquet", "chartqa/default/test/0000.parquet",
                  snapshot, "hub/" + snapshot, "data/test-00000-of-00001.parquet", "test-00000-of-00001.parquet",
                  "test.parquet"]  # fmt: skip
        for place in places:
            with self.subTest(place=place), tempfile.TemporaryDirectory() as folder:
                target = Path(folder) / place
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
                self.assertEqual(lines(folder, "paper", "chartqa"), wanted)

    def test_snapshot_of_the_hub(self):
        """Of several snapshots the one that refs/main names."""
        source = self.folder / "ChartQA" / "data" / "test-00000-of-00001.parquet"
        with tempfile.TemporaryDirectory() as folder:
            repository = Path(folder) / "datasets--lmms-lab--ChartQA"
            for revision in ("0aa", "0bb"):
                (repository / "snapshots" / revision / "data").mkdir(parents=True)
            shutil.copy(source, repository / "snapshots" / "0bb" / "data")
            self.assertEqual(run(folder, "paper", "chartqa").returncode, 3)
            (repository / "refs").mkdir()
            (repository / "refs" / "main").write_text("0bb\n")
            self.assertEqual(len(lines(folder, "paper", "chartqa")), 6)

    def test_json_rows(self):
        with tempfile.TemporaryDirectory() as folder:
            row = {"type": "human_test", "question": "How many?", "answer": 3, "image": "png/a.png"}
            rows = [row, {**row, "image": "png/b.png"}, {**row, "image": "../a.png"}, {**row, "answer": None},
                    {**row, "question": 1.5}, {**row, "image": {"bytes": "x"}}]  # fmt: skip
            (Path(folder) / "png").mkdir()
            (Path(folder) / "png" / "a.png").write_bytes(benchmark_rows.picture(1)["bytes"])
            (Path(folder) / "test.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
            found = lines(folder, "paper", "chartqa")
            self.assertEqual(found[0]["media"], [{"kind": "image", "path": f"{folder}/png/a.png"}])
            self.assertEqual(found[0]["references"], ["3"])
            self.assertIn("test.jsonl:2: column \"image\" names png/b.png, which is not in", found[1]["error"])
            self.assertIn("test.jsonl:3: the media path \"../a.png\" leaves its folder", found[2]["error"])
            self.assertEqual(found[3]["references"], [])
            self.assertTrue(found[4]["prompt"].startswith("<image>\n1.5\n"))
            self.assertIn("test.jsonl:6: column \"image\" is object", found[5]["error"])

    def test_what_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            done = run(folder, "paper", "docvqa")
            self.assertEqual(done.returncode, 3)
            for place in ("lmms-lab/DocVQA/DocVQA/validation-*.parquet", "docvqa/DocVQA/", f"{folder}/DocVQA/"):
                self.assertIn(place, done.stderr.decode())
            copied = Path(folder) / "lmms-lab" / "DocVQA"
            shutil.copytree(self.folder / "lmms-lab" / "DocVQA", copied)
            (copied / "DocVQA" / "validation-00000-of-00002.parquet").unlink()
            done = run(folder, "paper", "docvqa")
            self.assertIn("is not complete: there is no 1 of 2 parts", done.stderr.decode())
        self.assertEqual(run(self.folder, "paper", "docvqq").returncode, 2)

    def test_videos_that_are_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(self.folder / "lmms-lab" / "Video-MME", Path(folder) / "Video-MME", symlinks=True)
            (Path(folder) / "Video-MME" / "data" / "vid_1.mp4").unlink()
            found = lines(folder, "paper", "videomme")
            self.assertEqual(["error" in line for line in found], [False, False, True, True, False, False])
            self.assertIn("test-00000-of-00001.parquet: row 2: no video vid_1.mp4 or", found[2]["error"])
            shutil.rmtree(Path(folder) / "Video-MME" / "data")
            (Path(folder) / "Video-MME" / "videos_chunked_01.zip").write_bytes(b"PK")
            found = lines(folder, "paper", "videomme")
            self.assertIn("videos_chunked_01.zip): unpack them into", found[0]["error"])
            listed = {line["name"]: line for line in lines(folder)}
            self.assertIn("no videos in", listed["videomme"]["missing"])
            self.assertEqual(listed["videomme"]["rows"], 6)
            self.assertFalse(listed["chartqa"]["present"])


if __name__ == "__main__":
    sys.exit(unittest.main())
