"""Writes testdata/images/goldens.json: what Pillow, the authors' code (re-expressed from its
description) and transformers' slow processor make of pictures.

    python reference/goldens_image.py testdata          # writes
    python reference/goldens_image.py testdata --check  # also compares every size up to 600 with transformers

Versions: Pillow 12.1.0 (not newer: 12.2 changed the order of resize passes), transformers 4.57.6,
numpy 2, torch 2.13.
"""

import hashlib
import json
import math
import random
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from transformers import LlavaOnevisionImageProcessor, LlavaOnevisionProcessor
from transformers.image_processing_utils import select_best_resolution

TILE, SIDE, MAX_TILES = 384, 27, 9
CANVASES = [(TILE * a, TILE * b) for a in range(1, 7) for b in range(1, 7)]
ANYRES_SIZES = [
    (640, 480),
    (480, 640),
    (1024, 899),
    (1280, 720),
    (100, 1000),
    (1000, 100),
    (384, 384),
    (385, 385),
    (200, 150),
    (37, 411),
    (500, 30),
    (5, 900),
    (900, 5),
    (768, 768),
    (423, 47),
    (1375, 1125),
    (2, 2),
    (1, 1),
]
SQUARE_SIZES = [(640, 480), (481, 640), (33, 500), (500, 33), (384, 384), (100, 101), (1, 9)]
RESIZES = [
    (1024, 899, 1152, 1011),
    (640, 480, 384, 384),
    (5000, 4, 384, 384),
    (4, 5000, 384, 384),
    (1, 77, 384, 200),
    (77, 1, 200, 384),
    (1, 1, 384, 384),
    (3, 5, 7, 2),
    (640, 360, 640, 233),
    (640, 360, 111, 360),
    (33, 44, 32, 44),
    (100, 100, 100, 7),
    (13, 17, 14, 18),
    (257, 129, 256, 128),
    (2000, 3, 1, 1),
    (999, 1001, 5, 4),
    (10, 10, 11, 11),
    (384, 384, 1000, 30),
]


def noise(width, height):
    """Bytes of s = s * 1664525 + 1013904223 mod 2^32 from s = 1, high byte each, as RGB."""
    count, block = 3 * width * height, 4096
    a, c, power, offset = 1664525, 1013904223, [], []
    x, y = 1, 0
    for _ in range(block):
        x, y = x * a % 2**32, (y * a + c) % 2**32
        power.append(x)
        offset.append(y)
    power, offset = np.array(power, np.uint64), np.array(offset, np.uint64)
    state, parts = 1, []
    for _ in range(0, count, block):
        states = (power * np.uint64(state) + offset) & np.uint64(0xFFFFFFFF)
        parts.append((states >> np.uint64(24)).astype(np.uint8))
        state = int(states[-1])
    return Image.fromarray(np.concatenate(parts)[:count].reshape(height, width, 3))


def sha(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


# --- geometry -------------------------------------------------------------------------------------


def choose(w, h):
    best, best_effective, best_waste = None, 0, math.inf
    for cw, ch in CANVASES:
        scale = min(cw / w, ch / h)
        effective = min(int(w * scale) * int(h * scale), w * h)
        waste = cw * ch - effective
        if effective > best_effective or (effective == best_effective and waste < best_waste):
            best, best_effective, best_waste = (cw, ch), effective, waste
    return best


def tokens(w, h, rule):
    cw, ch = choose(w, h)
    cols, rows = cw // TILE * SIDE, ch // TILE * SIDE
    if w / h > cols / rows:
        kept = {
            "exact": lambda: h * cols // w,
            "official": lambda: int(h * (cols / w)),
            "hf": lambda: int(round(h * (cols / w), 7)),
        }[rule]()
        rows -= (rows - kept) // 2 * 2
    else:
        kept = {
            "exact": lambda: w * rows // h,
            "official": lambda: int(w * (rows / h)),
            "hf": lambda: int(round(w * (rows / h), 7)),
        }[rule]()
        cols -= (cols - kept) // 2 * 2
    t = math.sqrt(rows * cols / (MAX_TILES * SIDE**2))
    if t > 1.1:
        rows, cols = int(rows // t), int(cols // t)
    return SIDE**2 + rows * (cols + 1)


def check_with_transformers():
    processor = LlavaOnevisionProcessor.__new__(LlavaOnevisionProcessor)
    processor.image_processor = type("P", (), {"image_grid_pinpoints": [list(c) for c in CANVASES]})()
    processor.num_image_tokens, processor.vision_aspect_ratio = SIDE**2, "anyres_max_9"
    rng = random.Random(7)
    sizes = [(w, h) for w in range(1, 601) for h in range(1, 601)]
    sizes += [(rng.randint(1, 5000), rng.randint(1, 5000)) for _ in range(100000)]
    for w, h in sizes:
        got, expected = tokens(w, h, "hf"), processor._get_number_of_features(h, w, TILE, TILE)
        assert got == expected, (w, h, got, expected)
        if w > 600:
            assert tuple(select_best_resolution((h, w), CANVASES))[::-1] == choose(w, h)
    print(len(sizes), "sizes agree with transformers")


def geometry_goldens():
    tables = {}
    for rule in ["exact", "official", "hf"]:
        counts = np.array([tokens(w, h, rule) for w in range(1, 601) for h in range(1, 601)], "<i4")
        tables[rule] = {"sha256": sha(counts), "sum": int(counts.sum())}
    rng = random.Random(11)
    sizes = [(rng.randint(1, 5000), rng.randint(1, 5000)) for _ in range(300)]
    sizes += [(423, 47), (1323, 49), (1375, 1125), (49, 1323), (47, 423)]
    rows = [[w, h, *choose(w, h)] + [tokens(w, h, rule) for rule in tables] for w, h in sizes]
    return {"tokens_1_to_600": tables, "sizes": rows}


def sampling_goldens():
    rows = []
    for total, wanted in [
        (1, 1),
        (1, 4),
        (2, 1),
        (8, 3),
        (30, 22),
        (42, 30),
        (45, 33),
        (100, 32),
        (333, 16),
        (10, 32),
        (58, 50),
        (900, 32),
        (7919, 64),
        (123457, 48),
    ]:
        linspace = np.linspace(0, total - 1, wanted, dtype=int).tolist()
        arange = torch.arange(0, total, total / wanted).int().tolist()[:wanted] if wanted <= total else linspace
        rows.append({"total": total, "wanted": wanted, "official": linspace, "hf": arange})
    return rows


# --- pixels ---------------------------------------------------------------------------------------


def decode(path, rule):
    image = Image.open(path)
    if rule != "official":
        image = ImageOps.exif_transpose(image)
    if rule == "exact" and image.mode == "I;16":
        high = (np.asarray(image) >> 8).astype(np.uint8)
        return Image.fromarray(high).convert("RGB")
    return image.convert("RGB")


def normalise(image):
    unit = (np.asarray(image).astype(np.float64) * (1 / 255)).astype(np.float32)
    return ((unit - np.float32(0.5)) / np.float32(0.5)).transpose(2, 0, 1)


def anyres(image):
    w, h = image.size
    cw, ch = choose(w, h)
    if cw / w < ch / h:
        nw, nh = cw, min(math.ceil(h * (cw / w)), ch)
    else:
        nw, nh = min(math.ceil(w * (ch / h)), cw), ch
    canvas = Image.new("RGB", (cw, ch), (0, 0, 0))
    canvas.paste(image.resize((nw, nh), Image.BICUBIC), ((cw - nw) // 2, (ch - nh) // 2))
    tiles = [image.resize((TILE, TILE), Image.BICUBIC)]
    tiles += [canvas.crop((x, y, x + TILE, y + TILE)) for y in range(0, ch, TILE) for x in range(0, cw, TILE)]
    return np.stack([normalise(t) for t in tiles])


def padded(image):
    side = max(image.size)
    square = Image.new("RGB", (side, side), (127, 127, 127))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return normalise(square.resize((TILE, TILE), Image.BICUBIC))[None]


def stretched(image):
    return normalise(image.resize((TILE, TILE), Image.BICUBIC))[None]


def slow_processor():
    return LlavaOnevisionImageProcessor(
        image_grid_pinpoints=[list(c) for c in CANVASES],
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
        size={"height": TILE, "width": TILE},
    )


def tile_goldens(images):
    hf, rows = slow_processor(), []
    for name, image in images:
        pixels = anyres(image)
        # The slow processor mistakes very thin pictures for channels-first.
        if min(image.size) > 4:
            assert np.array_equal(np.asarray(hf(image)["pixel_values"][0]), pixels), name
        rows.append(
            {"picture": name, "size": image.size, "mode": "anyres", "tiles": len(pixels), "sha256": sha(pixels)}
        )
    for w, h in SQUARE_SIZES:
        image = noise(w, h)
        pixels = padded(image)
        if min(image.size) > 4:
            both = hf([[image, image]])["pixel_values"]
            assert np.array_equal(np.asarray(both[0][0]), pixels[0]), (w, h)
        rows.append({"picture": "noise", "size": (w, h), "mode": "pad", "tiles": 1, "sha256": sha(pixels)})
        rows.append({"picture": "noise", "size": (w, h), "mode": "square", "tiles": 1, "sha256": sha(stretched(image))})
    return rows


def main():
    testdata = Path(sys.argv[1])
    if "--check" in sys.argv:
        check_with_transformers()
    folder = testdata / "images"
    files = sorted(p for p in folder.iterdir() if p.suffix in {".jpg", ".png", ".webp", ".gif", ".bmp"})
    decoded = {}
    for path in files:
        images = {rule: decode(path, rule) for rule in ["exact", "official", "hf"]}
        decoded[path.name] = {rule: [*i.size, sha(np.asarray(i))] for rule, i in images.items()}
    resized = [[w, h, nw, nh, sha(np.asarray(noise(w, h).resize((nw, nh), Image.BICUBIC)))] for w, h, nw, nh in RESIZES]
    pictures = [("noise", noise(w, h)) for w, h in ANYRES_SIZES]
    pictures += [(n, decode(folder / n, "exact")) for n in ["astronaut.jpg", "coffee.jpg", "chelsea.jpg", "rocket.jpg"]]
    goldens = {
        "geometry": geometry_goldens(),
        "sampling": sampling_goldens(),
        "decode": decoded,
        "resize": resized,
        "tiles": tile_goldens(pictures),
    }
    text = json.dumps(goldens, indent=None, separators=(",", ":"))
    for key in goldens:
        text = text.replace(f'"{key}":', f'\n"{key}":')
    (folder / "goldens.json").write_text(text.replace("],[", "],\n[").replace("},{", "},\n{") + "\n")


if __name__ == "__main__":
    main()
