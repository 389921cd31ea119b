"""A checkpoint folder in transformers, ready for training: canonical names, features, losses of samples.

Folders of both layouts are read without the program: an official folder's config.json is turned into transformers'
configuration here and its tensors are renamed. Tower, projector, packing, pooling, embeddings, decoder and head are
transformers' own modules; only the splice of features between embeddings is done here.

    model = load_folder("testdata/goldens/train/checkpoints/mini-official", torch.float32)
    names = canonical_parameters(model)                   # "vision_tower.embeddings...." -> parameter
    total, count = sample_loss(model, sample)             # summed cross entropy, supervised positions
"""

import json
import pathlib
import types

import torch
from safetensors.torch import load_file
from torch.nn import functional
from transformers import LlavaOnevisionConfig, LlavaOnevisionForConditionalGeneration, Qwen2Config, SiglipVisionConfig
from transformers.modeling_utils import no_init_weights
from transformers.models.qwen2.modeling_qwen2 import Qwen2RMSNorm

from train_samples import IGNORED, Tiling, Tokens

# Stored prefix -> canonical prefix, by kind of folder; the first fitting line wins. "memory" are also the names of
# parameters in transformers 4.57.6.
NAMES = {
    "memory": [
        ("model.vision_tower.vision_model.", "vision_tower."),
        ("model.multi_modal_projector.", "projector."),
        ("model.image_newline", "image_newline"),
        ("model.language_model.", "language_model."),
        ("lm_head.", "lm_head."),
    ],
    "official": [
        ("model.vision_tower.vision_tower.vision_model.", "vision_tower."),
        ("model.mm_projector.0.", "projector.linear_1."),
        ("model.mm_projector.2.", "projector.linear_2."),
        ("model.image_newline", "image_newline"),
        ("model.", "language_model."),
        ("lm_head.", "lm_head."),
    ],
    "hub": [
        ("vision_tower.vision_model.", "vision_tower."),
        ("multi_modal_projector.", "projector."),
        ("image_newline", "image_newline"),
        ("language_model.model.", "language_model."),
        ("language_model.lm_head.", "lm_head."),
    ],
    "transformers5": [
        ("vision_tower.", "vision_tower."),
        ("multi_modal_projector.", "projector."),
        ("image_newline", "image_newline"),
        ("language_model.model.", "language_model."),
        ("language_model.lm_head.", "lm_head."),
    ],
}
PARTS = ("vision", "projector", "newline", "language")


def renamed(name, table):
    """The canonical name, or None."""
    for stored, canonical in table:
        if name.startswith(stored):
            return canonical + name[len(stored) :]
    return None


def part_of(name):
    """Which learning rate a canonical name takes."""
    for prefix, part in (("vision_tower.", "vision"), ("projector.", "projector"), ("image_newline", "newline")):
        if name.startswith(prefix):
            return part
    return "language"


def read_json(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def config_of(folder):
    """transformers' configuration of a folder in either layout."""
    raw = read_json(f"{folder}/config.json")
    if "text_config" in raw:
        rope = raw["text_config"].get("rope_parameters")  # of transformers 5
        config = LlavaOnevisionConfig.from_dict(raw)
        config.text_config.rope_theta = rope["rope_theta"] if rope else config.text_config.rope_theta
        config.tie_word_embeddings = config.text_config.tie_word_embeddings
        return config
    shared = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
    shared += ("rms_norm_eps", "rope_theta", "vocab_size", "tie_word_embeddings", "max_position_embeddings")
    text = {key: raw[key] for key in shared}
    text |= {"head_dim": raw["head_dim"]} if raw.get("head_dim") else {}
    vision = {key: value for key, value in raw["vision_config"].items() if key != "model_type"}
    config = LlavaOnevisionConfig(
        vision_config=SiglipVisionConfig(**vision),
        text_config=Qwen2Config(use_sliding_window=False, **text),
        image_token_index=raw["image_token_index"],
        video_token_index=raw.get("video_token_index", raw["image_token_index"] + 1),
        vision_aspect_ratio=raw["image_aspect_ratio"],
        image_grid_pinpoints=[[height, width] for width, height in raw["image_grid_pinpoints"]],
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )
    config.tie_word_embeddings = raw["tie_word_embeddings"]
    return config


def stored_tensors(folder, wanted):
    """canonical name -> tensor of a folder, in the naming that explains all the `wanted`."""
    files = sorted(pathlib.Path(folder).glob("*.safetensors"))
    stored = {name: tensor for file in files for name, tensor in load_file(file).items()}
    for table in NAMES.values():
        found = {renamed(name, table): tensor for name, tensor in stored.items()}
        if None not in found and not wanted - set(found):
            return found
    raise SystemExit(f"{folder}: no naming explains its tensors, such as {sorted(stored)[:3]}")


def load_folder(folder, dtype=torch.float32):
    """The model of a folder of any layout; nothing is left as it was drawn."""
    config = config_of(folder)
    torch.set_default_dtype(dtype)  # unlike model.to(dtype), leaves the rotary frequencies in float32
    try:
        with no_init_weights():
            model = LlavaOnevisionForConditionalGeneration(config).eval()
    finally:
        torch.set_default_dtype(torch.float32)
    model.tie_weights()
    parameters = canonical_parameters(model)
    stored = stored_tensors(folder, set(parameters))
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(stored[name])
    return model


def canonical_parameters(model):
    return {renamed(name, NAMES["memory"]): parameter for name, parameter in model.named_parameters()}


def tiling_of(folder, **changes):
    """The tiling that a folder's config.json says, with `changes`."""
    config = config_of(folder)
    aspect = config.vision_aspect_ratio
    values = {
        "tile": config.vision_config.image_size,
        "patches": config.vision_config.image_size // config.vision_config.patch_size,
        "canvases": [(width, height) for height, width in config.image_grid_pinpoints],
        "max_tiles": int(aspect.split("_")[-1]) if aspect.startswith("anyres_max") else 9,
    }
    return Tiling(**(values | changes))


def tokens_of(folder):
    config = config_of(folder)
    return Tokens.of_folder(folder, config.image_token_id, config.video_token_id)


def norm_in_float64(norm, states):
    """Qwen2RMSNorm.forward without its detour through float32."""
    return norm.weight * (states * torch.rsqrt(states.pow(2).mean(-1, keepdim=True) + norm.variance_epsilon))


def in_float64(model):
    """`model` itself, computing in float64 throughout (rotary tables stay float32, as everybody's are)."""
    model.double()
    for module in model.modules():
        if isinstance(module, Qwen2RMSNorm):
            module.forward = types.MethodType(norm_in_float64, module)
    return model


def projected_tiles(model, pixels):
    """[tiles, P, D]: tower (without its final norm) and projector."""
    body = model.model
    hidden = body.vision_tower(pixels.to(model.dtype), output_hidden_states=True).hidden_states[-1]
    return body.multi_modal_projector(hidden)


def packed(model, plan, projected):
    """[plan["tokens"], D]: the one canvas of the plan is given to transformers' packing as its only choice."""
    body = model.model
    newline = body.image_newline if plan["newline"] else None
    if plan["mode"] == "video":
        pooled = body.apply_pooling(projected).flatten(0, 1)
        return pooled if newline is None else torch.cat([pooled, newline[None]])
    tile = model.config.vision_config.image_size
    body.config.image_grid_pinpoints = [[side * tile for side in plan["grid"]]]
    shrink_above = f"anyres_max_{plan.get('max_tiles', 9)}"  # a single tile is never shrunk
    tokens = body.pack_image_features([projected], [(plan["height"], plan["width"])], newline, shrink_above)[0][0]
    assert len(tokens) == plan["tokens"], (len(tokens), plan)
    return tokens


def sample_embeds(model, sample):
    embeds = model.model.language_model.embed_tokens(sample.input_ids).clone()
    for plan, pixels in zip(sample.plans, sample.pixels):
        begin = plan["begin"]
        embeds[begin : begin + plan["tokens"]] = packed(model, plan, projected_tiles(model, pixels))
    return embeds


def sample_loss(model, sample):
    """(sum of the cross entropy over supervised positions, their count)."""
    embeds = sample_embeds(model, sample)
    last = model.model.language_model(inputs_embeds=embeds[None], use_cache=False).last_hidden_state[0]
    logits = model.lm_head(last[:-1])
    logits = logits if logits.dtype == torch.float64 else logits.float()
    targets = sample.labels[1:]
    return functional.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum"), sample.supervised
