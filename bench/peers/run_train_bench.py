"""Training side by side: `onevision train` and train_bench.py in turns, on the same model, samples and threads.

    python bench/peers/run_train_bench.py --program build/onevision --nano build/models/nano --model build/bench-0.5b \
        --threads 2 --rounds 3 --json build/train-bench.json

Three parts (--only picks): `nano`, one epoch of a mixture of very different lengths (train_inputs.py) on the built-in
model; `0.5b`, one step of four small samples on a model of the released shape; `loader`, pictures decoded and tiled
per second on one thread. Both sides use the same dtype, batch and micro-batch, checkpointing on. Rates are of the sum
of the step times, waiting for data included, loading and saving left out; peak memory is of the whole process tree,
watched from outside in the same way (process_memory.py). The Python side runs its loader with 4 processes and with
none in the first round of `nano` and keeps the faster. Ratios above 1: onevision is better. Other tokens on one side
are an error.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "reference")]
from pixels import image_tiles  # noqa: E402
from geometry import grid_pinpoints  # noqa: E402
from process_memory import PeakMemory  # noqa: E402
from run_bench import processor_name  # noqa: E402
from check_trained import read_picture  # noqa: E402
from train_inputs import write_mixture  # noqa: E402

RATES = {"vision": 2.0e-6, "projector": 1.0e-5, "newline": 1.0e-5, "language": 1.0e-5}
SMALL_SIZES = [(384, 384), (320, 240)]  # 1485 tokens and fewer: a head of 152000 rows needs gigabytes at each thousand


def yaml_lines(value, indent=0):
    """Block style for the few kinds of values that a recipe has."""
    for key, item in value.items():
        if isinstance(item, dict):
            yield " " * indent + f"{key}:"
            yield from yaml_lines(item, indent + 2)
        elif isinstance(item, list):
            yield " " * indent + f"{key}:"
            for entry in item:
                lines = list(yaml_lines(entry, indent + 4))
                yield " " * (indent + 2) + "- " + lines[0].strip()
                yield from lines[1:]
        else:
            text = json.dumps(item) if isinstance(item, (str, bool)) else f"{item:.10f}" if 0 < item < 1 else str(item)
            yield " " * indent + f"{key}: {text}"


def write_recipe(path, part, options):
    stage = {
        "name": "bench",
        "data": part["data"],
        "prompt": "qwen_1_5",
        "learning_rates": RATES,
        "epochs": 1,
        "batch_size": part["batch_size"],
        "micro_batch": part["micro_batch"],
        "batching": "packed",
        "order": "modality_length",
        "drop_last": True,
        "max_length": 32768,
        "activation_checkpointing": True,
        "save_every": 0,
        "sample_count": 0,
    }
    recipe = {
        "name": "bench",
        "seed": 42,
        "model": {"folder": os.path.abspath(part["model"])},
        "dtype": options.dtype,
        "stages": [stage],
    }
    pathlib.Path(path).write_text("\n".join(yaml_lines(recipe)) + "\n", encoding="utf-8")


def watched(command, **more):
    """(seconds, peak bytes of the process tree, stdout)"""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)
    with PeakMemory(child.pid) as memory:
        out, err = child.communicate()
    if child.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit code {child.returncode}\n{err[-4000:]}")
    return time.perf_counter() - start, memory.peak_bytes, out


def rates(steps, wall, peak):
    seconds = sum(step["seconds"] for step in steps)
    sums = {key: sum(step[key] for step in steps) for key in ("samples", "tokens", "supervised_tokens")}
    return {
        **sums,
        "steps": len(steps),
        "seconds": seconds,
        "wait_s": sum(step["wait_s"] for step in steps),
        "supervised_tokens_per_s": sums["supervised_tokens"] / seconds,
        "tokens_per_s": sums["tokens"] / seconds,
        "samples_per_s": sums["samples"] / seconds,
        "seconds_per_step": seconds / len(steps),
        "peak_rss_bytes": peak,
        "wall_s": wall,
        "losses": [step["loss"] for step in steps],
    }


def measure_ours(part, options, folder):
    out = tempfile.mkdtemp(prefix="run-", dir=folder)
    recipe = os.path.join(out, "recipe.yaml")
    write_recipe(recipe, part, options)
    command = [options.program, "train", recipe, "--out", os.path.join(out, "out"), "--threads", str(options.threads)]
    wall, peak, _ = watched(command)
    lines = pathlib.Path(out, "out", "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    return rates([json.loads(line) for line in lines], wall, peak)


def measure_theirs(part, options, workers):
    command = [options.python, str(HERE / "train_bench.py"), "--model", part["model"], "--data", part["data"]]
    for key in ("batch_size", "micro_batch"):
        command += ["--" + key.replace("_", "-"), str(part[key])]
    command += ["--threads", str(options.threads), "--dtype", options.dtype, "--workers", str(workers)]
    wall, peak, out = watched(command, env=os.environ | {"OMP_NUM_THREADS": str(options.threads)})
    result = json.loads(out)
    return rates(result["steps"], wall, peak) | {k: result[k] for k in ("workers", "user_s", "system_s")}


def compare(part, options, folder):
    """Medians and all runs of one part."""
    runs = {"onevision": [], "transformers": []}
    workers = part["workers"]
    for number in range(part["rounds"]):
        runs["onevision"].append(measure_ours(part, options, folder))
        theirs = [measure_theirs(part, options, count) for count in workers]
        best = max(theirs, key=lambda run: run["supervised_tokens_per_s"])
        if number == 0:
            tried = {run["workers"]: round(run["supervised_tokens_per_s"], 2) for run in theirs}
            workers = [best["workers"]]
        runs["transformers"].append(best)
        pair = [runs[side][-1] for side in ("onevision", "transformers")]
        for key in ("samples", "tokens", "supervised_tokens"):
            if pair[0][key] != pair[1][key]:
                raise SystemExit(f"the sides had different {key}: {pair[0][key]} and {pair[1][key]}")
        rate = [f"{run['supervised_tokens_per_s']:.2f}" for run in pair]
        print(f"round {number + 1}: supervised tokens/s {' and '.join(rate)}", file=sys.stderr, flush=True)
    medians = {
        side: {k: statistics.median(run[k] for run in measured) for k in measured[0] if k != "losses"}
        for side, measured in runs.items()
    }
    return {"medians": medians, "workers_tried": tried, "runs": runs, "part": part}


def loader_theirs(paths, seconds=4.0):
    """Pictures per second: Pillow decodes and resizes, numpy normalises, one thread."""
    canvases, count, start = grid_pinpoints(384, 6), 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for path in paths:
            image_tiles(read_picture(path), True, canvases, 384)
            count += 1
    return count / (time.perf_counter() - start)


def loader(options, folder):
    pictures = os.path.join(folder, "loader")
    write_mixture(pictures, 32, seed=9)
    paths = sorted(str(path) for path in pathlib.Path(pictures, "images").iterdir())
    runs = {"onevision": [], "transformers": []}
    for _ in range(options.rounds):
        _, _, out = watched([options.program, "bench", "data", *paths, "--threads", "1", "--json"])
        runs["onevision"].append(json.loads(out)["images_per_s"])
        runs["transformers"].append(loader_theirs(paths))
    return {"medians": {side: statistics.median(values) for side, values in runs.items()}, "runs": runs}


def print_part(name, result):
    ours, theirs = result["medians"]["onevision"], result["medians"]["transformers"]
    if name == "loader":
        print(f"{'loader pictures/s':<34}{ours:>12.2f}{theirs:>14.2f}{ours / theirs:>8.2f}")
        return
    for key in ("supervised_tokens_per_s", "tokens_per_s", "samples_per_s"):
        label = f"{name} {key[:-6].replace('_', ' ')}/s"
        print(f"{label:<34}{ours[key]:>12.2f}{theirs[key]:>14.2f}{ours[key] / theirs[key]:>8.2f}")
    for key, scale, unit in (("seconds_per_step", 1, "s"), ("wait_s", 1, "s"), ("peak_rss_bytes", 1e-6, "MB")):
        one, other = ours[key] * scale, theirs[key] * scale
        ratio = f"{other / one:>8.2f}" if one else ""
        label = f"{name} {key.removesuffix('_bytes').removesuffix('_s').replace('_', ' ')}"
        print(f"{label:<34}{one:>9.2f} {unit:<2}{other:>11.2f} {unit:<2}{ratio}")
    print(
        f"{name}: {ours['samples']:.0f} samples, {ours['tokens']:.0f} tokens, "
        f"{ours['supervised_tokens']:.0f} supervised"
    )
    print(f"{name}: transformers' loader processes and tokens/s in round 1: {result['workers_tried']}")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/onevision")
    parser.add_argument("--nano", default="build/models/nano")
    parser.add_argument("--model", default="build/bench-0.5b")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has transformers")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--samples", type=int, default=24, help="of the nano mixture; three steps")
    parser.add_argument("--only", choices=("nano", "0.5b", "loader"), action="append")
    parser.add_argument("--json", help="write all measurements here")
    return parser.parse_args()


def parts_of(options, folder):
    """The two training parts: model, data and batches."""
    nano = {"model": options.nano, "batch_size": 8, "micro_batch": 2, "rounds": options.rounds, "workers": [4, 0]}
    large = {"model": options.model, "batch_size": 4, "micro_batch": 1, "rounds": 1, "workers": [0]}
    nano["data"] = write_mixture(os.path.join(folder, "nano"), options.samples, seed=5)
    large["data"] = write_mixture(
        os.path.join(folder, "large"),
        4,
        seed=6,
        sizes=SMALL_SIZES,
        longest=60,
        kinds=["image", "images", "video", "text"],
    )
    return {"nano": nano, "0.5b": large}


def main():
    options = parse_options()
    wanted, results = options.only or ["loader", "nano", "0.5b"], {}
    with tempfile.TemporaryDirectory(prefix="onevision-train-bench-") as folder:
        parts = parts_of(options, folder)
        for name in wanted:
            results[name] = loader(options, folder) if name == "loader" else compare(parts[name], options, folder)
    print(f"{processor_name()}, {options.threads} threads, {options.dtype}, median of {options.rounds} rounds")
    print(f"{'':<34}{'onevision':>12}{'transformers':>14}{'ratio':>8}")
    for name, result in results.items():
        print_part(name, result)
    if options.json:
        report = {"processor": processor_name(), "threads": options.threads, "dtype": options.dtype, "parts": results}
        pathlib.Path(options.json).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
