"""Compares the program's hidden `geometry` command with the formulas, for every size up to 600 x 600 and random
larger ones, under each rule of --compat; the hf rule is also compared with transformers' own counting code.

    compare_geometry("build/onevision", seed="7", work="DIR")     # True when all agree
"""

import os
import random
import subprocess

from transformers.models.llava_onevision.processing_llava_onevision import LlavaOnevisionProcessor

from geometry import geometry
from tiny_models import SHAPES, build_model, save_checkpoint

EXHAUSTIVE_SIDE = 600
RANDOM_SIZES = 40000
KNOWN = [(1375, 1125), (423, 47), (1323, 49), (944, 1153), (1153, 944), (5000, 1), (1, 5000), (4000, 3000)]


class CountingRule:
    """The part of transformers' processor that counts tokens, without a tokenizer around it."""

    vision_aspect_ratio = "anyres_max_9"


def transformers_count(plan, width, height, patches):
    kept, newlines = LlavaOnevisionProcessor._get_unpadded_features(
        CountingRule, height, width, patches, patches, plan.rows, plan.cols
    )
    return kept + newlines + patches**2


def sizes_to_check(seed):
    rng = random.Random(f"{seed}/geometry")
    sizes = [(w, h) for w in range(1, EXHAUSTIVE_SIDE + 1) for h in range(1, EXHAUSTIVE_SIDE + 1)]
    for _ in range(RANDOM_SIZES):
        largest = rng.choice([1000, 2500, 6000, 20000])
        sizes.append((rng.randint(1, largest), rng.randint(1, largest)))
    return sizes + KNOWN


def program_lines(program, folder, rule, sizes):
    text = "".join(f"{w} {h}\n" for w, h in sizes)
    done = subprocess.run(
        [program, "geometry", "--model", folder, "--compat", rule],
        input=text,
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode != 0:
        raise RuntimeError(f"geometry --compat {rule}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")
    return [tuple(map(int, line.split())) for line in done.stdout.splitlines()]


def differences(program, folder, rule, sizes, shape, layout):
    found = program_lines(program, folder, rule, sizes)
    if len(found) != len(sizes):
        return [f"{len(found)} lines for {len(sizes)} sizes"]
    canvases, wrong = shape.canvases(layout), []
    for (width, height), line in zip(sizes, found):
        plan = geometry(width, height, canvases, shape.tile, shape.patches, rule)
        if line != tuple(plan):
            wrong.append(f"{width}x{height}: program {line}, formula {tuple(plan)}")
        elif rule == "hf" and transformers_count(plan, width, height, shape.patches) != plan.tokens:
            wrong.append(f"{width}x{height}: {plan.tokens} tokens, transformers counts otherwise")
    return wrong


def compare_geometry(program, seed, work):
    shape, layout, equal = SHAPES["real"], "official", True
    folder = os.path.join(work, "geometry-model")
    save_checkpoint(build_model(shape, 1), shape, folder, layout)
    sizes = sizes_to_check(seed)
    for rule in ("exact", "official", "hf"):
        try:
            wrong = differences(program, folder, rule, sizes, shape, layout)
        except (RuntimeError, OSError) as failure:
            wrong = [str(failure)]
        print(f"geometry: {len(sizes)} sizes, {len(wrong)} different under --compat {rule}", flush=True)
        for line in wrong[:10]:
            print("  " + line)
        equal = equal and not wrong
    return equal
