"""Random tiny shapes, media files and conversations for parity.py; everything follows from one seed text.

shape, layout = random_shape(random.Random("7/shape"), real=False)
case = random_case(random.Random("7/case"), shape, layout, num_frames=5, folder="DIR")
"""

import os
import random
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from geometry import geometry
from pixels import choose_canvas, pattern, sampled_frames
from tiny_models import LAYOUTS, Shape

WORDS = (
    "What is shown here? How many red boxes are there Describe the picture briefly. left right 1, 22, 333.14 "
    "don't DON'T it's O'Neil (see fig. 3b) x=y^2; a/b C++ snake_case e-mail 50% $9.99 #tag @you tab\there "
    "Was ist das\u00fcr? na\u00efve r\u00e9sum\u00e9 e\u0301 o\u0308 "
    "\u4f60\u597d\uff0c\u4e16\u754c \u8fd9\u662f\u4ec0\u4e48 "
    "\u3053\u308c\u306f\u4f55\u3067\u3059\u304b \uc774\uac83\uc740 \u041f\u0440\u0438\u0432\u0435\u0442 "
    "\u0645\u0627 \u0647\u0630\u0627 \u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0928\u092e\u0938\u094d\u0924\u0947 "
    "\U0001f600\U0001f44d\U0001f3fd \u2116 \u00bd \u2028 \u00a0nbsp\u00a0 end"
).split(" ")
GAPS = [" ", " ", " ", " ", "  ", "\n", "\n\n", " \n ", "\t", ", ", ". ", ""]
MARKS = {"image": "<image>", "video": "<video>"}


@dataclass
class Case:
    """One conversation. `argv` is its command line (prompt and media options), `request` its line of --batch."""

    name: str
    messages: list
    media: list  # as ReferenceModel takes them
    argv: list = None
    request: dict = None
    paths: list = field(default_factory=list)


def random_shape(rng, real):
    """`real` keeps 27 x 27 patches of 384 pixels; otherwise maps are small and nothing is round."""
    patch = 14 if real else rng.choice([7, 14, 14, 16])
    heads = rng.choice([1, 2, 3, 4])
    vision_heads = rng.choice([1, 2, 3])
    shape = Shape(
        ranks=rng.choice([512, 700, 1024, 2048, 4096]),
        vocab_multiple=rng.choice([1, 64, 64, 128]),
        tile=384 if real else patch * rng.randint(2, 6) + rng.choice([0, 0, rng.randrange(patch)]),
        patch=patch,
        grid=6 if real else rng.choice([2, 3, 6, 6]),
        max_tiles=9 if real else rng.choice([9, 9, 4, 2]),
        vision_hidden=vision_heads * rng.randint(6, 16),
        vision_inner=rng.randint(17, 90),
        vision_layers=rng.randint(1, 3),
        vision_heads=vision_heads,
        hidden=rng.randint(16, 64),
        inner=rng.randint(20, 130),
        layers=rng.randint(1, 4),
        heads=heads,
        kv_heads=rng.choice([k for k in range(1, heads + 1) if heads % k == 0]),
        head_dim=2 * rng.randint(3, 12),
        tied=rng.random() < 0.5,
        rope_theta=rng.choice([1e6, 1e6, 1e4, 5e5]),
        rms_norm_eps=rng.choice([1e-6, 1e-5]),
    )
    return shape, rng.choice(LAYOUTS)


def random_text(rng, most=30):
    parts = []
    for _ in range(rng.randint(1, most)):
        parts += [rng.choice(WORDS), rng.choice(GAPS)]
    # The command line takes no empty prompt, and a leading dash would be an option.
    return "".join(parts[:-1]).strip().lstrip("-") or "What?"


def random_size(rng, shape, layout, largest):
    while True:
        kind = rng.random()
        if kind < 0.25:
            width, height = rng.randint(1, 40), rng.randint(1, 40)
        elif kind < 0.75:
            width, height = rng.randint(20, 700), rng.randint(20, 700)
        elif kind < 0.9:
            width, height = rng.randint(100, largest), rng.randint(100, largest)
        else:
            width, height = rng.randint(100, 5000), rng.randint(1, 12)
            width, height = (width, height) if rng.random() < 0.5 else (height, width)
        if usable(width, height, shape, layout):
            return width, height


def usable(width, height, shape, layout):
    """False where no feature row is left, or where the order of canvases alone would decide between two."""
    canvas = choose_canvas(width, height, shape.canvases("hf-a"))
    if canvas != choose_canvas(width, height, shape.canvases("official")):
        return False
    plan = geometry(width, height, shape.canvases(layout), shape.tile, shape.patches, "exact", shape.max_tiles)
    return plan.final_rows > 0 and plan.final_cols > 0


def random_pixels(rng, width, height):
    if rng.random() < 0.6:
        return pattern(width, height, rng.randrange(1000))
    noise = np.random.default_rng(rng.randrange(2**32))
    coarse = noise.integers(0, 256, (max(1, height // 16), max(1, width // 16), 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR))


def write_picture(rng, pixels, path):
    """Saves in some mode and format and returns (path, RGB as Pillow reads it back)."""
    image = Image.fromarray(pixels)
    kind = rng.choice(["png", "png", "png", "grey", "palette", "alpha", "jpg"])
    if kind == "grey":
        image = image.convert("L")
    elif kind == "palette":
        image = image.quantize(64)
    elif kind == "alpha":
        image.putalpha(Image.fromarray(pixels[:, :, 0]))
    path += ".jpg" if kind == "jpg" else ".png"
    image.save(path, **({"quality": rng.randint(40, 95)} if kind == "jpg" else {}))
    return path, np.asarray(Image.open(path).convert("RGB"))


class MediaMaker:
    def __init__(self, rng, shape, layout, num_frames, folder):
        self.rng, self.shape, self.layout = rng, shape, layout
        self.num_frames, self.folder = num_frames, folder
        self.media, self.paths = [], []

    def image(self):
        width, height = random_size(self.rng, self.shape, self.layout, 2500 if self.shape.tile == 384 else 1500)
        path = os.path.join(self.folder, f"picture{len(self.media)}")
        path, rgb = write_picture(self.rng, random_pixels(self.rng, width, height), path)
        return self.add("image", path, rgb)

    def video(self):
        width, height = self.rng.randint(8, 300), self.rng.randint(8, 300)
        path = os.path.join(self.folder, f"video{len(self.media)}")
        os.makedirs(path)
        frames = [random_pixels(self.rng, width, height) for _ in range(self.rng.randint(1, 12))]
        for index, frame in enumerate(frames):
            Image.fromarray(frame).save(os.path.join(path, f"frame_{index:04d}.png"))
        return self.add("video", path, [frames[i] for i in sampled_frames(len(frames), self.num_frames)])

    def add(self, kind, path, item):
        self.media.append(item)
        self.paths.append(path)
        return {"type": kind, "media": len(self.media) - 1}


def text_part(words):
    return {"type": "text", "text": words}


def request_of(messages, paths):
    def part_of(part):
        return part if part["type"] == "text" else {"type": part["type"], "path": paths[part["media"]]}

    return {"messages": [{"role": m["role"], "content": [part_of(p) for p in m["content"]]} for m in messages]}


def media_argv(parts, paths):
    return [word for part in parts for word in ("--" + part["type"], paths[part["media"]])]


def random_parts(rng, maker):
    kind = rng.random()
    if kind < 0.12:
        return []
    if kind < 0.5:
        return [maker.image()]
    if kind < 0.7:
        return [maker.image() for _ in range(rng.randint(2, 5))]
    if kind < 0.85:
        return [maker.video()]
    return [maker.video() if rng.random() < 0.4 else maker.image() for _ in range(rng.randint(2, 3))]


def media_first(rng, maker, case):
    """All media, then one text: has a command line and a request. Pictures go first, as the options are read."""
    parts = sorted(random_parts(rng, maker), key=lambda part: part["type"])
    question = random_text(rng)
    case.messages = [{"role": "user", "content": parts + [text_part(question)]}]
    case.argv = [question] + media_argv(parts, maker.paths)
    if rng.random() < 0.25:
        system = random_text(rng, 6)
        case.messages.insert(0, {"role": "system", "content": [text_part(system)]})
        case.argv += ["--system", system]


def marked(rng, maker, case):
    """<image> and <video> written in the prompt: only a command line can say that."""
    parts = random_parts(rng, maker) or [maker.image()]
    words = [MARKS[part["type"]] for part in parts]
    prompt = random_text(rng, 4) + "".join(f" {word} {random_text(rng, 4)}" for word in words)
    case.messages = [{"role": "user", "content": [text_part(prompt)], "placed": parts}]
    case.argv = [prompt] + media_argv(parts, maker.paths)


def turns(rng, maker, case):
    """Several turns, media in one or more of them and in any order among the texts: a request."""
    case.messages = [{"role": "system", "content": [text_part(random_text(rng, 6))]}] if rng.random() < 0.3 else []
    for turn in range(rng.randint(1, 3)):
        parts = random_parts(rng, maker) if turn == 0 or rng.random() < 0.3 else []
        parts = parts + [text_part(random_text(rng))]
        if rng.random() < 0.3:
            parts.append(text_part(random_text(rng, 5)))
            rng.shuffle(parts)
        case.messages += [
            {"role": "user", "content": parts},
            {"role": "assistant", "content": [text_part(random_text(rng, 12))]},
        ]
    case.messages.pop()


def random_case(rng, shape, layout, num_frames, folder, name):
    os.makedirs(folder, exist_ok=True)
    maker = MediaMaker(rng, shape, layout, num_frames, folder)
    case = Case(name=name, messages=[], media=maker.media, paths=maker.paths)
    make = rng.choice([media_first, media_first, media_first, marked, turns])
    make(rng, maker, case)
    if make is not marked:
        case.request = request_of(case.messages, maker.paths) | {"id": name}
    return case
