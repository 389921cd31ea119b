#!/usr/bin/env python3
"""Writes the page with all handwritten questions, their pictures, and what a model answered, right and wrong.

The questions are those of recipes/nano/handwritten; the answers come from a folder that `onevision eval` wrote
(docs/evaluation.md). Paths in the results are as `eval` was given them, so both run from the root of the repository.
Usage: build/onevision eval --task-file recipes/nano/handwritten/tasks.yaml --model models/nano --out runs/hand &&
       python3 tools/handwritten_page.py runs/hand docs/handwritten-nano.md
"""

import argparse
import html
import json
import os
import sys
from pathlib import Path

PROMPT = "\nAnswer the question using a single word or phrase."
KINDS = {
    "chart": "Charts and tables of other programs",
    "page": "Pages and windows",
    "photo": "Photos",
    "clip_art": "Clip art",
    "sign": "Signs, words and numbers",
    "several": "Several pictures",
    "video": "Videos",
}
HEAD = """# The handwritten questions

{count} questions, written one by one, about pictures that `synth` did not make and that training never saw; where
they come from is in [{name}]({recipe}/README.md). Nothing is left out: these are all questions and all answers of
`{model}` ({dtype}), greedy. `tools/handwritten_page.py` made this page from the results of `onevision eval`.

A question with * ends with "Answer the question using a single word or phrase." and its answer must be the expected one
(`exact`); the others leave the form open, and the expected words must stand in the answer (`contains`).

| kind | right | of |
|---|---|---|
"""


def read_lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def read_rows(folder: Path, results: dict) -> list[tuple[dict, dict, Path]]:
    """For each question its record, its sample and the folder of its pictures."""
    if results["limit"] is not None:
        sys.exit(f"handwritten_page: {folder}: asked with --limit; the page needs the answers to all questions")
    rows = []
    for name, task in results["tasks"].items():
        records, samples = read_lines(Path(task["data"])), read_lines(folder / f"samples_{name}.jsonl")
        if [record["id"] for record in records] != [sample["id"] for sample in samples]:
            sys.exit(f"handwritten_page: {task['data']} was changed after {name} was asked; ask again")
        rows += [(record, sample, Path(task["image_folder"])) for record, sample in zip(records, samples, strict=True)]
    return rows


def pictures_of(record: dict, folder: Path) -> list[Path]:
    """To look at: the pictures, the frames of a folder, or for a video file the strip of frames beside it."""
    if "image" in record:
        names = record["image"] if isinstance(record["image"], list) else [record["image"]]
        return [folder / name for name in names]
    video = folder / record["video"]
    return sorted(video.iterdir()) if video.is_dir() else [video.with_suffix(".png")]


def cell(text: str) -> str:
    return html.escape(" ".join(text.split())).replace("|", "&#124;").replace("`", "&#96;").replace("*", "&#42;")


def row_text(record: dict, sample: dict, folder: Path, page_folder: Path) -> str:
    pictures = pictures_of(record, folder)
    height = 128 if len(pictures) == 1 else 80
    shown = " ".join(f'<img src="{os.path.relpath(path, page_folder)}" height="{height}">' for path in pictures)
    question = sample["prompt"].replace("<image>", "").strip()
    asked = cell(question.removesuffix(PROMPT.strip()).strip()) + (" \\*" if question.endswith(PROMPT) else "")
    verdict = "right" if sample["score"] == 1 else "**wrong**"
    return f"| {shown} | {asked} | {cell(sample['target'])} | {cell(sample['answer'])} | {verdict} |\n"


def page_text(folder: Path, page_folder: Path) -> str:
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    rows = read_rows(folder, results)
    model = results["model"]
    recipe = rows[0][2].parent
    text = HEAD.format(count=len(rows), name=os.path.relpath(recipe), recipe=os.path.relpath(recipe, page_folder),
                       model=os.path.relpath(model["folder"]), dtype=model["dtype"])  # fmt: skip
    by_kind = {kind: [row for row in rows if row[1]["category"] == f"handwritten/{kind}"] for kind in KINDS}
    for kind, found in by_kind.items():
        text += f"| {KINDS[kind].lower()} | {sum(row[1]['score'] == 1 for row in found)} | {len(found)} |\n"
    text += f"| **all** | **{sum(row[1]['score'] == 1 for row in rows)}** | **{len(rows)}** |\n"
    for kind, found in by_kind.items():
        text += f"\n## {KINDS[kind]}\n\n| picture | question | expected | answer | |\n|---|---|---|---|---|\n"
        text += "".join(row_text(*row, page_folder) for row in found)
    return text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", type=Path, help="the folder that `onevision eval` wrote")
    parser.add_argument("page", type=Path, help="the page to write")
    options = parser.parse_args()
    options.page.write_text(page_text(options.results, options.page.parent), encoding="utf-8")


if __name__ == "__main__":
    main()
