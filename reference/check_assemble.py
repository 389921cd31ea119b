"""Puts tiny Qwen2 and SigLIP models of transformers together with onevision and lets transformers judge the result.

For tied and untied language models, SiglipModel and SiglipVisionModel, stored number types, both layouts and both
written number types: every tensor must hold the same bits (or those of torch's own conversion), the folder must pass
`checkpoint verify` and, as llava-hf, load without missing or unexpected weights; then text logits must equal those
of the language model and tower features the hidden state before the tower's last layer, exactly.

    python check_assemble.py build/onevision
"""

import argparse
import itertools
import os
import pathlib
import shutil
import subprocess
import tempfile
import warnings

import torch
from transformers import (
    Qwen2Config,
    Qwen2ForCausalLM,
    SiglipConfig,
    SiglipModel,
    SiglipVisionConfig,
    SiglipVisionModel,
)

import make_tokenizer
from check_convert import DTYPES, hub_name, load_strictly, read_tensors, same_bits

RANKS = 512  # the special tokens follow
ROWS = 576
LAYERS = 3  # of the tower, one of which is left out


def make_language_model(folder, tied, dtype):
    torch.manual_seed(1)
    config = Qwen2Config(
        vocab_size=ROWS,
        hidden_size=48,
        intermediate_size=80,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        rope_theta=1e6,
        tie_word_embeddings=tied,
        initializer_range=0.2,
        bos_token_id=RANKS,
        eos_token_id=RANKS + 2,
    )
    model = Qwen2ForCausalLM(config).to(dtype).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):  # zeros would hide a mistake
                parameter.normal_(0, 0.2)
    model.save_pretrained(folder)
    tokenizer = make_tokenizer.build(make_tokenizer.read_ranks(RANKS), with_media=False)
    make_tokenizer.write(pathlib.Path(folder), tokenizer)
    return model


def make_tower(folder, whole, dtype):
    torch.manual_seed(2)
    vision = {"hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": LAYERS, "num_attention_heads": 2}
    vision |= {"image_size": 56, "patch_size": 14}
    if whole:
        text = {"hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 1, "num_attention_heads": 2}
        model = SiglipModel(SiglipConfig(vision_config=vision, text_config=text | {"vocab_size": 50}))
    else:
        model = SiglipVisionModel(SiglipVisionConfig(**vision))
    model = model.to(dtype).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.3)
    model.save_pretrained(folder)
    return model.vision_model


def assemble(program, text, tower, out, layout, dtype, *more):
    command = [program, "checkpoint", "assemble", "--language-model", text, "--vision-tower", tower, "--out", out]
    command += ["--layout", layout, "--dtype", dtype, "--seed", "5", *more]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    assert f"the tower has {LAYERS} layers, the first {LAYERS - 1} are kept" in done.stdout, done.stdout
    done = subprocess.run([program, "checkpoint", "verify", out, "--quiet"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def expected_tensors(text, tower):
    """What the target must hold under llava-hf's names, drawn tensors aside."""
    expected = {hub_name(name): tensor for name, tensor in read_tensors(text).items()}
    for name, tensor in read_tensors(tower).items():
        used = name.startswith("vision_model.") and not name.startswith("vision_model.head.")
        if used and not name.startswith(f"vision_model.encoder.layers.{LAYERS - 1}."):
            expected[f"vision_tower.{name}"] = tensor
    return expected


def check_drawn(drawn, width, inputs):
    """Shapes and ranges of what neither folder holds."""
    shapes = {
        "image_newline": (width,),
        "multi_modal_projector.linear_1.weight": (width, inputs),
        "multi_modal_projector.linear_1.bias": (width,),
        "multi_modal_projector.linear_2.weight": (width, width),
        "multi_modal_projector.linear_2.bias": (width,),
    }
    assert {name: tuple(tensor.shape) for name, tensor in drawn.items()} == shapes
    for name, tensor in drawn.items():
        if name == "image_newline":
            continue
        bound = (inputs if "linear_1" in name else width) ** -0.5
        largest = tensor.float().abs().max().item()
        assert 0.9 * bound < largest <= bound * (1 + 2**-8), (name, largest, bound)


def check_outputs(out, dtype, language_model, tower):
    """Only where nothing was converted on the way."""
    model = load_strictly(out, dtype)
    ids = torch.randint(0, RANKS, (1, 20), generator=torch.Generator().manual_seed(3))
    pixels = torch.randn(2, 3, 56, 56, generator=torch.Generator().manual_seed(4)).to(DTYPES[dtype])
    with torch.no_grad():
        assert torch.equal(model(input_ids=ids).logits, language_model(input_ids=ids).logits), "logits differ"
        features = model.model.vision_tower(pixels, output_hidden_states=True).hidden_states[-1]
        kept = []
        tower.encoder.layers[LAYERS - 1].register_forward_pre_hook(lambda layer, inputs: kept.append(inputs[0]))
        tower(pixels)
        assert torch.equal(features, kept[0]), "features differ"


def check(program, work, tied, whole, stored):
    text, tower = os.path.join(work, "text"), os.path.join(work, "tower")
    make_language_model(text, tied, DTYPES[stored])
    make_tower(tower, whole, DTYPES[stored])
    expected = expected_tensors(text, tower)
    results = {}
    for layout, dtype in itertools.product(("official", "hf"), ("float32", "bfloat16")):
        out = os.path.join(work, f"{layout}-{dtype}")
        assemble(program, text, tower, out, layout, dtype, "--max-shard-gb", "0.0001")
        found = {hub_name(name): tensor for name, tensor in read_tensors(out).items()}
        results[layout, dtype] = found
        assert expected.keys() < found.keys(), expected.keys() - found.keys()
        for name, tensor in expected.items():
            assert same_bits(tensor.to(DTYPES[dtype]), found[name]), name
        check_drawn({name: found[name] for name in found.keys() - expected.keys()}, 48, 24)
        if layout == "hf" and stored == dtype:
            # Loaded the same way, so that both have the same rotary table.
            language_model = Qwen2ForCausalLM.from_pretrained(text, dtype=DTYPES[dtype], attn_implementation="eager")
            reference = (SiglipModel if whole else SiglipVisionModel).from_pretrained(
                tower, dtype=DTYPES[dtype], attn_implementation="eager"
            )
            check_outputs(out, dtype, language_model.eval(), reference.vision_model.eval())
        elif layout == "hf":
            load_strictly(out, dtype)
    for dtype in ("float32", "bfloat16"):
        official, hf = results["official", dtype], results["hf", dtype]
        assert official.keys() == hf.keys()
        for name, tensor in official.items():
            assert same_bits(tensor, hf[name]), name
            assert same_bits(results["hf", "float32"][name].to(torch.bfloat16), results["hf", "bfloat16"][name]), name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    for tied, whole, stored in itertools.product((False, True), (False, True), DTYPES):
        work = tempfile.mkdtemp()
        try:
            check(options.program, work, tied, whole, stored)
        finally:
            shutil.rmtree(work)
        tower = "SiglipModel" if whole else "SiglipVisionModel"
        print(f"{'tied' if tied else 'untied':7} {tower:17} {stored:9} ok", flush=True)


if __name__ == "__main__":
    main()
