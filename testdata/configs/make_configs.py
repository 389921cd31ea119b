"""Writes the golden configurations beside this file.

hf-*.json come from transformers' own LlavaOnevisionConfig (4.57.6), the official ones from the facts
of the published checkpoints (docs/parity.md).
"""
import json
import os

import transformers
from transformers import LlavaOnevisionConfig, Qwen2Config, SiglipVisionConfig

HERE = os.path.dirname(os.path.abspath(__file__))
SHAPES = {
    "0.5b": dict(hidden_size=896, intermediate_size=4864, num_hidden_layers=24, num_attention_heads=14,
                 num_key_value_heads=2, vocab_size=151936, tie_word_embeddings=True),
    "7b": dict(hidden_size=3584, intermediate_size=18944, num_hidden_layers=28, num_attention_heads=28,
               num_key_value_heads=4, vocab_size=152064, tie_word_embeddings=False),
    "72b": dict(hidden_size=8192, intermediate_size=29568, num_hidden_layers=80, num_attention_heads=64,
                num_key_value_heads=8, vocab_size=152064, tie_word_embeddings=False),
}


def official(shape):
    return {
        "architectures": ["LlavaQwenForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 151643,
        "eos_token_id": 151645, "hidden_act": "silu", "image_aspect_ratio": "anyres_max_9",
        "image_crop_resolution": None,
        "image_grid_pinpoints": [[384 * i, 384 * j] for i in range(1, 7) for j in range(1, 7)],
        "image_split_resolution": None, "image_token_index": 151646, "initializer_range": 0.02,
        "max_position_embeddings": 32768, "max_window_layers": 28, "mm_hidden_size": 1152,
        "mm_newline_position": "one_token", "mm_patch_merge_type": "spatial_unpad", "mm_projector_lr": None,
        "mm_projector_type": "mlp2x_gelu", "mm_resampler_type": None, "mm_spatial_pool_mode": "bilinear",
        "mm_tunable_parts": "mm_vision_tower,mm_mlp_adapter,mm_language_model", "mm_use_im_patch_token": False,
        "mm_use_im_start_end": False, "mm_vision_select_feature": "patch", "mm_vision_select_layer": -2,
        "mm_vision_tower": "google/siglip-so400m-patch14-384", "mm_vision_tower_lr": 2e-06,
        "model_type": "llava", "pos_skipping_range": 4096, "rms_norm_eps": 1e-06, "rope_scaling": None,
        "rope_theta": 1000000.0, "sliding_window": 131072, "tokenizer_model_max_length": 32768,
        "tokenizer_padding_side": "right", "torch_dtype": "bfloat16", "transformers_version": "4.40.0.dev0",
        "use_cache": True, "use_mm_proj": True, "use_pos_skipping": False, "use_sliding_window": False,
        "vision_tower_pretrained": None, **shape,
    }


def hf(shape):
    padded = {151936: 152000, 152064: 152128}[shape["vocab_size"]]
    text = Qwen2Config(**{**shape, "vocab_size": padded, "max_position_embeddings": 32768, "rope_theta": 1e6,
                          "bos_token_id": 151643, "eos_token_id": 151645, "rms_norm_eps": 1e-6})
    vision = SiglipVisionConfig(hidden_size=1152, intermediate_size=4304, num_hidden_layers=26,
                                num_attention_heads=16, image_size=384, patch_size=14, vision_use_head=False)
    return LlavaOnevisionConfig(vision_config=vision.to_dict(), text_config=text.to_dict(), dtype="float16",
                                architectures=["LlavaOnevisionForConditionalGeneration"])


def main():
    assert transformers.__version__ == "4.57.6", transformers.__version__
    for size, shape in SHAPES.items():
        with open(f"{HERE}/official-{size}.json", "w") as out:
            json.dump(official(shape), out, indent=1, sort_keys=True)
    for size in ("0.5b", "7b"):
        hf(SHAPES[size]).to_json_file(f"{HERE}/hf-{size}.json")
    LlavaOnevisionConfig().to_json_file(f"{HERE}/hf-default.json")


main()
