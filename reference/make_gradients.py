"""Writes testdata/goldens/train/gradients-*: losses and the gradient of every parameter, by transformers and autograd.

Two tiny checkpoints (mini: untied, official layout; mini-tied: tied, llava-hf layout) are written beside them. A case
is one micro-batch: the loss is the mean of the cross entropy over the supervised positions of all its samples. Stored
are the float32 values of a run in float64, which every float32 implementation is nearer to than to another float32
run; gradients.json says for each tensor how far transformers' own float32 run is away.

    OMP_NUM_THREADS=1 python make_gradients.py --out ../testdata/goldens/train

gradients-<checkpoint>-<case>.safetensors: sample.<i>.* (train_samples.py), loss [1] and grad.<canonical name> of every
parameter but the tower's post_layernorm, which takes no part. Zeros where a case does not touch a parameter, as the
authors' trainer has them, since it encodes an empty picture for a text (train_reference.py says what follows of it).
gradients.json: checkpoints, and per case file, samples, loss, supervised, max and float32_difference of each gradient.
"""

import argparse
import json
import os
import shutil

import torch
import transformers
from safetensors.torch import save_file

from pixels import pattern
from tiny_models import SHAPES, build_model, save_checkpoint
from train_model import canonical_parameters, in_float64, load_folder, sample_loss, tiling_of, tokens_of
from train_samples import make_sample, sample_tensors

CHECKPOINTS = {"mini": ("official", 21), "mini-tied": ("hf-a", 22)}  # layout, seed


def picture(width, height, seed):
    return ("image", pattern(width, height, seed))


def clip(width, height, frames, seed):
    return ("video", [pattern(width, height, seed + k) for k in range(frames)])


def cases():
    """name -> samples of one micro-batch as (turns, media); sizes are chosen for both tile sizes."""
    ask = [("user", "<image>\nWhat is it?"), ("assistant", "A red box.")]
    return {
        "anyres_shrunk": [(ask, [picture(150, 55, 3)])],
        "anyres": [
            (
                [
                    ("user", "<image>\nWhich\ncolour?"),
                    ("assistant", "Blue, 12 of 34."),
                    ("user", "Why?"),
                    ("assistant", "It is\nso."),
                ],
                [picture(62, 27, 4)],
            )
        ],
        "two_images": [
            (
                [("user", "<image> <image>\nWhat differs?"), ("assistant", "The second is darker.")],
                [picture(30, 21, 1), picture(9, 26, 2)],
            )
        ],
        "video": [
            ([("user", "<image>\nWhat happens?"), ("assistant", "It moves to the left.")], [clip(16, 12, 4, 20)])
        ],
        "text_only": [([("user", "Name two colours."), ("assistant", "Red and blue.")], [])],
        "interleaved_pair": [
            (
                [
                    ("user", "Here is <image> first, then <image> follows. Which is darker?"),
                    ("assistant", "The first."),
                ],
                [picture(20, 13, 5), picture(25, 25, 6)],
            ),
            ([("user", "<image>\nDay or night?"), ("assistant", "Day, I think: it is bright.")], [picture(31, 44, 8)]),
        ],
    }


def loss_and_gradients(model, samples):
    model.zero_grad(set_to_none=True)
    parts = [sample_loss(model, sample) for sample in samples]
    loss = sum(total for total, _ in parts) / sum(count for _, count in parts)
    loss.backward()
    gradients = {
        name: torch.zeros_like(parameter) if parameter.grad is None else parameter.grad.clone()
        for name, parameter in canonical_parameters(model).items()
        if not name.startswith("vision_tower.post_layernorm.")
    }
    return loss.detach(), gradients


def check_own_forward(model, sample, folder):
    """transformers' one call on ids and pixels has the same loss (its pictures must be alone or padded)."""
    images = [i for i, plan in enumerate(sample.plans) if plan["mode"] != "video"]
    inputs = {"input_ids": sample.input_ids[None], "labels": sample.labels[None]}
    model.model.config.image_grid_pinpoints = [[h, w] for w, h in tiling_of(folder).canvases]
    if images:
        inputs |= {
            "pixel_values": torch.stack([sample.pixels[i] for i in images]).to(model.dtype),
            "image_sizes": torch.tensor([[sample.plans[i]["height"], sample.plans[i]["width"]] for i in images]),
            "batch_num_images": torch.tensor([len(images)]),
        }
    if len(images) < len(sample.plans):
        inputs["pixel_values_videos"] = sample.pixels[0][None].to(model.dtype)
    with torch.no_grad():
        own = model(**inputs).loss
        total, count = sample_loss(model, sample)
    assert abs(float(own - total / count)) < 1e-5, (sample.name, float(own), float(total / count))


def make_case(name, folder, spec, out, models):
    tokens, tiling = tokens_of(folder), tiling_of(folder)
    samples = [make_sample(f"{name}.{i}", *one, tokens, tiling) for i, one in enumerate(spec)]
    for sample in samples:
        assert all(plan.pop("rules_agree", True) for plan in sample.plans), name
        check_own_forward(models[torch.float32], sample, folder)
    single, precise = (loss_and_gradients(models[dtype], samples) for dtype in (torch.float32, torch.float64))
    tensors = sample_tensors(samples) | {"loss": precise[0].float()[None]}
    described = {}
    for key, gradient in precise[1].items():
        tensors[f"grad.{key}"] = gradient.float().contiguous()
        described[key] = {
            "max": float(gradient.abs().max()),
            "float32_difference": float((gradient - single[1][key]).abs().max()),
        }
    file = f"gradients-{name}.safetensors"
    save_file(tensors, os.path.join(out, file))
    shrunk = [plan["final_map"] != plan["unpadded"] for sample in samples for plan in sample.plans]
    worst = max(d["float32_difference"] for d in described.values())
    print(name, f"loss {float(precise[0]):.6f}, float32 differs by {worst:.1e}, shrunk {shrunk}", flush=True)
    return {
        "name": name,
        "file": file,
        "samples": [sample.described() for sample in samples],
        "supervised": sum(sample.supervised for sample in samples),
        "loss": float(precise[0]),
        "float32_loss_difference": float((precise[0] - single[0]).abs()),
        "gradients": described,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    os.makedirs(options.out, exist_ok=True)
    made, folders = [], {}
    for shape, (layout, seed) in CHECKPOINTS.items():
        folders[shape] = f"checkpoints/{shape}-{layout}"
        folder = os.path.join(options.out, folders[shape])
        shutil.rmtree(folder, ignore_errors=True)
        save_checkpoint(build_model(SHAPES[shape], seed), SHAPES[shape], folder, layout)
        models = {torch.float32: load_folder(folder), torch.float64: in_float64(load_folder(folder))}
        for name, spec in cases().items():
            made.append(
                {"checkpoint": folders[shape]} | make_case(f"{shape}-{name}", folder, spec, options.out, models)
            )
    versions = {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__}
    report = {"versions": versions, "reference": "float64, stored as float32", "cases": made}
    with open(os.path.join(options.out, "gradients.json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
