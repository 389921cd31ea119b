"""Compares the program with transformers on fresh random tiny models, media and conversations.

Every case is run by both sides in float32: `onevision trace` for every named intermediate, `onevision ask`
(or one `ask --batch` for all conversations of a model) for greedy answers. Pixel values must be equal bit for bit,
ids and token counts equal, logits within 1e-4 (where two float32 results are further apart, the program's must be
within 1e-4 of float64); every size up to 600 x 600 must get the same geometry under the
three rules of --compat. Exit code 1 and the command that repeats the case on any difference.

    python reference/parity.py --program build/onevision --seed 7 --cases 200
    python reference/parity.py --program build/onevision --seed 7 --only 3/5 --keep /tmp/case
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import torch
from safetensors.numpy import load_file

from parity_geometry import compare_geometry
from random_cases import random_case, random_shape
from reference_model import ReferenceModel, as_arrays, load_generation_stops
from tiny_models import build_model, save_checkpoint

LOGIT_LIMIT = 1e-4
RELATIVE_LIMIT = 1e-4  # of other intermediates, times their largest value where that is above 1
TIE_MARGIN = 1e-3  # a greedy step this close to a tie may go either way
NEW_TOKENS = 32
CASES_PER_MODEL = 8
REAL_EVERY = 5  # each fifth model has the real 27 x 27 geometry


class Failure(Exception):
    pass


class Tally:
    def __init__(self):
        self.cases = self.traces = self.answers = self.ties = self.pixel_mismatches = self.float64_decided = 0
        self.worst = {}
        self.failures = []

    def note(self, name, error):
        self.worst[name] = max(self.worst.get(name, 0.0), error)


def run_program(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=1800)
    if done.returncode != 0:
        raise Failure(f"exit code {done.returncode}: {done.stderr.strip()[-2000:] or done.stdout.strip()[-2000:]}")
    return done.stdout


def shared_options(options, model):
    return [
        "--model",
        model.folder,
        "--dtype",
        "float32",
        "--threads",
        str(options.threads),
        "--quiet",
        "--num-frames",
        str(model.num_frames),
    ]


def greedy_options(options, model):
    return [
        *shared_options(options, model),
        "--max-new-tokens",
        str(NEW_TOKENS),
        "--temperature",
        "0",
        "--repetition-penalty",
        "1",
    ]


class TinyModel:
    """One random checkpoint folder with its reference and its cases."""

    def __init__(self, options, index, work):
        self.index, self.folder = index, os.path.join(work, f"model{index}")
        rng = random.Random(f"{options.seed}/{index}")
        self.shape, self.layout = random_shape(rng, real=index % REAL_EVERY == REAL_EVERY - 1)
        self.num_frames = rng.randint(1, 6)
        model = build_model(self.shape, rng.randrange(2**31))
        save_checkpoint(model, self.shape, self.folder, self.layout)
        self.reference = ReferenceModel(model, self.shape, self.folder, self.layout)
        self.stops = load_generation_stops(self.folder)

    def case(self, options, number):
        name = f"{self.index}/{number}"
        rng = random.Random(f"{options.seed}/{name}")
        folder = os.path.join(self.folder, f"case{number}")
        return random_case(rng, self.shape, self.layout, self.num_frames, folder, name)


def compare_values(expected, found, precise_trace, tally):
    """float32 against float32; a larger difference passes only if the program is close to float64."""
    precise = None
    for name in [n for n in expected if n not in ("input_ids", "pixel_values")]:
        error = float(np.abs(expected[name] - found[name]).max()) if expected[name].size else 0.0
        tally.note(name, error)
        scale = max(1.0, float(np.abs(expected[name]).max(initial=0)))
        limit = LOGIT_LIMIT if name == "logits" else RELATIVE_LIMIT * scale
        if error <= limit:
            continue
        precise = precise or precise_trace()
        true_error = float(np.abs(precise[name] - found[name]).max())
        if not true_error <= limit:
            raise Failure(f"{name} differs by {error:.3g}, from float64 by {true_error:.3g}, limit {limit:.3g}")
        tally.float64_decided += 1


def compare_trace(expected, found, precise_trace, tally):
    expected = {name: value for name, value in expected.items() if name != "hidden.0"}  # that is inputs_embeds
    for name in expected:
        if name not in found:
            raise Failure(f"trace has no {name}; it has {sorted(found)}")
        if expected[name].shape != found[name].shape:
            raise Failure(f"{name} has shape {found[name].shape}, reference {expected[name].shape}")
    if not np.array_equal(expected["input_ids"], found["input_ids"]):
        at = int(np.argmax(expected["input_ids"] != found["input_ids"]))
        raise Failure(
            f"input_ids differ first at {at}: {found['input_ids'][at:at + 8]}, reference "
            f"{expected['input_ids'][at:at + 8]}"
        )
    if "pixel_values" in expected and expected["pixel_values"].tobytes() != found["pixel_values"].tobytes():
        tally.pixel_mismatches += 1
        different = np.argwhere(expected["pixel_values"] != found["pixel_values"])
        raise Failure(f"pixel_values differ at {len(different)} places, first {different[0].tolist()}")
    compare_values(expected, found, precise_trace, tally)
    if expected["logits"].argmax() != found["logits"].argmax():
        top = np.sort(expected["logits"])[-2:]
        if top[1] - top[0] > TIE_MARGIN:
            raise Failure("logits have another argmax")


def compare_answer(answer, trace, greedy, tally):
    tally.answers += 1
    if answer["prompt_tokens"] != len(trace["input_ids"]):
        raise Failure(
            f"{answer['prompt_tokens']} prompt tokens, reference {len(trace['input_ids'])}\n"
            f"    program's prompt   {answer.get('prompt', '')!r}\n"
            f"    reference's prompt {trace['prompt']!r}"
        )
    counts = [item["tokens"] for item in answer["media"]]
    if counts != trace["token_counts"]:
        raise Failure(f"tokens per medium {counts}, reference {trace['token_counts']}")
    ids, margins = greedy
    found = answer["token_ids"]
    for step, (ours, theirs) in enumerate(zip(found, ids)):
        if ours != theirs:
            if margins[step] < TIE_MARGIN:
                tally.ties += 1
                return
            raise Failure(f"greedy token {step} is {ours}, reference {theirs} (ahead by {margins[step]:.3g})")
    if len(found) != len(ids):
        raise Failure(f"{len(found)} tokens, reference {len(ids)}: {found} and {ids}")


def batch_answers(options, model, cases):
    """id -> answer of every case that has a request, from one run of the program."""
    requests = [case.request for case in cases if case.request]
    if not requests:
        return {}
    paths = [os.path.join(model.folder, name) for name in ("in.jsonl", "out.jsonl")]
    with open(paths[0], "w", encoding="utf-8") as file:
        file.writelines(json.dumps(request, ensure_ascii=False) + "\n" for request in requests)
    run_program([options.program, "ask", "--batch", paths[0], "--out", paths[1], *greedy_options(options, model)])
    with open(paths[1], encoding="utf-8") as file:
        return {answer["id"]: answer for answer in map(json.loads, file)}


def check_case(options, model, case, answers, tally):
    trace = model.reference.trace(case.messages, case.media)
    greedy = model.reference.greedy(trace["inputs_embeds"], NEW_TOKENS, model.stops)
    if case.argv is not None:
        path = os.path.join(model.folder, "trace.safetensors")
        run_program([options.program, "trace", *case.argv, "--out", path, *shared_options(options, model)])
        tally.traces += 1
        compare_trace(
            as_arrays(trace),
            load_file(path),
            lambda: as_arrays(model.reference.in_float64().trace(case.messages, case.media)),
            tally,
        )
    if case.request is None:
        command = [options.program, "ask", *case.argv, "--json", *greedy_options(options, model)]
        answer = json.loads(run_program(command))
    elif isinstance(answers, Failure):
        raise answers
    else:
        answer = answers.get(case.name)
        if answer is None:
            raise Failure("no line of the batch output has this id")
    if "error" in answer:
        raise Failure(f"the program refused: {answer['error']}")
    compare_answer(answer, trace, greedy, tally)


def check_model(options, index, numbers, work, tally):
    model = TinyModel(options, index, work)
    cases = [model.case(options, number) for number in numbers]
    try:
        answers = batch_answers(options, model, cases)
    except (Failure, OSError, ValueError) as failure:
        answers = Failure(f"ask --batch: {failure}")
    for case in cases:
        tally.cases += 1
        try:
            check_case(options, model, case, answers, tally)
        except (Failure, OSError, ValueError, KeyError) as failure:
            tally.failures.append(case.name)
            kinds = "+".join(part["type"] for m in case.messages for part in m["content"] + m.get("placed", []))
            print(
                f"FAILED case {case.name} ({model.layout}, {kinds}): {failure}\n"
                f"  repeat: python reference/parity.py --program {options.program} --seed {options.seed} "
                f"--only {case.name} --keep DIR",
                flush=True,
            )
    if options.keep is None:
        shutil.rmtree(model.folder)


def summary(options, tally):
    worst = tally.worst.get("logits", 0.0)
    parts = ", ".join(f"{name} {error:.1e}" for name, error in sorted(tally.worst.items()))
    print(
        f"largest differences: {parts}; {tally.traces} traces, {tally.answers} answers, {tally.ties} near ties, "
        f"{tally.float64_decided} decided by float64"
    )
    print(
        f"parity: {tally.cases} cases, {tally.cases - len(tally.failures)} equal, max |dlogit| {worst:.1e}, "
        f"pixel mismatches {tally.pixel_mismatches} (seed {options.seed})"
    )


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="build/onevision")
    parser.add_argument("--seed", default=None, help="any text (default: a fresh number)")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--only", metavar="MODEL/CASE", help="one case of the seed")
    parser.add_argument("--keep", metavar="DIR", help="leave models and media there")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--skip-geometry", action="store_true")
    parser.add_argument("--geometry-only", action="store_true")
    options = parser.parse_args()
    options.seed = options.seed or str(random.SystemRandom().randrange(10**6))
    return options


def work_items(options):
    """[(model index, case numbers)]"""
    if options.only:
        index, number = map(int, options.only.split("/"))
        return [(index, [number])]
    full, rest = divmod(options.cases, CASES_PER_MODEL)
    items = [(index, list(range(CASES_PER_MODEL))) for index in range(full)]
    return items + ([(full, list(range(rest)))] if rest else [])


def main():
    options = parse_options()
    torch.set_num_threads(options.threads)
    print(f"seed {options.seed}", flush=True)
    work = options.keep or tempfile.mkdtemp(prefix="onevision-parity-")
    tally, geometry_failed = Tally(), False
    try:
        for done, (index, numbers) in enumerate([] if options.geometry_only else work_items(options), 1):
            check_model(options, index, numbers, work, tally)
            print(
                f"  {tally.cases} cases, {len(tally.failures)} failed, max |dlogit| "
                f"{tally.worst.get('logits', 0.0):.1e}",
                file=sys.stderr,
                flush=True,
            )
        if not options.skip_geometry and not options.only:
            geometry_failed = not compare_geometry(options.program, options.seed, work)
    finally:
        if options.keep is None:
            shutil.rmtree(work, ignore_errors=True)
    if not options.geometry_only:
        summary(options, tally)
    return 1 if tally.failures or geometry_failed else 0


if __name__ == "__main__":
    sys.exit(main())
