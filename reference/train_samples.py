"""Training samples as the authors' code prepares them, written from the rules: token ids, labels, plans and pixels.

A conversation is a list of (role, text) turns, role "user", "assistant" or "system", an <image> in the text for each
medium (a video too). A medium is ("image", uint8 [h, w, 3]) or ("video", list of frames). Forms:
  qwen_1_5  system turn, roles; supervised are the assistant blocks, header included, and in all turns the tokens
            <|im_start|>, <|im_end|> and the lone newline (id 198): the authors' mask
  plain     the first turn is thrown away but for its <image>; caption and newline are supervised, nothing else is said
Placeholders are expanded: a picture's positions hold image_id, a video's video_id; their label is -100.

    tiling = Tiling(tile=20, patches=3, canvases=[(20, 20), (20, 40)])
    sample = make_sample("one", turns, media, tokens, tiling)
    tensors, described = sample_tensors([sample]), [sample.described()]    # and back: samples_from(tensors, described)

How samples are stored: tensors sample.<i>.input_ids [T] int64, sample.<i>.labels [T] int64 (not shifted) and
sample.<i>.media.<j>.pixel_values [tiles, 3, S, S] float32 in a safetensors file; in a JSON file one entry per sample:
{"name", "tokens", "supervised", "media": [plan...]}. A plan has the fields of onevision's MediaPlan: mode, width,
height, grid, tiles, unpad_offset, unpadded, final_map (pairs are rows, columns), frames, tokens, and begin (its first
position in input_ids), newline (whether it has newline vectors) and, of anyres, max_tiles (above which it is shrunk).
"""

import re
from dataclasses import dataclass, field

import numpy as np
import torch
from PIL import Image
from transformers import PreTrainedTokenizerFast

from geometry import geometry, unpadded
from pixels import choose_canvas, image_tiles, normalised, stretched, video_tiles

IGNORED = -100
NEWLINE_ID = 198  # "\n" in every cut of the Qwen2 vocabulary
SYSTEM = "You are a helpful assistant."


@dataclass
class Tiling:
    """How one picture becomes tiles and features; mode is that of samples with one picture."""

    tile: int = 384
    patches: int = 27
    canvases: list = None  # (width, height) in the order in which they are tried
    mode: str = "anyres"  # anyres | pad | square
    max_tiles: int = 9
    newline: bool = True


@dataclass
class Tokens:
    """A tokenizer and the ids that matter."""

    tokenizer: PreTrainedTokenizerFast
    start_id: int
    end_id: int
    image_id: int
    video_id: int

    @classmethod
    def of_folder(cls, folder, image_id, video_id):
        tokenizer = PreTrainedTokenizerFast(tokenizer_file=f"{folder}/tokenizer.json")
        start, end = tokenizer.convert_tokens_to_ids(["<|im_start|>", "<|im_end|>"])
        return cls(tokenizer, start, end, image_id, video_id)

    def encode(self, text):
        """Ids with -200 for every <image>."""
        ids = []
        for piece in re.split("(<image>)", text):
            if piece == "<image>":
                ids.append(-200)
            elif piece:
                ids += self.tokenizer.encode(piece, add_special_tokens=False)
        return ids


@dataclass
class Sample:
    name: str
    input_ids: torch.Tensor
    labels: torch.Tensor
    plans: list = field(default_factory=list)
    pixels: list = field(default_factory=list)  # one float32 [tiles, 3, S, S] for each plan

    @property
    def supervised(self):
        """Positions that have a loss: the first label is never predicted."""
        return int((self.labels[1:] != IGNORED).sum())

    def described(self):
        return {
            "name": self.name,
            "tokens": len(self.input_ids),
            "supervised": self.supervised,
            "media": self.plans,
        }


def qwen_ids(turns, tokens):
    """Ids (with -200) and labels of the qwen_1_5 form."""
    if turns[0][0] != "system":
        turns = [("system", SYSTEM)] + list(turns)
    ids, labels = [], []
    for role, text in turns:
        block = tokens.encode(f"<|im_start|>{role}\n{text}<|im_end|>\n")
        ids += block
        labels += block if role == "assistant" else [IGNORED] * len(block)
    always = {NEWLINE_ID, tokens.start_id, tokens.end_id}
    return ids, [one if one in always else label for one, label in zip(ids, labels)]


def plain_ids(turns, tokens):
    """Ids (with -200) and labels of the plain form: picture, caption, newline."""
    assert len(turns) == 2 and "<image>" in turns[0][1]
    caption = tokens.encode(turns[1][1] + "\n")
    return [-200] + caption, [IGNORED] + caption


def expanded(ids, labels, plans, tokens):
    """Every -200 repeated plan["tokens"] times, unsupervised; notes in each plan where it begins."""
    out_ids, out_labels, queue = [], [], list(plans)
    for one, label in zip(ids, labels):
        if one != -200:
            out_ids.append(one)
            out_labels.append(label)
            continue
        plan = queue.pop(0)
        plan["begin"] = len(out_ids)
        out_ids += [tokens.video_id if plan["mode"] == "video" else tokens.image_id] * plan["tokens"]
        out_labels += [IGNORED] * plan["tokens"]
    assert not queue, "more media than placeholders"
    return torch.tensor(out_ids), torch.tensor(out_labels)


def flat_plan(mode, width, height, side, tiling, frames=0):
    """A plan without a canvas: square, pad or video."""
    return {
        "mode": mode,
        "width": width,
        "height": height,
        "grid": [1, 1],
        "tiles": max(1, frames),
        "unpad_offset": [0, 0],
        "unpadded": [tiling.patches, tiling.patches],
        "final_map": [side, side],
        "frames": frames,
        "tokens": max(1, frames) * side * side + int(tiling.newline),
        "newline": tiling.newline,
    }


def anyres_plan(width, height, tiling):
    plans = {
        rule: geometry(width, height, tiling.canvases, tiling.tile, tiling.patches, rule, tiling.max_tiles)
        for rule in ("exact", "official", "hf")
    }
    plan = plans["exact"]
    map_rows, map_cols = plan.rows * tiling.patches, plan.cols * tiling.patches
    kept = unpadded(width, height, map_rows, map_cols, "exact")
    return {
        "mode": "anyres",
        "width": width,
        "height": height,
        "grid": [plan.rows, plan.cols],
        "tiles": 1 + plan.rows * plan.cols,
        "unpad_offset": [(map_rows - kept[0]) // 2, (map_cols - kept[1]) // 2],
        "unpadded": list(kept),
        "final_map": [plan.final_rows, plan.final_cols],
        "frames": 0,
        "tokens": plan.tokens if tiling.newline else plan.tokens - plan.final_rows,
        "newline": tiling.newline,
        "max_tiles": tiling.max_tiles,
        "rules_agree": len(set(plans.values())) == 1,
    }


def prepared_medium(kind, item, mode, tiling):
    """(plan, pixel values) of one medium."""
    if kind == "video":
        height, width = item[0].shape[:2]
        plan = flat_plan("video", width, height, (tiling.patches + 1) // 2, tiling, len(item))
        return plan, torch.from_numpy(video_tiles(item, tiling.tile))
    height, width = item.shape[:2]
    if mode == "anyres":
        plan = anyres_plan(width, height, tiling)
        assert plan["grid"] == [s // tiling.tile for s in choose_canvas(width, height, tiling.canvases)][::-1]
        return plan, torch.from_numpy(image_tiles(item, True, tiling.canvases, tiling.tile))
    if mode == "pad":
        pixels = image_tiles(item, False, None, tiling.tile)
    else:
        pixels = normalised(np.asarray(stretched(Image.fromarray(item), tiling.tile, tiling.tile))[None])
    return flat_plan(mode, width, height, tiling.patches, tiling), torch.from_numpy(pixels)


def make_sample(name, turns, media, tokens, tiling, form="qwen_1_5"):
    """Several pictures are padded to one tile each, whatever tiling.mode says, as the authors' loader does."""
    several = sum(kind == "image" for kind, _ in media) > 1
    prepared = [prepared_medium(kind, item, "pad" if several else tiling.mode, tiling) for kind, item in media]
    ids, labels = (plain_ids if form == "plain" else qwen_ids)(turns, tokens)
    plans = [plan for plan, _ in prepared]
    ids, labels = expanded(ids, labels, plans, tokens)
    return Sample(name, ids, labels, plans, [pixels for _, pixels in prepared])


def sample_tensors(samples):
    tensors = {}
    for i, sample in enumerate(samples):
        tensors[f"sample.{i}.input_ids"] = sample.input_ids
        tensors[f"sample.{i}.labels"] = sample.labels
        for j, pixels in enumerate(sample.pixels):
            tensors[f"sample.{i}.media.{j}.pixel_values"] = pixels
    return tensors


def samples_from(tensors, described):
    """The inverse: `described` is the list of Sample.described()."""
    return [
        Sample(
            entry["name"],
            tensors[f"sample.{i}.input_ids"],
            tensors[f"sample.{i}.labels"],
            entry["media"],
            [tensors[f"sample.{i}.media.{j}.pixel_values"] for j in range(len(entry["media"]))],
        )
        for i, entry in enumerate(described)
    ]
