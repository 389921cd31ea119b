#!/usr/bin/env python3
"""Writes docs/results-nano.md and its pictures from the logs that ./run nano leaves.

Every number comes from RUN/metrics.jsonl, RUN.parts.jsonl and RUN/eval/{heldout,handwritten}/<model>/: their formats
are in docs/training.md, docs/evaluation.md and tools/nano.sh. A part whose logs are missing is left out, and the page
says so. Pillow makes the small pictures.
Usage: python3 tools/results_nano.py [--run runs/nano] [--out docs/results-nano.md]; plots go to images/nano beside OUT.
"""

import argparse
import json
import math
import os
import re
import shutil
import sys
from collections import Counter, defaultdict
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import result_pictures  # noqa: E402
import svg_plots  # noqa: E402

# What is compared with what: title, sentence, the two models under RUN/eval/heldout, and groups or tasks. LAST is the
# last stage.
LAST = ""
ABLATIONS = [
    (
        "Without stage 1.5",
        "The single-image stage straight after stage 1, with the same data and steps.",
        ("single_image", "with stage 1.5"),
        ("without_stage1_5", "without"),
        ("nano-single", "nano-unseen", "nano-language"),
    ),
    (
        "Single-image training only",
        "After the single-image stage, which saw one picture at a time, beside the last stage: what moves from single "
        "pictures to several and to videos without training on any.",
        (LAST, "last stage"),
        ("single_image", "single images only"),
        ("nano-multi", "nano-video"),
    ),
    (
        "OneVision stage",
        "What the last stage does to single pictures and language.",
        (LAST, "last stage"),
        ("single_image", "single images only"),
        ("nano-single", "nano-unseen", "nano-language"),
    ),
    (
        "AnyRes off",
        "The last stage's model, which sees a single picture as one padded tile, on text to read.",
        (LAST, "last stage"),
        ("single_tile", "one tile"),
        ("small", "line", "page"),
    ),
]
MAX_KINDS = 40


def read_jsonl(path):
    """Whole lines of a file; none where it is missing."""
    if not path.exists():
        return []
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines(keepends=True) if row[-1] == "\n"]


def wilson(scores):
    """(percent, low, high): the interval of docs/evaluation.md, for sets of samples that eval has not pooled."""
    n, z = len(scores), 1.959963984540054
    share = sum(scores) / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return 100 * share, 100 * max(0, middle - reach), 100 * min(1, middle + reach)


def triple(score):
    """Of a score in results.json."""
    return score["score"], *score["interval"]


class Evaluation:
    """One folder of `onevision eval`."""

    def __init__(self, folder):
        self.name = folder.name
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        self.tasks, self.groups, self.limit = results["tasks"], results["groups"], results["limit"]
        self.samples = {task: read_jsonl(folder / f"samples_{task}.jsonl") for task in self.tasks}

    def scores(self, group_or_task):
        """[score of every sample] of a group, else of a task; empty where this evaluation has neither."""
        tasks = self.groups.get(group_or_task, {}).get("tasks", [group_or_task])
        return [sample["score"] for task in tasks for sample in self.samples.get(task, [])]

    def score(self, group_or_task):
        """As eval gives it; None where it is not there."""
        if group_or_task in self.groups:
            return triple(self.groups[group_or_task]["pooled"])
        return triple(self.tasks[group_or_task]) if group_or_task in self.tasks else None

    def majority(self, group_or_task):
        """Percent right of one who always gives the most frequent answer to questions of the same kind."""
        kinds = defaultdict(Counter)
        for task in self.groups.get(group_or_task, {}).get("tasks", [group_or_task]):
            for sample in self.samples.get(task, []):
                kinds[task, sample["category"]][" ".join(sample["target"].lower().split())] += 1
        asked = sum(sum(targets.values()) for targets in kinds.values())
        return 100 * sum(max(targets.values()) for targets in kinds.values()) / asked if asked else None


def evaluations(folder):
    """{model: Evaluation} of what is finished."""
    if not folder.is_dir():
        return {}
    return {f.name: Evaluation(f) for f in sorted(folder.iterdir()) if (f / "results.json").exists()}


def paired_difference(one, other):
    """(difference, low, high) in points over the same questions, at 95 %, by the normal approximation."""
    differences = [100 * (a - b) for a, b in zip(one, other, strict=True)]
    n, mean = len(differences), sum(differences) / len(differences)
    deviation = math.sqrt(sum((d - mean) ** 2 for d in differences) / (n - 1)) if n > 1 else 100.0
    reach = 1.96 * deviation / math.sqrt(n)
    return mean, mean - reach, mean + reach


def span(score):
    """Text of (value, low, high)."""
    return "-" if score is None else f"{score[0]:.1f} ({score[1]:.1f} to {score[2]:.1f})"


def percent(value):
    return "-" if value is None else f"{value:.1f}"


def cell(words):
    """Any text inside a table: models and data say what they like."""
    words = re.sub(r"([\\`*|\[\]])", r"\\\1", escape(words, quote=False).strip())
    return words.replace("$", "&#36;").replace("\n", "<br>")  # a pair of $ would be a formula


def table(head, rows):
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)] + [""]


def question_of(sample):
    """The question without the places of its pictures."""
    return re.sub(r"<image>\s*", "", sample["prompt"]).strip()


def spelled(sample, answer):
    """A letter with what it stands for."""
    option = re.search(rf"^{re.escape(answer.strip())}[.)] *(.+)$", sample["prompt"], re.MULTILINE)
    return f"{answer} ({option[1]})" if option and len(answer.strip()) == 1 else answer


def clock(seconds):
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


class Page:
    """The text, and the folder of its pictures, which is made anew."""

    def __init__(self, out):
        self.out, self.images, self.lines = out, out.parent / "images" / "nano", []
        shutil.rmtree(self.images, ignore_errors=True)
        self.images.mkdir(parents=True)

    def add(self, *lines):
        self.lines += lines

    def left_out(self, title, why):
        self.add(f"## {title}", "", f"Left out: {why}.", "")

    def plot(self, name, about, svg):
        (self.images / f"{name}.svg").write_text(svg, encoding="utf-8")
        self.add(f"![{about}](images/nano/{name}.svg)", "")

    def links(self, files):
        """Pictures of the repository, in a table's cell; others cannot be linked to."""
        inside = [file.resolve() for file in files if file.resolve().is_relative_to(ROOT)]
        sources = [os.path.relpath(file, self.out.resolve().parent) for file in inside]
        return " ".join(f'<img src="{escape(source)}" height="72">' for source in sources)

    def write(self):
        self.out.write_text("\n".join(self.lines).rstrip() + "\n", encoding="utf-8")


def stage_section(page, stages, heldout):
    title = "Held-out accuracy after each stage"
    done = [stage for stage in stages if stage in heldout]
    if not done:
        return page.left_out(title, "no stage has been evaluated on the held-out sets")
    last = heldout[done[-1]]
    groups = list(dict.fromkeys(task["group"] for task in last.tasks.values() if task["group"]))
    page.add(f"## {title}", "")
    page.add("Percent of all questions of a group, with the 95 % interval.", "")
    rows = [[f"`{stage}`", *(span(heldout[stage].score(group)) for group in groups)] for stage in done]
    rows.append(["most frequent answer", *(percent(last.majority(group)) for group in groups)])
    rows.append(["questions", *(str(last.groups[group]["pooled"]["n"]) for group in groups)])
    page.add(*table(["after", *groups], rows))
    page.add(
        "`nano-unseen` asks about things, photos and combinations that training never shows; the others keep out fonts "
        "and random streams. *Most frequent answer* is right where the answer that is most frequent among the held-out "
        "answers of the same kind of question is: about what one reaches without looking at the picture, more "
        "where a kind has few questions.",
        "",
    )
    points = [(g, {s: heldout[s].score(g) for s in done if heldout[s].score(g)}) for g in groups]
    page.plot("stages", "Accuracy of each group after each stage", svg_plots.over_places(done, points))
    missing = [stage for stage in stages if stage not in heldout]
    if missing:
        page.add("Not evaluated: " + ", ".join(f"`{stage}`" for stage in missing) + ".", "")
    if last.limit:
        page.add(f"**Only the first {last.limit} questions of each task were asked.**", "")


def task_section(page, last):
    title = "Tasks of the last stage"
    if last is None:
        return page.left_out(title, "the last stage has not been evaluated on the held-out sets")
    page.add(f"## {title}", "")
    rows = [
        [cell(name), task["group"], task["metric"], str(task["n"]), percent(last.majority(name)), span(triple(task))]
        for name, task in last.tasks.items()
    ]
    page.add(*table(["task", "group", "metric", "questions", "most frequent answer", f"`{last.name}`"], rows))


def ablation_section(page, heldout, last):
    page.add("## Ablations", "")
    rows, pictures = [], []
    for title, about, *models, parts in ABLATIONS:
        (one, one_name), (other, other_name) = [(last if model == LAST else model, name) for model, name in models]
        missing = [f"`{model}`" for model in (one, other) if model not in heldout]
        page.add(f"**{title}.** {about}" + (f" Left out: {', '.join(missing)} not evaluated." if missing else ""), "")
        if missing:
            continue
        one, other = heldout[one], heldout[other]
        for part in parts:
            a, b = one.scores(part), other.scores(part)
            if not a or len(a) != len(b):
                page.add(f"Left out: `{part}`, whose questions the two models were not both asked.", "")
                continue
            known = one.score(part), other.score(part)
            found = [score or wilson(scores) for score, scores in zip(known, (a, b))]
            guess = one.majority(part)
            named = [f"{name}: {span(score)}" for name, score in zip((one_name, other_name), found)]
            rows.append([title, part, percent(guess), *named, span(paired_difference(a, b))])
            pictures.append((f"{title}: {part}", [(one_name, *found[0], guess), (other_name, *found[1], guess)]))
    if rows:
        page.add(*table(["ablation", "on", "most frequent answer", "model", "compared with", "difference"], rows))
        page.add("Differences are over the same questions, with their 95 % interval.", "")
        about = "Ablations: accuracy with 95 % intervals; a red mark is the most frequent answer"
        page.plot("ablations", about, svg_plots.bars(pictures))
        page.add("A red mark is what the most frequent answer reaches.", "")


def split_stages(steps):
    stages = defaultdict(list)
    for step in steps:
        stages[step["stage"]].append(step)
    return stages


def buckets(steps, count=150):
    """[(samples so far, mean loss)] of at most `count` equal parts of the steps."""
    size = math.ceil(len(steps) / count)
    points, samples = [], 0
    for first in range(0, len(steps), size):
        part = steps[first : first + size]
        samples += sum(step["samples"] for step in part)
        losses = [step["loss"] for step in part if step["loss"] is not None]
        if losses:
            points.append((samples, sum(losses) / len(losses)))
    return points


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else math.nan


def training_row(name, steps):
    edge = max(1, len(steps) // 50)
    seconds = sum(step["seconds"] for step in steps)
    samples = sum(step["samples"] for step in steps)
    accuracy = mean([step.get("accuracy") for step in steps[-edge:]])
    return [
        f"`{name}`",
        f"{len(steps):,}",
        f"{samples:,}",
        f"{sum(step['tokens'] for step in steps):,}",
        clock(seconds),
        f"{samples / seconds:.0f}",
        f"{mean([s['loss'] for s in steps[:edge]]):.3f}",
        f"{mean([s['loss'] for s in steps[-edge:]]):.3f}",
        "" if math.isnan(accuracy) else f"{100 * accuracy:.1f} %",
    ]


def training_section(page, run):
    stages = split_stages(read_jsonl(run / "metrics.jsonl"))
    if not stages:
        return page.left_out("Training", "metrics.jsonl of the run is missing")
    page.add("## Training", "")
    head = ["stage", "steps", "samples", "tokens", "time", "samples/s", "first loss", "last loss", "accuracy"]
    rows = [training_row(name, steps) for name, steps in stages.items()]
    of_run = [step for steps in stages.values() for step in steps]
    whole = ["**all**", *training_row("all", of_run)[1:6], "", "", ""]
    for folder in sorted(run.glob("ablations/*")):
        for name, steps in split_stages(read_jsonl(folder / "metrics.jsonl")).items():
            rows.append(training_row(f"{folder.name}: {name}", steps))
    rows.insert(len(stages), whole)
    page.add(*table(head, rows))
    page.add(
        "Time is that of the steps. Losses are means over the first and the last fiftieth of the steps; accuracy, "
        "where a stage measures one in training, over the last fiftieth.",
        "",
    )
    curves = [(name, buckets(steps)) for name, steps in stages.items()]
    page.plot("loss", "Loss of each stage", svg_plots.panels([c for c in curves if c[1]], "samples", "loss"))
    machine_lines(page, run)


def machine_lines(page, run):
    parts = read_jsonl(run.with_name(run.name + ".parts.jsonl"))
    if not parts:
        return page.add(f"How long the parts of `./run nano` took is not recorded: no {run.name}.parts.jsonl.", "")
    seconds = defaultdict(float)
    for part in parts:
        seconds[part["part"].split("/")[0]] += part["seconds"]  # all of "eval heldout/<model>" together
    page.add("Parts of `./run nano`, everything included:", "")
    page.add(*table(["part", "time"], [[cell(part), clock(taken)] for part, taken in seconds.items()]))
    machines = dict.fromkeys(f"{part['machine']}, device {part['device']}" for part in parts)
    page.add("Machine: " + "; ".join(cell(machine) for machine in machines) + ".", "")


def handwritten_section(page, stages, handwritten):
    title = "Questions written by hand"
    done = [stage for stage in stages if stage in handwritten]
    if not done:
        return page.left_out(title, "no stage has been asked the questions written by hand")
    last = handwritten[done[-1]]
    page.add(f"## {title}", "", "About pictures that `synth` did not draw; all of them, right and wrong.", "")
    whole = [(stage, [s["score"] for task in handwritten[stage].samples.values() for s in task]) for stage in done]
    rows = [[f"`{stage}`", f"{sum(s):.0f} of {len(s)}", span(wilson(s))] for stage, s in whole if s]
    page.add(*table(["after", "right", "%"], rows))
    for task, samples in last.samples.items():
        rows = [
            [
                page.links(result_pictures.files_of(last.tasks[task], sample)),
                cell(question_of(sample)),
                cell(sample["target"]),
                cell(sample["answer"]),
                "yes" if sample["score"] else "no",
            ]
            for sample in samples
        ]
        head = ["picture", "question", "expected", f"`{last.name}` says", "right"]
        page.add(f"**{cell(task)}**", "", *table(head, rows))


def confusion_section(page, last):
    title = "Confusions"
    if last is None:
        return page.left_out(title, "the last stage has not been evaluated on the held-out sets")
    asked, wrong = Counter(), defaultdict(Counter)
    for samples in last.samples.values():
        for sample in samples:
            kind = sample["category"]
            asked[kind] += 1
            if not sample["score"]:
                wrong[kind][spelled(sample, sample["target"]), spelled(sample, sample["answer"])] += 1
    page.add(f"## {title}", "", f"Of `{last.name}`: kinds of questions with the most wrong answers.", "")
    kinds = sorted(wrong, key=lambda kind: (-sum(wrong[kind].values()), kind))[:MAX_KINDS]
    rows = []
    for kind in kinds:
        pairs = sorted(wrong[kind].items(), key=lambda item: (-item[1], item[0]))[:3]
        said = "; ".join(f"{cell(a[:40])} \u2192 {cell(b[:40]) or '(nothing)'} ({count})" for (a, b), count in pairs)
        rows.append([cell(kind), str(asked[kind]), str(sum(wrong[kind].values())), said])
    page.add(*table(["kind", "asked", "wrong", "expected \u2192 answered (how often)"], rows))


def picture_section(page, last):
    title = "Pictures"
    if last is None:
        return page.left_out(title, "the last stage has not been evaluated on the held-out sets")
    if not result_pictures.available():
        return page.left_out(title, "Pillow is not installed")
    chosen = result_pictures.choose(last, page.images)
    if not chosen:
        return page.left_out(title, "the pictures of the held-out sets are missing")
    page.add(f"## {title}", "")
    page.add("The first right and the first wrong answer of a spread of tasks; nobody chose them.", "")
    for right, heading in ((True, "Right"), (False, "Wrong")):
        rows = [
            [
                f'<img src="images/nano/{name}" alt="{escape(task)}">',
                cell(question_of(sample)),
                cell(spelled(sample, sample["target"])),
                cell(spelled(sample, sample["answer"])) or "(nothing)",
            ]
            for task, sample, name in chosen
            if bool(sample["score"]) == right
        ]
        page.add(f"**{heading}**", "")
        page.add(*table(["picture", "question", "expected", f"`{last.name}` says"], rows) if rows else ["None.", ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, default=Path("runs/nano"))
    parser.add_argument("--out", type=Path, default=Path("docs/results-nano.md"))
    options = parser.parse_args()
    if not options.run.is_dir():
        sys.exit(f"{options.run}: no such folder; ./run nano makes it, --run names another")
    stages = list(split_stages(read_jsonl(options.run / "metrics.jsonl")))
    heldout = evaluations(options.run / "eval" / "heldout")
    handwritten = evaluations(options.run / "eval" / "handwritten")
    last = heldout.get(stages[-1]) if stages else None
    page = Page(options.out)
    page.add("# Results of the nano model", "")
    page.add("Written by `./run results` from the logs of `./run nano`; no number is put in by hand.", "")
    stage_section(page, stages, heldout)
    ablation_section(page, heldout, stages[-1] if stages else "(none)")
    task_section(page, last)
    handwritten_section(page, stages, handwritten)
    confusion_section(page, last)
    picture_section(page, last)
    training_section(page, options.run)
    page.write()
    print(f"{options.out}, with {len(list(page.images.iterdir()))} pictures in {page.images}")


if __name__ == "__main__":
    main()
