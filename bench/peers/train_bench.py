"""The Python side of the training comparison: what the authors' trainer does, with transformers and PyTorch on a CPU.

    python train_bench.py --model DIR --data samples.json --batch-size 8 --micro-batch 2 --threads 2 --json out.json

--model is a folder of either layout, --data a LLaVA .json or .jsonl; pictures are beside it or in --image-folder, a
video is a folder of frames. One epoch (or --steps) of full training:
  loader      DataLoader with --workers processes; PIL decoding, anyres tiles, pad mode for several pictures, frames
              stretched (reference/pixels.py), official labels; batches grouped by modality and length as the authors do
  forward     micro-batches padded to their longest sample; all tiles of a micro-batch through the tower in one call; an
              empty picture for a text; logits of every position in float32; mean cross entropy
  memory      checkpointing of every tower and decoder layer, recomputed in the backward pass
  precision   bfloat16 weights and gradients, float32 masters and moments (as DeepSpeed keeps them); or float32
  optimizer   clip of the global norm, fused AdamW, one call per parameter so that only one float32 gradient exists at a
              time; vision rate 2e-6, others 1e-5, cosine schedule
One JSON object comes out: rates, and per step loss, seconds, samples, tokens, supervised tokens and the time spent
waiting for the loader; and the peak memory of the process with its loader processes.
"""

import argparse
import json
import math
import os
import pathlib
import random
import resource
import sys
import time

import torch
import transformers
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "reference")]
from check_trained import media_of, read_records, turns_of  # noqa: E402
from process_memory import PeakMemory  # noqa: E402
from train_model import canonical_parameters, load_folder, packed, part_of, projected_tiles  # noqa: E402
from train_model import tiling_of, tokens_of  # noqa: E402
from train_reference import UNUSED, layer_norm_names, multiplier  # noqa: E402
from train_samples import IGNORED, make_sample  # noqa: E402

RATES = {"vision": 2e-6, "projector": 1e-5, "newline": 1e-5, "language": 1e-5}
MAX_FRAMES = 32


class Records(Dataset):
    def __init__(self, records, image_folder, model_folder):
        self.records, self.folder = records, pathlib.Path(image_folder)
        self.tokens, self.tiling = tokens_of(model_folder), tiling_of(model_folder)

    def __len__(self):
        return len(self.records)

    def __getitem__(self, index):
        record = self.records[index]
        media = media_of(record, self.folder, MAX_FRAMES)
        return make_sample(str(record.get("id", index)), turns_of(record), media, self.tokens, self.tiling)


def signed_length(record):
    """Words of all turns, negative for a text: what the authors group by."""
    words = sum(len(turn["value"].split()) for turn in record["conversations"])
    return words if "image" in record or "video" in record else -words


def megabatches(indices, lengths, micro, world, rng):
    """Random megabatches of world * micro samples, each sorted and dealt into even micro-batches."""
    order = rng.sample(indices, len(indices))
    out = []
    for at in range(0, len(order), world * micro):
        mega = sorted(order[at : at + world * micro], key=lambda i: -abs(lengths[i]))
        if len(mega) < world * micro:
            out.append([i for k in range(world) for i in mega[k::world]])
            continue
        chunks = [[] for _ in range(world)]
        for i in mega:
            open_chunks = [chunk for chunk in chunks if len(chunk) < micro]
            min(open_chunks, key=lambda chunk: sum(abs(lengths[j]) for j in chunk)).append(i)
        out.append([i for chunk in chunks for i in chunk])
    return out


def grouped_by_modality_and_length(records, micro, world, seed):
    rng = random.Random(seed)
    lengths = [signed_length(record) for record in records]
    media = [i for i, length in enumerate(lengths) if length > 0]
    texts = [i for i, length in enumerate(lengths) if length <= 0]
    if not media or not texts:
        return [i for mega in megabatches(media or texts, lengths, micro, world, rng) for i in mega]
    one, other = (megabatches(part, lengths, micro, world, rng) for part in (media, texts))
    last = sorted(one[-1] + other[-1])
    mixed = one[:-1] + other[:-1]
    rng.shuffle(mixed)
    return [i for mega in mixed for i in mega] + last


class Trainer:
    def __init__(self, options, total_steps):
        self.options, self.total, self.steps = options, total_steps, 0
        self.model = load_folder(options.model, getattr(torch, options.dtype)).train()
        self.model.config.use_cache = False
        if not options.no_checkpointing:
            self.model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        norms = layer_norm_names(self.model)
        self.entries = []
        for name, parameter in canonical_parameters(self.model).items():
            if name.startswith(UNUSED):
                parameter.requires_grad_(False)
                continue
            parameter.requires_grad_(True)
            decay = 0.0 if "bias" in name or name in norms else options.weight_decay
            master = parameter if options.dtype == "float32" else parameter.detach().float()
            optimizer = torch.optim.AdamW([master], lr=0.0, weight_decay=decay, fused=True)
            self.entries.append((parameter, master, optimizer, RATES[part_of(name)]))
        tile = self.model.config.vision_config.image_size
        self.empty_picture = torch.zeros(1, 3, tile, tile)

    def embeds(self, samples):
        """One [T, D] per sample, from one call of the tower."""
        stacks = [pixels for s in samples for pixels in (s.pixels or [self.empty_picture])]
        projected = iter(projected_tiles(self.model, torch.cat(stacks)).split([len(stack) for stack in stacks]))
        table = self.model.model.language_model.embed_tokens
        out = []
        for sample in samples:
            parts, at = [], 0
            for plan in sample.plans:
                parts += [table(sample.input_ids[at : plan["begin"]]), packed(self.model, plan, next(projected))]
                at = plan["begin"] + plan["tokens"]
            parts.append(table(sample.input_ids[at:]))
            if not sample.plans:
                parts.append(next(projected)[0, :0])  # no token, but the tower is part of every graph
            out.append(torch.cat(parts))
        return out

    def micro_loss(self, samples):
        embeds = pad_sequence(self.embeds(samples), batch_first=True)
        labels = pad_sequence([s.labels for s in samples], batch_first=True, padding_value=IGNORED)
        lengths = torch.tensor([len(s.labels) for s in samples])
        mask = torch.arange(embeds.shape[1])[None] < lengths[:, None]
        hidden = self.model.model.language_model(
            inputs_embeds=embeds, attention_mask=None if mask.all() else mask.long(), use_cache=False
        ).last_hidden_state
        logits = self.model.lm_head(hidden).float()
        return functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=IGNORED, reduction="mean"
        )

    def step(self, micro_batches):
        total = 0.0
        for samples in micro_batches:
            loss = self.micro_loss(samples) / len(micro_batches)
            loss.backward()
            total += float(loss.detach())
        self.update()
        return total

    @torch.no_grad()
    def update(self):
        gradients = [p.grad for p, _, _, _ in self.entries if p.grad is not None]
        norm = math.sqrt(sum(float(torch.linalg.vector_norm(g, dtype=torch.float32)) ** 2 for g in gradients))
        clip = min(1.0, self.options.max_grad_norm / (norm + 1e-6))
        factor = multiplier(self.steps, self.total, 0.03)
        self.steps += 1
        for parameter, master, optimizer, rate in self.entries:
            if parameter.grad is None:
                continue
            if master is parameter:
                master.grad.mul_(clip)
            else:
                master.grad = parameter.grad.float().mul_(clip)
                parameter.grad = None
            optimizer.param_groups[0]["lr"] = rate * factor
            optimizer.step()
            master.grad = None
            if master is not parameter:
                parameter.copy_(master)


def as_is(samples):
    return samples


def run_epoch(options, records):
    accumulation = options.batch_size // options.micro_batch
    order = grouped_by_modality_and_length(records, options.micro_batch, accumulation, options.seed)
    steps = len(order) // options.batch_size
    steps = min(steps, options.steps or steps)
    data = Records(records, options.image_folder or os.path.dirname(options.data), options.model)
    batches = [order[i : i + options.micro_batch] for i in range(0, steps * options.batch_size, options.micro_batch)]
    loader = DataLoader(data, batch_sampler=batches, num_workers=options.workers, collate_fn=as_is)
    trainer = Trainer(options, steps)
    log, started, source = [], time.perf_counter(), iter(loader)
    for _ in range(steps):
        begin = time.perf_counter()
        micro_batches, wait = [], 0.0
        for _ in range(accumulation):
            asked = time.perf_counter()
            micro_batches.append(next(source))
            wait += time.perf_counter() - asked
        loss = trainer.step(micro_batches)
        samples = [sample for batch in micro_batches for sample in batch]
        log.append(
            {
                "loss": loss,
                "seconds": time.perf_counter() - begin,
                "wait_s": wait,
                "samples": len(samples),
                "tokens": sum(len(sample.labels) for sample in samples),
                "supervised_tokens": sum(sample.supervised for sample in samples),
            }
        )
        print(json.dumps(log[-1]), file=sys.stderr, flush=True)
    return log, time.perf_counter() - started


def summary(log, seconds, options):
    sums = {key: sum(entry[key] for entry in log) for key in ("samples", "tokens", "supervised_tokens", "wait_s")}
    return {
        "seconds": seconds,
        **sums,
        "supervised_tokens_per_s": sums["supervised_tokens"] / seconds,
        "tokens_per_s": sums["tokens"] / seconds,
        "samples_per_s": sums["samples"] / seconds,
        "steps": log,
        "workers": options.workers,
        "threads": options.threads,
        "dtype": options.dtype,
        "checkpointing": not options.no_checkpointing,
        "batch_size": options.batch_size,
        "micro_batch": options.micro_batch,
        "torch": torch.__version__,
        "transformers": transformers.__version__,
    }


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--image-folder", default="", help="default: the folder of the data file")
    parser.add_argument("--steps", type=int, default=0, help="0: one epoch")
    parser.add_argument("--batch-size", type=int, default=8, help="samples of one optimizer step")
    parser.add_argument("--micro-batch", type=int, default=2, help="samples of one forward pass")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--workers", type=int, default=4, help="loader processes; 0 loads between the steps")
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--no-checkpointing", action="store_true")
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--max-grad-norm", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--json", help="write the result here as well")
    options = parser.parse_args()
    if options.batch_size % options.micro_batch:
        parser.error("--batch-size must be a multiple of --micro-batch")
    return options


def main():
    options = parse_options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    with PeakMemory() as memory:
        log, seconds = run_epoch(options, read_records(options.data))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    own = usage.ru_maxrss * 1024
    result = summary(log, seconds, options) | {
        "peak_rss_bytes": max(own, memory.peak_bytes),
        "own_rss_bytes": own,
        "user_s": usage.ru_utime,  # both far below threads * seconds: others used the machine
        "system_s": usage.ru_stime,
    }
    print(json.dumps(result))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
