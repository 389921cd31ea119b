"""Recomputes losses that `onevision train` printed: transformers loads the model folders and the samples of a step.

    python check_trained.py OUT                                    # OUT is the --out of a finished run
    python check_trained.py OUT --stage ov --step 5 --model OUT/checkpoints/ov-4

Without --step the first step of every stage is checked, on the model that the stage started from: the recipe's folder
for the first stage (give --model if the recipe has no `folder`), then the folder that the stage before has saved. So
every saved folder but the last is judged, and the last by a run that starts from it. Which samples a step had and their
order come from OUT/manifest.jsonl, the data and the settings from OUT/recipe.yaml, the loss from OUT/metrics.jsonl;
pictures, labels and tokens are prepared anew in Python (train_samples.py). Exit code 1 when a loss differs by more than
--tolerance, relative to the loss: 1e-4 suits runs and folders in float32, 0.02 those in bfloat16 (the default is chosen
by the recipe).
"""

import argparse
import json
import pathlib
import sys

import numpy as np
import torch
import yaml
from PIL import Image

from pixels import sampled_frames
from train_model import load_folder, sample_loss, tiling_of, tokens_of
from train_samples import make_sample

ROLES = {"human": "user", "gpt": "assistant"}


def read_lines(path):
    return [json.loads(line) for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]


def read_records(path):
    """Records of a .json, a .jsonl or a mixture .yaml with either; a mixture's image_folder goes into the records."""
    path = pathlib.Path(path)
    if path.suffix in (".yaml", ".yml"):
        out = []
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["datasets"]:
            folder = {"folder": str(path.parent / entry["image_folder"])} if entry.get("image_folder") else {}
            out += [record | folder for record in read_records(path.parent / entry["json_path"])]
        return out
    return read_lines(path) if path.suffix == ".jsonl" else json.loads(path.read_text(encoding="utf-8"))


def read_picture(path):
    return np.asarray(Image.open(path).convert("RGB"))


def media_of(record, folder, max_frames):
    """[(kind, pixels)] of a LLaVA record; videos are folders of frames."""
    if record.get("image"):
        names = record["image"] if isinstance(record["image"], list) else [record["image"]]
        return [("image", read_picture(folder / name)) for name in names]
    if not record.get("video"):
        return []
    paths = sorted((folder / record["video"]).iterdir())
    if max_frames and len(paths) > max_frames:
        paths = [paths[i] for i in sampled_frames(len(paths), max_frames)]
    return [("video", [read_picture(path) for path in paths])]


def image_in_front(text):
    """Of a turn with one <image> that is not at its start: the authors move it there."""
    if text.count("<image>") == 1 and not text.startswith("<image>"):
        text = ("<image>\n" + text.replace("<image>", "").strip()).strip()
    return text.replace("QA_GT_caption_based_noisy", "")


def turns_of(record):
    has_media = bool(record.get("image") or record.get("video"))
    return [
        (ROLES.get(turn["from"], turn["from"]), image_in_front(turn["value"]) if has_media else turn["value"])
        for turn in record["conversations"]
    ]


class FinishedRun:
    """What a run has left behind; relative paths of its recipe are relative to the recipe that was given."""

    def __init__(self, out, recipe_folder=None):
        self.out = pathlib.Path(out)
        self.recipe = yaml.safe_load((self.out / "recipe.yaml").read_text(encoding="utf-8"))
        self.base = pathlib.Path(recipe_folder) if recipe_folder else self.out
        defaults = self.recipe.get("stage_defaults") or {}
        self.stages = [defaults | stage for stage in self.recipe["stages"]]
        self.metrics = read_lines(self.out / "metrics.jsonl")
        self.manifest = read_lines(self.out / "manifest.jsonl")

    def start_folder(self, stage):
        if stage.get("start"):
            return self.base / stage["start"]
        number = [s["name"] for s in self.stages].index(stage["name"])
        if number > 0:
            return self.out / self.stages[number - 1]["name"]
        folder = self.recipe["model"].get("folder")
        return self.base / folder if folder else None

    def steps(self, stage):
        """The lines of metrics.jsonl of a stage, by step."""
        return {line["step"]: line for line in self.metrics if line["stage"] == stage["name"]}

    def tiling(self, stage, folder):
        changes = {k: v for k, v in (stage.get("tiling") or {}).items() if k in ("mode", "max_tiles", "newline")}
        pinpoints = (stage.get("tiling") or {}).get("pinpoints")
        if isinstance(pinpoints, list) and pinpoints:
            changes["canvases"] = [tuple(pair) for pair in pinpoints]
        return tiling_of(folder, **changes)

    def samples(self, stage, step, folder):
        """The samples of a step, prepared anew, in training order."""
        assert stage.get("labels", "official") == "official", "only the authors' labels are known here"
        data = self.base / stage["data"]
        records = {str(record["id"]): record for record in read_records(data)}
        pictures = self.base / stage["image_folder"] if stage.get("image_folder") else data.parent
        tokens, tiling = tokens_of(folder), self.tiling(stage, folder)
        max_frames = (stage.get("video") or {}).get("max_frames", 32)
        out = []
        for line in self.manifest:
            if line["stage"] == stage["name"] and line["step"] == step:
                record = records[str(line["id"])]
                media = media_of(record, pathlib.Path(record.get("folder", pictures)), max_frames)
                form = stage.get("prompt", "qwen_1_5")
                out.append(make_sample(str(line["id"]), turns_of(record), media, tokens, tiling, form))
        return out


@torch.no_grad()
def step_loss(model, samples, stage):
    """The loss of one step as the program prints it."""
    parts = [tuple(float(x) for x in sample_loss(model, sample)) for sample in samples]
    if stage.get("loss", "micro_batch_mean") == "token_mean":
        return sum(total for total, _ in parts) / sum(count for _, count in parts)
    size = stage["micro_batch"]
    groups = [parts[i : i + size] for i in range(0, len(parts), size)]
    return sum(sum(t for t, _ in group) / sum(n for _, n in group) for group in groups) / len(groups)


def check(run, stage, step, folder, tolerance):
    """Prints one line; False when the losses differ or the token counts do."""
    line = run.steps(stage)[step]
    samples = run.samples(stage, step, folder)
    found = step_loss(load_folder(folder), samples, stage)
    counts = {"tokens": sum(len(s.labels) for s in samples), "supervised_tokens": sum(s.supervised for s in samples)}
    same = all(line[key] == value for key, value in counts.items())
    difference = abs(found - line["loss"]) / max(1e-9, abs(found))
    good = same and difference <= tolerance
    print(
        f"{'ok  ' if good else 'FAIL'} {stage['name']} step {step}: loss {line['loss']:.6f}, transformers {found:.6f}"
        f" (differs by {difference:.1e}); {counts['tokens']} tokens, {counts['supervised_tokens']} supervised"
        + ("" if same else f", the program had {line['tokens']} and {line['supervised_tokens']}")
    )
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--recipe-folder", help="where relative paths of the recipe start (default: OUT)")
    parser.add_argument("--stage")
    parser.add_argument("--step", type=int)
    parser.add_argument("--model", help="the model as it was before that step")
    parser.add_argument("--tolerance", type=float)
    options = parser.parse_args()
    torch.set_num_threads(1)
    run = FinishedRun(options.out, options.recipe_folder)
    dtypes = {run.recipe.get("dtype", "bfloat16"), (run.recipe.get("output") or {}).get("dtype", "bfloat16")}
    tolerance = options.tolerance or (1e-4 if dtypes == {"float32"} else 0.02)
    good = True
    for stage in run.stages:
        if options.stage in (None, stage["name"]):
            folder = options.model or run.start_folder(stage)
            good &= check(run, stage, options.step or 1, folder, tolerance)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
