"""`train` with stages that pretrain the parts before stage 1: next token of plain text, SigLIP's sigmoid loss, dense
captions for the tower (docs/training.md, "Pretraining the parts"). The loss itself is tested beside the code."""

import math
import re
import struct
import unittest

from program import FORMAT, INPUT, read_lines, read_safetensors, run, write_lines
from training import TOKENIZER, TrainingTest, untimed, whole_lines

STAGES = ("text", "pairs", "captions", "stage1")
FROZEN = "{vision: 0, projector: 0, newline: 0, language: 0}"

RECIPE = f"""\
name: parts
seed: 5
model: {{shape: micro, tokenizer: {TOKENIZER}}}
output: {{layout: official, dtype: float32}}
dtype: float32
stage_defaults:
  image_folder: data
  prompt: plain
  tiling: {{mode: square, newline: false}}
  learning_rates: {FROZEN}
  epochs: 6
  batch_size: 8
  max_length: 512
  pack_tokens: 512
  save_every: 3
  sample_count: 1
stages:
  - name: text
    objective: text
    data: data/text.jsonl
    learning_rates: {{language: 3.0e-3}}
  - name: pairs
    objective: contrastive
    data: data/align.jsonl
    micro_batch: 8
    learning_rates: {{vision: 1.0e-3}}
    contrastive: {{max_tokens: 16, layers: 2, width: 32}}
  - name: captions
    data: data/align.jsonl
    learning_rates: {{vision: 1.0e-3, projector: 3.0e-3, language: 3.0e-3}}
  - name: stage1
    data: data/align.jsonl
    epochs: 1
    learning_rates: {{projector: 1.0e-3}}
"""


class Pretraining(TrainingTest):
    def setUp(self):
        super().setUp()
        self.recipe.write_text(RECIPE)

    def weights(self, stage):
        (path,) = (self.out / stage).glob("*.safetensors")
        return read_safetensors(path)

    def moved(self, stage, before):
        one, other = self.weights(before), self.weights(stage)
        return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}

    def test_stages_learn_their_part(self):
        self.train()
        metrics = {stage: [line for line in self.metrics() if line["stage"] == stage] for stage in STAGES}
        for stage in STAGES[:3]:
            losses = [line["loss"] for line in metrics[stage]]
            self.assertTrue(all(math.isfinite(loss) for loss in losses), stage)
            self.assertLess(losses[-1], 0.6 * losses[0], stage)
        for line in self.metrics():
            self.assertEqual("accuracy" in line, line["stage"] == "pairs")
        accuracies = [line["accuracy"] for line in metrics["pairs"]]
        self.assertGreater(sum(accuracies[-10:]), sum(accuracies[:10]))
        # Each leaves a whole model in which its part alone has moved; what the pairs needed besides is gone.
        self.assertTrue(all("vision_tower" in name for name in self.moved("pairs", "text")))
        self.assertTrue(any("post_layernorm" in name for name in self.moved("pairs", "text")))
        self.assertTrue(any("vision_tower" in name for name in self.moved("captions", "pairs")))
        (start,) = (self.out / "start").glob("*.safetensors")
        names = set(read_safetensors(start))
        for stage in STAGES:
            self.assertEqual(set(self.weights(stage)), names)
            self.succeed("checkpoint", "verify", self.out / stage, "--quiet")
        told = {line["stage"] for line in read_lines(self.out / "answers.jsonl")}
        self.assertEqual(told, {"captions", "stage1"})
        page = (self.out / "report.html").read_text(encoding="utf-8")
        self.assertTrue(all(stage in page for stage in STAGES))
        picture = self.folder / "data" / read_lines(self.folder / "data" / "align.jsonl")[0]["image"]
        done = self.succeed("ask", "What is it?", "--image", picture, "--model", self.out / "stage1", "--json",
                            "--max-new-tokens", "4", "--quiet")  # fmt: skip
        self.assertGreater(done.json()["completion_tokens"], 0)

    def test_kills_change_nothing(self):
        calm = self.folder / "calm"
        self.train(out=calm)
        # 12 steps of text, then 30 of pairs: once in either, between two checkpoints.
        for lines in (5, 17):
            child = self.start_training(*self.resume())
            self.wait_until(lambda n=lines: whole_lines(self.out / "metrics.jsonl") >= n, f"step {lines}", 60)
            child.kill()
            child.wait()
        self.assertFalse((self.out / "pairs").exists())
        self.train("--resume")
        self.assert_same_outcome(self.outcome(stages=STAGES), self.outcome(calm, stages=STAGES))

    def test_the_resolved_recipe_repeats_the_run(self):
        short = ("--set", "stage_defaults.epochs=1")
        self.train(*short)
        again = self.folder / "again"
        self.train(out=again, recipe=self.out / "recipe.yaml")
        self.assertEqual(untimed(self.metrics()), untimed(self.metrics(again)))

    def test_bfloat16(self):
        self.train("--set", "dtype=bfloat16", "--set", "stage_defaults.epochs=2")
        losses = [line["loss"] for line in self.metrics() if line["stage"] == "pairs"]
        self.assertLess(losses[-1], 0.6 * losses[0])

    def test_text_records(self):
        write_lines(self.folder / "data" / "text.jsonl", [{"text": f"Line {i} of many.\nAnd more."} for i in range(16)])
        self.train("--set", "stage_defaults.epochs=1")
        line = self.metrics()[0]
        self.assertEqual(line["supervised_tokens"], line["tokens"] - line["samples"])  # all but the first of each

    def test_dry_run(self):
        done = self.succeed("train", self.recipe, "--dry-run", "--run-largest", "--quiet")
        self.assertRegex(done.out, r"text tower\s+[\d,]+\s+rate 0\.001, dropped")
        self.assertEqual(len(re.findall("ran it", done.out)), 4)

    def test_combinations_without_sense(self):
        rates = "learning_rates.*"
        cases = [
            (("objective: text", "objective: txt"), r"objective.*txt.*text"),
            (("objective: text", "objective: text\n    prompt: plain"), r"prompt.*objective: text"),
            (("objective: text", "objective: text\n    labels: clean"), r"labels.*objective: text"),
            (("objective: text", "objective: text\n    contrastive: {layers: 2}"), r"contrastive.*objective: text"),
            (("{language: 3.0e-3}", "{language: 3.0e-3, vision: 1.0e-3}"), rates + "language alone"),
            (("    micro_batch: 8", "    micro_batch: 8\n    batching: padded"), r"batching.*objective: contrastive"),
            (("    micro_batch: 8", "    tiling: {mode: anyres}"), r"tiling.*objective: contrastive"),
            (("    micro_batch: 8\n", ""), r"micro_batch.*at least 2"),
            (("{vision: 1.0e-3}", "{vision: 1.0e-3, language: 1.0e-3}"), rates + "vision alone"),
            (("{vision: 1.0e-3}", "{language: 1.0e-3}"), rates + "vision alone"),
            (("layers: 2, width", "layer: 2, width"), r"layer.*layers"),
            (("width: 32", "max_tokens: 0"), r"max_tokens"),
            (("width: 32", "learning_rate: 0"), r"learning_rate"),
            (("    data: data/align.jsonl\n    epochs: 1", "    data: a.jsonl\n    contrastive: {layers: 2}"),
             r"contrastive.*objective: answers"),
        ]  # fmt: skip
        for (old, new), expected in cases:
            with self.subTest(new=new):
                self.assertIn(old, RECIPE)
                self.recipe.write_text(RECIPE.replace(old, new, 1))
                self.assertRegex(self.refuse_training(FORMAT).err, r"small\.yaml:\d+.*" + expected)

    def test_heads_that_do_not_fit(self):
        self.recipe.write_text(RECIPE.replace("width: 32", "width: 30"))
        self.assertRegex(self.refuse_training(FORMAT).err, "width 30.*4 heads")

    def test_records_that_do_not_fit(self):
        for stage, data in (("pairs", "text"), ("pairs", "motion"), ("text", "align")):
            with self.subTest(stage=stage, data=data):
                out = self.folder / f"{stage}-{data}"
                number = STAGES.index(stage)
                done = self.run_refused(out, f"stages.{number}.data={self.folder}/data/{data}.jsonl")
                self.assertRegex(done.err, rf"{data}\.jsonl:\d+")

    def run_refused(self, out, words):
        return self.refuse(INPUT, *self.line("--set", "stages.0.epochs=1", "--set", words, out=out), limit=60)


WHERE = f"""\
name: where
seed: 5
model: {{shape: micro, tokenizer: {TOKENIZER}}}
output: {{layout: official, dtype: float32}}
dtype: float32
stages:
  - name: where
    objective: regions
    data: data/where.jsonl
    image_folder: data
    learning_rates: {{vision: 1.0e-3, projector: 0, newline: 0, language: 0}}
    regions: {{learning_rate: 3.0e-3, cells: 1}}
    epochs: 6
    batch_size: 8
    micro_batch: 4
    save_every: 3
"""


class Regions(TrainingTest):
    """A stage of the objective regions, on pictures whose only region is the whole of them."""

    def setUp(self):
        super().setUp()
        self.recipe.write_text(WHERE)
        self.data = self.folder / "data" / "where.jsonl"
        self.records = read_lines(self.folder / "data" / "align.jsonl")
        for record in self.records:
            head = (self.folder / "data" / record["image"]).read_bytes()[:24]
            words = record["conversations"][1]["value"].strip(".").lower().split()
            record["regions"] = [[0, 0, *struct.unpack(">II", head[16:]), *words]]
        write_lines(self.data, self.records)

    def test_the_tower_learns_and_the_head_is_dropped(self):
        self.train()
        lines = self.metrics()
        self.assertLess(lines[-1]["loss"], 0.6 * lines[0]["loss"])
        self.assertGreater(lines[-1]["accuracy"], 0.9)
        (start,) = (self.out / "start").glob("*.safetensors")
        (end,) = (self.out / "where").glob("*.safetensors")
        one, other = read_safetensors(start), read_safetensors(end)
        self.assertEqual(set(one), set(other))
        moved = {name for name in one if one[name] != other[name]}
        self.assertTrue(moved and all("vision_tower" in name for name in moved))
        self.succeed("checkpoint", "verify", self.out / "where", "--quiet")

    def test_a_kill_changes_nothing(self):
        calm = self.folder / "calm"
        self.train(out=calm)
        child = self.start_training()
        self.wait_until(lambda: whole_lines(self.out / "metrics.jsonl") >= 5, "step 5", 60)
        child.kill()
        child.wait()
        self.train("--resume")
        self.assert_same_outcome(self.outcome(stages=("where",)), self.outcome(calm, stages=("where",)))

    def test_dry_run(self):
        done = self.succeed("train", self.recipe, "--dry-run", "--run-largest", "--quiet")
        self.assertRegex(done.out, r"head\s+[\d,]+\s+rate 0\.003, dropped")
        self.assertIn("ran it", done.out)

    def test_records_that_do_not_fit(self):
        good = self.records[4]["regions"][0]
        cases = [(None, r'no "regions"'), ([], r'no "regions"'), ([[0, 0, 4000, 4, "far"]], '"far" lies beyond'),
                 ([good[:4]], "at least one word"), ([[-1, *good[1:]]], "at least 0")]  # fmt: skip
        for number, (regions, expected) in enumerate(cases):
            with self.subTest(regions=regions):
                self.records[4]["regions"] = regions
                write_lines(self.data, self.records)
                done = run(*self.line(out=self.folder / f"run{number}"), limit=60)
                self.assertEqual(done.code, INPUT, done.err)
                self.assertRegex(done.err, r"where\.jsonl:5: .*" + expected)

    def test_combinations_without_sense(self):
        cases = [(("cells: 1", "cells: 0"), "cells"), (("cells: 1", "cell: 1"), "cell.*cells"),
                 (("language: 0}", "language: 1.0e-3}"), "vision alone.*objective: regions"),
                 (("    epochs: 6", "    prompt: plain"), "prompt.*objective: regions"),
                 (("    epochs: 6", "    contrastive: {layers: 2}"), "contrastive.*objective: regions")]  # fmt: skip
        for (old, new), expected in cases:
            with self.subTest(new=new):
                self.recipe.write_text(WHERE.replace(old, new, 1))
                self.assertRegex(self.refuse_training(FORMAT).err, r"small\.yaml:\d+.*" + expected)


if __name__ == "__main__":
    unittest.main()
