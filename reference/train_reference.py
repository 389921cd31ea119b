"""A reference trainer: transformers' model, torch.optim.AdamW and the authors' schedule, on samples that are prepared.

    python train_reference.py --run testdata/goldens/train/stage-2ov --model FOLDER [--dtype float64] [--out STEM]

--run is the stem of a .safetensors with the samples (train_samples.py) and a .json with
  "samples": [...]                what the tensors are
  "steps": [[0, 3, 1, 2], ...]    samples of each optimizer step; micro-batches are consecutive groups
  "settings": {"learning_rates": {"vision", "projector", "newline", "language"}, "micro_batch",
               "loss": "micro_batch_mean" | "token_mean", "warmup_ratio", "weight_decay", "max_grad_norm",
               "adam": {...}}
--out gets <STEM>.safetensors with final.<canonical name> of every trained tensor and <STEM>.json with losses,
grad_norms (before clipping) and learning rates, one per step.

What the authors' trainer does and this does too:
  - a part with learning rate 0 is frozen: no gradient, not in the norm
  - decayed are all parameters but biases and LayerNorm weights; the RMSNorm weights of Qwen2 are decayed
  - step s (from 0) of T: warmup W = ceil(ratio T), multiplier s / max(1, W) below W, else
    (1 + cos(pi (s-W)/(T-W))) / 2,
    so the first step has rate 0; one multiplier for all groups
  - loss of a step: mean over its micro-batches of the mean over their supervised positions; token_mean is ours
  - the global norm is over all trained parameters; factor max_norm / (norm + 1e-6), never above 1
  - a trained parameter that a step does not touch (the tower, in a step of texts) has gradient zero and still moves by
    its momentum and decay: the authors encode an empty picture for a text
  - the tower's post_layernorm never has a gradient and never moves
"""

import argparse
import json
import math
import pathlib

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from train_model import PARTS, canonical_parameters, in_float64, load_folder, part_of, sample_loss
from train_samples import samples_from

UNUSED = "vision_tower.post_layernorm."


def multiplier(step, total, ratio):
    warmup = math.ceil(ratio * total)
    if step < warmup:
        return step / max(1, warmup)
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))


def layer_norm_names(model):
    """Canonical names of the parameters inside LayerNorm modules (RMSNorm is none)."""
    inside = {id(p) for module in model.modules() if isinstance(module, nn.LayerNorm) for p in module.parameters()}
    return {name for name, parameter in canonical_parameters(model).items() if id(parameter) in inside}


class ReferenceTrainer:
    def __init__(self, model, settings, total_steps):
        self.model, self.settings, self.total, self.step_number = model, settings, total_steps, 0
        self.rates = settings["learning_rates"]
        norms = layer_norm_names(model)
        groups, self.trained = {}, {}
        for name, parameter in canonical_parameters(model).items():
            part = part_of(name)
            parameter.requires_grad_(self.rates[part] > 0 and not name.startswith(UNUSED))
            if parameter.requires_grad:
                self.trained[name] = parameter
                decayed = name not in norms and "bias" not in name
                groups.setdefault((part, decayed), []).append(parameter)
        adam = settings["adam"]
        self.optimizer = torch.optim.AdamW(
            [
                {"params": params, "part": part, "weight_decay": settings["weight_decay"] if decayed else 0.0}
                for (part, decayed), params in groups.items()
            ],
            lr=0.0,
            betas=(adam["beta1"], adam["beta2"]),
            eps=adam["eps"],
        )

    def accumulate(self, samples):
        """Adds the gradients of one step; returns its loss."""
        size = self.settings["micro_batch"]
        groups = [samples[i : i + size] for i in range(0, len(samples), size)]
        by_token = self.settings["loss"] == "token_mean"
        loss = 0.0
        for group in groups:
            parts = [sample_loss(self.model, sample) for sample in group]
            weight = sum(s.supervised for s in samples) if by_token else sum(n for _, n in parts) * len(groups)
            micro_loss = sum(total for total, _ in parts) / weight
            micro_loss.backward()
            loss += float(micro_loss.detach())
        return loss

    def step(self, samples):
        self.optimizer.zero_grad(set_to_none=True)
        factor = multiplier(self.step_number, self.total, self.settings["warmup_ratio"])
        loss = self.accumulate(samples)
        for parameter in self.trained.values():
            parameter.grad = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        norm = nn.utils.clip_grad_norm_(self.trained.values(), self.settings["max_grad_norm"])
        for group in self.optimizer.param_groups:
            group["lr"] = self.rates[group["part"]] * factor
        self.optimizer.step()
        self.step_number += 1
        rates = {part: self.rates[part] * factor for part in PARTS}
        return {"loss": loss, "grad_norm": float(norm), "learning_rates": rates}


def train(folder, dtype, samples, steps, settings):
    """(one dict per step, canonical name -> final tensor of everything that was trained)"""
    model = load_folder(folder)
    trainer = ReferenceTrainer(in_float64(model) if dtype == torch.float64 else model, settings, len(steps))
    log = [trainer.step([samples[i] for i in step]) for step in steps]
    return log, {name: parameter.detach().clone() for name, parameter in trainer.trained.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, help="checkpoint folder of either layout")
    parser.add_argument("--run", required=True, help="stem of the samples' .safetensors and .json")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    parser.add_argument("--out", help="stem of the results; without it they are only printed")
    options = parser.parse_args()
    torch.set_num_threads(1)
    spec = json.loads(pathlib.Path(options.run + ".json").read_text(encoding="utf-8"))
    samples = samples_from(load_file(options.run + ".safetensors"), spec["samples"])
    log, final = train(options.model, getattr(torch, options.dtype), samples, spec["steps"], spec["settings"])
    for number, entry in enumerate(log):
        print(json.dumps({"step": number + 1, **entry}))
    if options.out:
        save_file({f"final.{n}": t.float().contiguous() for n, t in final.items()}, options.out + ".safetensors")
        pathlib.Path(options.out + ".json").write_text(json.dumps({"steps": log}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
