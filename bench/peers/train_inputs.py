"""Deterministic training data for the benchmark: pictures, groups of pictures, frame folders and texts, all lengths.

    records = write_mixture("DIR", count=32, seed=5)       # DIR/samples.json and the files that it names

Sizes and lengths are spread as in a single-image and video mixture: pictures from thumbnails to twelve tiles, two to
four padded pictures, four to twelve frames, answers from two words to several hundred.
"""

import json
import os
import random

import numpy as np
from PIL import Image

WORDS = (
    "the a of and in is on with man woman street table red blue green left right large small two three sign text chart "
    "window light shadow road building number shows near behind under above between looks like because therefore value"
).split(" ")
KINDS = ["image", "text", "image", "images", "image", "text", "image", "video"]
SIZES = [(320, 240), (384, 384), (640, 480), (500, 375), (336, 1008), (1024, 768), (700, 420), (1500, 420)]


def picture(width, height, rng):
    """Smooth areas and grain, so that it compresses about as a photograph does."""
    noise = np.random.default_rng(rng.randrange(2**32))
    coarse = noise.integers(0, 256, (max(2, height // 40), max(2, width // 40), 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC), dtype=np.int16)
    return np.clip(smooth + noise.integers(-9, 10, smooth.shape), 0, 255).astype(np.uint8)


def save_picture(folder, name, width, height, rng):
    """JPEG, and a PNG now and then, as in the published sets."""
    name += ".png" if rng.random() < 0.15 else ".jpg"
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Image.fromarray(picture(width, height, rng)).save(path)
    return name


def words(rng, count):
    return " ".join(rng.choice(WORDS) for _ in range(count)).capitalize() + "."


def exchanges(rng, marks, longest):
    """Turns of one conversation; `marks` go in front of the first question."""
    turns = []
    for number in range(rng.choice([1, 1, 1, 2, 3])):
        question = words(rng, rng.randint(4, 30))
        answer = words(rng, int(2 * (longest / 2) ** rng.random()))
        turns += [
            {"from": "human", "value": f"{marks}\n{question}" if marks and number == 0 else question},
            {"from": "gpt", "value": answer},
        ]
    return turns


def make_record(folder, number, kind, rng, sizes, longest):
    record = {"id": f"{kind}-{number}"}
    if kind == "image":
        record["image"] = save_picture(folder, f"images/{number}", *rng.choice(sizes), rng)
        marks = "<image>"
    elif kind == "images":
        count = rng.randint(2, 4)
        record["image"] = [save_picture(folder, f"images/{number}-{k}", *rng.choice(sizes), rng) for k in range(count)]
        marks = " ".join(["<image>"] * count)
    elif kind == "video":
        record["video"], marks = f"videos/{number}", "<image>"
        for k in range(rng.randint(4, 12)):
            path = os.path.join(folder, record["video"], f"frame_{k:04d}.jpg")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            Image.fromarray(picture(480, 360, rng)).save(path)
    else:
        marks, longest = "", 2 * longest
    record["conversations"] = exchanges(rng, marks, longest)
    return record


def write_mixture(folder, count, seed, sizes=None, longest=300, kinds=KINDS):
    """The kinds in turn; unless given, half are single pictures."""
    rng = random.Random(seed)
    kinds = (kinds * (count // len(kinds) + 1))[:count]
    records = [make_record(folder, i, kind, rng, sizes or SIZES, longest) for i, kind in enumerate(kinds)]
    path = os.path.join(folder, "samples.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(records, file, indent=1)
    return path
