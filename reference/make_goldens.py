"""Writes testdata/goldens: tiny checkpoints and what transformers computes on them, case by case.

testdata/goldens/checkpoints/<shape>-<layout>/ holds the folders, cases/<name>.safetensors the values and
manifest.json says how each case was made; testdata/goldens/README.md explains the fields. Pictures are drawn by
`pattern` (pixels.py), so none is stored.

    OMP_NUM_THREADS=1 python make_goldens.py --out ../testdata/goldens
"""

import argparse
import hashlib
import json
import os
import shutil

import numpy as np
import PIL
import torch
import transformers
from safetensors.torch import save_file
from transformers import LlavaOnevisionImageProcessor

from pixels import fitted_size, choose_canvas, pattern
from reference_model import ReferenceModel, as_arrays, slow_processor_tiles
from tiny_models import SHAPES, build_model, save_checkpoint

SIZES = [(5000, 4), (4, 5000), (423, 47), (944, 1153), (1920, 1080), (384, 384), (640, 480), (1, 1)]
PRIMES = [1, 2, 3, 5, 7, 11, 13, 17, 23, 29, 37, 53, 79, 101, 149, 211, 307, 401]
GREEDY_TOKENS = 64
SAFE_MARGIN = 3e-3  # between the best and the second logit: float32 noise is near 2e-5
FULL_CASES = {"small-hf/image_640x480", "small-hf/two_images", "small-hf/video", "small-hf/text_only"}
# On an even number of patches a very thin picture keeps no feature row at all (onevision refuses it).
SMALL_SIZES = [(900, 60), (60, 900)] + SIZES[2:]
ODD_SIZES = [(5000, 4), (423, 47), (640, 480), (1, 1)]
# In the official layout only the words around a picture would differ, so one size is enough.
PICTURES_ONLY_IN_HF = {f"image_{w}x{h}" for w, h in SIZES + SMALL_SIZES if w != 640}
CHECKPOINTS = {"real": ["hf-a"], "small": ["official", "hf-a", "hf-b", "hf-c"], "odd": ["official", "hf-a"]}
WEIGHT_SEEDS = {"real": 11, "small": 12, "odd": 13}


def text(words):
    return {"type": "text", "text": words}


def image(index):
    return {"type": "image", "media": index}


def user(*parts, placed=()):
    message = {"role": "user", "content": list(parts)}
    return message | ({"placed": list(placed)} if placed else {})


def assistant(words):
    return {"role": "assistant", "content": [text(words)]}


def picture(width, height, seed):
    return {"kind": "image", "width": width, "height": height, "seed": seed}


def clip(width, height, frames, seed):
    """A video of `frames` pictures with seeds seed, seed + 1, ...; the program gets num_frames = frames."""
    return {"kind": "video", "width": width, "height": height, "frames": frames, "seed": seed}


def single_image_cases(sizes):
    return {
        f"image_{w}x{h}": ([picture(w, h, 3)], [user(image(0), text("What is shown in this image?"))]) for w, h in sizes
    }


def conversation_cases():
    video = {"type": "video", "media": 0}
    return {
        "text_only": ([], [user(text("Name four colours.\nThen stop: 1, 22, 333."))]),
        "two_images": (
            [picture(300, 200, 1), picture(90, 260, 2)],
            [user(image(0), image(1), text("What differs between these two?"))],
        ),
        "five_images": (
            [picture(60 + 40 * i, 200 - 35 * i, i) for i in range(5)],
            [user(*[image(i) for i in range(5)], text("Put them in order."))],
        ),
        "video": ([clip(160, 120, 8, 20)], [user(video, text("What happens in the video?"))]),
        "interleaved": (
            [picture(200, 130, 5), picture(50, 50, 6)],
            [
                user(
                    text("Here is <image> first, and then <image> follows. Which is darker?"),
                    placed=[image(0), image(1)],
                )
            ],
        ),
        "turns": (
            [picture(130, 170, 7)],
            [
                user(image(0), text("What is this?")),
                assistant("A pattern of stripes."),
                user(text("Which colours?")),
                assistant("Many, e.g. r\u00e9d & \u4e2d\u6587."),
                user(text("Why?")),
            ],
        ),
        "system": (
            [picture(170, 130, 8)],
            [{"role": "system", "content": [text("Answer in one word.")]}, user(image(0), text("Day or night?"))],
        ),
        "images_in_two_turns": (
            [picture(100, 80, 9), picture(80, 100, 10)],
            [user(image(0), text("What is this?")), assistant("A test."), user(image(1), text("And this?"))],
        ),
        "video_and_image": (
            [clip(90, 140, 5, 30), picture(150, 90, 11)],
            [user(video, image(1), text("Is the picture a frame of the video?"))],
        ),
        "two_videos": (
            [clip(64, 48, 3, 40), clip(48, 64, 3, 50)],
            [user(video, {"type": "video", "media": 1}, text("Which is longer?"))],
        ),
    }


def cases_of(shape_name):
    conversations = conversation_cases()
    if shape_name == "real":
        chosen = {name: conversations[name] for name in ("two_images", "video", "interleaved")}
        return single_image_cases(SIZES) | chosen
    if shape_name == "small":
        return single_image_cases(SMALL_SIZES) | conversations
    names = ("text_only", "two_images", "video", "turns", "video_and_image")
    return single_image_cases(ODD_SIZES) | {name: conversations[name] for name in names}


def drawn(spec):
    if spec["kind"] == "image":
        return pattern(spec["width"], spec["height"], spec["seed"])
    return [pattern(spec["width"], spec["height"], spec["seed"] + k) for k in range(spec["frames"])]


def check_slow_processor(shape, spec, tiles, count):
    """transformers' PIL processor agrees, except where it takes a 1 or 3 pixels high image for channels-first."""
    canvas = choose_canvas(spec["width"], spec["height"], shape.canvases("hf-a"))
    heights = {spec["height"], fitted_size(spec["width"], spec["height"], canvas)[1]}
    if heights & {1, 3}:
        return False
    processor = LlavaOnevisionImageProcessor(
        size={"height": shape.tile, "width": shape.tile},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
        image_grid_pinpoints=[list(pair) for pair in shape.pinpoints],
    )
    assert np.array_equal(slow_processor_tiles(processor, drawn(spec), count), tiles), spec
    return True


def reseeded(specs, shift):
    return [spec | {"seed": spec["seed"] + 100 * shift} for spec in specs]


def stable_run(run, specs, messages):
    """The case with the first picture seeds for which no greedy step is close to a tie."""
    for shift in range(12):
        shifted = reseeded(specs, shift)
        media = [drawn(spec) for spec in shifted]
        trace = run.trace(messages, media)
        ids, margins = run.greedy(trace["inputs_embeds"], GREEDY_TOKENS)
        if min(margins) >= SAFE_MARGIN or not specs:
            return shifted, media, trace, ids, min(margins)
    raise SystemExit(f"no picture seed gives clear greedy steps for {messages}")


def kept_rows(rows, limit):
    """Indices 0, s, 2s, ... and the last, s the smallest prime that keeps at most `limit` rows."""
    stride = next(p for p in PRIMES if -(-rows // p) <= limit)
    indices = list(range(0, rows, stride))
    return stride, indices if indices[-1] == rows - 1 else indices + [rows - 1]


def stored_tensors(arrays, limit):
    """What goes into the file, and per tensor its full shape and the stride of the rows that were kept."""
    tensors, described = {}, {}
    for name, value in arrays.items():
        if name in ("pixel_values", "hidden.0"):
            continue
        described[name] = {"shape": list(value.shape)}
        if value.ndim >= 2:
            flat = value.reshape(-1, value.shape[-1])
            stride, rows = kept_rows(len(flat), limit)
            described[name]["row_stride"] = stride
            value = flat[rows]
        tensors[name] = torch.from_numpy(np.ascontiguousarray(value))
    if "pixel_values" in arrays:
        pixels = np.ascontiguousarray(arrays["pixel_values"]).reshape(-1)
        stride = max(1, len(pixels) // 61)
        described["pixel_values"] = {
            "shape": list(arrays["pixel_values"].shape),
            "sample_stride": stride,
            "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
        }
        tensors["pixel_values.samples"] = torch.from_numpy(pixels[::stride].copy())
    return tensors, described


def float64_difference(run, messages, media, trace):
    """How far float32 logits are from float64's: no implementation can be closer than this."""
    return float((run.in_float64().trace(messages, media)["logits"] - trace["logits"]).abs().max())


def make_case(run, group, name, specs, messages, folders, out):
    specs, media, trace, ids, margin = stable_run(run, specs, messages)
    forward = run.check_against_forward(trace, media)
    assert forward < 1e-4, (name, forward)
    images = [index for kind, index in trace["order"] if kind == "image"]
    checked = []
    for (kind, index), tiles in zip(trace["order"], tiles_of(run, trace, media)):
        if kind == "image":
            checked.append(check_slow_processor(run.shape, specs[index], tiles.numpy(), len(images)))
    full = f"{group}/{name}" in FULL_CASES
    tensors, described = stored_tensors(as_arrays(trace), 100000 if full else 40)
    tensors["greedy_ids"] = torch.tensor(ids, dtype=torch.int64)
    file_name = f"{group}-{name}.safetensors"
    save_file(tensors, os.path.join(out, "cases", file_name))
    long = len(trace["input_ids"]) > 2000
    return {
        "name": f"{group}/{name}",
        "file": f"cases/{file_name}",
        "checkpoints": folders,
        "messages": messages,
        "media": specs,
        "prompt": trace["prompt"],
        "media_order": [index for _, index in trace["order"]],
        "tokens_per_media": trace["token_counts"],
        "tensors": described,
        "min_greedy_margin": round(margin, 6),
        "float64_logit_difference": None if long else float64_difference(run, messages, media, trace),
        "slow_processor_checked": all(checked),
    }


def tiles_of(run, trace, media):
    anyres = sum(kind == "image" for kind, _ in trace["order"]) == 1
    return [run.tiles(kind, media[index], anyres) for kind, index in trace["order"]]


def make_shape(shape_name, out):
    shape, cases = SHAPES[shape_name], []
    model = build_model(shape, WEIGHT_SEEDS[shape_name])
    folders = {}
    for layout in CHECKPOINTS[shape_name]:
        folders[layout] = f"checkpoints/{shape_name}-{layout}"
        save_checkpoint(model, shape, os.path.join(out, folders[layout]), layout)
    for style in ("hf", "official"):
        used = [layout for layout in folders if layout.startswith(style)]
        if not used:
            continue
        run = ReferenceModel(model, shape, os.path.join(out, folders[used[0]]), used[0])
        for name, (specs, messages) in cases_of(shape_name).items():
            if style == "official" and name in PICTURES_ONLY_IN_HF:
                continue
            case = make_case(run, f"{shape_name}-{style}", name, specs, messages, [folders[u] for u in used], out)
            print(
                case["name"],
                case["tensors"]["input_ids"]["shape"][0],
                "tokens, margin",
                case["min_greedy_margin"],
                "float64",
                case["float64_logit_difference"],
                flush=True,
            )
            cases.append(case)
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--shape", choices=sorted(CHECKPOINTS), action="append", help="only these (default: all)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for folder in ("checkpoints", "cases"):
        if not options.shape:
            shutil.rmtree(os.path.join(options.out, folder), ignore_errors=True)
        os.makedirs(os.path.join(options.out, folder), exist_ok=True)
    cases = []
    for shape_name in options.shape or CHECKPOINTS:
        cases += make_shape(shape_name, options.out)
    manifest = {
        "versions": {
            "torch": torch.__version__.split("+")[0],
            "transformers": transformers.__version__,
            "pillow": PIL.__version__,
            "numpy": np.__version__,
        },
        "dtype": "float32",
        "greedy_tokens": GREEDY_TOKENS,
        "greedy_stop": "none: end-of-sequence ids are ignored",
        "tolerance": {"logits": 1e-4, "hidden": 1e-4, "pixel_values": 0},
        "cases": cases,
    }
    path = os.path.join(options.out, "manifest.json")
    if options.shape and os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            old = json.load(file)
        made = tuple(f"{name}-" for name in options.shape)
        manifest["cases"] = [case for case in old["cases"] if not case["name"].startswith(made)] + cases
    with open(path, "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1, ensure_ascii=True)
        file.write("\n")


if __name__ == "__main__":
    main()
