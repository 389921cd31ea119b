"""How many feature rows and columns a picture keeps, under the three rules that `--compat` offers.

All three choose the canvas and the resized size alike (doubles) and shrink alike (doubles); they differ in
how the rows or columns of the black bars are counted:
  exact     integers: floor(height * columns / width)
  official  doubles, truncated: int(height * (columns / width))
  hf        doubles, rounded to 7 digits first: transformers' own code, called here when it is installed

    geometry(1375, 1125, grid_pinpoints(384, 6), patches=27, rule="exact")
"""

import math
from typing import NamedTuple

from pixels import choose_canvas


class Geometry(NamedTuple):
    rows: int
    cols: int
    unpadded_rows: int
    unpadded_cols: int
    final_rows: int
    final_cols: int
    tokens: int


def grid_pinpoints(tile, largest):
    """(width, height) of all canvases from 1x1 to largest x largest tiles, width in the outer loop."""
    return [(i * tile, j * tile) for i in range(1, largest + 1) for j in range(1, largest + 1)]


def kept_length(other_side, map_length, this_side, rule):
    """Rows (or columns) that the picture covers: floor(this_side * map_length / other_side)."""
    if rule == "exact":
        return this_side * map_length // other_side
    scaled = this_side * (map_length / other_side)
    return int(scaled) if rule == "official" else int(round(scaled, 7))


def unpadded(width, height, map_rows, map_cols, rule):
    if rule == "exact":
        wide = width * map_rows > map_cols * height
    else:
        wide = width / height > map_cols / map_rows
    if wide:
        bar = (map_rows - kept_length(width, map_cols, height, rule)) // 2
        return map_rows - 2 * bar, map_cols
    bar = (map_cols - kept_length(height, map_rows, width, rule)) // 2
    return map_rows, map_cols - 2 * bar


def geometry(width, height, pinpoints, tile, patches, rule, max_tiles=9):
    canvas = choose_canvas(width, height, pinpoints)
    cols, rows = canvas[0] // tile, canvas[1] // tile
    kept_rows, kept_cols = unpadded(width, height, patches * rows, patches * cols, rule)
    final_rows, final_cols = kept_rows, kept_cols
    ratio = math.sqrt(kept_rows * kept_cols / (max_tiles * patches**2))
    if ratio > 1.1:
        final_rows, final_cols = int(kept_rows // ratio), int(kept_cols // ratio)
    tokens = patches**2 + final_rows * (final_cols + 1)
    return Geometry(rows, cols, kept_rows, kept_cols, final_rows, final_cols, tokens)
