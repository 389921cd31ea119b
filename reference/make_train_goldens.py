"""Writes testdata/goldens/train/stage-*: ten optimizer steps of each of the four stages on the tiny models.

Inputs and results share a stem: stage-<name>.safetensors holds the samples and final.<canonical name> of every trained
tensor, stage-<name>.json the settings, steps, samples and what each step gave (train_reference.py explains all of it).
Learning rates are far above the paper's, so that ten steps move the weights. Stored are the values of a run in float64;
float32_difference says, for losses, norms and each tensor, how far the same run in float32 is away.

    OMP_NUM_THREADS=1 python make_train_goldens.py --out ../testdata/goldens/train       # after make_gradients.py
"""

import argparse
import json
import os

import torch
import transformers
from safetensors.torch import save_file

from make_gradients import clip, picture
from train_model import canonical_parameters, load_folder, tiling_of, tokens_of
from train_reference import train
from train_samples import make_sample, sample_tensors

UNTIED, TIED = "checkpoints/mini-official", "checkpoints/mini-tied-hf-a"
ADAM = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
ALL = {"vision": 2e-4, "projector": 1e-3, "newline": 1e-3, "language": 1e-3}
OFFICIAL = {
    "learning_rates": ALL,
    "micro_batch": 2,
    "loss": "micro_batch_mean",
    "warmup_ratio": 0.03,
    "weight_decay": 0.0,
    "max_grad_norm": 1.0,
    "adam": ADAM,
}


def talk(question, answer, media=()):
    """One exchange; as many <image> in front as there are media."""
    marks = " ".join(["<image>"] * len(media))
    return [("user", f"{marks}\n{question}" if media else question), ("assistant", answer)], list(media)


def captions():
    """Stage 1: one picture and a caption each."""
    words = ["A red box.", "Two dogs on a lawn", "the bunk room", "Stripes, many of them.", "12:45", "A cat"]
    return [talk("Caption?", text, [picture(17 + 9 * i, 40 - 5 * i, i)]) for i, text in enumerate(words)]


def small_pictures():
    return [
        talk("Please describe.", "A wide road at night.", [picture(70, 18, 1)]),
        talk("Read it.", "STOP\nand go", [picture(14, 52, 2)]),
        talk("Name two colours.", "Red and blue."),
        talk("Please describe.", "A square of noise, mostly green.", [picture(37, 39, 3)]),
        talk("What is seven times six?", "42"),
        talk("Read it.", "Page 7 of 90", [picture(21, 33, 4)]),
    ]


def any_pictures():
    turns = [("user", "<image>\nWhich colour?"), ("assistant", "Blue."), ("user", "Why?"), ("assistant", "It is so.")]
    return [
        talk("What is it?", "A long wall.", [picture(150, 55, 3)]),  # shrunk: 7 x 18 cells become 5 x 14
        (turns, [picture(62, 27, 4)]),
        talk("Say yes or no.\nAnswer the question using a single word or phrase.", "Yes"),
        talk("How many?", "Three.", [picture(20, 20, 5)]),
        talk("What is it?", "A tower, seen from below.", [picture(24, 71, 6)]),
    ]


def any_media():
    return [
        talk("What is it?", "A long wall.", [picture(95, 31, 3)]),
        talk("What differs?", "The second is darker.", [picture(30, 21, 1), picture(9, 26, 2)]),
        talk("What happens?", "It moves to the left.", [clip(16, 12, 4, 20)]),
        talk("Name two colours.", "Red and blue."),
        talk("Write a line of code.", "x = 1\ny = 2\n"),
        (
            [("user", "First <image>, then <image>, last <image>: order?"), ("assistant", "B, C, A")],
            [picture(10 + 4 * i, 20 - 2 * i, 7 + i) for i in range(3)],
        ),
        talk("Is it day?", "No, night.", [clip(9, 17, 3, 40)]),
        talk("Who wrote this?", "I do not know."),
        talk("Repeat: a, b.", "a, b."),
    ]


def small_canvases(tile):
    return [(w * tile, h * tile) for w, h in ((1, 2), (2, 1), (2, 2), (3, 1), (1, 3))]


def stages():
    """name -> (model, conversations, form, changes of the tiling, steps, settings)"""
    projector_only = {"vision": 0.0, "projector": 1e-3, "newline": 0.0, "language": 0.0}
    return {
        "1": (
            UNTIED,
            captions(),
            "plain",
            {"mode": "square", "newline": False},
            [[0, 1, 2, 3], [4, 5, 0, 2], [1, 3, 5, 4], [2, 0, 3, 5], [4, 1, 0, 3]] * 2,
            OFFICIAL | {"learning_rates": projector_only},
        ),
        "1.5": (  # the norm is never clipped, the loss is ours, the second moment forgets faster
            UNTIED,
            small_pictures(),
            "qwen_1_5",
            {"canvases": small_canvases(20)},
            [[0, 1, 2, 3], [4, 5, 0, 2], [1, 3, 5, 4], [2, 0, 3, 5], [4, 1, 0, 3]] * 2,
            OFFICIAL
            | {"loss": "token_mean", "max_grad_norm": 1000.0, "warmup_ratio": 0.3, "adam": ADAM | {"beta2": 0.99}},
        ),
        "2si": (  # micro-batch 1, weight decay
            UNTIED,
            any_pictures(),
            "qwen_1_5",
            {},
            [[0, 1], [2, 3], [4, 0], [1, 3], [2, 4]] * 2,
            OFFICIAL | {"micro_batch": 1, "weight_decay": 0.01},
        ),
        "2ov": (  # tied head; the fourth and the ninth step hold texts only
            TIED,
            any_media(),
            "qwen_1_5",
            {},
            [[0, 1, 2, 3], [5, 6, 4, 7], [2, 0, 8, 1], [3, 4, 7, 8], [1, 6, 5, 0]] * 2,
            OFFICIAL | {"warmup_ratio": 0.2, "weight_decay": 0.1},
        ),
    }


def make_stage(name, out):
    model, talks, form, tiling_changes, steps, settings = stages()[name]
    folder = os.path.join(out, model)
    tokens, tiling = tokens_of(folder), tiling_of(folder, **tiling_changes)
    samples = [make_sample(f"{name}.{i}", *one, tokens, tiling, form) for i, one in enumerate(talks)]
    assert all(plan.pop("rules_agree", True) for sample in samples for plan in sample.plans)
    log, final = train(folder, torch.float64, samples, steps, settings)
    single_log, single = train(folder, torch.float32, samples, steps, settings)
    start = {name: value.detach() for name, value in canonical_parameters(load_folder(folder)).items()}
    tensors, described = sample_tensors(samples), {}
    for key, value in final.items():
        tensors[f"final.{key}"] = value.float().contiguous()
        described[key] = {
            "moved": float((value - start[key]).abs().max()),
            "float32_difference": float((value - single[key]).abs().max()),
        }
    for entry, other in zip(log, single_log):
        entry["float32_difference"] = {key: abs(entry[key] - other[key]) for key in ("loss", "grad_norm")}
    save_file(tensors, os.path.join(out, f"stage-{name}.safetensors"))
    report = {
        "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
        "reference": "float64, stored as float32",
        "checkpoint": model,
        "form": form,
        "tiling": vars(tiling),
        "settings": settings,
        "samples": [sample.described() for sample in samples],
        "steps": steps,
        "results": log,
        "final": described,
    }
    with open(os.path.join(out, f"stage-{name}.json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    worst = sorted(((d["float32_difference"], key) for key, d in described.items()), reverse=True)
    print(f"stage {name}: losses {[round(e['loss'], 4) for e in log]}, norms {[round(e['grad_norm'], 3) for e in log]}")
    print(f"  {len(final)} tensors, float32 differs most by {worst[:4]}")
    print(f"  losses by {max(e['float32_difference']['loss'] for e in log):.1e}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, help="the folder that make_gradients.py has written to")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name in stages():
        make_stage(name, options.out)


if __name__ == "__main__":
    main()
