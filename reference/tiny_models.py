"""Tiny random LLaVA-OneVision checkpoints in float32, in every folder layout that onevision reads.

Layouts (docs/parity.md): "official" (names and config.json of the authors' releases), "hf-a" (what transformers
4.57.6 saves and the hub holds), "hf-b" (transformers' names in memory, two shards), "hf-c" (names and config of
transformers 5). Weights are drawn much wider than at the start of training, so that attention is peaked, logits
are of order 1 to 10 and a mistake anywhere is visible at the end.

    python tiny_models.py --out DIR --seed 1 --shape small --layout official
"""

import argparse
import copy
import json
import math
import os
import pathlib
from dataclasses import asdict, dataclass

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    Qwen2Config,
    SiglipVisionConfig,
)

import make_tokenizer
from geometry import grid_pinpoints

REQUIRED_TRANSFORMERS = "4.57.6"
LAYOUTS = ("official", "hf-a", "hf-b", "hf-c")

# Renders what the checkpoint converter's template renders: role, images, videos, texts, end of turn.
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{# pictures come before videos, videos before words #}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>\n' }}{% endfor %}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'video') %}{{ '<video>\n' }}{% endfor %}"
    "{% for part in message['content'] | selectattr('type', 'equalto', 'text') %}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ part['text'] }}{% endgeneration %}"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}"
    "{{ '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


@dataclass
class Shape:
    """Everything that differs between two tiny checkpoints, weights aside."""

    ranks: int = 512  # entries of the Qwen2 vocabulary; the special tokens follow
    vocab_multiple: int = 64
    tile: int = 56
    patch: int = 14
    grid: int = 6  # canvases up to grid x grid tiles
    max_tiles: int = 9
    vision_hidden: int = 32
    vision_inner: int = 64
    vision_layers: int = 2
    vision_heads: int = 2
    hidden: int = 48
    inner: int = 96
    layers: int = 3
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 12
    tied: bool = False
    rope_theta: float = 1e6
    rms_norm_eps: float = 1e-6

    @property
    def patches(self):
        return self.tile // self.patch

    @property
    def vocab_size(self):
        return -(-(self.ranks + 5) // self.vocab_multiple) * self.vocab_multiple

    @property
    def end_of_text_id(self):
        return self.ranks

    @property
    def eos_id(self):
        return self.ranks + 2

    @property
    def image_id(self):
        return self.ranks + 3

    @property
    def video_id(self):
        return self.ranks + 4

    @property
    def pinpoints(self):
        """The numbers of every config.json: (width, height) in official ones, (height, width) in llava-hf ones."""
        return grid_pinpoints(self.tile, self.grid)

    def canvases(self, layout):
        """(width, height) in the order in which a folder of that layout tries them."""
        return self.pinpoints if layout == "official" else [(width, height) for height, width in self.pinpoints]


SHAPES = {
    # The real tower's grid: 384-pixel tiles of 27 x 27 patches; head_dim is not hidden / heads.
    "real": Shape(tile=384, head_dim=16),
    # Small maps, so that whole tensors fit into the golden files.
    "small": Shape(tile=56, vision_hidden=24, vision_inner=48, hidden=40, inner=72, head_dim=10),
    # Nothing is round: odd tower heads and inner size, tied embeddings, other theta and eps, padded vocabulary.
    "odd": Shape(
        ranks=700,
        vocab_multiple=128,
        tile=70,
        vision_hidden=33,
        vision_inner=43,
        vision_layers=3,
        vision_heads=3,
        hidden=42,
        inner=61,
        layers=2,
        heads=3,
        kv_heads=1,
        head_dim=10,
        tied=True,
        rope_theta=1e4,
        rms_norm_eps=1e-5,
    ),
    # As small as it can be, for goldens of training: whole gradients and weights of several runs are stored.
    "mini": Shape(
        ranks=300,
        tile=20,
        patch=6,
        vision_hidden=16,
        vision_inner=24,
        hidden=24,
        inner=40,
        layers=2,
        head_dim=6,
    ),
    "mini-tied": Shape(
        ranks=300,
        tile=25,
        patch=6,
        vision_hidden=18,
        vision_inner=23,
        vision_heads=3,
        hidden=20,
        inner=33,
        layers=2,
        heads=3,
        kv_heads=1,
        head_dim=8,
        tied=True,
        rope_theta=1e4,
    ),
    # The released 0.5B model's shape, for measuring time (bench/peers); random weights, 1.8 GB in bfloat16.
    "0.5b": Shape(
        ranks=151643,
        vocab_multiple=152000,
        tile=384,
        vision_hidden=1152,
        vision_inner=4304,
        vision_layers=26,
        vision_heads=16,
        hidden=896,
        inner=4864,
        layers=24,
        heads=14,
        kv_heads=2,
        head_dim=64,
        tied=True,
    ),
}


def hf_config(shape):
    vision = SiglipVisionConfig(
        hidden_size=shape.vision_hidden,
        intermediate_size=shape.vision_inner,
        num_hidden_layers=shape.vision_layers,
        num_attention_heads=shape.vision_heads,
        image_size=shape.tile,
        patch_size=shape.patch,
        vision_use_head=False,
    )
    text = Qwen2Config(
        vocab_size=shape.vocab_size,
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        head_dim=shape.head_dim,
        max_position_embeddings=32768,
        rms_norm_eps=shape.rms_norm_eps,
        rope_theta=shape.rope_theta,
        tie_word_embeddings=shape.tied,
        use_sliding_window=False,
        bos_token_id=shape.end_of_text_id,
        eos_token_id=shape.eos_id,
    )
    return LlavaOnevisionConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=shape.image_id,
        video_token_index=shape.video_id,
        vision_aspect_ratio=f"anyres_max_{shape.max_tiles}",
        image_grid_pinpoints=[list(pair) for pair in shape.pinpoints],
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
    )


def weight_std(name, fan_in, shape):
    """Standard deviation of one matrix: wide enough that activations stay of order 1 to a few."""
    if "position_embedding" in name:
        return 0.6
    if "embed_tokens" in name:
        return 3 / math.sqrt(shape.hidden) if shape.tied else 1.0
    if "lm_head" in name:
        return 3 / math.sqrt(fan_in)
    gain = 2.0 if ".q_proj" in name or ".k_proj" in name or "patch_embedding" in name else 1.2
    return gain / math.sqrt(fan_in)


def build_model(shape, seed):
    assert transformers.__version__ == REQUIRED_TRANSFORMERS, f"found transformers {transformers.__version__}"
    torch.manual_seed(seed)
    config = hf_config(shape)
    model = LlavaOnevisionForConditionalGeneration(config).float().eval()
    if shape.tied:
        model.tie_weights()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "image_newline" in name:
                parameter.normal_(0, 1)
            elif name.endswith("bias"):
                parameter.normal_(0, 0.3)
            elif parameter.dim() == 1:
                parameter.normal_(1, 0.2)
            else:
                parameter.normal_(0, weight_std(name, parameter[0].numel(), shape))
    model.generation_config = transformers.GenerationConfig(
        bos_token_id=shape.end_of_text_id, eos_token_id=shape.eos_id, pad_token_id=shape.end_of_text_id
    )
    return model


def tensors_in_layout(model, layout):
    """name -> tensor as a file of that layout holds them."""
    renames = {
        "hf-a": [
            ("model.language_model.", "language_model.model."),
            ("lm_head.", "language_model.lm_head."),
            ("model.", ""),
        ],
        "hf-b": [],
        "hf-c": [
            ("model.language_model.", "language_model.model."),
            ("lm_head.", "language_model.lm_head."),
            ("model.vision_tower.vision_model.", "vision_tower."),
            ("model.", ""),
        ],
        "official": [
            ("model.language_model.", "model."),
            ("model.vision_tower.", "model.vision_tower.vision_tower."),
            ("model.multi_modal_projector.linear_1.", "model.mm_projector.0."),
            ("model.multi_modal_projector.linear_2.", "model.mm_projector.2."),
        ],
    }[layout]
    tensors = {}
    for name, parameter in model.named_parameters():
        for old, new in renames:
            if name.startswith(old):
                name = new + name[len(old) :]
                break
        tensors[name] = parameter.detach().clone().contiguous()
    return tensors


def write_json(folder, name, value):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, ensure_ascii=False)
        file.write("\n")


def write_tensors(folder, tensors, shards):
    if shards == 1:
        save_file(tensors, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
        return
    names = sorted(tensors)
    weight_map = {}
    for shard in range(shards):
        file_name = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = {name: tensors[name] for name in names[shard::shards]}
        save_file(part, os.path.join(folder, file_name), metadata={"format": "pt"})
        weight_map.update({name: file_name for name in part})
    total = sum(tensor.numel() * tensor.element_size() for tensor in tensors.values())
    write_json(
        folder,
        "model.safetensors.index.json",
        {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))},
    )


def official_config(shape, dtype):
    return {
        "architectures": ["LlavaQwenForCausalLM"],
        "model_type": "llava",
        "attention_dropout": 0.0,
        "bos_token_id": shape.end_of_text_id,
        "eos_token_id": shape.eos_id,
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "head_dim": shape.head_dim,
        "image_aspect_ratio": f"anyres_max_{shape.max_tiles}",
        "image_crop_resolution": None,
        "image_grid_pinpoints": [list(pair) for pair in shape.pinpoints],
        "image_split_resolution": None,
        "image_token_index": shape.image_id,
        "video_token_index": shape.video_id,
        "initializer_range": 0.02,
        "intermediate_size": shape.inner,
        "max_position_embeddings": 32768,
        "max_window_layers": shape.layers,
        "mm_hidden_size": shape.vision_hidden,
        "mm_newline_position": "one_token",
        "mm_patch_merge_type": "spatial_unpad",
        "mm_projector_lr": None,
        "mm_projector_type": "mlp2x_gelu",
        "mm_resampler_type": None,
        "mm_spatial_pool_mode": "bilinear",
        "mm_tunable_parts": "mm_vision_tower,mm_mlp_adapter,mm_language_model",
        "mm_use_im_patch_token": False,
        "mm_use_im_start_end": False,
        "mm_vision_select_feature": "patch",
        "mm_vision_select_layer": -2,
        "mm_vision_tower": "tiny-siglip",
        "mm_vision_tower_lr": 2e-06,
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
        "pos_skipping_range": 4096,
        "rms_norm_eps": shape.rms_norm_eps,
        "rope_scaling": None,
        "rope_theta": shape.rope_theta,
        "sliding_window": 131072,
        "tie_word_embeddings": shape.tied,
        "tokenizer_model_max_length": 32768,
        "tokenizer_padding_side": "right",
        "torch_dtype": dtype,
        "transformers_version": "4.40.0.dev0",
        "use_cache": True,
        "use_mm_proj": True,
        "use_pos_skipping": False,
        "use_sliding_window": False,
        "vision_tower_pretrained": None,
        "vocab_size": shape.vocab_size,
        "vision_config": {
            "model_type": "siglip_vision_model",
            "hidden_size": shape.vision_hidden,
            "intermediate_size": shape.vision_inner,
            "num_hidden_layers": shape.vision_layers,
            "num_attention_heads": shape.vision_heads,
            "image_size": shape.tile,
            "patch_size": shape.patch,
            "vision_use_head": False,
            "layer_norm_eps": 1e-06,
            "hidden_act": "gelu_pytorch_tanh",
        },
    }


def transformers5_config(config, dtype):
    """config.json of the same model as transformers 5 writes it: rope_parameters instead of rope_theta."""
    config = copy.deepcopy(config)
    text = config["text_config"]
    text["rope_parameters"] = {"rope_theta": text.pop("rope_theta"), "rope_type": "default"}
    text.pop("rope_scaling", None)
    text |= {"dtype": dtype, "pad_token_id": None, "tie_word_embeddings": text.get("tie_word_embeddings", False)}
    config["vision_config"]["dtype"] = dtype
    return config | {"tie_word_embeddings": text["tie_word_embeddings"], "transformers_version": "5.24.0"}


def processor_files(shape, layout):
    """file name -> content of the processor's files: one file each as on the hub, or nested as transformers 5 does."""
    half = [0.5, 0.5, 0.5]
    size = {"height": shape.tile, "width": shape.tile}
    values = {
        "do_convert_rgb": True,
        "do_normalize": True,
        "do_rescale": True,
        "do_resize": True,
        "image_mean": half,
        "image_std": half,
        "resample": 3,
        "rescale_factor": 1 / 255,
        "size": size,
    }
    image = values | {
        "do_pad": True,
        "image_processor_type": "LlavaOnevisionImageProcessor",
        "image_grid_pinpoints": [list(pair) for pair in shape.pinpoints],
    }
    video = values | {"do_sample_frames": False, "video_processor_type": "LlavaOnevisionVideoProcessor"}
    processor = {
        "image_token": "<image>",
        "num_image_tokens": shape.patches**2,
        "processor_class": "LlavaOnevisionProcessor",
        "video_token": "<video>",
        "vision_aspect_ratio": f"anyres_max_{shape.max_tiles}",
        "vision_feature_select_strategy": "full",
    }
    if layout == "hf-c":
        return {"processor_config.json": processor | {"image_processor": image, "video_processor": video}}
    separate = {
        "preprocessor_config.json": image | {"processor_class": "LlavaOnevisionProcessor"},
        "video_preprocessor_config.json": video | {"processor_class": "LlavaOnevisionProcessor"},
        "processor_config.json": processor,
    }
    if layout == "hf-a":
        separate["chat_template.json"] = {"chat_template": CHAT_TEMPLATE}
    return separate


def write_tokenizer(folder, shape, layout):
    """The cut Qwen2 vocabulary; hf-b and hf-c hold merges as pairs, as newer libraries do, and no vocab.json."""
    tokenizer = make_tokenizer.build(make_tokenizer.read_ranks(shape.ranks), with_media=layout != "official")
    make_tokenizer.write(pathlib.Path(folder), tokenizer)
    if layout in ("hf-b", "hf-c"):
        tokenizer["model"]["merges"] = [merge.split(" ") for merge in tokenizer["model"]["merges"]]
        write_json(folder, "tokenizer.json", tokenizer)
        for name in ("vocab.json", "merges.txt"):
            os.remove(os.path.join(folder, name))


def save_checkpoint(model, shape, folder, layout):
    """Writes the whole folder."""
    os.makedirs(folder, exist_ok=True)
    write_tokenizer(folder, shape, layout)
    dtype = str(model.dtype).removeprefix("torch.")
    generation = {"bos_token_id": shape.end_of_text_id, "pad_token_id": shape.end_of_text_id, "do_sample": False}
    if layout == "official":
        write_tensors(folder, tensors_in_layout(model, layout), shards=1)
        write_json(folder, "config.json", official_config(shape, dtype))
        write_json(
            folder, "generation_config.json", generation | {"eos_token_id": [shape.eos_id, shape.end_of_text_id]}
        )
        return
    for name, content in processor_files(shape, layout).items():
        write_json(folder, name, content)
    if layout != "hf-a":
        with open(os.path.join(folder, "chat_template.jinja"), "w", encoding="utf-8") as file:
            file.write(CHAT_TEMPLATE)
    if layout == "hf-a":
        model.save_pretrained(folder)
        return
    config = json.loads(model.config.to_json_string(use_diff=True))
    config |= {"architectures": ["LlavaOnevisionForConditionalGeneration"], "dtype": dtype}
    write_tensors(folder, tensors_in_layout(model, layout), shards=2 if layout == "hf-b" else 1)
    write_json(folder, "config.json", transformers5_config(config, dtype) if layout == "hf-c" else config)
    write_json(folder, "generation_config.json", generation | {"eos_token_id": shape.eos_id})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="small")
    parser.add_argument("--layout", choices=LAYOUTS, default="hf-a")
    parser.add_argument("--dtype", choices=("float32", "bfloat16", "float16"), default="float32")
    options = parser.parse_args()
    shape = SHAPES[options.shape]
    model = build_model(shape, options.seed).to(getattr(torch, options.dtype))
    save_checkpoint(model, shape, options.out, options.layout)
    print(json.dumps({"out": options.out, "layout": options.layout, **asdict(shape)}))


if __name__ == "__main__":
    main()
