"""Side-by-side time to first token, decoding and memory: onevision and transformers in one run, alternating.

Both read the same checkpoint folder and the same files with the same threads. A round asks one side, then the
other; the table shows medians over the rounds and the ratio transformers / onevision (above 1: onevision is faster).

    python reference/tiny_models.py --shape 0.5b --dtype bfloat16 --out DIR        # once, random weights
    python bench/peers/run_bench.py --program build/onevision --model DIR --threads 2 --rounds 5 --json out.json
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "reference"))
from pixels import pattern  # noqa: E402

SIDES = (384, 768, 1152)
DECODE_SIDE = 768
DECODE_TOKENS = 32
TIMES = ("preprocess_s", "vision_s", "prefill_s", "first_token_s")


class Peer:
    """transformers_bench.py, kept running."""

    def __init__(self, options):
        command = [
            options.python,
            str(HERE / "transformers_bench.py"),
            "--model",
            options.model,
            "--threads",
            str(options.threads),
            "--dtype",
            options.dtype,
        ]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.ready = self.answer()

    def answer(self):
        line = self.child.stdout.readline()
        if not line:
            raise SystemExit(f"transformers_bench.py ended with exit code {self.child.wait()}")
        return json.loads(line)

    def measure(self, request):
        self.child.stdin.write(json.dumps(request) + "\n")
        self.child.stdin.flush()
        return self.answer()

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def measure_ours(options, request):
    """One warm-up and one measured pass in one process of the program."""
    kind = "image" if "image" in request else "video"
    command = [
        options.program,
        "bench",
        "ttft",
        "--model",
        options.model,
        f"--{kind}",
        request[kind],
        "--repeat",
        "2",
        "--threads",
        str(options.threads),
        "--dtype",
        options.dtype,
        "--json",
    ]
    if kind == "video":
        command += ["--num-frames", str(request["frames"])]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def write_inputs(options, folder):
    """name -> request"""
    requests = {}
    for side in SIDES:
        path = os.path.join(folder, f"{side}.png")
        Image.fromarray(pattern(side, side, 3)).save(path)
        requests[f"image {side}x{side}"] = {"image": path, "decode": DECODE_TOKENS if side == DECODE_SIDE else 0}
    video = os.path.join(folder, "video")
    os.makedirs(video)
    for index in range(options.frames):
        Image.fromarray(pattern(384, 384, index)).save(os.path.join(video, f"frame_{index:04d}.png"))
    requests[f"video {options.frames} frames"] = {"video": video, "decode": 0, "frames": options.frames}
    return requests


def medians(runs):
    keys = {key for run in runs for key in run if isinstance(run[key], (int, float))}
    return {key: statistics.median([run[key] for run in runs if key in run]) for key in sorted(keys)}


def processor_name():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def print_table(results):
    print(f"{'':<32}{'onevision':>10}{'transformers':>13}{'ratio':>8}")
    for name, sides in results.items():
        ours, theirs = sides["onevision"], sides["transformers"]
        for key in TIMES:
            if ours.get(key):
                ratio = theirs[key] / ours[key]
                print(f"{name + ' ' + key[:-2]:<32}{ours[key]:>8.3f} s{theirs[key]:>11.3f} s{ratio:>8.2f}")
        key = "decode_tokens_per_s"
        if ours.get(key) and theirs.get(key):
            print(f"{name + ' decode':<32}{ours[key]:>6.1f} t/s{theirs[key]:>9.1f} t/s{ours[key] / theirs[key]:>8.2f}")
        megabytes = [side["peak_rss_bytes"] / 1e6 for side in (ours, theirs)]
        print(
            f"{name + ' peak memory':<32}{megabytes[0]:>7.0f} MB{megabytes[1]:>10.0f} MB"
            f"{megabytes[1] / megabytes[0]:>8.2f}"
        )


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/onevision")
    parser.add_argument("--model", required=True, help="llava-hf checkpoint folder")
    parser.add_argument("--python", default=sys.executable, help="the interpreter that has transformers")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dtype", default="bfloat16")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=32)
    parser.add_argument("--json", help="write all measurements here")
    return parser.parse_args()


def main():
    options = parse_options()
    runs = {}
    with tempfile.TemporaryDirectory(prefix="onevision-bench-") as folder:
        requests = write_inputs(options, folder)
        peer = Peer(options)
        for request in requests.values():
            peer.measure(request)  # warm-up, as the program has one in each process
        for number in range(options.rounds):
            for name, request in requests.items():
                sides = runs.setdefault(name, {"onevision": [], "transformers": []})
                sides["onevision"].append(measure_ours(options, request))
                sides["transformers"].append(peer.measure(request))
                print(
                    f"round {number + 1} {name}: {sides['onevision'][-1]['first_token_s']:.3f} s, "
                    f"{sides['transformers'][-1]['first_token_s']:.3f} s",
                    file=sys.stderr,
                    flush=True,
                )
        peer.close()
    results = {name: {side: medians(measured) for side, measured in sides.items()} for name, sides in runs.items()}
    print(
        f"{processor_name()}, {options.threads} threads, {options.dtype}, median of {options.rounds} rounds, "
        f"torch {peer.ready['torch']}"
    )
    print_table(results)
    if options.json:
        report = {
            "processor": processor_name(),
            "threads": options.threads,
            "dtype": options.dtype,
            "model": os.path.basename(os.path.normpath(options.model)),
            "peer": peer.ready,
            "medians": results,
            "runs": runs,
        }
        pathlib.Path(options.json).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
