"""Compares a program's training tokens and labels with the authors' algorithm on fresh random conversations.

    python reference/parity_labels.py PROGRAM --model DIR [--count 1000] [--seed N]

The program is called once as `PROGRAM labels --model DIR`: one case of labels_reference.py a line on stdin, one
object with "ids" and "targets" a line on stdout, null where it refuses. DIR holds tokenizer.json. Prints one
summary line; exit code 1 on any mismatch.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time

from labels_reference import load, make_cases


def ask(program, model, cases):
    with tempfile.TemporaryFile() as given:
        given.write("".join(json.dumps(case) + "\n" for case in cases).encode())
        given.seek(0)
        done = subprocess.run([program, "labels", "--model", model], stdin=given, stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"{program} ended with code {done.returncode}")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--model", required=True)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else time.time_ns() % 1_000_000_007
    print(f"seed {seed}")
    cases = make_cases(load(options.model), options.count, seed)
    given = [{key: case[key] for key in ("turns", "media", "form", "labels")} for case in cases]
    found = ask(options.program, options.model, given)
    if len(found) != len(cases):
        sys.exit(f"{len(cases)} conversations in, {len(found)} lines out")
    wrong = [(c, f) for c, f in zip(cases, found) if (c["ids"], c["targets"]) != (f["ids"], f["targets"])]
    for case, answer in wrong[:3]:
        print(json.dumps(case), "\n  program", json.dumps(answer))
    tokens = sum(len(case["ids"] or ()) for case in cases)
    refused = sum(case["ids"] is None for case in cases)
    print(f"{len(cases)} conversations, {tokens} tokens, {refused} refused by both, {len(wrong)} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
