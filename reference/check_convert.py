"""Converts tiny random checkpoints of every layout with onevision and lets transformers judge the result.

For each layout, number type and tying: the converted folder must load without missing or unexpected weights,
every tensor must hold the same bits, and the logits on a picture and a video must equal those of the original
model exactly; a folder that is converted there and back must equal the first one bit for bit.

    python check_convert.py build/onevision
"""

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import tempfile
import warnings

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoProcessor, AutoTokenizer, LlavaOnevisionForConditionalGeneration
from transformers.models.llava_onevision.image_processing_llava_onevision import LlavaOnevisionImageProcessor

from geometry import geometry
from tiny_models import LAYOUTS, SHAPES, build_model, save_checkpoint

DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}
PROMPT = "<|im_start|>user\n<image>\nWhat is shown?<|im_end|>\n<|im_start|>assistant\n"
VIDEO_PROMPT = "<|im_start|>user\n<video>\nWhat is shown?<|im_end|>\n<|im_start|>assistant\n"


def convert(program, source, layout, target, *more):
    command = [program, "checkpoint", "convert", "--model", source, "--to", layout, "--out", target, *more]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def read_tensors(folder):
    index = os.path.join(folder, "model.safetensors.index.json")
    files = ["model.safetensors"]
    if os.path.exists(index):
        with open(index, encoding="utf-8") as file:
            files = sorted(set(json.load(file)["weight_map"].values()))
    tensors = {}
    for name in files:
        tensors.update(load_file(os.path.join(folder, name)))
    return tensors


def set_dtype(folder, dtype):
    """Rewrites a float32 folder in another number type."""
    for name in os.listdir(folder):
        if name.endswith(".safetensors"):
            path = os.path.join(folder, name)
            save_file(
                {key: value.to(DTYPES[dtype]) for key, value in load_file(path).items()},
                path,
                metadata={"format": "pt"},
            )
    path = os.path.join(folder, "config.json")
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    for key in ("dtype", "torch_dtype"):
        if key in config:
            config[key] = dtype
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)


def bits(tensor):
    return tensor.contiguous().view(torch.uint8)


def same_bits(one, other):
    return one.dtype == other.dtype and one.shape == other.shape and torch.equal(bits(one), bits(other))


def hub_name(name):
    """What a llava-hf file calls a tensor of any other layout."""
    for old, new in (
        ("model.vision_tower.vision_tower.", "vision_tower."),
        ("model.mm_projector.0.", "multi_modal_projector.linear_1."),
        ("model.mm_projector.2.", "multi_modal_projector.linear_2."),
        ("model.vision_tower.", "vision_tower."),
        ("model.multi_modal_projector.", "multi_modal_projector."),
        ("model.image_newline", "image_newline"),
        ("model.language_model.", "language_model.model."),
        ("lm_head.", "language_model.lm_head."),
        ("model.", "language_model.model."),
        ("vision_tower.embeddings.", "vision_tower.vision_model.embeddings."),
        ("vision_tower.encoder.", "vision_tower.vision_model.encoder."),
        ("vision_tower.post_layernorm.", "vision_tower.vision_model.post_layernorm."),
    ):
        if name.startswith(old):
            return new + name[len(old) :]
    return name


def inputs_by_processor(folder, picture, video):
    """None where torchvision is missing, without which transformers loads no video processor."""
    try:
        processor = AutoProcessor.from_pretrained(folder)
    except ImportError:
        return None
    return [
        processor(images=picture, text=PROMPT, return_tensors="pt"),
        processor(videos=[video], text=VIDEO_PROMPT, return_tensors="pt"),
    ]


def inputs_by_parts(folder, shape, picture, video):
    """The same from the folder's tokenizer and picture processor, placeholders expanded by our own formula."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    pixels = LlavaOnevisionImageProcessor.from_pretrained(folder)(images=[picture], return_tensors="pt")
    width, height = picture.size
    plan = geometry(width, height, shape.canvases("hf-a"), shape.tile, shape.patches, "hf", shape.max_tiles)
    frames = LlavaOnevisionImageProcessor.from_pretrained(folder)(
        images=[Image.fromarray(frame) for frame in video], return_tensors="pt"
    )["pixel_values"][:, 0]
    pooled = (shape.patches + 1) // 2
    texts = (
        PROMPT.replace("<image>", "<image>" * plan.tokens),
        VIDEO_PROMPT.replace("<video>", "<video>" * (len(video) * pooled * pooled + 1)),
    )
    return [
        {**tokenizer(texts[0], return_tensors="pt"), **pixels},
        {**tokenizer(texts[1], return_tensors="pt"), "pixel_values_videos": frames[None]},
    ]


def logits_of(model, folder, shape):
    """Logits on a picture and on a video, prepared by the folder's own processor files."""
    noise = np.random.default_rng(5)
    picture = Image.fromarray(noise.integers(0, 256, (shape.tile + 37, 2 * shape.tile, 3), dtype=np.uint8))
    frames = [Image.fromarray(noise.integers(0, 256, (80, 100, 3), dtype=np.uint8)) for _ in range(3)]
    video = np.stack([np.asarray(frame) for frame in frames])
    results = []
    for inputs in inputs_by_processor(folder, picture, video) or inputs_by_parts(folder, shape, picture, video):
        placeholders = ((inputs["input_ids"] == shape.image_id) | (inputs["input_ids"] == shape.video_id)).sum()
        assert placeholders > 10, "the processor did not expand the placeholder"
        inputs = {key: value.to(model.dtype) if value.is_floating_point() else value for key, value in inputs.items()}
        with torch.no_grad():
            results.append(model(**inputs).logits)
    return results


def load_strictly(folder, dtype):
    model, info = LlavaOnevisionForConditionalGeneration.from_pretrained(
        folder, dtype=DTYPES[dtype], output_loading_info=True, attn_implementation="eager"
    )
    for kind in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs"):
        assert not info[kind], f"{folder}: {kind}: {info[kind]}"
    return model.eval()


def check(program, work, shape_name, tied, layout, dtype):
    shape = dataclasses.replace(SHAPES[shape_name], tied=tied)
    original = build_model(shape, seed=3)
    source, target = os.path.join(work, "source"), os.path.join(work, "target")
    save_checkpoint(original, shape, source, layout)
    set_dtype(source, dtype)
    convert(program, source, "hf", target, "--max-shard-gb", "0.00015")
    assert len([name for name in os.listdir(target) if name.endswith(".safetensors")]) > 1, "not sharded"

    stored = {hub_name(name): tensor for name, tensor in read_tensors(source).items()}
    written = read_tensors(target)
    assert stored.keys() == written.keys(), stored.keys() ^ written.keys()
    for name, tensor in stored.items():
        assert same_bits(tensor, written[name]), name

    model = load_strictly(target, dtype)
    # Saved by transformers itself and loaded the same way: .to() would round the rotary table too.
    direct = os.path.join(work, "direct")
    save_checkpoint(original, shape, direct, "hf-a")
    set_dtype(direct, dtype)
    reference = load_strictly(direct, dtype)
    for ours, theirs in zip(logits_of(model, target, shape), logits_of(reference, target, shape)):
        assert torch.equal(ours, theirs), f"logits differ by {(ours - theirs).abs().max()}"

    there, back = os.path.join(work, "there"), os.path.join(work, "back")
    convert(program, target, "official", there)
    convert(program, there, "hf", back)
    again = read_tensors(back)
    assert written.keys() == again.keys()
    for name, tensor in written.items():
        assert same_bits(tensor, again[name]), name
    load_strictly(back, dtype)


def check_identity_norm(program, work):
    """A source without the tower's final norm still loads without a missing weight."""
    shape = SHAPES["small"]
    source, target = os.path.join(work, "source"), os.path.join(work, "target")
    save_checkpoint(build_model(shape, seed=4), shape, source, "official")
    path = os.path.join(source, "model.safetensors")
    save_file({name: tensor for name, tensor in load_file(path).items() if "post_layernorm" not in name}, path)
    assert "post_layernorm" in convert(program, source, "hf", target)
    load_strictly(target, "float32")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    cases = [("small", False, layout, dtype) for layout in LAYOUTS for dtype in DTYPES]
    cases += [("odd", True, layout, "float32") for layout in LAYOUTS] + [("small", True, "official", "bfloat16")]
    for shape, tied, layout, dtype in cases:
        work = tempfile.mkdtemp()
        try:
            check(options.program, work, shape, tied, layout, dtype)
        finally:
            shutil.rmtree(work)
        print(f"{layout:9} {dtype:9} {'tied' if tied else 'untied':7} ok", flush=True)
    work = tempfile.mkdtemp()
    try:
        check_identity_norm(options.program, work)
    finally:
        shutil.rmtree(work)
    print("identity norm ok")


if __name__ == "__main__":
    main()
