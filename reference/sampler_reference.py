"""The authors' samplers, written again from docs/training.md, and the cases of testdata/data/order.json.

Permutations are inputs, recorded in each case, so that the C++ code is compared on equal draws. Negative lengths
are samples without pictures. Needs only Python.
  python reference/sampler_reference.py testdata/data/order.json
"""

import json
import random
import sys


def even_chunks(items, lengths, world):
    if len(items) % world:
        return [items[start::world] for start in range(world)]
    room = len(items) // world
    chunks = [[] for _ in range(world)]
    for item in items:
        open_chunks = [c for c in range(world) if len(chunks[c]) < room]
        best = min(open_chunks, key=lambda c: (sum(lengths[i] for i in chunks[c]), c))
        chunks[best].append(item)
    return chunks


def length_grouped(lengths, micro_batch, world, draw):
    order = draw(len(lengths))
    size = micro_batch * world
    result = []
    for start in range(0, len(order), size):
        batch = sorted(order[start:start + size], key=lambda i: -lengths[i])
        for chunk in even_chunks(batch, lengths, world):
            result += chunk
    return result


def modality_length_grouped(lengths, micro_batch, world, draw):
    kinds = {length > 0 for length in lengths}
    if len(kinds) == 1:
        return length_grouped([abs(length) for length in lengths], micro_batch, world, draw)
    size = micro_batch * world

    def batches(positive):
        own = [i for i, length in enumerate(lengths) if (length > 0) == positive]
        order = [own[i] for i in length_grouped([abs(lengths[i]) for i in own], micro_batch, world, draw)]
        return [order[start:start + size] for start in range(0, len(order), size)]

    pictures, text = batches(True), batches(False)
    whole = pictures[:-1] + text[:-1]
    mixed = sorted(pictures[-1] + text[-1])
    return [i for b in draw(len(whole)) for i in whole[b]] + mixed


def main(path):
    pick = random.Random(1)
    cases = []
    for number in range(72):
        kind = ("length", "modality_length", "modality_length")[number % 3]
        micro_batch, world = pick.choice([(1, 1), (1, 2), (1, 4), (2, 2), (2, 4), (3, 2), (4, 1), (1, 8)])
        count = pick.choice([1, 2, 3, 5, 8, 16, 17, 24, 31, 40])
        lengths = [pick.choice([1, 2, 3, 5, 8, 13, 40, pick.randint(1, 300)]) for _ in range(count)]
        if kind == "modality_length":
            share = pick.choice([0, 0.2, 0.5, 0.8, 1])
            lengths = [-length if pick.random() < share else length for length in lengths]
        draws = []

        def draw(n):
            draws.append(pick.sample(range(n), n))
            return draws[-1]

        function = length_grouped if kind == "length" else modality_length_grouped
        order = function(lengths, micro_batch, world, draw)
        assert sorted(order) == list(range(count))
        cases.append({"kind": kind, "micro_batch": micro_batch, "batch_samples": micro_batch * world,
                      "lengths": lengths, "draws": draws, "order": order})
    with open(path, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


main(sys.argv[1])
