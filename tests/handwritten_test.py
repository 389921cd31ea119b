"""The handwritten questions and the page about their answers: complete, within their limits, nothing left out."""

import json
import re
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
from handwritten_page import KINDS, PROMPT, page_text, read_lines  # noqa: E402

FOLDER = ROOT / "recipes/nano/handwritten"
FILES = {"handwritten": "questions.jsonl", "handwritten_free": "questions_free.jsonl"}


def media_of(record):
    media = record["video"] if "video" in record else record["image"]
    return media if isinstance(media, list) else [media]


class Questions(unittest.TestCase):
    def setUp(self):
        self.records = {name: read_lines(FOLDER / file) for name, file in FILES.items()}
        self.all = [record for records in self.records.values() for record in records]

    def test_at_least_thirty_of_every_kind(self):
        self.assertGreaterEqual(len(self.all), 30)
        self.assertEqual(len({record["id"] for record in self.all}), len(self.all))
        self.assertEqual({record["data_source"] for record in self.all}, {f"handwritten/{kind}" for kind in KINDS})

    def test_prompt_as_the_metric_needs_it(self):
        for name, records in self.records.items():
            for record in records:
                question, answer = (turn["value"] for turn in record["conversations"])
                self.assertEqual(question.endswith(PROMPT), name == "handwritten", record["id"])
                self.assertEqual(question.count("<image>"), len(media_of(record)), record["id"])
                self.assertTrue(answer.strip(), record["id"])

    def test_every_picture_is_used_and_its_source_named(self):
        used = {name for record in self.all for name in media_of(record)}
        readme = (FOLDER / "README.md").read_text(encoding="utf-8")
        named = {name.removesuffix("/") for name in re.findall(r"`([\w.]+/?)`", readme)}
        there = {path.name for path in (FOLDER / "pictures").iterdir()}
        self.assertEqual(there - {"drive.png"}, used)
        self.assertEqual(there - named, set())

    def test_pictures_stay_small(self):
        sizes = [path.stat().st_size for path in (FOLDER / "pictures").rglob("*") if path.is_file()]
        self.assertLess(sum(sizes), 1_200_000)


class Page(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        model = {"folder": "models/nano", "dtype": "float32"}
        self.results = {"model": model, "limit": None, "tasks": {}}
        for name, file in FILES.items():
            task = {"data": str(FOLDER / file), "image_folder": str(FOLDER / "pictures")}
            self.results["tasks"][name] = task
            self.write_samples(name, read_lines(FOLDER / file))

    def write_samples(self, name, records):
        """The first answer of each task is right, all others are text that tables must not swallow."""
        lines = []
        for number, record in enumerate(records):
            question, target = (turn["value"] for turn in record["conversations"])
            answer = target if number == 0 else "a | <b>\n`c`"
            sample = {"id": record["id"], "prompt": question, "target": target, "answer": answer}
            lines.append(json.dumps(sample | {"score": float(number == 0), "category": record["data_source"]}))
        (self.folder / f"samples_{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def page(self):
        (self.folder / "results.json").write_text(json.dumps(self.results), encoding="utf-8")
        return page_text(self.folder, ROOT / "docs")

    def test_has_every_question_with_its_pictures(self):
        page = self.page()
        self.assertIn("| **all** | **2** | **58** |", page)
        self.assertEqual(page.count(" | right |\n"), 2)
        self.assertEqual(page.count(" | a &#124; &lt;b&gt; &#96;c&#96; | **wrong** |\n"), 56)
        shown = re.findall(r'<img src="([^"]+)"', page)
        self.assertGreaterEqual(len(shown), 58)
        for path in shown:
            self.assertTrue((ROOT / "docs" / path).is_file(), path)

    def test_refuses_a_part_of_the_questions(self):
        self.results["limit"] = 3
        with self.assertRaisesRegex(SystemExit, "--limit"):
            self.page()

    def test_refuses_answers_to_other_questions(self):
        self.write_samples("handwritten", read_lines(FOLDER / FILES["handwritten"])[1:])
        with self.assertRaisesRegex(SystemExit, "ask again"):
            self.page()


if __name__ == "__main__":
    unittest.main()
