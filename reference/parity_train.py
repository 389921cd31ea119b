"""Trains random tiny models with onevision and with the reference trainer, on the same samples, and compares.

For each case: a random shape and layout, twelve random records (pictures in several formats, groups, frame folders,
texts), and a recipe of two stages in float32 with random settings: projector only with the plain prompt, then
everything. Every loss, gradient norm, learning rate and token count of every step, and every tensor of the two saved
folders must agree with transformers, PyTorch autograd and AdamW (train_reference.py), each stage started from the
folder that the program started it from.

    python parity_train.py --program build/onevision --seed 7 --cases 5 [--only 3 --keep DIR]
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import torch
import yaml
from PIL import Image

from check_trained import FinishedRun
from random_cases import random_pixels, random_shape, random_text, usable, write_picture
from tiny_models import build_model, save_checkpoint
from train_model import PARTS, canonical_parameters, load_folder
from train_reference import ReferenceTrainer

LOSS_TOLERANCE = 1e-4  # relative; float32 and float64 differ by 1e-6 on such models
NORM_TOLERANCE = 1e-3
# Weights may differ by this part of the sum of the learning rates: Adam divides by the gradient's own size, so where a
# gradient is nearly nothing a rounding error decides the direction of a whole step.
WEIGHT_TOLERANCE = 0.02
OUTLIERS = 0.002  # part of a tensor's values that may differ by more
NOISE = ".self_attn.k_proj.bias"  # of the tower: its gradient is zero but for rounding


def draw_picture(rng, shape, layout, path):
    while True:
        width, height = rng.randint(4, 9 * shape.tile), rng.randint(4, 9 * shape.tile)
        if usable(width, height, shape, layout):
            return os.path.basename(write_picture(rng, random_pixels(rng, width, height), path)[0])


def draw_video(rng, path):
    os.makedirs(path)
    width, height = rng.randint(8, 90), rng.randint(8, 90)
    for k in range(rng.randint(1, 5)):
        Image.fromarray(random_pixels(rng, width, height)).save(os.path.join(path, f"frame_{k:03d}.png"))
    return os.path.basename(path)


def exchange(rng, marks):
    """The <image> of a turn stands in front or behind: the loader moves a single one."""
    text = random_text(rng, 6)
    question = text
    if marks:
        question = f"{marks}\n{text}" if rng.random() < 0.7 else f"{text} {marks}"
    return [{"from": "human", "value": question}, {"from": "gpt", "value": random_text(rng, 10)}]


def draw_record(rng, shape, layout, folder, number, kind):
    record, path = {"id": f"{kind}-{number}"}, os.path.join(folder, f"{number}")
    marks = "<image>"
    if kind == "image":
        record["image"] = draw_picture(rng, shape, layout, path)
    elif kind == "images":
        record["image"] = [draw_picture(rng, shape, layout, f"{path}-{k}") for k in range(rng.randint(2, 4))]
        marks = " ".join(["<image>"] * len(record["image"]))
    elif kind == "video":
        record["video"] = draw_video(rng, path)
    else:
        marks = ""
    record["conversations"] = exchange(rng, marks)
    if rng.random() < 0.3:
        record["conversations"] += exchange(rng, "")
    return record


def draw_data(rng, shape, layout, folder):
    """Files caption.json (one picture, two turns) and mixed.json."""
    os.makedirs(folder)
    captions = [draw_record(rng, shape, layout, folder, k, "image") for k in range(6)]
    captions = [record | {"conversations": record["conversations"][:2]} for record in captions]
    kinds = ["image", "images", "video", "text", "image", "text"]
    mixed = [draw_record(rng, shape, layout, folder, 6 + k, kind) for k, kind in enumerate(kinds * 2)]
    for name, records in (("caption", captions), ("mixed", mixed)):
        pathlib.Path(folder, name + ".json").write_text(json.dumps(records), encoding="utf-8")


def draw_stage(rng, name, **fixed):
    micro = rng.choice([1, 2, 3])
    return {
        "name": name,
        "epochs": rng.choice([1, 2]),
        "micro_batch": micro,
        "batch_size": micro * rng.choice([1, 2]),
        "loss": rng.choice(["micro_batch_mean", "micro_batch_mean", "token_mean"]),
        "batching": rng.choice(["packed", "padded"]),
        "order": rng.choice(["random", "length", "modality_length"]),
        "warmup_ratio": rng.choice([0.0, 0.03, 0.3]),
        "weight_decay": rng.choice([0, 0, 0.05]),
        "max_grad_norm": rng.choice([1.0, 1.0, 1000.0]),
        "adam": {"beta1": 0.9, "beta2": rng.choice([0.999, 0.95]), "eps": 1e-6},
        "activation_checkpointing": rng.random() < 0.5,
        "save_every": 0,
        "sample_count": 0,
        **fixed,
    }


def draw_recipe(rng, shape, layout):
    aligned = {"vision": 0.0, "projector": 1e-3, "newline": 0.0, "language": 0.0}
    full = {"vision": 2e-4, "projector": 1e-3, "newline": 1e-3, "language": 5e-4}
    stages = [
        draw_stage(
            rng,
            "align",
            data="data/caption.json",
            prompt="plain",
            tiling={"mode": "square", "newline": False},
            learning_rates=aligned,
        ),
        draw_stage(rng, "full", data="data/mixed.json", prompt="qwen_1_5", learning_rates=full),
    ]
    return {
        "name": "parity",
        "seed": rng.randrange(1000),
        "model": {"folder": "model"},
        "dtype": "float32",
        "output": {"layout": rng.choice(["official", "hf"]), "dtype": "float32"},
        "stages": stages,
    }


def settings_of(stage):
    keys = ("learning_rates", "micro_batch", "loss", "warmup_ratio", "weight_decay", "max_grad_norm", "adam")
    return {key: stage[key] for key in keys}


def compare_steps(run, stage, trainer, folder, problems):
    """Trains the reference on the samples of each step and compares what both print."""
    for number, line in sorted(run.steps(stage).items()):
        samples = run.samples(stage, number, folder)
        expected = trainer.step(samples)
        where = f"{stage['name']} step {number}"
        tokens = sum(len(s.labels) for s in samples), sum(s.supervised for s in samples)
        if tokens != (line["tokens"], line["supervised_tokens"]):
            problems.append(f"{where}: {line['tokens']}, {line['supervised_tokens']} tokens, expected {tokens}")
        for key, tolerance in (("loss", LOSS_TOLERANCE), ("grad_norm", NORM_TOLERANCE)):
            if abs(line[key] - expected[key]) > tolerance * abs(expected[key]):
                problems.append(f"{where}: {key} {line[key]:.7f}, expected {expected[key]:.7f}")
        for part in PARTS:
            if abs(line["lr"][part] - expected["learning_rates"][part]) > 1e-9:
                problems.append(
                    f"{where}: lr of {part} {line['lr'][part]}, expected {expected['learning_rates'][part]}"
                )


def compare_weights(run, stage, trainer, problems):
    """Saved tensors against the reference's; frozen ones must have the same bits."""
    saved = canonical_parameters(load_folder(run.out / stage["name"]))
    moved = sum(line["lr"]["projector"] for line in run.steps(stage).values())
    for name, expected in canonical_parameters(trainer.model).items():
        difference = (saved[name] - expected).abs().detach()
        if name not in trainer.trained:
            if difference.max() > 0:
                problems.append(f"{stage['name']}: {name} is frozen but changed by {float(difference.max()):.1e}")
        elif not (name.startswith("vision_tower.") and name.endswith(NOISE)):
            far = float((difference > WEIGHT_TOLERANCE * moved + 1e-6).float().mean())
            if far > OUTLIERS:
                problems.append(
                    f"{stage['name']}: {name} differs by up to {float(difference.max()):.1e}, {far:.1%} far"
                )


def run_case(options, seed, folder):
    rng = random.Random(seed)
    shape, layout = random_shape(rng, real=False)
    save_checkpoint(build_model(shape, rng.randrange(2**31)), shape, os.path.join(folder, "model"), layout)
    draw_data(rng, shape, layout, os.path.join(folder, "data"))
    recipe = os.path.join(folder, "recipe.yaml")
    pathlib.Path(recipe).write_text(yaml.safe_dump(draw_recipe(rng, shape, layout), sort_keys=False))
    command = [options.program, "train", recipe, "--out", os.path.join(folder, "out"), "--threads", "2"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return [f"exit code {done.returncode}: {done.stderr[-1000:]}"], 0
    run, problems = FinishedRun(os.path.join(folder, "out"), folder), []
    given = yaml.safe_load(pathlib.Path(recipe).read_text())
    for stage, settings in zip(run.stages, given["stages"]):
        start = run.start_folder(stage)
        trainer = ReferenceTrainer(load_folder(start), settings_of(settings), len(run.steps(stage)))
        compare_steps(run, stage, trainer, start, problems)
        compare_weights(run, stage, trainer, problems)
    return problems, len(run.metrics)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/onevision")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--cases", type=int, default=5)
    parser.add_argument("--only", type=int, help="this case alone")
    parser.add_argument("--keep", help="folder where the files of the cases stay")
    options = parser.parse_args()
    torch.set_num_threads(1)
    failed = 0
    for case in [options.only] if options.only is not None else range(options.cases):
        with tempfile.TemporaryDirectory(prefix="onevision-train-") as scratch:
            folder = os.path.join(options.keep or scratch, str(case))
            os.makedirs(folder)
            problems, steps = run_case(options, f"{options.seed}/{case}", folder)
        print(f"{'FAIL' if problems else 'ok  '} --seed {options.seed} --only {case}: {steps} steps", flush=True)
        for problem in problems[:20]:
            print("     " + problem)
        failed += bool(problems)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
