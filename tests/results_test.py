"""The results page of the small model from logs that the test writes, and ./run nano with a program that pretends."""

import json
import os
import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

from program import ROOT, ProgramTest, pattern, read_lines, write_lines, write_png

TOOL = ROOT / "tools" / "results_nano.py"
STAGES = ("stage1", "single_image", "onevision")
CHOICE = "<image>\nWhich color is it?\nA. red\nB. blue | green\nAnswer with the option's letter."

# Scores of four questions of each task; the page must agree with sums done by hand.
SCORES = {
    "stage1": {"count": [0, 0, 0, 0], "pairs": [0, 0, 0, 0], "clips": [0, 0, 0, 0], "small": [0, 0, 0, 0]},
    "single_image": {"count": [1, 1, 1, 0], "pairs": [0, 1, 0, 0], "clips": [0, 0, 0, 0], "small": [1, 0, 0, 0]},
    "onevision": {"count": [1, 1, 1, 0], "pairs": [1, 1, 0, 0], "clips": [1, 1, 1, 1], "small": [1, 1, 0, 0]},
}
GROUPS = {"count": "nano-single", "small": "nano-single", "pairs": "nano-multi", "clips": "nano-video"}
TARGETS = {"count": ["2", "2", "3", "2"], "pairs": ["A", "B", "B", "A"], "clips": list("wxyz"), "small": list("kkkk")}
WRONG = {"count": "<b>7</b>", "pairs": "B", "clips": "", "small": "$5 | $6"}


def score(values):
    """Intervals are not Wilson's, so that the test sees where they come from."""
    percent = 100 * sum(values) / len(values)
    return {"score": percent, "stderr": 1.0, "interval": [percent - 0.3, percent + 0.4], "n": len(values)}


class PageTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_folder, self.page = self.folder / "nano", self.folder / "docs" / "results-nano.md"
        self.page.parent.mkdir()
        self.data = self.folder / "data"
        self.data.mkdir()
        for name in ("a.png", "b.png", "f1.png", "f2.png"):
            write_png(self.data / name, pattern(40, 30, 1))
        self.run_folder.mkdir()
        steps = [
            {"stage": s, "step": i, "samples": 8, "tokens": 100, "loss": 4.0 / i, "seconds": 1.5, "accuracy": 0.25}
            for s in STAGES
            for i in (1, 2)
        ]
        write_lines(self.run_folder / "metrics.jsonl", [*steps, '{"stage": "half'])
        (self.run_folder / "metrics.jsonl").write_text((self.run_folder / "metrics.jsonl").read_text()[:-1])

    def evaluation(self, name, scores, part="heldout"):
        folder = self.run_folder / "eval" / part / name
        folder.mkdir(parents=True)
        tasks, groups = {}, {}
        for task, values in scores.items():
            records = [
                {"video": "f"} if task == "clips" else {"image": ["a.png", "b.png"][: 2 if task == "pairs" else 1]}
            ] * 4
            write_lines(self.data / f"{task}.jsonl", records)
            samples = [
                {
                    "index": i,
                    "id": f"{task}-{i}",
                    "prompt": CHOICE if task == "pairs" else "<image>\nHow many?",
                    "target": TARGETS[task][i],
                    "answer": TARGETS[task][i] if value else WRONG[task],
                    "score": float(value),
                    "category": f"kind_{task}",
                }
                for i, value in enumerate(values)
            ]
            write_lines(folder / f"samples_{task}.jsonl", samples)
            tasks[task] = {**score(values), "group": GROUPS[task], "metric": "exact", "image_folder": ""}
            tasks[task]["data"] = str(self.data / f"{task}.jsonl")
            groups.setdefault(GROUPS[task], []).append(task)
        groups = {
            group: {"tasks": of_group, "pooled": score([v for task in of_group for v in scores[task]])}
            for group, of_group in groups.items()
        }
        (folder / "results.json").write_text(json.dumps({"limit": None, "tasks": tasks, "groups": groups}))

    def write(self, *options):
        line = [sys.executable, TOOL, "--run", self.run_folder, "--out", self.page, *options]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.page.read_text(encoding="utf-8")

    def write_whole(self):
        for stage in STAGES:
            self.evaluation(stage, SCORES[stage])
        self.evaluation("onevision", {"count": [1, 0, 1, 0]}, part="handwritten")
        self.evaluation("single_tile", {"small": [0, 0, 0, 0]})
        (self.data / "f").mkdir()
        for name in ("1.png", "2.png", "3.png", "4.png", "5.png", "6.png"):
            write_png(self.data / "f" / name, pattern(40, 30, 2))
        part = {"part": "train", "seconds": 200, "machine": "a machine, 2 cores", "device": "cpu"}
        write_lines(self.folder / "nano.parts.jsonl", [part, part])
        return self.write()


class Page(PageTest):
    def test_scores_come_from_the_logs(self):
        page = self.write_whole()
        self.assertIn("| after | nano-single | nano-multi | nano-video |", page)
        self.assertIn("| `single_image` | 50.0 (49.7 to 50.4) | 25.0 (24.7 to 25.4) | 0.0 (-0.3 to 0.4) |", page)
        # Counts: 3 of 4 are "2"; small: all "k"; pairs: 2 of 4; clips: all differ.
        self.assertIn("| most frequent answer | 87.5 | 50.0 | 25.0 |", page)
        self.assertIn("| count | nano-single | exact | 4 | 75.0 | 75.0 (74.7 to 75.4) |", page)

    def test_ablations_compare_the_same_questions(self):
        page = self.write_whole()
        # Differences of pairs are 100, 0, 0, 0: mean 25, deviation 50, so 1.96 * 50 / 2 to each side.
        self.assertRegex(page, r"single images only: 25\.0 \(24\.7 to 25\.4\) \| 25\.0 \(-24\.0 to 74\.0\)")
        self.assertRegex(page, r"AnyRes off \| small .* one tile: 0\.0")
        self.assertIn("Left out: `line`", page)
        self.assertIn("Left out: `without_stage1_5` not evaluated.", page)

    def test_answers_cannot_break_the_page(self):
        page = self.write_whole()
        self.assertNotIn("<b>", page)
        self.assertIn("2 \u2192 &lt;b&gt;7&lt;/b&gt; (1)", page)
        self.assertIn("A (red) \u2192 B (blue \\| green) (1)", page)
        self.assertIn("&#36;5 \\| &#36;6", page)
        for row in page.splitlines():
            if row.startswith("| ") and "kind_" in row:
                self.assertEqual(len(re.findall(r"(?<!\\)\|", row)), 5, row)

    def test_training_adds_up(self):
        page = self.write_whole()
        self.assertIn("| `stage1` | 2 | 16 | 200 | 3 s | 5 | 4.000 | 2.000 | 25.0 % |", page)
        self.assertIn("| **all** | 6 | 48 | 600 | 9 s | 5 |", page)
        self.assertIn("| train | 6.7 min |", page)
        self.assertIn("a machine, 2 cores, device cpu", page)

    def test_pictures_and_plots(self):
        page = self.write_whole()
        images = self.page.parent / "images" / "nano"
        for name in re.findall(r"images/nano/([\w.]+)", page):
            self.assertTrue((images / name).stat().st_size > 0, name)
        for name in ("stages", "ablations", "loss"):
            self.assertTrue(xml.parse(images / f"{name}.svg").getroot().tag.endswith("svg"))
        try:
            from PIL import Image
        except ImportError:
            self.skipTest("Pillow is not installed")
        with Image.open(images / "right_clips.jpg") as frames:
            self.assertEqual(frames.size, (6 * 40 + 5 * 4, 30))
        self.assertFalse((images / "wrong_clips.jpg").exists(), "no answer about clips is wrong")
        self.assertLess(sum(file.stat().st_size for file in images.glob("*.jpg")), 400_000)

    def test_pictures_of_the_repository_are_linked_to(self):
        for stage in STAGES:
            self.evaluation(stage, {"count": [1, 0, 1, 0]}, part="handwritten")
        data = json.loads((self.run_folder / "eval/handwritten/onevision/results.json").read_text())
        data["tasks"]["count"]["image_folder"] = str(ROOT / "testdata" / "images")
        (self.run_folder / "eval/handwritten/onevision/results.json").write_text(json.dumps(data))
        write_lines(self.data / "count.jsonl", [{"image": "coffee.jpg"}, {"image": "none.jpg"}, {}, {}])
        page = self.write()
        self.assertIn("| `onevision` | 2 of 4 | 50.0 (15.0 to 85.0) |", page)
        source = os.path.relpath(ROOT / "testdata" / "images" / "coffee.jpg", self.page.parent.resolve())
        self.assertIn(f'| <img src="{source}" height="72"> | How many? | 2 | 2 | yes |', page)
        self.assertIn("|  | How many? | 2 | &lt;b&gt;7&lt;/b&gt; | no |", page)

    def test_missing_logs_are_said(self):
        (self.run_folder / "metrics.jsonl").unlink()
        page = self.write()
        for title in ("Held-out accuracy", "Tasks", "Questions written by hand", "Confusions", "Pictures", "Training"):
            self.assertRegex(page, rf"## {title}[^\n]*\n\nLeft out: ")
        self.assertNotRegex(page, r"\d\.\d \(")

    def test_missing_run_is_refused(self):
        done = subprocess.run([sys.executable, TOOL, "--run", self.folder / "no"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no such folder", done.stderr)


# Leaves the files that `onevision` would, and a line in $LOG.
PRETENDER = """#!/usr/bin/env bash
echo "$@" >>"$LOG"
command=$1 first=$2 out=""
while (($#)); do [[ $1 == --out ]] && out=$2; shift; done
case $command in
  synth) mkdir -p "$first" && echo '{}' >"$first/a.jsonl" ;;
  train)
    mkdir -p "$out" && touch "$out/recipe.yaml" && rm -f "$out/metrics.jsonl"
    for stage in stage1 single_image; do
      [[ $STOP != "$stage" ]] || exit 130
      printf '{"stage":"%s","step":1}\\n{"stage":"%s","step":2}\\n' $stage $stage >>"$out/metrics.jsonl"
      mkdir -p "$out/$stage"
      [[ -f $out/$stage/config.json ]] || echo '{"image_aspect_ratio": "anyres_max_9"}' >"$out/$stage/config.json"
    done ;;
  eval) mkdir -p "$out" && touch "$out/run.json" "$out/results.json" ;;
esac
"""


class Nano(ProgramTest):
    def setUp(self):
        super().setUp()
        self.recipes, self.out = self.folder / "recipes", self.folder / "run"
        self.recipes.mkdir()
        for name in ("recipe", "data", "heldout_data", "heldout", "without_stage1_5"):
            (self.recipes / f"{name}.yaml").write_text("a: 1\n")
        self.program, self.log = self.folder / "program", self.folder / "log"
        self.program.write_text(PRETENDER)
        self.program.chmod(0o755)

    def nano(self, stop="", code=0):
        """The first words of each call of the program."""
        self.log.write_text("")
        script = (
            "set -euo pipefail; source tools/setup.sh; source tools/nano.sh; build_program() { :; }; assets() { :; }; "
            'nano --recipes "$1" --out "$2"'
        )
        environment = {**os.environ, "OV_PROGRAM": str(self.program), "LOG": str(self.log), "STOP": stop}
        line = ["bash", "-c", script, "nano", self.recipes, self.out]
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr)
        return [self.short(words.split()) for words in self.log.read_text().splitlines()]

    def short(self, words):
        out = Path(words[words.index("--out") + 1]) if "--out" in words else Path(words[1])
        return words[0], out.name, "--resume" in words

    def test_repeats_nothing(self):
        first = self.nano()
        names = ["stage1", "single_image", "without_stage1_5", "single_tile"]
        self.assertEqual([call[1] for call in first if call[0] == "eval"], names)
        self.assertEqual([call[1] for call in first if call[0] == "synth"], ["data", "heldout"])
        self.assertEqual([call[2] for call in first if call[0] == "train"], [False, False])
        config = (self.out / "ablations" / "single_tile" / "config.json").read_text()
        self.assertEqual(json.loads(config), {"image_aspect_ratio": "pad"})
        self.assertEqual({call[0] for call in self.nano()}, {"train"})
        parts = read_lines(self.folder / "run.parts.jsonl")
        self.assertEqual(parts[0]["part"], "synth data")

    def test_goes_on_after_a_stop(self):
        self.nano(stop="single_image", code=1)
        second = self.nano()
        self.assertEqual(second[0], ("train", "run", True))
        # Weights that are newer than the answers: asked again.
        os.utime(self.out / "stage1" / "config.json", (2**31, 2**31))
        self.assertEqual([call for call in self.nano() if call[0] == "eval"], [("eval", "stage1", False)])

    def test_changed_data_recipe_is_refused(self):
        self.nano()
        (self.recipes / "data.yaml").write_text("a: 2\n")
        self.nano(code=1)


if __name__ == "__main__":
    unittest.main()
