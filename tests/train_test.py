"""`train` from outside: all stages of the micro recipe and what its model sees, what a run writes, what it refuses.
Stopping and resuming are in train_stop_test.py. The schedule of learning rates is that of the authors' trainer
(docs/training.md)."""

import json
import math
import re
import shutil
import statistics
import tempfile
import unittest
from collections import Counter, defaultdict
from pathlib import Path

from program import (
    FORMAT,
    INPUT,
    RESOURCE,
    USAGE,
    ProgramTest,
    file_size_limit,
    question,
    read_lines,
    read_safetensors,
    run,
    write_lines,
)
from training import MICRO, TIMES, TOKENIZER, TrainingTest, digests, small_recipe, untimed

STAGES = ("stage1", "stage1_5", "single_image", "onevision")
PRETRAINING = "contrastive"  # in front of the four
METRICS = {"stage", "step", "samples", "tokens", "supervised_tokens", "loss", "lr", "grad_norm", *TIMES}
MANIFEST = {"stage", "step", "epoch", "index", "dataset", "id", "sha256"}


def by_stage(lines):
    stages = defaultdict(list)
    for line in lines:
        stages[line["stage"]].append(line)
    return stages


def tensors(folder):
    """All tensors of a model folder, whatever its number of files."""
    found = {}
    for path in sorted(folder.glob("*.safetensors")):
        found.update(read_safetensors(path))
    return found


def rate_at(step, steps, warmup_ratio=0.03):
    """What learning rates are multiplied by in a step counted from 0."""
    warmup = math.ceil(warmup_ratio * steps)
    if step < warmup:
        return step / max(1, warmup)
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))


class MicroRecipe(ProgramTest):
    """One run of recipes/micro for all tests of the class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        home = tempfile.TemporaryDirectory(prefix="onevision-micro-")
        cls.addClassCleanup(home.cleanup)
        cls.home = Path(home.name)
        for path in MICRO.glob("*.yaml"):
            shutil.copy(path, cls.home)
        drawn = run("synth", cls.home / "data", "--recipe", cls.home / "data.yaml", "--seed", "7", "--quiet", limit=120)
        assert drawn.code == 0, drawn.err
        cls.out = cls.home / "run"
        cls.done = run("train", cls.home / "recipe.yaml", "--out", cls.out, "--set", f"model.tokenizer={TOKENIZER}",
                       "--quiet", limit=400)  # fmt: skip
        assert cls.done.code == 0, cls.done.err[-2000:]
        cls.metrics = by_stage(read_lines(cls.out / "metrics.jsonl"))
        cls.manifest = by_stage(read_lines(cls.out / "manifest.jsonl"))

    def test_takes_less_than_four_minutes(self):
        self.assertLess(self.done.seconds, 240)

    def test_loss_falls_in_every_stage(self):
        self.assertEqual(tuple(self.metrics), (PRETRAINING, *STAGES))
        for stage, lines in self.metrics.items():
            with self.subTest(stage=stage):
                losses = [line["loss"] for line in lines]
                self.assertTrue(all(math.isfinite(loss) for loss in losses))
                few = max(3, len(losses) // 10)
                first, last = statistics.mean(losses[:few]), statistics.mean(losses[-few:])
                self.assertLess(last, 0.9 * first)

    def test_metrics_schema(self):
        for stage, lines in self.metrics.items():
            self.assertEqual([line["step"] for line in lines], list(range(1, len(lines) + 1)), stage)
            for line in lines:
                self.assertEqual(set(line), METRICS | ({"accuracy"} if stage == PRETRAINING else set()))
                self.assertEqual(line["samples"], 32 if stage == PRETRAINING else 16)
                self.assertGreater(line["tokens"], line["supervised_tokens"])
                for key in ("supervised_tokens", "grad_norm", "tokens_per_s", "samples_per_s", "seconds",
                            "peak_rss_bytes"):  # fmt: skip
                    self.assertGreater(line[key], 0, key)
                self.assertAlmostEqual(line["utilisation"], 1 - line["wait_s"] / line["seconds"], delta=1e-3)
                self.assertTrue(0 <= line["mfu"] < 1)

    def test_rates_follow_the_schedule(self):
        peaks = {"stage1": {"vision": 0, "projector": 1e-2, "newline": 0, "language": 0},
                 "onevision": {"vision": 5e-4, "projector": 1e-3, "newline": 1e-3, "language": 1e-3}}  # fmt: skip
        for stage, peak in peaks.items():
            lines = self.metrics[stage]
            for line in lines:
                self.assertEqual(set(line["lr"]), set(peak))
                for part, rate in peak.items():
                    expected = rate * rate_at(line["step"] - 1, len(lines))
                    self.assertAlmostEqual(line["lr"][part], expected, delta=1e-6 * max(rate, 1e-9), msg=stage)
        self.assertEqual(self.metrics["stage1"][0]["lr"]["projector"], 0)

    def test_manifest_schema(self):
        for stage, lines in self.manifest.items():
            steps = Counter(line["step"] for line in lines)
            self.assertEqual(list(steps), list(range(1, len(self.metrics[stage]) + 1)))
            self.assertEqual(set(steps.values()), {32 if stage == PRETRAINING else 16})
            hashes = defaultdict(set)
            for line in lines:
                self.assertEqual(set(line), MANIFEST)
                self.assertRegex(line["sha256"], "^[0-9a-f]{64}$")
                hashes[line["dataset"], line["id"]].add(line["sha256"])
            self.assertTrue(all(len(found) == 1 for found in hashes.values()))
            self.assertEqual(len(set.union(*hashes.values())), len(hashes))

    def test_every_epoch_has_every_sample_once(self):
        lines = self.manifest["stage1"]
        epochs = defaultdict(list)
        for line in lines:
            epochs[line["epoch"]].append(line["id"])
        self.assertEqual(len(epochs), 2)
        ids = {record["id"] for record in read_lines(self.home / "data" / "align.jsonl")}
        for seen in epochs.values():
            self.assertEqual((len(seen), set(seen)), (480, ids))
        first, second = epochs.values()
        self.assertNotEqual(first, second)

    def test_steps_are_all_text_or_all_with_media(self):
        mixed = 0
        for stage in STAGES[1:]:
            steps = defaultdict(set)
            for line in self.manifest[stage]:
                steps[line["epoch"], line["step"]].add(line["id"].startswith("text-"))
            last = {max(step for epoch, step in steps if epoch == e) for e, _ in steps}
            mixed += sum(len(kinds) > 1 for (_, step), kinds in steps.items() if step not in last)
        self.assertEqual(mixed, 0)

    def test_every_part_learns_after_stage1(self):
        before, after = tensors(self.out / "stage1"), tensors(self.out / "stage1_5")
        self.assertEqual(set(before), set(after))
        moved = {name for name in before if before[name] != after[name]}
        for part in ("mm_projector", "vision_tower", "image_newline", "layers.0.self_attn", "embed_tokens"):
            self.assertTrue(any(part in name for name in moved), part)

    def test_stages_answer_in_both_layouts(self):
        record = read_lines(self.home / "data" / "question_test.jsonl")[0]
        ask = ("ask", "What color is the circle?", "--image", self.home / "data" / record["image"],
               "--max-new-tokens", "6", "--dtype", "float32", "--json", "--quiet", "--model")  # fmt: skip
        for stage in STAGES:
            with self.subTest(stage=stage):
                self.succeed("checkpoint", "verify", self.out / stage, "--quiet")
                self.assertGreater(self.succeed(*ask, self.out / stage).json()["completion_tokens"], 0)
                if stage == "stage1":
                    continue  # llava-hf cannot say that pictures are one stretched tile
                hf = self.folder / f"{stage}-hf"
                self.succeed("checkpoint", "convert", self.out / stage, "--to", "hf", "--out", hf, "--quiet")
                self.assertGreater(self.succeed(*ask, hf).json()["completion_tokens"], 0)

    def test_held_out_questions_are_answered_above_chance(self):
        """Chance is what the most frequent answer to each kind of question would get."""
        self.succeed("eval", "--task-file", self.home / "heldout.yaml", "--model", self.out / "onevision", "--out",
                     self.folder / "eval", "--dtype", "float32", "--quiet", limit=120)  # fmt: skip
        targets, right = defaultdict(Counter), Counter()
        for sample in read_lines(self.folder / "eval" / "samples_question.jsonl"):
            kind = re.search("What color|Which shape|How many", sample["prompt"]).group()
            targets[kind][sample["target"]] += 1
            right[kind] += sample["score"]
        counts = {kind: sum(found.values()) for kind, found in targets.items()}
        most = {kind: max(found.values()) for kind, found in targets.items()}
        self.assertEqual(set(counts.values()), {100})
        self.assertGreater(right["What color"], most["What color"] + 50)
        self.assertGreater(sum(right.values()) / 300, sum(most.values()) / 300 + 0.15)

    def test_report(self):
        page = (self.out / "report.html").read_text(encoding="utf-8")
        for stage in (PRETRAINING, *STAGES):
            self.assertIn(stage, page)
        self.assertIn("onevision-micro", page)
        self.assertNotRegex(page, r"(src|href)\s*=\s*[\"']?(https?:)?//")
        self.assertTrue(list((self.out / "tensorboard").glob("events.out.tfevents.*")))

    def test_leaves_nothing_half_written(self):
        self.assertFalse(list(self.out.rglob("*.partial-*")))
        self.assertFalse((self.out / "skipped.jsonl").exists())
        self.assertLessEqual(len(list((self.out / "checkpoints").glob("*"))), 1)


class Runs(TrainingTest):
    def test_order_does_not_depend_on_threads(self):
        other = self.folder / "two"
        self.train("--threads", "1", "--loader-threads", "1")
        self.train("--threads", "2", "--loader-threads", "3", out=other)
        self.assertEqual(self.manifest(), self.manifest(other))

    def test_the_resolved_recipe_repeats_the_run(self):
        self.train("--set", "seed=9", "--set", "stages.1.epochs=2")
        again = self.folder / "again"
        self.train(out=again, recipe=self.out / "recipe.yaml")
        self.assert_same_outcome(self.outcome(), self.outcome(again))
        self.assertEqual(len({line["epoch"] for line in by_stage(self.manifest())["mix"]}), 2)

    def test_seed_changes_order_and_weights(self):
        one, two = ("--set", "stages.1.batch_size=96"), self.folder / "two"
        self.train(*one)
        self.train(*one, "--set", "seed=6", out=two)
        first, second = ([line["id"] for line in self.manifest(out)] for out in (self.out, two))
        self.assertNotEqual(first, second)
        self.assertNotEqual(digests(self.out / "mix"), digests(two / "mix"))

    def test_frozen_parts_keep_their_weights(self):
        # With another rate the projector gets other weights; whatever else learned would follow it.
        other = self.folder / "other"
        self.train()
        self.train("--set", "stages.0.learning_rates.projector=2.0e-3", out=other)
        one, two = tensors(self.out / "align"), tensors(other / "align")
        moved = {name for name in one if one[name] != two[name]}
        self.assertTrue(moved and all("mm_projector" in name for name in moved), moved)

    def test_hf_layout_holds_the_same_weights(self):
        hf, back = self.folder / "hf", self.folder / "back"
        self.train()
        self.train("--set", "output.layout=hf", out=hf)
        self.assertEqual(untimed(self.metrics()), untimed(self.metrics(hf)))
        self.succeed("checkpoint", "convert", hf / "mix", "--to", "official", "--out", back, "--quiet")
        official, converted = tensors(self.out / "mix"), tensors(back)
        self.assertEqual(set(official), set(converted))
        self.assertEqual([n for n in official if official[n] != converted[n]], [])
        done = self.succeed("ask", "Hello", "--model", hf / "mix", "--max-new-tokens", "3", "--json", "--quiet")
        self.assertGreater(done.json()["completion_tokens"], 0)

    def test_padded_and_packed_agree(self):
        padded = self.folder / "padded"
        self.train()
        self.train("--set", "stage_defaults.batching=padded", out=padded)
        steps = [Counter((m["stage"], m["step"], m["index"]) for m in self.manifest(out)) for out in (self.out, padded)]
        self.assertEqual(*steps)
        for one, other in zip(self.metrics(), self.metrics(padded), strict=True):
            self.assertAlmostEqual(one["loss"], other["loss"], delta=1e-4 * abs(one["loss"]))

    def test_dry_run(self):
        done = self.succeed("train", self.recipe, "--dry-run", "--quiet")
        for word in ("vision", "projector", "newline", "language"):
            self.assertRegex(done.out, rf"{word}\D{{0,40}}\d")
        for word in ("align", "mix", "tokens", "memory", "largest step"):
            self.assertIn(word, done.out.lower())
        self.assertRegex(done.out, r"10 steps|steps\D{0,20}10\b")
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"data", "mix.yaml", "small.yaml"})

    def test_a_run_is_not_overwritten(self):
        self.train()
        before = digests(self.out)
        done = run(*self.line())
        self.assertIn(done.code, (USAGE, INPUT), done.err)
        self.assertIn("--resume", done.err)
        self.assertEqual(digests(self.out), before)


class Recipes(TrainingTest):
    def test_unknown_keys(self):
        cases = [
            (("seed: 5", "sead: 5"), r"small\.yaml:2\b.*sead.*seed"),
            (("  save_every: 3", "  save_evry: 3"), r"small\.yaml:\d+.*save_evry.*save_every"),
            (("newline: true}", "newlin: true}"), r"small\.yaml:\d+.*newlin\b.*newline"),
            (("    prompt: plain", "    prmpt: plain"), r"small\.yaml:\d+.*prmpt.*prompt"),
            (("prompt: plain", "prompt: plian"), r"small\.yaml:\d+.*plian"),
            (("epochs: 1", "epochs: -1"), r"small\.yaml:\d+.*epochs"),
            (("layout: official", "layout: pt"), r"small\.yaml:\d+.*layout"),
            (("stages:", "stages: []\nnot:"), r"small\.yaml:\d+"),
        ]
        for change, expected in cases:
            with self.subTest(change=change):
                self.recipe.write_text(small_recipe(change))
                self.assertRegex(self.refuse_training(FORMAT).err, expected)
                self.assertFalse(self.out.exists())

    def test_set_overrides(self):
        self.train("--set", "stages.1.epochs=2", "--set", "seed=77",
                   "--set", "stages.0.learning_rates.projector=5.0e-4")  # fmt: skip
        self.assertEqual(len(by_stage(self.metrics())["mix"]), 48)
        self.assertEqual(max(line["lr"]["projector"] for line in by_stage(self.metrics())["align"]), 5e-4)
        self.assertRegex((self.out / "recipe.yaml").read_text(), r"(?m)^seed: 77$")

    def test_a_default_may_be_hidden_by_every_stage(self):
        self.train("--set", "stages.0.epochs=1", "--set", "stages.1.epochs=1", "--set", "stage_defaults.epochs=9")
        self.assertEqual(len(self.metrics()), 34)

    def test_bad_sets(self):
        for words, expected in [("stages.0.epoch=2", "epochs"), ("sed=3", "seed"), ("stages.7.epochs=2", "stages"),
                                ("seed", "seed"), ("seed=many", "seed")]:  # fmt: skip
            with self.subTest(words=words):
                done = run(*self.line("--set", words))
                self.assertIn(done.code, (USAGE, FORMAT), done.err)
                self.assertIn(expected, done.err)
                self.assertFalse(self.out.exists())

    def test_missing_files(self):
        for change, name in [(("data: mix.yaml", "data: none.yaml"), "none.yaml"),
                             ((str(TOKENIZER), "nowhere"), "nowhere")]:  # fmt: skip
            with self.subTest(name=name):
                self.recipe.write_text(small_recipe(change))
                self.assertIn(name, self.refuse_training(INPUT).err)
                shutil.rmtree(self.out, ignore_errors=True)
        self.assertIn("nothing.yaml", self.refuse(INPUT, "train", self.folder / "nothing.yaml", "--out", self.out).err)


class BadRecords(TrainingTest):
    """Lines 3, 5 and 7 of align.jsonl are unusable, each in its way."""

    LONGEST = 130  # tokens: some samples with two questions have more

    def setUp(self):
        super().setUp()
        self.data = self.folder / "data" / "align.jsonl"
        records = self.data.read_text().splitlines()
        missing, marks = json.loads(records[4]), json.loads(records[6])
        missing["image"] = "images/align/none.png"
        marks["conversations"][0]["value"] = "no mark"
        records[2], records[4], records[6] = '{"id": "broken", ', json.dumps(missing), json.dumps(marks)
        self.data.write_text("\n".join(records) + "\n")

    def test_error_names_file_and_line(self):
        self.assertRegex(self.refuse_training(INPUT).err, r"align\.jsonl:[357]\b")

    def test_skip_counts_and_lists(self):
        self.train("--set", "stages.0.bad_records=skip", "--set", "stages.0.drop_last=false")
        skipped = (self.out / "skipped.jsonl").read_text().splitlines()
        self.assertEqual(len(skipped), 3, skipped)
        for number in (3, 5, 7):
            self.assertEqual(sum(f"align.jsonl:{number}" in line for line in skipped), 1, skipped)
        trained = [line["id"] for line in self.manifest() if line["stage"] == "align"]
        usable = [f"align-{i:06}" for i in range(40) if i not in (2, 4, 6)]
        self.assertEqual(sorted(trained), usable)
        self.assertEqual(sum(line["samples"] for line in self.metrics() if line["stage"] == "align"), 37)

    def test_skipping_is_bounded(self):
        done = self.refuse_training(INPUT, "--set", "stages.0.bad_records=skip", "--set", "stages.0.max_bad_records=2")
        self.assertRegex(done.err, r"align\.jsonl:[357]\b")
        self.assertIn("max_bad_records", done.err)
        self.assertFalse((self.out / "align").exists())

    def test_damaged_picture(self):
        write_lines(self.data, read_lines(self.folder / "data" / "question.jsonl")[:8])
        picture = self.folder / "data" / read_lines(self.data)[5]["image"]
        picture.write_bytes(picture.read_bytes()[:-20])
        done = self.refuse_training(INPUT, "--set", "stages.0.prompt=qwen_1_5")
        self.assertRegex(done.err, r"align\.jsonl:6\b")

    def test_long_samples(self):
        short = ("--set", f"stages.1.max_length={self.LONGEST}", "--set", "stages.0.bad_records=skip")
        self.assertRegex(self.refuse_training(INPUT, *short).err, rf"\w+\.jsonl:\d+.*{self.LONGEST}")
        shutil.rmtree(self.out, ignore_errors=True)
        self.train(*short, "--set", "stages.1.long_samples=skip")
        skipped = (self.out / "skipped.jsonl").read_text().splitlines()
        self.assertTrue(all(re.search(r"\w+\.jsonl:\d+", line) for line in skipped))
        trained = [line for line in self.manifest() if line["stage"] == "mix"]
        self.assertTrue(5 < len(skipped) - 3 < 60)
        self.assertEqual(len(trained), 96 - (len(skipped) - 3))
        self.assertEqual(sum(line["samples"] for line in self.metrics() if line["stage"] == "mix"), len(trained))


class Failing(TrainingTest):
    def test_nan_loss_names_the_samples(self):
        done = run(*self.line("--set", "stages.0.learning_rates.projector=1.0e+30", "--set", "stages.0.warmup_ratio=0",
                              "--set", "stages.0.save_every=1"), limit=60)  # fmt: skip
        self.assertIn(done.code, (INPUT, FORMAT, RESOURCE), done.err[-500:])
        self.assertRegex(done.err, r"align-\d{6}")
        self.assertRegex(done.err, "not a number|not finite")
        self.assertIn("align", done.err)
        self.assertFalse((self.out / "align").exists())

    def test_devices(self):
        for device in ("gpu", "cuda:x", "cuda:99"):
            done = self.refuse_training(USAGE, "--device", device)
            self.assertIn(f"--device {device}: ", done.err)
        self.assertFalse(self.out.exists())

    def test_folder_that_cannot_be_made(self):
        done = run("train", self.recipe, "--out", self.recipe / "run", "--quiet")
        self.assertEqual((done.code, done.out), (RESOURCE, ""), done.err)
        self.assertIn("small.yaml/run", done.err)

    def test_first_checkpoint_does_not_fit(self):
        done = self.refuse_training(RESOURCE, **file_size_limit(200_000))
        self.assertIn("run", done.err)
        self.assertEqual(self.checkpoints(), [])
        self.assertFalse(list(self.out.rglob("*.partial-*")))


if __name__ == "__main__":
    unittest.main()
