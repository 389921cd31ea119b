"""Times transformers 4.57.6 from a media file to the first token, and its decoding.

Loads a llava-hf checkpoint folder once (bfloat16, scaled-dot-product attention) and then answers one JSON line for
each JSON line on stdin, so that its runs can alternate with another program's in one session:

    python transformers_bench.py --model DIR --threads 2
    {"image": "photo.png", "decode": 32}      or      {"video": "folder of frames", "decode": 0}

Answers have the fields of `onevision bench ttft`. Pictures go through transformers' PIL processor, frames through
the same steps in PIL; prompt ids are expanded by the rule of its processor. The model's own forward is timed, with
logits of the last position only, as its generate does.
"""

import argparse
import json
import pathlib
import resource
import sys
import time

import numpy as np
import torch
import transformers
from PIL import Image
from transformers import AutoTokenizer, LlavaOnevisionForConditionalGeneration, LlavaOnevisionImageProcessor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "reference"))
from geometry import geometry  # noqa: E402
from pixels import video_tiles  # noqa: E402

QUESTION = "Describe what is shown."


class TransformersRun:
    def __init__(self, folder, threads, dtype):
        assert transformers.__version__ == "4.57.6", f"found transformers {transformers.__version__}"
        torch.set_num_threads(threads)
        start = time.perf_counter()
        self.model = LlavaOnevisionForConditionalGeneration.from_pretrained(
            folder, dtype=dtype, attn_implementation="sdpa"
        ).eval()
        self.load_seconds = time.perf_counter() - start
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.processor = LlavaOnevisionImageProcessor.from_pretrained(folder)
        self.dtype = dtype
        self.language_model_start = 0.0
        self.model.model.language_model.register_forward_pre_hook(self.note_language_model)

    def note_language_model(self, *_):
        self.language_model_start = time.perf_counter()

    def prompt_ids(self, token_id, count):
        before = self.tokenizer("<|im_start|>user\n")["input_ids"]
        after = self.tokenizer(f"\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n")["input_ids"]
        return torch.tensor([before + [token_id] * count + after])

    def image_inputs(self, path):
        config = self.model.config
        image = Image.open(path).convert("RGB")
        batch = self.processor([[image]], return_tensors="pt")
        tile = config.vision_config.image_size
        plan = geometry(
            image.width,
            image.height,
            [(w, h) for h, w in config.image_grid_pinpoints],
            tile,
            tile // config.vision_config.patch_size,
            "hf",
            int(config.vision_aspect_ratio.split("_")[-1]),
        )
        return {
            "input_ids": self.prompt_ids(config.image_token_id, plan.tokens),
            "pixel_values": batch["pixel_values"].to(self.dtype),
            "image_sizes": batch["image_sizes"],
            "batch_num_images": torch.tensor([1]),
        }

    def video_inputs(self, folder):
        config = self.model.config
        frames = [np.asarray(Image.open(path).convert("RGB")) for path in sorted(pathlib.Path(folder).iterdir())]
        pixels = torch.from_numpy(video_tiles(frames, config.vision_config.image_size))
        side = config.vision_config.image_size // config.vision_config.patch_size
        tokens = len(frames) * (-(-side // 2)) ** 2 + 1
        return {
            "input_ids": self.prompt_ids(config.video_token_id, tokens),
            "pixel_values_videos": pixels[None].to(self.dtype),
        }

    @torch.inference_mode()
    def measure(self, request):
        start = time.perf_counter()
        inputs = self.image_inputs(request["image"]) if "image" in request else self.video_inputs(request["video"])
        prepared = time.perf_counter()
        output = self.model(**inputs, use_cache=True, logits_to_keep=1)
        token = output.logits[:, -1].argmax(-1, keepdim=True)
        first = time.perf_counter()
        result = {
            "preprocess_s": prepared - start,
            "vision_s": self.language_model_start - prepared,
            "prefill_s": first - self.language_model_start,
            "first_token_s": first - start,
            "prompt_tokens": inputs["input_ids"].shape[1],
        }
        steps = request.get("decode", 0)
        for _ in range(steps):
            output = self.model(input_ids=token, past_key_values=output.past_key_values, use_cache=True)
            token = output.logits[:, -1].argmax(-1, keepdim=True)
        if steps:
            result["decode_tokens_per_s"] = steps / (time.perf_counter() - first)
        return result | {"peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", choices=("bfloat16", "float32", "float16"), default="bfloat16")
    options = parser.parse_args()
    run = TransformersRun(options.model, options.threads, getattr(torch, options.dtype))
    print(json.dumps({"ready": True, "load_s": run.load_seconds, "torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(run.measure(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
