"""Pictures and the official image preprocessing, written from the rules and checked against transformers.

The authors' pipeline works on PIL images: choose a canvas, resize with bicubic, centre on black, cut tiles, put
the stretched whole image in front, normalise. transformers' slow processor gives the same values wherever it does
not mistake a 1 or 3 pixels high image for channels-first; make_goldens.py asserts that for every picture.

    tiles = image_tiles(pattern(640, 480, seed=3), anyres=True, pinpoints=[(384, 384), (384, 768)], tile=384)
"""

import math

import numpy as np
from PIL import Image

TEST_GREY = 127  # int(0.5 * 255): the mean colour of the square in pad mode


def pattern(width, height, seed):
    """The test picture that the C++ tests draw by the same formula, uint8 [height, width, 3].

    value(x, y, c) = (x*(7+c) + y*(13+2c) + x*y*(seed%5) + seed*31 + ((x/16)^(y/16))*c*17) & 255, all in 64-bit
    integers, with / rounding down.
    """
    x = np.arange(width, dtype=np.int64)[None, :]
    y = np.arange(height, dtype=np.int64)[:, None]
    planes = [
        (x * (7 + c) + y * (13 + 2 * c) + x * y * (seed % 5) + seed * 31 + ((x // 16) ^ (y // 16)) * c * 17) & 255
        for c in range(3)
    ]
    return np.stack(planes, axis=-1).astype(np.uint8)


def choose_canvas(width, height, pinpoints):
    """The (width, height) of the canvas that keeps most pixels, then wastes least, then comes first."""
    best, best_kept, best_waste = None, 0, math.inf
    for canvas_width, canvas_height in pinpoints:
        scale = min(canvas_width / width, canvas_height / height)
        kept = min(int(width * scale) * int(height * scale), width * height)
        waste = canvas_width * canvas_height - kept
        if kept > best_kept or (kept == best_kept and waste < best_waste):
            best, best_kept, best_waste = (canvas_width, canvas_height), kept, waste
    return best


def fitted_size(width, height, canvas):
    """The size to which a picture is resized before it is centred on its canvas."""
    scale_x, scale_y = canvas[0] / width, canvas[1] / height
    if scale_x < scale_y:
        return canvas[0], min(math.ceil(height * scale_x), canvas[1])
    return min(math.ceil(width * scale_y), canvas[0]), canvas[1]


def stretched(image, width, height):
    return image.resize((width, height), Image.Resampling.BICUBIC)


def normalised(pictures):
    """uint8 [n, S, S, 3] -> float32 [n, 3, S, S] in [-1, 1], in the order of operations of both sides."""
    scaled = (pictures.astype(np.float64) * (1 / 255)).astype(np.float32)
    out = (scaled - np.float32(0.5)) / np.float32(0.5)
    return np.ascontiguousarray(out.transpose(0, 3, 1, 2))


def anyres_pictures(rgb, pinpoints, tile):
    image = Image.fromarray(rgb)
    canvas_size = choose_canvas(image.width, image.height, pinpoints)
    fit_width, fit_height = fitted_size(image.width, image.height, canvas_size)
    canvas = Image.new("RGB", canvas_size, (0, 0, 0))
    offset = ((canvas_size[0] - fit_width) // 2, (canvas_size[1] - fit_height) // 2)
    canvas.paste(stretched(image, fit_width, fit_height), offset)
    tiles = [
        canvas.crop((left, top, left + tile, top + tile))
        for top in range(0, canvas_size[1], tile)
        for left in range(0, canvas_size[0], tile)
    ]
    return np.stack([np.asarray(t) for t in [stretched(image, tile, tile)] + tiles])


def padded_picture(rgb, tile):
    image = Image.fromarray(rgb)
    side = max(image.width, image.height)
    square = Image.new("RGB", (side, side), (TEST_GREY,) * 3)
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(stretched(square, tile, tile))[None]


def image_tiles(rgb, anyres, pinpoints, tile):
    """float32 [tiles, 3, tile, tile]: the base image and the grid, or the one padded square."""
    return normalised(anyres_pictures(rgb, pinpoints, tile) if anyres else padded_picture(rgb, tile))


def video_tiles(frames, tile):
    """float32 [frames, 3, tile, tile]: every frame stretched."""
    return normalised(np.stack([np.asarray(stretched(Image.fromarray(f), tile, tile)) for f in frames]))


def sampled_frames(total, wanted):
    """Indices of evenly spread frames from the first to the last; frames repeat when there are too few."""
    return np.linspace(0, total - 1, wanted, dtype=int).tolist()
