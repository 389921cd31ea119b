"""Writes testdata/goldens/train/contrastive.*: SigLIP's sigmoid loss, its gradients and ten optimizer steps.

transformers' SiglipModel on drawn pixels and ids: its tower has the weights of checkpoints/mini-official, what
onevision drops after the stage (pooling head, text tower, scale and bias) is drawn here. Loss of N pairs:

    -1/N sum_i sum_j log sigmoid(z_ij (exp(t') x_i . y_j + b)),  z = 1 for i = j, else -1

without the pairs i != j of two captions that are the same. Where there are none it is transformers' own loss, which is
checked.

A caption is cut or filled to the tower's length with the id of <|endoftext|>, which stays last (SiglipTokenizer).
Steps, schedule, clipping and decay are those of train_reference.py; logit_scale is not decayed. A step is two
micro-batches, whose losses weigh as their pairs. Values are of a run in float64, stored as float32.

    OMP_NUM_THREADS=1 python make_contrastive.py --out ../testdata/goldens/train       # after make_gradients.py

contrastive.safetensors: sample.<i>.pixel_values [3, S, S], sample.<i>.text_ids (not cut, without the end),
start.<name>, grad.<name> (of the first step, as one micro-batch) and final.<name> under onevision's names.
contrastive.json: checkpoint, settings, steps, first_loss, results of each step.
"""

import argparse
import json
import os

import torch
import transformers
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional
from transformers import SiglipConfig, SiglipModel

from train_model import config_of, stored_tensors, tokens_of
from train_reference import multiplier

CHECKPOINT = "checkpoints/mini-official"
LENGTH, WIDTH, LAYERS, HEADS = 8, 20, 2, 4  # of the text tower
STEPS = [[0, 1, 2, 3, 4, 5], [6, 2, 0, 7, 1, 3], [5, 4, 6, 0, 2, 7]] * 3 + [[7, 6, 5, 4, 3, 2]]
SETTINGS = {
    "learning_rates": {"vision": 1e-3, "dropped": 2e-3},
    "micro_batch": 4,  # the second micro-batch of a step has two pairs
    "warmup_ratio": 0.03,
    "weight_decay": 0.1,
    "max_grad_norm": 1.0,
    "adam": {"beta1": 0.9, "beta2": 0.95, "eps": 1e-8},
    "text": {"max_tokens": LENGTH, "width": WIDTH, "layers": LAYERS, "heads": HEADS},
}


def build(folder):
    torch.manual_seed(31)
    vision = config_of(folder).vision_config.to_dict() | {"vision_use_head": True}
    text = {
        "vocab_size": config_of(folder).text_config.vocab_size,
        "hidden_size": WIDTH,
        "intermediate_size": vision["intermediate_size"] * WIDTH // vision["hidden_size"],
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "max_position_embeddings": LENGTH,
        "projection_size": vision["hidden_size"],
    }
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=vision)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            spread = 0.3 if parameter.dim() == 1 else 1.5 / parameter.shape[-1] ** 0.5
            nn.init.normal_(parameter, 1.0 if "norm" in name and name.endswith("weight") else 0.0, spread)
        model.logit_scale.fill_(1.2)
        model.logit_bias.fill_(-2.0)
        tower = {f"vision_tower.{name}" for name, _ in model.vision_model.named_parameters() if "head." not in name}
        stored = stored_tensors(folder, tower)
        for name, parameter in model.vision_model.named_parameters():
            if "head." not in name:
                parameter.copy_(stored["vision_tower." + name].float())
    return model


def named(tensors):
    """Our names; the head's packed projection comes apart."""
    result = {}
    for name, tensor in tensors.items():
        name = name.replace("vision_model.", "vision_tower.")
        if ".in_proj_" in name:
            for part, piece in zip("qkv", tensor.chunk(3)):
                result[name.replace("in_proj_", f"{part}_proj.")] = piece.contiguous()
        else:
            result[name] = tensor.contiguous()
    return result


def drawn_pairs(model, end):
    generator = torch.Generator().manual_seed(32)
    side = model.config.vision_config.image_size
    lengths = [3, 5, 12, 1, 7, 3, 8, 4]  # 12 is cut; 7 just fits with its end; 5 repeats the caption of 0
    captions = [torch.randint(0, end, (length,), generator=generator) for length in lengths]
    captions[5] = captions[0].clone()
    return [(torch.randn(3, side, side, generator=generator), caption) for caption in captions]


def padded(caption, end):
    return torch.cat([caption[: LENGTH - 1], torch.full((LENGTH,), end)])[:LENGTH]


def pair_losses(model, pairs, end):
    ids = torch.stack([padded(caption, end) for _, caption in pairs])
    pixels = torch.stack([pixels for pixels, _ in pairs]).to(model.dtype)
    output = model(input_ids=ids, pixel_values=pixels, return_loss=True)
    same = (ids[:, None] == ids[None]).all(-1)
    sign = 2 * torch.eye(len(pairs), dtype=model.dtype) - 1
    keep = (~same | torch.eye(len(pairs), dtype=torch.bool)).to(model.dtype)
    losses = -(functional.logsigmoid(sign * output.logits_per_image) * keep).sum(1)
    if keep.all():
        assert torch.allclose(losses.mean(), output.loss), "transformers' own loss differs"
    best = output.logits_per_image.argmax(1)
    matched = int(same[torch.arange(len(pairs)), best].sum())
    return losses, matched


class Trainer:
    def __init__(self, model, total, end):
        self.model, self.total, self.end, self.number = model, total, end, 0
        norms = {id(p) for m in model.modules() if isinstance(m, nn.LayerNorm) for p in m.parameters()}
        groups = {}
        for name, parameter in model.named_parameters():
            kept = name.startswith("vision_model.") and "head." not in name
            decayed = id(parameter) not in norms and "bias" not in name and name != "logit_scale"
            groups.setdefault(("vision" if kept else "dropped", decayed), []).append(parameter)
        adam = SETTINGS["adam"]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": params, "part": part, "weight_decay": SETTINGS["weight_decay"] if decayed else 0.0}
                for (part, decayed), params in groups.items()
            ],
            lr=0.0,
            betas=(adam["beta1"], adam["beta2"]),
            eps=adam["eps"],
        )

    def step(self, pairs):
        self.optimizer.zero_grad(set_to_none=True)
        size, loss, matched = SETTINGS["micro_batch"], 0.0, 0
        for first in range(0, len(pairs), size):
            losses, hits = pair_losses(self.model, pairs[first : first + size], self.end)
            part = losses.sum() / len(pairs)
            part.backward()
            loss, matched = loss + float(part.detach()), matched + hits
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), SETTINGS["max_grad_norm"])
        factor = multiplier(self.number, self.total, SETTINGS["warmup_ratio"])
        for group in self.optimizer.param_groups:
            group["lr"] = SETTINGS["learning_rates"][group["part"]] * factor
        self.optimizer.step()
        self.number += 1
        return {"loss": loss, "grad_norm": float(norm), "matched": matched}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    torch.set_num_threads(1)
    folder = os.path.join(options.out, CHECKPOINT)
    end = tokens_of(folder).tokenizer.convert_tokens_to_ids("<|endoftext|>")
    model = build(folder).double()
    pairs = drawn_pairs(model, end)
    tensors = {f"sample.{i}.pixel_values": pixels for i, (pixels, _) in enumerate(pairs)}
    tensors |= {f"sample.{i}.text_ids": caption for i, (_, caption) in enumerate(pairs)}
    start = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    tensors |= {f"start.{name}": value.float() for name, value in named(start).items()}
    first = [pairs[i] for i in STEPS[0]]
    losses, matched = pair_losses(model, first, end)
    losses.mean().backward()
    gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
    tensors |= {f"grad.{name}": value.float() for name, value in named(gradients).items()}
    trainer = Trainer(model, len(STEPS), end)
    results = [trainer.step([pairs[i] for i in step]) for step in STEPS]
    final = {name: parameter.detach() for name, parameter in model.named_parameters()}
    tensors |= {f"final.{name}": value.float().clone() for name, value in named(final).items()}
    save_file(tensors, os.path.join(options.out, "contrastive.safetensors"))
    report = {
        "versions": {"torch": torch.__version__.split("+")[0], "transformers": transformers.__version__},
        "reference": "float64, stored as float32",
        "checkpoint": CHECKPOINT,
        "end_of_text": end,
        "samples": len(pairs),
        "settings": SETTINGS,
        "steps": STEPS,
        "first": {"loss": float(losses.detach().mean()), "matched": matched},
        "results": results,
    }
    with open(os.path.join(options.out, "contrastive.json"), "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)
        file.write("\n")
    print([round(entry["loss"], 4) for entry in results], [entry["matched"] for entry in results])


if __name__ == "__main__":
    main()
