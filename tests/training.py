"""Small training runs for the tests: drawn data, recipes of a few steps, and what a run leaves behind.

    class Some(TrainingTest):
        def test_it(self):
            self.train("--set", "seed=3")
            self.metrics(), self.manifest(), self.outcome()
"""

import hashlib
import shutil
import tempfile
from pathlib import Path

from program import ROOT, TESTDATA, ProgramTest, read_lines, run, start

TOKENIZER = TESTDATA / "tokenizer" / "qwen4096"
MICRO = ROOT / "recipes" / "micro"

# What may differ between two runs that did the same.
TIMES = ("tokens_per_s", "samples_per_s", "utilisation", "mfu", "peak_rss_bytes", "seconds", "wait_s")

DATA = """\
files:
  - {name: align, family: caption, count: 40, sides: [40, 70], shapes: 1}
  - {name: question, family: question, count: 48, sides: [40, 130], shapes: [1, 2]}
  - {name: pair, family: pair, count: 16, sides: [40, 70]}
  - {name: motion, family: motion, count: 16, sides: [40, 70], frames: [2, 4]}
  - {name: text, family: text, count: 16}
"""

# 10 steps that train the projector alone, 24 that train everything on all kinds of samples.
SMALL = """\
name: small
seed: 5
model:
  shape: micro
  tokenizer: TOKENIZER
output: {layout: official, dtype: float32}
dtype: float32
stage_defaults:
  image_folder: data
  tiling: {mode: anyres, pinpoints: [[56, 112], [112, 56], [112, 112]], max_tiles: 4, newline: true}
  video: {fps: 1, max_frames: 4}
  learning_rates: {vision: 1.0e-3, projector: 1.0e-3, newline: 1.0e-3, language: 1.0e-3}
  epochs: 1
  batch_size: 4
  micro_batch: 2
  pack_tokens: 512
  max_length: 512
  activation_checkpointing: false
  save_every: 3
  sample_count: 1
stages:
  - name: align
    data: data/align.jsonl
    prompt: plain
    tiling: {mode: square, newline: false}
    learning_rates: {vision: 0, projector: 1.0e-3, newline: 0, language: 0}
  - name: mix
    data: mix.yaml
    order: modality_length
"""

MIX = """\
datasets:
  - {json_path: data/question.jsonl}
  - {json_path: data/pair.jsonl}
  - {json_path: data/motion.jsonl, name: clips}
  - {json_path: data/text.jsonl, sampling_strategy: "first:100%"}
"""


def small_recipe(*replacements):
    text = SMALL.replace("TOKENIZER", str(TOKENIZER))
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return text


def digests(folder):
    """{path: sha256} of every file below the folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def untimed(metrics):
    return [{key: value for key, value in line.items() if key not in TIMES} for line in metrics]


def whole_lines(path):
    """Complete lines of a file that is being written."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


class TrainingTest(ProgramTest):
    """A folder with drawn data, `small.yaml` and its mixture; the data are drawn once for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        drawn = tempfile.TemporaryDirectory(prefix="onevision-data-")
        cls.addClassCleanup(drawn.cleanup)
        cls.drawn = Path(drawn.name)
        (cls.drawn / "data.yaml").write_text(DATA)
        done = run("synth", cls.drawn / "data", "--recipe", cls.drawn / "data.yaml", "--seed", "11", "--quiet")
        assert done.code == 0, done.err

    def setUp(self):
        super().setUp()
        shutil.copytree(self.drawn / "data", self.folder / "data")
        (self.folder / "mix.yaml").write_text(MIX)
        self.recipe = self.folder / "small.yaml"
        self.recipe.write_text(small_recipe())
        self.out = self.folder / "run"

    def line(self, *options, out=None, recipe=None):
        return ["train", recipe or self.recipe, "--out", out or self.out, "--quiet", *options]

    def train(self, *options, out=None, recipe=None, limit=120, **how):
        return self.succeed(*self.line(*options, out=out, recipe=recipe), limit=limit, **how)

    def refuse_training(self, code, *options, **how):
        done = run(*self.line(*options), limit=60, **how)
        self.assertEqual(done.code, code, done.err[-800:])
        # Bad records are listed, one a line.
        errors = [line[:7] for line in done.err.splitlines() if line.startswith("error: ")]
        self.assertEqual(errors, ["error: "], done.err)
        self.assertEqual(done.out, "")
        return done

    def start_training(self, *options):
        """A running trainer. What it says goes to a file, so that no pipe can fill."""
        self.said = self.folder / "said.txt"
        with open(self.said, "wb") as said:
            return start(*self.line(*options), stdout=said, stderr=said)

    def resume(self):
        """--resume where there is a run to go on with: one that is killed early has left none."""
        return ("--resume",) if (self.out / "recipe.yaml").exists() else ()

    def metrics(self, out=None):
        return read_lines((out or self.out) / "metrics.jsonl")

    def manifest(self, out=None):
        return read_lines((out or self.out) / "manifest.jsonl")

    def checkpoints(self, out=None):
        folder = (out or self.out) / "checkpoints"
        return sorted(p.name for p in folder.iterdir() if ".partial" not in p.name) if folder.exists() else []

    def outcome(self, out=None, stages=("align", "mix")):
        """Everything that must not depend on how often the run was stopped, or on its speed."""
        out = out or self.out
        models = {stage: digests(out / stage) for stage in stages}
        for stage, files in models.items():
            self.assertTrue(any(name.endswith(".safetensors") for name in files), f"{stage}: {files}")
        return {"models": models, "manifest": self.manifest(out), "metrics": untimed(self.metrics(out))}

    def assert_same_outcome(self, one, other):
        self.assertEqual(one["manifest"], other["manifest"])
        self.assertEqual(one["metrics"], other["metrics"])
        self.assertEqual(one["models"], other["models"])
